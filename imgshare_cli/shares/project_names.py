"""Looks up our own projects by their names, as far as the identity service lists them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from imgshare_cli.api.models import is_project_id
from imgshare_cli.errors import ImgshareError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.api.identity_client import IdentityClient, Project


class ProjectNames:
    """The names of our own projects, read when the first name is looked up.

    Args:
        open_identity_client: opens the identity service; None without a login.
    """

    def __init__(self, open_identity_client: Callable[[], IdentityClient | None]) -> None:
        self._open_identity_client = open_identity_client

    def resolve_id(self, member: str) -> str:
        """Resolve a name to the ID of our project that has it; any other text is returned unchanged.

        Raises:
            UsageError: several of our projects have the name.
        """
        if is_project_id(member):
            return member
        named = [project for project in self._own_projects if project.name == member]
        if len(named) > 1:
            raise UsageError(
                f"{len(named)} of your projects are named {member!r}",
                hint="use the ID of the one you mean",
                details=[project.id for project in named],
            )
        return named[0].id if named else member

    @cached_property
    def _own_projects(self) -> list[Project]:
        try:
            client = self._open_identity_client()
            return client.list_projects() if client else []
        except ImgshareError:
            return []  # without names, MEMBER can only be an ID
