"""The names of owners: those of `[owners]` in the config file, and `mine` for the user's own project."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MINE = "mine"


class OwnerNames:
    """Names of owners, which people cannot tell apart by their IDs.

    Args:
        ids: the project ID for each name.
        own_id: the user's own project, where it is known and to be named as well.
    """

    def __init__(self, ids: Mapping[str, str] | None = None, own_id: str | None = None) -> None:
        self.ids = ids or {}
        self._names = {owner_id: name for name, owner_id in self.ids.items()}
        if own_id:
            self._names[own_id] = MINE

    def add_own_project(self, own_id: str | None) -> OwnerNames:
        """Return these names with `mine` for a project, if it is known."""
        return OwnerNames(self.ids, own_id)

    def find_id(self, owner: str) -> str:
        """Return the project ID of a name; what is not a name is returned as it is."""
        return self.ids.get(owner, owner)

    def find_name(self, owner_id: str | None) -> str | None:
        """Return the name of a project ID, if it has one."""
        return self._names.get(owner_id) if owner_id else None
