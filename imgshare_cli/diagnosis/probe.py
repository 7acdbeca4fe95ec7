"""Doors that a diagnosis may knock at: whoever waits for an error is not kept waiting for long."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from imgshare_cli.api import identity_client as directory
from imgshare_cli.api.image_client import ImageClient
from imgshare_cli.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from imgshare_cli.api.credential import Grant
    from imgshare_cli.api.identity_client import Directory
    from imgshare_cli.api.transport import Wire
    from imgshare_cli.config.settings import Settings

SECONDS = 10.0
_SECONDS_EACH = 5.0


@dataclass(frozen=True)
class Doors:
    """The image service that refused, and what else lies behind the same login.

    Attributes:
        settings: the settings of the run.
        grant: what lets us in.
        endpoint: the address of the image service that refused.
        connect: opens a connection to an address, with headers, authorities and the seconds that a request may take.
        secrets: where every secret is put that must not be shown.
        deadline: when nobody is to be asked any more.
    """

    settings: Settings
    grant: Grant
    endpoint: str
    connect: Callable[[str, Mapping[str, str], str | None, float], Wire]
    secrets: list[str]
    deadline: float = field(default_factory=lambda: time.monotonic() + SECONDS)

    def images(self, *, endpoint: str | None = None, token: str | None = None) -> ImageClient:
        """The image service, or the one at another address; with our token, or with another.

        Raises:
            UnavailableError: the time is up.
            ConfigError: a token must not go to that address.
        """
        grant = replace(self.grant, secret=token) if token else self.grant
        wire = self._opened(endpoint or self.endpoint, grant)
        # A token that is not taken is not renewed: that has been tried, if it could be.
        return ImageClient(wire, grant, renewed=lambda _worthless: None)

    def directory(self) -> Directory | None:
        """The identity service, or None where the grant is not from one.

        Raises:
            UnavailableError: the time is up.
            ConfigError: a token must not go to that address.
        """
        return directory.of(self.grant, self._opened)

    def _opened(self, address: str, grant: Grant) -> Wire:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise UnavailableError("there is no time left to ask why")
        self.secrets.append(grant.secret)
        return self.connect(address, grant.headers(), grant.cacert, min(left, _SECONDS_EACH, self.settings.timeout))
