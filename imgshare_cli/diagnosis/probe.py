"""Clients for error diagnosis, limited to a few seconds: a user waits for the error meanwhile."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from imgshare_cli.api.authentication import create_auth
from imgshare_cli.api.image_client import ImageClient
from imgshare_cli.errors import UnavailableError

if TYPE_CHECKING:
    from imgshare_cli.api.connections import Connections
    from imgshare_cli.api.credential import Credential
    from imgshare_cli.api.identity_client import IdentityClient
    from imgshare_cli.api.service_kind import ServiceKind
    from imgshare_cli.config.settings import Settings

MAX_SECONDS = 10.0
_REQUEST_SECONDS = 5.0


@dataclass(frozen=True)
class ProbeClients:
    """Creates clients for the image service that refused and for what the same login can reach.

    Attributes:
        settings: the settings of the run.
        credential: the credential of the refused request.
        endpoint: the URL of the image service that refused.
        connections: opens connections.
        service_kind: what the image service that refused is, if it is known.
        deadline: the time after which no client is created.
    """

    settings: Settings
    credential: Credential
    endpoint: str
    connections: Connections
    service_kind: ServiceKind | None = None
    deadline: float = field(default_factory=lambda: time.monotonic() + MAX_SECONDS)

    def create_image_client(self, *, endpoint: str | None = None, credential: Credential | None = None) -> ImageClient:
        """Create a client for the image service.

        Args:
            endpoint: another image service's URL.
            credential: another credential of the same login.

        Raises:
            UnavailableError: the time is up.
            ConfigError: a token must not be sent to that URL.
        """
        credential = credential or self.credential
        timeout = self._next_timeout()
        auth = create_auth(credential)  # never refreshed: that has been tried, if it could be
        transport = self.connections.connect(endpoint or self.endpoint, auth, cacert=credential.cacert, timeout=timeout)
        transport.service_kind = transport.service_kind or self.service_kind
        return ImageClient(transport, auth)

    def create_identity_client(self) -> IdentityClient | None:
        """Create a client for the identity service, or None where the credential is not from one.

        Raises:
            UnavailableError: the time is up.
            ConfigError: a token must not be sent to that URL.
        """
        return self.connections.open_identity_client(self.credential, timeout=self._next_timeout())

    def _next_timeout(self) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise UnavailableError("no time left to find the reason")
        return min(left, _REQUEST_SECONDS, self.settings.timeout)
