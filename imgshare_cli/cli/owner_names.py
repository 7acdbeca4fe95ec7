"""Owners as the user gives them to --owner, and as errors name them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.api.models import is_project_id
from imgshare_cli.cli.spelling import find_close
from imgshare_cli.config.owners import MINE
from imgshare_cli.errors import UsageError
from imgshare_cli.terminal.owners import name_owner_with_id
from imgshare_cli.truncation import truncate_text

if TYPE_CHECKING:
    from imgshare_cli.cli.session import Session
    from imgshare_cli.config.owners import OwnerNames

_MAX_SHOWN = 60
_CUTOFF = 0.6


def resolve_owner(session: Session, owner: str | None) -> str | None:
    """Resolve the value of --owner to a project ID.

    Raises:
        UsageError: it is neither a project ID nor a known name, or it is empty, as from a variable that is not set.
    """
    if owner is None:
        return None
    if not owner.strip():
        raise UsageError("--owner is empty", hint="use the ID of the owner's project, or its name in [owners]")
    if owner == MINE:
        return _get_own_project(session)
    owner_id = session.file.owners.find_id(owner)
    if is_project_id(owner_id):
        return owner_id.lower()  # as services write it; in capitals it would match nothing
    raise _create_unknown_error(session, owner)


def get_owner_names(session: Session) -> OwnerNames:
    """Get the names of owners, `mine` included."""
    return session.file.owners.add_own_project(session.member_id)


def describe_owner(session: Session, owner_id: str | None) -> str:
    """Return the ID of an owner, with its name at a terminal; a script gets the ID alone."""
    return name_owner_with_id(owner_id, get_owner_names(session)) if session.is_at_terminal else owner_id or "-"


def _get_own_project(session: Session) -> str:
    if project_id := session.member_id:
        return project_id
    raise UsageError("--owner mine: your project is not known", hint="pass it with --project ID")


def _create_unknown_error(session: Session, owner: str) -> UsageError:
    names = sorted(session.file.owners.ids)
    close = find_close(owner, names, cutoff=_CUTOFF, count=1)
    meant = f"; did you mean {close[0]!r}?" if close else ""
    add = hints.build_command("config", "set", "owners.NAME", "ID")
    return UsageError(
        f"--owner {truncate_text(owner, _MAX_SHOWN)!r} is neither a project ID nor the name of an owner{meant}",
        hint=f"known names: {', '.join([*names, MINE])}; {add} adds one",
    )
