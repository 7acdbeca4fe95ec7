"""`show`: one share."""

from __future__ import annotations

from imgshare_cli.cli.options import ImageArgument, MemberArgument, member_options, with_session
from imgshare_cli.cli.session import Session
from imgshare_cli.cli.target import ShareTarget
from imgshare_cli.shares.decisions import get_share


@with_session(member_options)
def show(session: Session, image: ImageArgument, member: MemberArgument = None) -> None:
    """Show one share, and what the project decided."""
    target = ShareTarget(session, image, member, command="show")
    with target.explain_refusal("show"):
        share = get_share(session.client, target.resolve_image_id(), target.member_id)
    session.output.print_member(share)
