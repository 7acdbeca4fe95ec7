"""The questions that commands ask before they change something, and what happens where nobody may be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.errors import AuthError, InterruptedByUserError, ServiceError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imgshare_cli.api.images import Image
    from imgshare_cli.cli.session import Session
    from imgshare_cli.shares.project_names import ProjectNames


def confirm_same_name(session: Session, image: Image) -> None:
    """Ask before an image joins others of its name in the project's image list.

    Args:
        session: the run.
        image: the image.

    Raises:
        UsageError: nobody may be asked.
        InterruptedByUserError: the person says no.
    """
    from imgshare_cli.cli.owner_names import get_owner_names
    from imgshare_cli.shares.image_checks import find_same_name_images
    from imgshare_cli.terminal.owners import name_owner_with_id

    try:
        others = find_same_name_images(session.client, image)
    except (AuthError, ServiceError):
        return  # a token may be allowed to decide and nothing else, and the decision says what is wrong
    if not others:
        return
    owners = get_owner_names(session)
    session.output.stop_progress()
    named = hints.quote_text(image.name or "")
    session.output.print_note(f"an image named {named} is already in the project's image list:")
    for other in others:
        session.output.print_note(f"  {other.id}  owner {name_owner_with_id(other.owner, owners)}")
    if session.no_input:
        raise _create_unconfirmed_error(session, image.id)
    owner = name_owner_with_id(image.owner, owners)
    _ask(session, f"Accept {image.id} from project {owner} as well?")


def _create_unconfirmed_error(session: Session, image_id: str) -> UsageError:
    from imgshare_cli.cli.typed_command import TypedCommand

    accept_it = TypedCommand(session.context).build({"image": image_id}, {"--no-input": None, "--yes": True})
    return UsageError(
        f"accepting {image_id} needs a confirmation, and {session.no_input} forbids asking for it",
        hint=f"{accept_it} accepts it as well",
    )


def confirm_unshare(  # noqa: PLR0913, PLR0917  (what a question is about)
    session: Session,
    image: str,
    image_id: str,
    members: Sequence[str],
    known: ProjectNames,
    kinds: Mapping[str, str],
) -> None:
    """Ask before several projects lose an image, or one that accepted it.

    Args:
        session: the run.
        image: IMAGE as it was given.
        image_id: its ID.
        members: the projects, as they were given.
        known: the names of projects.
        kinds: what those of the members are that are no projects.

    Raises:
        UsageError: nobody may be asked.
        InterruptedByUserError: the person says no.
    """
    from imgshare_cli.cli.typed_command import TypedCommand

    image = hints.quote_unless_plain(image)
    accepted = _count_accepted(session, image_id, members, known)
    if len(members) == 1 and not accepted:
        return
    if len(members) == 1:
        projects = f"{kinds.get(members[0], 'project')} {hints.quote_unless_plain(members[0])}, which accepted it"
    else:
        projects = f"{len(members)} {'members' if kinds else 'projects'}" + (
            f", {accepted} of which accepted it" if accepted else ""
        )
    if session.no_input:
        subject = f"unsharing {image} from {projects}" + ("," if accepted else "")
        unshare_it = TypedCommand(session.context).build({}, {"--no-input": None, "--yes": True})
        raise UsageError(
            f"{subject} needs a confirmation, and {session.no_input} forbids asking for it",
            hint=f"{unshare_it} unshares it",
        )
    _ask(session, f"Stop sharing {image} with {projects}?")


def _count_accepted(session: Session, image_id: str, members: Sequence[str], known: ProjectNames) -> int:
    """Count the projects that accepted the image, as far as the service shows it."""
    from imgshare_cli.api.models import Status

    try:
        shares = {share.member_id: share.status for share in session.client.list_members(image_id)}
    except ServiceError:
        return 0  # unsharing says what is wrong
    ids = {member if member in shares else known.resolve_id(member) for member in members}
    return len([id_ for id_ in ids if shares.get(id_) is Status.ACCEPTED])


def _ask(session: Session, question: str) -> None:
    from imgshare_cli.terminal.questions import ask_yes

    if not ask_yes(session.output, question):
        raise InterruptedByUserError("nothing was changed")
