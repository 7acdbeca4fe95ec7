"""`accept`, `reject` and `reset`: decide about a share."""

from __future__ import annotations

from imgshare_cli import sharing
from imgshare_cli.models import Status
from imgshare_cli.options import Image, Member, Vault, with_session, world
from imgshare_cli.session import Session


@with_session(world)
def accept(session: Session, image: Image, member: Member = None, vault_id: Vault = None) -> None:
    """Accept an image that is shared with you.

    It then stands in the project's image list. Saying it again changes nothing.
    """
    _decide(session, image, member, Status.ACCEPTED, vault_id or session.settings.vault_id)


@with_session(world)
def reject(session: Session, image: Image, member: Member = None) -> None:
    """Reject an image that is shared with you.

    This hides the image from the project's image list. It is no security control: whoever knows the ID can
    still use the image until its owner unshares it.
    """
    _decide(session, image, member, Status.REJECTED)


@with_session(world)
def reset(session: Session, image: Image, member: Member = None) -> None:
    """Make a share pending again, as if nobody had decided."""
    _decide(session, image, member, Status.PENDING)


def _decide(session: Session, image: str, member: str | None, status: Status, vault_id: str | None = None) -> None:
    session.output.member(sharing.decide(session.client, image, member or session.member, status, vault_id))
