"""Turns the errors of the HTTP libraries into errors with hints."""

from __future__ import annotations

import socket
import ssl

import httpcore
import httpx

from imgshare_cli.errors import UnavailableError

HTTPCORE_ERRORS = (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError)


class NetworkError(UnavailableError):
    """There is no response.

    Attributes:
        transient: whether another try may succeed.
    """

    def __init__(self, failure: str, *, hint: str | None = None, transient: bool = False) -> None:
        super().__init__(failure, hint=hint)
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
        return NetworkError(
            f"the certificate of {host} is not trusted: {cause.verify_message}",
            hint="pass the CA that signed it with --cacert FILE",
        )
    if isinstance(cause, ssl.SSLError):
        return NetworkError(
            f"the TLS connection to {host} failed ({cause.reason})",
            hint=f"check {setting}: does it use http?",
        )
    if isinstance(exc, httpx.InvalidURL | UnicodeError):
        return NetworkError(f"{address} is not a valid address", hint=f"check {setting}")
    if isinstance(exc, httpcore.ProxyError):
        return NetworkError(
            f"cannot reach {address}: the proxy refused the connection",
            hint="check HTTPS_PROXY, and list hosts that need no proxy in NO_PROXY",
        )
    return NetworkError(
        f"cannot reach {address}: {_describe_connection_error(exc, cause)}",
        hint=f"check {setting} and the network",
        transient=True,
    )


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
