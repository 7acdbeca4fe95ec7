"""The question before projects lose an image, and what happens where nobody may be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.errors import InterruptedByUserError, ServiceError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imgshare_cli.cli.session import Session
    from imgshare_cli.shares.project_names import ProjectNames


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
    ask_or_end(session, f"Stop sharing {image} with {projects}?")


def _count_accepted(session: Session, image_id: str, members: Sequence[str], known: ProjectNames) -> int:
    """Count the projects that accepted the image, as far as the service shows it."""
    from imgshare_cli.api.models import Status

    try:
        shares = {share.member_id: share.status for share in session.client.list_members(image_id)}
    except ServiceError:
        return 0  # unsharing says what is wrong
    ids = {member if member in shares else known.resolve_id(member) for member in members}
    return len([id_ for id_ in ids if shares.get(id_) is Status.ACCEPTED])


def ask_or_end(session: Session, question: str) -> None:
    """Ask a question whose answer no ends the command.

    Raises:
        InterruptedByUserError: the person says no.
    """
    from imgshare_cli.terminal.questions import ask_yes

    if not ask_yes(session.output, question):
        raise InterruptedByUserError("nothing was changed")
