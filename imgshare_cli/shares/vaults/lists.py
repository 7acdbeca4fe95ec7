"""The backup vaults of many projects, each project's listed once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from imgshare_cli.errors import ImgshareError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from imgshare_cli.api.vaults import Vault

_MAX_PROJECTS = 10_000


class VaultLists:
    """The vaults of the projects of a run, those of each project listed once; several threads may use it."""

    def __init__(self) -> None:
        self._projects: OrderedDict[Hashable, _ProjectVaults] = OrderedDict()
        self._lock = threading.Lock()

    def list(self, project: Hashable, read: Callable[[], Sequence[Vault]]) -> Sequence[Vault]:
        """List the vaults of a project.

        Args:
            project: what tells the project from the others of the run.
            read: asks the backup service for them.

        Raises:
            ImgshareError: what `read` raises, or raised before.
        """
        return self._find(project).list(read)

    def is_first_choice(self, project: Hashable) -> bool:
        """Whether nobody has asked this about the project before."""
        vaults = self._find(project)
        with self._lock:
            is_first, vaults.was_chosen_from = not vaults.was_chosen_from, True
        return is_first

    def _find(self, project: Hashable) -> _ProjectVaults:
        with self._lock:
            vaults = self._projects.setdefault(project, _ProjectVaults())
            if len(self._projects) > _MAX_PROJECTS:
                self._projects.popitem(last=False)
            return vaults


class _ProjectVaults:
    """The vaults of one project, listed by the first who asks for them while the others wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answer: Sequence[Vault] | ImgshareError | None = None
        self.was_chosen_from = False

    def list(self, read: Callable[[], Sequence[Vault]]) -> Sequence[Vault]:
        with self._lock:
            if self._answer is None:
                try:
                    self._answer = read()
                except ImgshareError as exc:
                    self._answer = exc.replace()  # without its traceback, which holds all that was there
            if isinstance(self._answer, ImgshareError):
                raise self._answer.replace()  # a copy, because each thread adds its traceback to what it raises
            return self._answer
