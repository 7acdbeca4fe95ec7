"""Doors that a diagnosis may knock at: whoever waits for an error is not kept waiting for long."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from imgshare_cli.api.authentication import TokenAuth
from imgshare_cli.api.image_client import ImageClient
from imgshare_cli.errors import UnavailableError

if TYPE_CHECKING:
    from imgshare_cli.api.connections import Connections
    from imgshare_cli.api.credential import Credential
    from imgshare_cli.api.identity_client import IdentityClient
    from imgshare_cli.config.settings import Settings

MAX_SECONDS = 10.0
_SECONDS_EACH = 5.0


@dataclass(frozen=True)
class ProbeClients:
    """The image service that refused, and what else lies behind the same login.

    Attributes:
        settings: the settings of the run.
        credential: what lets us in.
        endpoint: the address of the image service that refused.
        connections: opens connections.
        deadline: when nobody is to be asked any more.
    """

    settings: Settings
    credential: Credential
    endpoint: str
    connections: Connections
    deadline: float = field(default_factory=lambda: time.monotonic() + MAX_SECONDS)

    def images(self, *, endpoint: str | None = None, token: str | None = None) -> ImageClient:
        """The image service, or the one at another address; with our token, or with another.

        Raises:
            UnavailableError: the time is up.
            ConfigError: a token must not go to that address.
        """
        credential = replace(self.credential, secret=token) if token else self.credential
        timeout = self._next_timeout()
        auth = TokenAuth(credential)  # never refreshed: that has been tried, if it could be
        transport = self.connections.connect(endpoint or self.endpoint, auth, cacert=credential.cacert, timeout=timeout)
        return ImageClient(transport, auth)

    def directory(self) -> IdentityClient | None:
        """The identity service, or None where the credential is not from one.

        Raises:
            UnavailableError: the time is up.
            ConfigError: a token must not go to that address.
        """
        return self.connections.open_identity_client(self.credential, timeout=self._next_timeout())

    def _next_timeout(self) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise UnavailableError("there is no time left to ask why")
        return min(left, _SECONDS_EACH, self.settings.timeout)
