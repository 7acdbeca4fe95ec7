"""`accept`, `reject` and `reset`: decide about a share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from imgshare_cli.api.models import Status
from imgshare_cli.cli.options import ImageArgument, MemberArgument, VaultOption, common_options, with_session
from imgshare_cli.cli.session import Session
from imgshare_cli.cli.target import ShareTarget
from imgshare_cli.errors import (
    AuthError,
    ForbiddenError,
    InterruptedByUserError,
    NotFoundError,
    RefusedError,
    UnavailableError,
)
from imgshare_cli.shares.decisions import set_share_status

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.api import models

Owner = Annotated[
    str | None,
    typer.Option("--owner", metavar="PROJECT", help="Only if it is this project's.", show_default=False),
]
Hash = Annotated[
    str | None,
    typer.Option("--hash", metavar="ALGO:HEX", help="Only if its data is this: sha512:…", show_default=False),
]
Wait = Annotated[
    str | None,
    typer.Option("--wait", metavar="SPAN", help="Wait for the share to come: 30s, 5m.", show_default=False),
]


@with_session(common_options)
def accept(  # noqa: PLR0913, PLR0917
    session: Session,
    image: ImageArgument,
    member: MemberArgument = None,
    owner: Owner = None,
    hash_: Hash = None,
    wait: Wait = None,
    vault_id: VaultOption = None,
) -> None:
    """Accept an image that is shared with you.

    It then stands in the project's image list. Saying it again changes nothing. A name is no proof of what an
    image is: --owner and --hash look at it first, and change nothing if it is another.
    """
    expected = None
    if owner is not None or hash_ is not None:
        from imgshare_cli.shares.image_checks import parse_image_check

        expected = parse_image_check(owner, hash_)

    subject = ShareTarget(session, image, member)
    agreed: set[str] = set()

    def attempt() -> models.Member:
        image_id = subject.image_id(owner=owner)
        if expected:
            expected.check(session.client.get_image(image_id))
        elif session.is_attended and image_id not in agreed:
            _ask_about_namesakes(session, image_id)
            agreed.add(image_id)
        vault = vault_id or session.settings.vault_id
        return set_share_status(session.client, image_id, subject.member_id, Status.ACCEPTED, vault)

    patient = attempt if wait is None else _waiting(session, attempt, image, wait)
    _show(session, subject, Status.ACCEPTED, patient)


@with_session(common_options)
def reject(session: Session, image: ImageArgument, member: MemberArgument = None) -> None:
    """Reject an image that is shared with you.

    This hides the image from the project's image list. It is no security control: whoever knows the ID can
    still use the image until its owner unshares it.
    """
    _decide(session, image, member, Status.REJECTED)


@with_session(common_options)
def reset(session: Session, image: ImageArgument, member: MemberArgument = None) -> None:
    """Make a share pending again, as if nobody had decided."""
    _decide(session, image, member, Status.PENDING)


def _decide(session: Session, image: str, member: str | None, status: Status) -> None:
    subject = ShareTarget(session, image, member)

    def attempt() -> models.Member:
        return set_share_status(session.client, subject.image_id(), subject.member_id, status)

    _show(session, subject, status, attempt)


def _show(session: Session, subject: ShareTarget, status: Status, attempt: Callable[[], models.Member]) -> None:
    with subject.explained(status.verb):
        share = attempt()
    session.output.member(share)


def _waiting(
    session: Session, attempt: Callable[[], models.Member], image: str, span: str
) -> Callable[[], models.Member]:
    from imgshare_cli.cli import durations
    from imgshare_cli.shares.wait import wait_for_share

    longest = durations.parse_duration(span, "--wait")

    def patiently() -> models.Member:
        with session.output.busy(f"waiting for image {image} to be shared"):
            return wait_for_share(attempt, longest)

    return patiently


def _ask_about_namesakes(session: Session, image_id: str) -> None:
    from imgshare_cli.shares.image_checks import find_same_name_images
    from imgshare_cli.terminal import prompt

    try:
        image = session.client.get_image(image_id)
        others = find_same_name_images(session.client, image)
    except (AuthError, ForbiddenError, NotFoundError, RefusedError, UnavailableError):
        return  # a token may be good for the decision alone, and the decision says what is wrong
    if others:
        session.output.rest()
        session.output.note(f"an image called {image.name!r} is in the project's image list already:")
        for other in others:
            session.output.note(f"  {other.id}  owner {other.owner}")
        session.output.question(f"Accept {image.id} from project {image.owner} as well? [y/N] ")
        if not prompt.read_confirmation():
            raise InterruptedByUserError("nothing was changed")
