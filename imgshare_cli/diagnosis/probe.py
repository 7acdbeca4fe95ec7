"""Clients for error diagnosis, limited to a few seconds: a user waits for the error meanwhile."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from imgshare_cli.api.identity_client import open_identity_client
from imgshare_cli.api.image_client import ImageClient
from imgshare_cli.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from imgshare_cli.api.credential import Credential
    from imgshare_cli.api.identity_client import IdentityClient
    from imgshare_cli.api.transport import HttpTransport
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
        connect: opens a connection to a URL, with headers, a CA file and a time limit in seconds for each request.
        secrets: the list of secrets that must not be shown; tokens of other projects are added to it.
        deadline: the time after which no client is created.
    """

    settings: Settings
    credential: Credential
    endpoint: str
    connect: Callable[[str, Mapping[str, str], str | None, float], HttpTransport]
    secrets: list[str]
    deadline: float = field(default_factory=lambda: time.monotonic() + MAX_SECONDS)

    def create_image_client(self, *, endpoint: str | None = None, token: str | None = None) -> ImageClient:
        """Create a client for the image service.

        Args:
            endpoint: another image service's URL.
            token: another token.

        Raises:
            UnavailableError: the time is up.
            ConfigError: a token must not be sent to that URL.
        """
        credential = replace(self.credential, secret=token) if token else self.credential
        transport = self._open_transport(endpoint or self.endpoint, credential)
        # A rejected token is not refreshed: the refused request has tried that.
        return ImageClient(transport, credential, refresh=lambda _rejected: None)

    def create_identity_client(self) -> IdentityClient | None:
        """Create a client for the identity service, or None where the credential is not from one.

        Raises:
            UnavailableError: the time is up.
            ConfigError: a token must not be sent to that URL.
        """
        return open_identity_client(self.credential, self._open_transport)

    def _open_transport(self, address: str, credential: Credential) -> HttpTransport:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise UnavailableError("there is no time left to ask why")
        self.secrets.append(credential.secret)
        return self.connect(
            address, credential.headers, credential.cacert, min(left, _REQUEST_SECONDS, self.settings.timeout)
        )
