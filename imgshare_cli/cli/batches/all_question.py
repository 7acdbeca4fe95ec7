"""The question before all shares are decided about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.api.models import Status
from imgshare_cli.errors import InterruptedByUserError, UsageError

if TYPE_CHECKING:
    from imgshare_cli.cli.session import Session
    from imgshare_cli.shares.share_filter import ShareFilter


def confirm(session: Session, status: Status, share_filter: ShareFilter, where: str = "") -> None:
    """Ask before all shares are decided about.

    Args:
        session: the run.
        status: the decision.
        share_filter: which shares are meant.
        where: what the question says about the projects.

    Raises:
        UsageError: nobody may be asked.
        InterruptedByUserError: the person says no.
    """
    from imgshare_cli.cli.typed_command import TypedCommand

    which = _describe_shares(session, share_filter, in_fleet=bool(where)) + where
    if not session.is_attended:
        typed = TypedCommand(session.context)
        changes: dict[str, str | bool | None] = {"--no-input": None}
        raise UsageError(
            f"{status.verb} --all needs a confirmation: it is about {which}",
            hint=f"{typed.build({}, {**changes, '--yes': True})} does it without asking, and "
            f"{typed.build({}, {**changes, '--dry-run': True})} shows what it would do",
        )
    from imgshare_cli.terminal.questions import ask_yes

    if not ask_yes(session.output, f"{status.verb.capitalize()} {which}?"):
        raise InterruptedByUserError("nothing was changed")


def _describe_shares(session: Session, share_filter: ShareFilter, *, in_fleet: bool) -> str:
    from imgshare_cli.cli.owner_names import describe_owner

    statuses = " and ".join(status.value for status in share_filter.statuses)
    which = f"all {statuses} images" if len(share_filter.statuses) < len(Status) else "all images"
    source = (
        f" of project {describe_owner(session, share_filter.owner, in_fleet=in_fleet)}"
        if share_filter.owner
        else " of any owner"
    )
    name = f" with names like {hints.quote_text(share_filter.name)}" if share_filter.name else ""
    age = " of that age" if share_filter.has_age else ""
    return which + source + name + age
