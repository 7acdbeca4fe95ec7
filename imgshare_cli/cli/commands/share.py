"""`share`: share an image with other projects."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from imgshare_cli import hints
from imgshare_cli.api.models import is_project_id
from imgshare_cli.cli.batches.sharing_options import AccountOption, OrganizationOption, with_sharing
from imgshare_cli.cli.commands.members import print_members
from imgshare_cli.cli.options import ImageArgument, common_options, complete, with_session
from imgshare_cli.cli.session import Session
from imgshare_cli.cli.sharing_jobs import find_sharing_jobs
from imgshare_cli.cli.target import ShareTarget
from imgshare_cli.shares.each_member import run_for_each_member
from imgshare_cli.shares.sharing import start_sharing

if TYPE_CHECKING:
    from imgshare_cli.api import models
    from imgshare_cli.shares.changes import Shared

MembersArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="MEMBER…",
        help="IDs of the projects; your own and those in [owners] also by name.",
        show_default=False,
        autocompletion=complete("owners"),
    ),
]


@with_session(common_options)
@with_sharing(is_unshare=False)
def share(
    session: Session,
    image: ImageArgument,
    members: MembersArgument,
    account: AccountOption = None,
    organization: OrganizationOption = None,
) -> None:
    """Share one of your images with other projects.

    They can use it at once, and see it in their image list once they accept it. The service accepts any text as a
    project ID, so a typo creates a share that nobody can accept. Sharing again changes nothing and shows the status.
    """
    from imgshare_cli.cli.project_arguments import open_project_names, refuse_near_name

    target = ShareTarget(session, image, command="share")
    image_id = target.resolve_image_id(own=True)
    if account or organization:
        from imgshare_cli.cli.account_sharing import share_with_accounts

        share_with_accounts(session, target, image_id, account or [], organization or [])
        return
    known = open_project_names(session)

    def share_with(member: str) -> models.Member:
        member_id = known.resolve_id(member)
        refuse_near_name(session, member_id)
        shared = start_sharing(session.client, image_id, member_id, partial(find_sharing_jobs, session))
        if not session.output.as_json:  # JSON has the ID, and its reader expects nothing on stderr
            _print_notes(session, target, member, shared)
        return shared.member

    shares = run_for_each_member(members, share_with, session.output.print_error)
    if session.output.as_json or target.answers_people or len(members) == 1:
        for row in shares:
            if not target.answers_people:
                session.output.print_member(row)
    else:
        print_members(session, shares)


def _print_notes(session: Session, target: ShareTarget, member: str, shared: Shared) -> None:
    """Print what was done for people, and what its result does not show: an ID, a typing error, or no change."""
    image_id, member_id = shared.member.image_id, shared.member.member_id
    if is_project_id(member_id) and not is_project_id(member):
        session.output.print_note(f"project {member!r} is {member_id}")
    if target.answers_people:
        from imgshare_cli.cli.id_prefixes import shorten_known_id
        from imgshare_cli.cli.owner_names import get_owner_names
        from imgshare_cli.terminal.outcome import describe_sharing

        shown_id, owners = shorten_known_id(session, image_id), get_owner_names(session)
        session.output.print_success(
            describe_sharing(shared.member, target.known_image, shown_id, owners, is_new=shared.is_new)
        )
    elif not shared.is_new:
        session.output.print_note(f"image {image_id} was already shared with project {member_id}")
    if shared.is_new:
        _warn_of_typing_error(session, image_id, member_id)


def _warn_of_typing_error(session: Session, image_id: str, member_id: str) -> None:
    """Say that a share may be one that nobody can accept, and which project was probably meant."""
    from imgshare_cli.cli.project_arguments import find_meant_project
    from imgshare_cli.cli.typed_command import TypedCommand

    meant = find_meant_project(session, member_id)
    if is_project_id(member_id) and not meant:
        return
    command = TypedCommand(session.context)
    image = hints.quote_word(image_id, "IMAGE")
    unshare_it = command.build_other("unshare", image, hints.quote_word(member_id, "MEMBER"))
    share_it = f"; did you mean {command.build({'image': image_id, 'members': meant})}?" if meant else ""
    session.output.print_note(
        f"note: {member_id!r} does not look like a project ID; if it is not one, nobody can accept the share, and "
        f"{unshare_it} removes it{share_it}"
    )
