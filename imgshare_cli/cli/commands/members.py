"""`members`, `share` and `unshare`: what the owner of an image does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from imgshare_cli import hints
from imgshare_cli.api.models import is_project_id
from imgshare_cli.cli.filter_options import StatusChoice
from imgshare_cli.cli.options import ImageArgument, build_common_options, common_options, with_session
from imgshare_cli.cli.session import Session
from imgshare_cli.cli.target import ShareTarget
from imgshare_cli.shares.decisions import run_for_each_member, stop_sharing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imgshare_cli.api import models

MembersArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="MEMBER…", help="IDs of the projects; those that you belong to also by name.", show_default=False
    ),
]


@with_session(common_options)
def members(
    session: Session,
    image: ImageArgument,
    status: Annotated[
        StatusChoice,
        typer.Option("--status", metavar="STATUS", help="Filter by status: pending, accepted, rejected or all."),
    ] = StatusChoice.ALL,
) -> None:
    """List the projects that an image is shared with.

    Shows what each of them decided. The owner of the image sees all of them, a member only itself. SINCE is when a
    project decided or, while it is pending, when the image was shared with it.
    """
    shares = session.client.list_members(ShareTarget(session, image, command="members").resolve_image_id(own=True))
    rows = [member for member in shares if member.status in status.statuses]
    if session.output.as_json:
        session.output.print_array(member.raw for member in rows)
        return
    _print_members(session, rows)
    if not rows and session.output.is_at_terminal():
        session.output.print_note(
            "it is not shared with any project"
            + ("" if status is StatusChoice.ALL else f" whose status is {status.value}")
        )


@with_session(common_options)
def share(session: Session, image: ImageArgument, members: MembersArgument) -> None:
    """Share one of your images with other projects.

    They can use it at once, and see it in their image list once they accept it. The service accepts any text as a
    project ID, so a typo creates a share that nobody can accept.
    """
    from imgshare_cli.shares.project_names import ProjectNames

    image_id = ShareTarget(session, image, command="share").resolve_image_id(own=True)
    known = ProjectNames(session.open_identity_client)

    def share_with(member: str) -> models.Member:
        member_id = known.resolve_id(member)
        if not session.output.as_json:  # JSON has the ID, and its reader expects nothing on stderr
            _note_unusual_member(session, image_id, member, member_id)
        return session.client.share_image(image_id, member_id)

    shared = run_for_each_member(members, share_with, session.output.print_error)
    if session.output.as_json or len(members) == 1:
        for row in shared:
            session.output.print_member(row)
    else:
        _print_members(session, shared)


def _print_members(session: Session, rows: Iterable[models.Member]) -> None:
    from imgshare_cli.cli.owner_names import describe_owner
    from imgshare_cli.terminal.columns import build_member_columns

    columns = build_member_columns(lambda project_id: describe_owner(session, project_id))
    session.output.print_table(columns, rows)


def _note_unusual_member(session: Session, image_id: str, member: str, member_id: str) -> None:
    """Print the ID of a project that was given by name, or a note that MEMBER is not a project ID."""
    if member_id != member:
        session.output.print_note(f"project {member!r} is {member_id}")
    elif not is_project_id(member):
        unshare_command = hints.build_command(
            "unshare", hints.quote_word(image_id, "IMAGE"), hints.quote_word(member, "MEMBER")
        )
        session.output.print_note(
            f"note: {member!r} does not look like a project ID; if it is not one, nobody can accept the share, and "
            f"{unshare_command} removes it"
        )


@with_session(build_common_options(with_no_input=True))
def unshare(session: Session, image: ImageArgument, members: MembersArgument) -> None:
    """Stop sharing an image.

    The projects lose access to the image at once, whatever they decided, and are not notified.
    """
    from imgshare_cli.shares.project_names import ProjectNames

    image_id = ShareTarget(session, image, command="unshare").resolve_image_id(own=True)
    known = ProjectNames(session.open_identity_client)

    def unshare_from(member: str) -> str:
        # First unchanged: an image that was shared with a name by mistake is unshared from that name.
        return stop_sharing(session.client, image_id, member, known.resolve_id)

    for member_id in run_for_each_member(members, unshare_from, session.output.print_error):
        if session.output.as_json:
            session.output.print_json({"image_id": image_id, "member_id": member_id, "result": "unshared"})
        else:
            session.output.print_note(f"image {image_id} is no longer shared with project {member_id}")
