"""The projects of a fleet run, and the access to each while there is something to do in it."""

from __future__ import annotations

import threading
import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imgshare_cli.batch.name_cache import NameCache
from imgshare_cli.errors import AuthError, ImgshareError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.api.credential import Credential
    from imgshare_cli.api.pace import Pace
    from imgshare_cli.batch.fleet_login import FleetLogin


@dataclass(frozen=True, eq=False)
class FleetService:
    """One image service of a fleet, and the login for it.

    Attributes:
        login: requests the tokens for the projects.
        endpoint: the address of the image service.
        pace: keeps all requests to it at a pace that it bears.
        region: the region, where the run has several.
    """

    login: FleetLogin
    endpoint: str
    pace: Pace
    region: str | None = None


@dataclass(frozen=True)
class FleetProject:
    """A project that decides, or why there is none.

    Attributes:
        id: its ID; None where it is not known.
        name: its name, where it is known.
        service: the image service where it decides; None where there is none.
        error: why it cannot be used.
        cloud: the entry of clouds.yaml, where the run has several.
        region: the region, where the run has several.
    """

    id: str | None
    name: str | None = None
    service: FleetService | None = None
    error: ImgshareError | None = None
    cloud: str | None = None
    region: str | None = None

    def __str__(self) -> str:
        """As people are told of it."""
        where = ", ".join(part for part in (self.cloud, self.region) if part)
        name = self.name or self.id or "-"
        return f"{name} ({where})" if where else name

    def to_json(self) -> dict[str, str | None]:
        """Return what outcomes and lists have of it."""
        varying = {"cloud": self.cloud, "region": self.region}
        return {
            "project_id": self.id,
            "project_name": self.name,
            **{key: value for key, value in varying.items() if value is not None},
        }


class ProjectAccess:
    """The access to one project: its token is requested for its first item, and goes with its last.

    Args:
        project: the project.

    Attributes:
        names: the images that names stand for in this project.
    """

    def __init__(self, project: FleetProject) -> None:
        self.project = project
        self.names = NameCache()
        self._lock = threading.Lock()
        self._credential: Credential | None = None
        self._failure: ImgshareError | None = None

    def get_credential(self, request: Callable[[], Credential], rejected: str | None = None) -> Credential:
        """Get the credential of the project, which the first caller requests while the others wait.

        Args:
            request: requests it from the identity service.
            rejected: the secret that the image service rejected, if it did.

        Raises:
            ImgshareError: the project cannot be entered.
        """
        with self._lock:
            if self._failure:
                raise self._failure.replace()  # a copy: each worker adds its own traceback
            if self._credential is None or self._credential.secret == rejected:
                try:
                    self._credential = request()
                except (AuthError, UnavailableError):
                    raise  # the login's fault or the service's, not the project's
                except ImgshareError as exc:
                    self._failure = exc.replace()
                    raise
                self._hide(self._credential.secret)
            return self._credential

    def _hide(self, secret: str) -> None:
        """Keep a token out of all messages for as long as anything may know it."""
        login = self.project.service.login if self.project.service else None
        if login:
            login.hide_secret(secret)
            weakref.finalize(self, login.forget_secret, secret).atexit = False
