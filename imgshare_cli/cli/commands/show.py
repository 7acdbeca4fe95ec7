"""`show`: one share."""

from __future__ import annotations

from imgshare_cli.cli.options import Image, Member, with_session, world
from imgshare_cli.cli.session import Session
from imgshare_cli.cli.target import Subject
from imgshare_cli.shares import decisions as sharing


@with_session(world)
def show(session: Session, image: Image, member: Member = None) -> None:
    """Show one share and what the project has decided."""
    subject = Subject(session, image, member)
    with subject.explained("show"):
        share = sharing.share(session.client, subject.image_id(), subject.member_id)
    session.output.member(share)
