"""`share`: share an image with other projects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from imgshare_cli import hints
from imgshare_cli.api.models import is_project_id
from imgshare_cli.cli.commands.members import print_members
from imgshare_cli.cli.options import ImageArgument, common_options, with_session
from imgshare_cli.cli.session import Session
from imgshare_cli.cli.target import ShareTarget
from imgshare_cli.shares.sharing import run_for_each_member, start_sharing

if TYPE_CHECKING:
    from imgshare_cli.api import models
    from imgshare_cli.shares.sharing import Shared

MembersArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="MEMBER…", help="IDs of the projects; those that you belong to also by name.", show_default=False
    ),
]


@with_session(common_options)
def share(session: Session, image: ImageArgument, members: MembersArgument) -> None:
    """Share one of your images with other projects.

    They can use it at once, and see it in their image list once they accept it. The service accepts any text as a
    project ID, so a typo creates a share that nobody can accept. Sharing again changes nothing and shows the status.
    """
    from imgshare_cli.shares.project_names import ProjectNames

    image_id = ShareTarget(session, image, command="share").resolve_image_id(own=True)
    known = ProjectNames(session.open_identity_client)

    def share_with(member: str) -> models.Member:
        shared = start_sharing(session.client, image_id, known.resolve_id(member))
        if not session.output.as_json:  # JSON has the ID, and its reader expects nothing on stderr
            _print_notes(session, member, shared)
        return shared.member

    shares = run_for_each_member(members, share_with, session.output.print_error)
    if session.output.as_json or len(members) == 1:
        for row in shares:
            session.output.print_member(row)
    else:
        print_members(session, shares)


def _print_notes(session: Session, member: str, shared: Shared) -> None:
    """Print what the fields of a share do not show: a name's ID, a typing error, or that nothing was changed."""
    image_id, member_id = shared.member.image_id, shared.member.member_id
    if is_project_id(member_id) and not is_project_id(member):
        session.output.print_note(f"project {member!r} is {member_id}")
    if not shared.is_new:
        session.output.print_note(f"image {image_id} was already shared with project {member_id}")
    elif not is_project_id(member_id):
        unshare_command = hints.build_command(
            "unshare", hints.quote_word(image_id, "IMAGE"), hints.quote_word(member, "MEMBER")
        )
        session.output.print_note(
            f"note: {member!r} does not look like a project ID; if it is not one, nobody can accept the share, and "
            f"{unshare_command} removes it"
        )
