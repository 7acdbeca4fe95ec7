"""One connection over httpcore, with our network, proxy and certificates, and bounded responses."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

import httpcore

from imgshare_cli.api.network import Network
from imgshare_cli.api.network_errors import HTTPCORE_ERRORS, NetworkError
from imgshare_cli.api.proxy import find_proxy
from imgshare_cli.api.response import MAX_ERROR, Response

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable, Mapping, Sequence

    import httpx


_CONNECT_SECONDS = 10.0
_IDENTITY = {"", "identity"}


@dataclass(frozen=True)
class TransportOptions:
    """What connections trust and allow.

    Attributes:
        environ: may name certificate authorities (REQUESTS_CA_BUNDLE, SSL_CERT_FILE, SSL_CERT_DIR).
        cacert: certificate authorities to trust instead of the system's.
        client_cert: the certificate, or the certificate and its key, for a service that asks for one.
        insecure_http: whether plain http to another machine is allowed.
        insecure_tls: whether certificates are not verified.
    """

    environ: Mapping[str, str]
    cacert: str | None = None
    client_cert: str | tuple[str, str] | None = None
    insecure_http: bool = False
    insecure_tls: bool = False


class HttpConnection:
    """Sends requests to one address, over one connection that stays open; a pool takes as long as the request itself.

    httpx's own transport takes no network backend, and always loads TLS.

    Args:
        address: the address, normalized.
        options: what to trust and allow.

    Raises:
        ConfigError: the proxy or the certificate authorities cannot be used.
    """

    def __init__(self, address: str, options: TransportOptions) -> None:
        proxy = find_proxy(address)
        is_secure = [address.startswith("https://"), proxy is not None and proxy.url.startswith("https://")]
        self._network = network = Network(layers=sum(is_secure))
        self._connection: httpcore.ConnectionInterface | None = None
        # Verified unless it is http: a TLS context costs more than the rest of the client, and http has no use for one.
        context = _create_tls_context(options) if is_secure[0] else None
        if proxy is None:
            self._factory = httpcore.ConnectionPool(ssl_context=context, network_backend=network)
            return
        network.nested = is_secure[1]
        self._factory = httpcore.HTTPProxy(
            proxy.url,
            proxy_auth=proxy.auth,
            ssl_context=context,
            proxy_ssl_context=_create_tls_context(replace(options, client_cert=None)) if is_secure[1] else None,
            network_backend=network,
        )

    @property
    def has_sent(self) -> bool:
        """Whether anything of the last request may have left for the service."""
        return self._network.has_sent

    def exchange(self, request: httpx.Request, url: httpcore.URL, seconds: float, limit: int) -> Response:
        """Send a request and read its whole response; the exceptions are httpcore's, or NetworkError.

        Args:
            request: the request; what is sent to is not its own address.
            url: the address to send it to.
            seconds: the time for it.
            limit: how many bytes a successful response may have.
        """
        self._network.has_sent = False
        deadline = time.monotonic() + seconds
        try:
            with self._network.limit_until(deadline):
                return self._exchange(request, url, limit)
        except HTTPCORE_ERRORS as exc:
            if time.monotonic() >= deadline:
                raise httpcore.ReadTimeout("the time is up") from exc
            raise

    def _exchange(self, request: httpx.Request, url: httpcore.URL, limit: int) -> Response:
        raw = self._connect(url).handle_request(
            # Of the timeouts, connecting has one; the network keeps the deadline of the whole.
            httpcore.Request(
                request.method,
                url,
                headers=request.headers.raw,
                content=request.stream,
                extensions={"timeout": {"connect": _CONNECT_SECONDS}},
            )
        )
        try:
            headers = _read_headers(raw.headers)
            fields = _join_fields(headers)
            host = url.host.decode()
            encoding = fields.get("content-encoding", "").strip().lower()
            if encoding not in _IDENTITY:  # some hundred bytes can become gigabytes
                raise NetworkError(
                    f"{host} responded with the encoding {encoding[:40]!r}, which is not supported",
                    may_have_arrived=True,
                )
            body = _read_body(raw, host, limit)
        finally:
            raw.close()
        return Response(
            status=raw.status,
            body=body,
            content_type=fields.get("content-type", ""),
            request_id=fields.get("x-openstack-request-id") or fields.get("x-request-id"),
            location=fields.get("location"),
            retry_after=fields.get("retry-after"),
            subject_token=fields.get("x-subject-token"),
            headers=headers,
        )

    def _connect(self, url: httpcore.URL) -> httpcore.ConnectionInterface:
        """Return the connection if the service has not closed it, else a new one."""
        connection = self._connection
        if connection is None or not connection.is_available() or connection.has_expired():
            self.close()
            self._connection = connection = self._factory.create_connection(url.origin)
        return connection

    def close(self) -> None:
        """Close the connection; another request opens a new one."""
        if self._connection:
            self._connection.close()
            self._connection = None


def _read_headers(raw: Sequence[tuple[bytes, bytes]]) -> tuple[tuple[str, str], ...]:
    try:
        return tuple([(name.decode().lower(), value.decode()) for name, value in raw])
    except UnicodeDecodeError:
        return tuple([(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in raw])


def _join_fields(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for name, value in headers:
        fields[name] = f"{fields[name]}, {value}" if name in fields else value
    return fields


def _read_body(raw: httpcore.Response, host: str, limit: int) -> bytes | bytearray:
    is_success = raw.status // 100 == 2  # noqa: PLR2004
    limit = limit if is_success else MAX_ERROR
    content = bytearray()
    for chunk in cast("Iterable[bytes]", raw.stream):
        content += chunk
        if len(content) > limit:
            if not is_success:
                return b""  # the status says what happened, and nobody reads that much of an explanation
            raise NetworkError(f"{host} responded with more than {limit >> 20} MiB", may_have_arrived=True)
    return content


def _create_tls_context(options: TransportOptions) -> ssl.SSLContext:
    from imgshare_cli.api import tls

    return tls.create_tls_context(options.cacert, options.environ, options.client_cert, insecure=options.insecure_tls)
