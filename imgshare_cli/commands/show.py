"""`show`: one share."""

from __future__ import annotations

from imgshare_cli import sharing
from imgshare_cli.options import Image, Member, with_session, world
from imgshare_cli.session import Session


@with_session(world)
def show(session: Session, image: Image, member: Member = None) -> None:
    """Show one share and what the project has decided."""
    with session.explaining("show", image, member):
        share = sharing.share(session.client, session.image_id(image), member or session.member)
    session.output.member(share)
