"""The names of owners: those of `[owners]` in the config file, and `mine` for the user's own project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.api.models import is_project_id
from imgshare_cli.errors import UsageError

if TYPE_CHECKING:
    from imgshare_cli.cli.session import Session

MINE = "mine"
_MAX_SHOWN = 60


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


def find_owner_name(session: Session, owner_id: str | None) -> str | None:
    """Find the name of an owner, if it has one."""
    if owner_id and owner_id == session.member_id:
        return MINE
    return session.file.owners.find_name(owner_id)


def name_owner(session: Session, owner_id: str | None) -> str:
    """Return the name of an owner, or else its ID."""
    return find_owner_name(session, owner_id) or owner_id or "-"


def describe_owner(session: Session, owner_id: str | None) -> str:
    """Return the ID of an owner, with its name at a terminal; a script gets the ID alone."""
    name = find_owner_name(session, owner_id) if session.is_at_terminal else None
    return f"{name} ({owner_id})" if name else owner_id or "-"


def _get_own_project(session: Session) -> str:
    if project_id := session.member_id:
        return project_id
    raise UsageError("--owner mine: your project is not known", hint="pass it with --project ID")


def _create_unknown_error(session: Session, owner: str) -> UsageError:
    import difflib

    names = sorted(session.file.owners.ids)
    shown = owner if len(owner) <= _MAX_SHOWN else f"{owner[:_MAX_SHOWN]}…"
    close = difflib.get_close_matches(owner[:_MAX_SHOWN].lower(), names, 1)
    meant = f"; did you mean {close[0]!r}?" if close else ""
    add = hints.build_command("config", "set", "owners.NAME", "ID")
    return UsageError(
        f"--owner {shown!r} is neither a project ID nor the name of an owner{meant}",
        hint=f"known names: {', '.join([*names, MINE])}; {add} adds one",
    )
