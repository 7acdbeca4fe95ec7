"""httpx's transport over httpcore, with our network, proxy and certificates, and bounded responses."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

import httpcore
import httpx

from imgshare_cli.api.network import Network
from imgshare_cli.api.network_errors import HTTPCORE_ERRORS, NetworkError
from imgshare_cli.api.proxy import find_proxy
from imgshare_cli.api.response import MAX_ERROR, Response

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable, Mapping


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


class PooledTransport(httpx.BaseTransport):
    """Sends requests to one address. httpx's own HTTPTransport takes no network backend, and always loads TLS.

    Args:
        address: the address, normalized.
        options: what to trust and allow.
        debug: called with a line for each response; never with a token.

    Raises:
        ConfigError: the proxy or the certificate authorities cannot be used.
    """

    def __init__(self, address: str, options: TransportOptions, debug: Callable[[str], None]) -> None:
        self._debug = debug
        proxy = find_proxy(address)
        is_secure = [address.startswith("https://"), proxy is not None and proxy.url.startswith("https://")]
        self._network = network = Network(layers=sum(is_secure))
        # Verified unless it is http: a TLS context costs more than the rest of the client, and http has no use for one.
        context = _create_tls_context(options) if is_secure[0] else None
        if proxy is None:
            self._pool = httpcore.ConnectionPool(ssl_context=context, max_connections=1, network_backend=network)
            return
        network.nested = is_secure[1]
        self._pool = httpcore.HTTPProxy(
            proxy.url,
            proxy_auth=proxy.auth,
            ssl_context=context,
            proxy_ssl_context=_create_tls_context(replace(options, client_cert=None)) if is_secure[1] else None,
            max_connections=1,
            network_backend=network,
        )

    @property
    def has_sent(self) -> bool:
        """Whether anything of the last request may have left for the service."""
        return self._network.has_sent

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and read its whole response; the exceptions are httpcore's.

        httpx itself would keep cookies, parse a Location that is not followed, and read a response before it
        authenticates the request again, in whatever size and encoding. So it gets the status alone, and the response
        is in the extension `response`. The extension `seconds` of the request bounds the time, and `limit` the bytes
        of a successful response.
        """
        self._network.has_sent = False
        started = time.monotonic()
        deadline = started + request.extensions["seconds"]
        try:
            with self._network.limit_until(deadline):
                response = self._exchange(request)
        except HTTPCORE_ERRORS as exc:
            if time.monotonic() >= deadline:
                raise httpcore.ReadTimeout("the time is up") from exc
            raise
        milliseconds = (time.monotonic() - started) * 1000
        self._debug(
            f"{request.method} {request.url}: {response.status_line}, {milliseconds:.0f} ms, {response.request_id}"
        )
        return httpx.Response(response.status, extensions={"response": response})

    def _exchange(self, request: httpx.Request) -> Response:
        url = request.url
        raw = self._pool.handle_request(
            httpcore.Request(
                request.method,
                httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        headers = httpx.Headers(raw.headers)
        try:
            encoding = headers.get("content-encoding", "").strip().lower()
            if encoding not in _IDENTITY:  # some hundred bytes can become gigabytes
                raise NetworkError(
                    f"{url.host} responded with the encoding {encoding[:40]!r}, which is not supported",
                    may_have_arrived=True,
                )
            body = _read_body(raw, url.host, request.extensions["limit"])
        finally:
            raw.close()
        return Response(
            status=raw.status,
            body=body,
            content_type=headers.get("content-type", ""),
            request_id=headers.get("x-openstack-request-id") or headers.get("x-request-id"),
            location=headers.get("location"),
            retry_after=headers.get("retry-after"),
            subject_token=headers.get("x-subject-token"),
            headers=tuple(headers.multi_items()),
        )

    def close(self) -> None:
        """Close the connections; another request opens a new one."""
        self._pool.close()


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
