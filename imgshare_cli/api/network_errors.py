"""Turns the errors of the HTTP libraries into errors with hints."""

from __future__ import annotations

import re
import socket
import ssl

import httpcore
import httpx

from imgshare_cli.api.proxy import find_proxy
from imgshare_cli.errors import ConfigError, UnavailableError

# Of OpenSSL: X509_V_ERR_HOSTNAME_MISMATCH and IP_ADDRESS_MISMATCH; CERT_NOT_YET_VALID and CERT_HAS_EXPIRED.
_WRONG_NAME = {62, 64}
_WRONG_TIME = {9, 10}
# What a connection that the other side has closed is over TLS.
_TLS_CLOSED = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)
HTTPCORE_ERRORS = (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError)


class NetworkError(UnavailableError):
    """There is no response, or none that can be read.

    Attributes:
        transient: whether another try may succeed.
    """

    def __init__(
        self, failure: str, *, hint: str | None = None, transient: bool = False, may_have_arrived: bool = False
    ) -> None:
        super().__init__(failure, hint=hint, may_have_arrived=may_have_arrived)
        self.transient = transient


class DeadlineError(NetworkError):
    """The time for the request, or for one try, is up.

    Args:
        host: the host that did not answer.
        seconds: the time for the whole request, including its retries.
    """

    def __init__(self, host: str, seconds: float) -> None:
        super().__init__(
            f"{host} did not respond within {seconds:g} s",
            hint="try again, or allow more time, such as --timeout 5m",
            transient=True,
        )


def create_network_error(exc: Exception, address: str, host: str, setting: str) -> NetworkError:
    """Create the error for an exception of the HTTP libraries, by its root cause.

    Args:
        exc: the exception.
        address: the address of the service.
        host: its host.
        setting: the name of the setting that holds the address.
    """
    cause = _find_root_cause(exc)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return _create_certificate_error(cause, host, setting)
    is_closed = isinstance(cause, _TLS_CLOSED) or getattr(cause, "reason", None) == "PROTOCOL_IS_SHUTDOWN"
    if isinstance(cause, ssl.SSLError) and (not is_closed or isinstance(exc, httpcore.ConnectError)):
        return NetworkError(
            f"the TLS connection to {host} failed ({cause.reason})",
            hint=f"check {setting}: does it use http?",
            transient=is_closed,
        )
    if isinstance(exc, httpx.InvalidURL | UnicodeError):
        return NetworkError(f"{address} is not a valid address", hint=f"check {setting}")
    proxy = _find_proxy_url(address)
    if isinstance(exc, httpcore.ProxyError):
        status = re.match(r"[1-5][0-9]{2}\b", str(exc))
        return NetworkError(
            f"cannot reach {address}: the proxy {proxy} refused the connection{f' ({status[0]})' if status else ''}",
            hint=_build_proxy_hint(address),
        )
    problem = _describe_connection_error(exc, cause)
    if proxy and isinstance(exc, httpcore.ConnectError | httpcore.ConnectTimeout):
        return NetworkError(
            f"cannot reach the proxy {proxy} for {address}: {problem}", hint=_build_proxy_hint(address), transient=True
        )
    return NetworkError(
        f"cannot reach {address}: {problem}",
        hint=f"check {setting} and the network",
        transient=True,
    )


def _create_certificate_error(cause: ssl.SSLCertVerificationError, host: str, setting: str) -> NetworkError:
    # Another authority helps against neither of the first two.
    if cause.verify_code in _WRONG_NAME:
        return NetworkError(
            f"the certificate of {host} is for another name",
            hint=f"check {setting}: it must use the certificate's name",
        )
    if cause.verify_code in _WRONG_TIME:
        return NetworkError(
            f"the certificate of {host} is not valid now: {cause.verify_message}",
            hint="check the clock of this machine; only the operators of the service can renew it",
        )
    return NetworkError(
        f"the certificate of {host} is not trusted: {cause.verify_message}",
        hint="pass the CA that signed it with --cacert FILE",
    )


def _find_proxy_url(address: str) -> str | None:
    """Find the proxy of an address, which is named without its user and password."""
    try:
        proxy = find_proxy(address)
    except ConfigError:  # then no request was sent through it
        return None
    return proxy.url if proxy else None


def _build_proxy_hint(address: str) -> str:
    variable = "HTTPS_PROXY" if address.startswith("https:") else "HTTP_PROXY"
    return f"check {variable}, and list hosts that need no proxy in NO_PROXY"


def _describe_connection_error(exc: Exception, cause: BaseException) -> str:
    if isinstance(exc, httpcore.ConnectTimeout):
        return "no response"
    if isinstance(cause, socket.gaierror):
        return "no such host"
    if isinstance(exc, httpcore.ConnectError):
        return (getattr(cause, "strerror", None) or "the connection failed").lower()
    return "the connection closed before the response was complete"


def _find_root_cause(exc: BaseException) -> BaseException:
    while (cause := exc.__cause__ or exc.__context__) is not None:
        exc = cause
    return exc
