"""`show`: one share."""

from __future__ import annotations

from imgshare_cli import sharing
from imgshare_cli.options import AsJson, Image, Member, with_session
from imgshare_cli.session import Session


@with_session
def show(session: Session, image: Image, member: Member = None, *, as_json: AsJson = False) -> None:
    """Show one share and what the project has decided."""
    session.output.member(sharing.share(session.client, image, member or session.settings.project_id))
