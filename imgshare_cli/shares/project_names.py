"""Projects by their names, as far as the identity service tells us."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from imgshare_cli.api.models import is_project_id
from imgshare_cli.errors import ImgshareError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.api.identity_client import IdentityClient, Project


class ProjectNames:
    """The names of our own projects, asked for when the first is needed.

    Args:
        directory: whom to ask; None without a login. It is called when the first name is met.
    """

    def __init__(self, directory: Callable[[], IdentityClient | None]) -> None:
        self._directory = directory

    def id_of(self, member: str) -> str:
        """The ID of the project of this name, or the text as it is where no project of ours is called so.

        Raises:
            UsageError: several are.
        """
        if is_project_id(member):
            return member
        found = [project for project in self._ours if project.name == member]
        if len(found) > 1:
            raise UsageError(
                f"{len(found)} of your projects are called {member!r}",
                hint="give the ID of the one you mean",
                details=[project.id for project in found],
            )
        return found[0].id if found else member

    @cached_property
    def _ours(self) -> list[Project]:
        try:
            directory = self._directory()
            return directory.list_projects() if directory else []
        except ImgshareError:
            return []  # a name is a convenience; without it the text counts as it stands
