"""`show`: one share."""

from __future__ import annotations

from imgshare_cli.cli.batches.fleet_options import FleetFlags, create_member_error, with_fleet
from imgshare_cli.cli.options import ImageArgument, MemberArgument, member_options, with_session
from imgshare_cli.cli.session import Session
from imgshare_cli.cli.target import ShareTarget
from imgshare_cli.shares.decisions import get_share


@with_session(member_options)
@with_fleet
def show(session: Session, image: ImageArgument, member: MemberArgument = None, *, fleet: FleetFlags) -> None:
    """Show one share, and what the project decided.

    On a terminal also shows the image, and other images of its name in your project's image list.
    """
    if fleet.is_fleet:
        from imgshare_cli.cli.batches.showing import show_in_projects

        if member is not None:
            raise create_member_error()
        show_in_projects(session, fleet, image)
        return
    target = ShareTarget(session, image, member, command="show")
    with target.explain_refusal("show"):
        share = get_share(session.client, target.resolve_image_id(), target.member_id)
    if not target.answers_people:
        session.output.print_member(share)
        return
    from imgshare_cli.shares.image_details import load_share_details
    from imgshare_cli.terminal.image_details import describe_share

    details = load_share_details(session.client, share, target.known_image)
    own_id = share.member_id if member is None else session.member_id
    session.output.print_fields(describe_share(details, session.file.owners.add_own_project(own_id), own_id))
