"""The connections of a run: opened here alone, closed together."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from imgshare_cli.api.authentication import CredentialAuth, create_auth
from imgshare_cli.api.http_connection import TransportOptions
from imgshare_cli.api.service_kind import ServiceKind, find_service_kind
from imgshare_cli.api.transport import HttpTransport
from imgshare_cli.config.service_url import AUTH_URL, ENDPOINT, Setting, build_identity_v3_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from imgshare_cli.api.credential import Credential
    from imgshare_cli.api.identity_client import IdentityClient
    from imgshare_cli.api.pace import Pace
    from imgshare_cli.config.settings import Settings


class Connections:
    """Opens connections by the same settings, and closes them all; several threads may use it.

    Args:
        settings: what to trust and allow, and the time for one request.
        environ: may name certificate authorities.
        debug: called with a line for each response; never with a token.
        hide_secret: called with each secret before it is sent, so that no message shows it.
    """

    def __init__(
        self,
        settings: Settings,
        environ: Mapping[str, str],
        *,
        debug: Callable[[str], None],
        hide_secret: Callable[[str], None],
    ) -> None:
        self._options = TransportOptions(
            environ, settings.cacert, insecure_http=settings.insecure_http, insecure_tls=settings.insecure_tls
        )
        self._service = settings.service
        self._timeout = settings.timeout
        self._retries = settings.retries
        self._debug = debug
        self._hide_secret = hide_secret
        self._opened: set[HttpTransport] = set()

    def connect(  # noqa: PLR0913  (each by name)
        self,
        address: str,
        auth: CredentialAuth | None = None,
        *,
        cacert: str | None = None,
        client_cert: str | tuple[str, str] | None = None,
        timeout: float | None = None,
        retries: int | None = None,
        pace: Pace | None = None,
        setting: Setting = ENDPOINT,
    ) -> HttpTransport:
        """Open a connection.

        Args:
            address: the address of the service.
            auth: authenticates each request.
            cacert: certificate authorities to trust if the settings name none.
            client_cert: the certificate, or the certificate and its key, for a service that asks for one.
            timeout: the time for one request, if not the usual time.
            retries: how many times a request may be sent again, if not as often as usual.
            pace: says when each try may be sent.
            setting: the setting that holds the address, for messages.

        Raises:
            ConfigError: the address, the proxy or the certificates cannot be used.
        """
        if auth:
            for secret in auth.credential.secrets:
                self._hide_secret(secret)
        options = replace(self._options, cacert=self._options.cacert or cacert, client_cert=client_cert)
        seconds = self._timeout if timeout is None else timeout
        transport = HttpTransport(
            address,
            auth,
            options,
            timeout=seconds,
            retries=self._retries if retries is None else retries,
            pace=pace,
            debug=self._debug,
            setting=setting,
        )
        transport.service_kind = find_service_kind(self._service, transport.address)
        self._opened.add(transport)
        return transport

    @property
    def lead_to_ims(self) -> bool:
        """Whether the image service has turned out to be an IMS."""
        return any(transport.service_kind is ServiceKind.IMS for transport in self._opened)

    @contextmanager
    def connect_briefly(self, address: str, **options: Any) -> Iterator[HttpTransport]:
        """Open a connection as `connect` does, for what is done inside alone."""
        transport = self.connect(address, **options)
        try:
            yield transport
        finally:
            self.disconnect(transport)

    def disconnect(self, transport: HttpTransport) -> None:
        """Close a connection before the others."""
        transport.close()
        self._opened.discard(transport)

    def open_identity_client(self, credential: Credential, *, timeout: float | None = None) -> IdentityClient | None:
        """Connect to the identity service that issued a token or knows an access key; None if none is known.

        Args:
            credential: the token or the key. It is not replaced when it is rejected.
            timeout: the time for one request, if not the usual time.
        """
        from imgshare_cli.api.key_identity_client import create_identity_client

        transport = self.connect_identity(credential, timeout=timeout)
        return create_identity_client(transport, credential) if transport else None

    def connect_identity(self, credential: Credential, *, timeout: float | None = None) -> HttpTransport | None:
        """Open a connection to the identity service that issued a token or knows an access key; None if none is."""
        if not credential.auth_url or not (credential.access_key_id or credential.header == "X-Auth-Token"):
            return None
        url = build_identity_v3_url(credential.auth_url)
        # The user asks there, whatever the project: with an access key, a request may be for none.
        auth = create_auth(replace(credential, project_id=None) if credential.access_key_id else credential)
        return self.connect(url, auth, cacert=credential.cacert, timeout=timeout, setting=AUTH_URL)

    def close(self) -> None:
        """Close all connections."""
        while self._opened:
            self._opened.pop().close()
