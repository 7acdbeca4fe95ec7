"""Doors that a diagnosis may knock at: whoever waits for an error is not kept waiting for long."""

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
_SECONDS_EACH = 5.0


@dataclass(frozen=True)
class ProbeClients:
    """The image service that refused, and what else lies behind the same login.

    Attributes:
        settings: the settings of the run.
        credential: what lets us in.
        endpoint: the address of the image service that refused.
        connect: opens a connection to an address, with headers, authorities and the seconds that a request may take.
        secrets: where every secret is put that must not be shown.
        deadline: when nobody is to be asked any more.
    """

    settings: Settings
    credential: Credential
    endpoint: str
    connect: Callable[[str, Mapping[str, str], str | None, float], HttpTransport]
    secrets: list[str]
    deadline: float = field(default_factory=lambda: time.monotonic() + MAX_SECONDS)

    def images(self, *, endpoint: str | None = None, token: str | None = None) -> ImageClient:
        """The image service, or the one at another address; with our token, or with another.

        Raises:
            UnavailableError: the time is up.
            ConfigError: a token must not go to that address.
        """
        credential = replace(self.credential, secret=token) if token else self.credential
        transport = self._opened(endpoint or self.endpoint, credential)
        # A token that is not taken is not renewed: that has been tried, if it could be.
        return ImageClient(transport, credential, refresh=lambda _rejected: None)

    def directory(self) -> IdentityClient | None:
        """The identity service, or None where the credential is not from one.

        Raises:
            UnavailableError: the time is up.
            ConfigError: a token must not go to that address.
        """
        return open_identity_client(self.credential, self._opened)

    def _opened(self, address: str, credential: Credential) -> HttpTransport:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise UnavailableError("there is no time left to ask why")
        self.secrets.append(credential.secret)
        return self.connect(
            address, credential.headers, credential.cacert, min(left, _SECONDS_EACH, self.settings.timeout)
        )
