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


def describe_owner(session: Session, owner_id: str | None) -> str:
    """Return the ID of an owner, with its name at a terminal; a script gets the ID alone."""
    return name_owner_with_id(owner_id, get_owner_names(session)) if session.is_at_terminal else owner_id or "-"
