"""httpx's transport over httpcore, with our network, our proxy and our trust."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

import httpcore
import httpx

from imgshare_cli.api.proxy import find_proxy

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable, Iterator, Mapping

    from imgshare_cli.api.network import Network


_NOT_FOR_HTTPX = {b"location", b"set-cookie"}


@dataclass(frozen=True)
class TransportOptions:
    """What a run allows on the wire.

    Attributes:
        environ: may name authorities (REQUESTS_CA_BUNDLE, SSL_CERT_FILE, SSL_CERT_DIR).
        cacert: certificate authorities to trust instead of the system's.
        client_cert: the certificate, or the certificate and its key, to show to a service that asks for one.
        insecure_http: whether plain http to another machine is allowed.
        insecure_tls: whether certificates are not verified.
    """

    environ: Mapping[str, str]
    cacert: str | None = None
    client_cert: str | tuple[str, str] | None = None
    insecure_http: bool = False
    insecure_tls: bool = False


class PooledTransport(httpx.BaseTransport):
    """Carries requests to one address. httpx's own HTTPTransport would take no network and no TLS-free choice.

    Args:
        address: the address, in its one form.
        terms: what is allowed.
        network: makes the connections.

    Raises:
        ConfigError: the proxy or the authorities cannot be used.
    """

    def __init__(self, address: str, terms: TransportOptions, network: Network) -> None:
        proxy = find_proxy(address)
        # Verified unless it is http: a TLS context costs more than the rest of the client, and http has no use for one.
        context = None if address.startswith("http://") else _create_context(terms)
        if proxy is None:
            self._pool = httpcore.ConnectionPool(ssl_context=context, network_backend=network)
            return
        secure = proxy.url.startswith("https://")
        network.nested = secure
        self._pool = httpcore.HTTPProxy(
            proxy.url,
            proxy_auth=proxy.auth,
            ssl_context=context,
            proxy_ssl_context=_create_context(replace(terms, client_cert=None)) if secure else None,
            network_backend=network,
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; its exceptions are httpcore's, which `faults` knows."""
        url = request.url
        response = self._pool.handle_request(
            httpcore.Request(
                request.method,
                httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        # httpx would keep cookies, and parse a Location although it is not to follow it.
        shown = [(name, value) for name, value in response.headers if name.lower() not in _NOT_FOR_HTTPX]
        extensions = {**response.extensions, "headers": response.headers}
        return httpx.Response(response.status, headers=shown, stream=_Body(response), extensions=extensions)

    def close(self) -> None:
        """Hang up."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        yield from cast("Iterable[bytes]", self._response.stream)

    def close(self) -> None:
        self._response.close()


def _create_context(terms: TransportOptions) -> ssl.SSLContext:
    from imgshare_cli.api import tls

    return tls.create_tls_context(terms.cacert, terms.environ, terms.client_cert, insecure=terms.insecure_tls)
