"""`unshare`: stop sharing an image."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from imgshare_cli.cli.batches.sharing_options import AccountOption, OrganizationOption, with_sharing
from imgshare_cli.cli.commands.share import MembersArgument
from imgshare_cli.cli.options import ImageArgument, YesOption, common_options, with_session
from imgshare_cli.cli.session import Session
from imgshare_cli.cli.sharing_jobs import find_sharing_jobs
from imgshare_cli.cli.target import ShareTarget
from imgshare_cli.shares.each_member import run_for_each_member
from imgshare_cli.shares.not_shared import SimilarMemberError
from imgshare_cli.shares.sharing import stop_sharing

if TYPE_CHECKING:
    from imgshare_cli.shares.changes import Unshared


@with_session(common_options)
@with_sharing(is_unshare=True)
def unshare(  # noqa: PLR0913  (its options)
    session: Session,
    image: ImageArgument,
    members: MembersArgument,
    *,
    account: AccountOption = None,
    organization: OrganizationOption = None,
    yes: YesOption = False,
) -> None:
    """Stop sharing an image.

    The projects lose access to the image at once, whatever they decided, and are not notified. On a terminal you are
    asked before several projects lose it, or one that accepted it.
    """
    from imgshare_cli.cli.project_arguments import open_project_names

    kinds = dict.fromkeys(account or [], "account") | dict.fromkeys(organization or [], "organization")
    members = [*members, *kinds]  # in the list of members they are like projects
    target = ShareTarget(session, image, command="unshare")
    image_id = target.resolve_image_id(own=True)
    known = open_project_names(session)
    if session.is_at_terminal and not yes:
        from imgshare_cli.cli.confirmation import confirm_unshare

        confirm_unshare(session, image, image_id, list(dict.fromkeys(members)), known, kinds)

    def unshare_from(member: str) -> Unshared:
        try:
            find_jobs, kind = partial(find_sharing_jobs, session), kinds.get(member)
            return stop_sharing(session.client, session.credential, image_id, member, known.resolve_id, find_jobs, kind)
        except SimilarMemberError as exc:
            raise _add_command(session, image_id, exc) from exc

    for outcome in run_for_each_member(members, unshare_from, session.output.print_error):
        _print_outcome(session, target, image_id, outcome, kinds.get(outcome.member_id, "project"))


def _print_outcome(session: Session, target: ShareTarget, image_id: str, outcome: Unshared, kind: str) -> None:
    if session.output.as_json:
        result = "unshared" if outcome.was_shared else "not_shared"
        session.output.print_json({"image_id": image_id, "member_id": outcome.member_id, "result": result})
    elif target.answers_people:
        from imgshare_cli.cli.id_prefixes import shorten_known_id
        from imgshare_cli.cli.owner_names import get_owner_names
        from imgshare_cli.terminal.outcome import describe_unsharing

        session.output.print_success(
            describe_unsharing(
                image_id,
                outcome.member_id,
                target.known_image,
                shorten_known_id(session, image_id),
                get_owner_names(session),
                was_shared=outcome.was_shared,
                kind=kind,
            )
        )
    else:
        change = "is no longer" if outcome.was_shared else "was not"
        session.output.print_note(f"image {image_id} {change} shared with {kind} {outcome.member_id}")


def _add_command(session: Session, image_id: str, error: SimilarMemberError) -> SimilarMemberError:
    from imgshare_cli.cli.typed_command import TypedCommand

    unshare_it = TypedCommand(session.context).build({"image": image_id, "members": error.similar_id})
    return error.replace(hint=f"did you mean {unshare_it}?")
