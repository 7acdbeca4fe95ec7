"""Asks the identity service which projects exist: each once, and only while it says so."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING

from imgshare_cli.errors import ImgshareError

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.api.identity_client import IdentityClient


class ProjectChecks:
    """What the identity service says about projects; several threads may use it.

    Attributes:
        is_told: whether it says which projects exist, as far as is known.
    """

    def __init__(self) -> None:
        self._known: dict[str, Future[bool | None]] = {}
        self._lock = threading.Lock()
        self.is_told = True

    def exists(self, project_id: str, open_identity_client: Callable[[], IdentityClient | None]) -> bool | None:
        """Whether a project exists; None where the identity service does not say.

        That it does not is only believed of an identity service that knows the project of the token: a gateway that
        does not pass the question on may answer 404 as well.

        Args:
            project_id: the project.
            open_identity_client: opens the identity service, or returns the connection of this thread; None where
                there is nobody to ask.
        """
        exists = self._ask_once(project_id, open_identity_client)
        if exists is not False:
            return exists
        client = open_identity_client()
        own_id = client.project_id if client else None
        if own_id is None or not self._ask_once(own_id, open_identity_client):
            self.is_told = False
            return None
        return False

    def _ask_once(self, project_id: str, open_identity_client: Callable[[], IdentityClient | None]) -> bool | None:
        with self._lock:
            is_first = project_id not in self._known
            known = self._known.setdefault(project_id, Future())
        if is_first:
            try:
                known.set_result(self._ask(project_id, open_identity_client))
            except BaseException as exc:  # noqa: BLE001  (it is raised where the result is taken, in each thread)
                known.set_exception(exc)
        return known.result()

    def _ask(self, project_id: str, open_identity_client: Callable[[], IdentityClient | None]) -> bool | None:
        # A token that may not know of one project may know of few, and never that one does not exist.
        if not self.is_told:
            return None
        try:
            client = open_identity_client()
            exists = client.has_project(project_id) if client else None
        except ImgshareError:
            exists = None
        if exists is None:
            self.is_told = False
        return exists
