"""Owners as messages name them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.terminal.owners import name_owner_with_id

if TYPE_CHECKING:
    from imgshare_cli.cli.session import Session
    from imgshare_cli.config.owners import OwnerNames


def get_owner_names(session: Session) -> OwnerNames:
    """Get the names of owners, `mine` included."""
    return session.file.owners.add_own_project(session.member_id)


def describe_owner(session: Session, owner_id: str | None, *, in_fleet: bool = False) -> str:
    """Return the ID of an owner, with its name at a terminal; a script gets the ID alone.

    Args:
        session: the run.
        owner_id: the owner.
        in_fleet: whether the run is about many projects, of which none is `mine`; it may have no login but theirs.
    """
    if not session.is_at_terminal:
        return owner_id or "-"
    return name_owner_with_id(owner_id, session.file.owners if in_fleet else get_owner_names(session))
