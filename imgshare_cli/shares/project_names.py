"""Looks up projects by names: those that the config gives, and our own, as far as the identity service lists them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from imgshare_cli.api.models import is_project_id
from imgshare_cli.errors import ImgshareError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imgshare_cli.api.identity_client import IdentityClient, Project


class ProjectNames:
    """The names of projects; those of our own are read when the first name is looked up.

    Args:
        open_identity_client: opens the identity service; None without a login.
        find_named_id: returns the ID that the config has for a name, or None.
        own_projects: our own projects, where they have been read already.
    """

    def __init__(
        self,
        open_identity_client: Callable[[], IdentityClient | None],
        find_named_id: Callable[[str], str | None],
        own_projects: Sequence[Project] | None = None,
    ) -> None:
        if own_projects is not None:
            self._own_projects = list(own_projects)
        self._open_identity_client = open_identity_client
        self._find_named_id = find_named_id

    def resolve_id(self, member: str) -> str:
        """Resolve a name from the config, or of one of our projects, to the ID; any other text is returned unchanged.

        Raises:
            UsageError: several of our projects have the name.
        """
        if is_project_id(member):
            return member
        if named_id := self._find_named_id(member):
            return named_id
        named = [project for project in self._own_projects if project.name == member]
        if len(named) > 1:
            raise UsageError(
                f"{len(named)} of your projects are named {member!r}",
                hint="use the ID of the one you mean",
                details=[project.id for project in named],
            )
        return named[0].id if named else member

    def list_own_projects(self) -> list[Project]:
        """List our own projects; none where the identity service does not name them."""
        return self._own_projects

    @cached_property
    def _own_projects(self) -> list[Project]:
        try:
            client = self._open_identity_client()
            return client.list_projects() if client else []
        except ImgshareError:
            return []  # without names, MEMBER can only be an ID
