"""Projects by their names, as far as the identity service tells us."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from imgshare_cli import identity
from imgshare_cli.errors import ImgshareError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.grants import Grant
    from imgshare_cli.identity import Project
    from imgshare_cli.transport import Wire


def is_usual_id(text: str) -> bool:
    """Whether a text looks like the ID of a project; Glance never checks, and clouds may make others."""
    return re.fullmatch(r"[0-9a-f]{32}", text) is not None


class Names:
    """The names of our own projects, asked for when the first is needed.

    Args:
        grant: what lets us in; without a login there is nobody to ask.
        connect: makes a connection to the identity service.
    """

    def __init__(self, grant: Grant, connect: Callable[[str, dict[str, str]], Wire]) -> None:
        self._grant = grant
        self._connect = connect

    def id_of(self, member: str) -> str:
        """The ID of the project of this name, or the text as it is where no project of ours is called so.

        Raises:
            UsageError: several are.
        """
        if is_usual_id(member):
            return member
        found = [project for project in self._ours if project.name == member]
        if len(found) > 1:
            raise UsageError(
                f"{len(found)} of your projects are called {member!r}",
                hint="give the ID of the one you mean",
                details=[f"{project.id}  domain {project.domain_id}" for project in found],
            )
        return found[0].id if found else member

    @cached_property
    def _ours(self) -> list[Project]:
        if self._grant.auth_url is None:
            return []
        try:
            return identity.projects(self._grant.auth_url, self._grant.headers(), self._connect)
        except ImgshareError:
            return []  # a name is a convenience; without it the text counts as it stands
