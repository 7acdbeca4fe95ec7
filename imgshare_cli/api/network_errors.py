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
            f"{host} did not answer within {seconds:g} s",
            hint="try again, or give it longer with --timeout SECONDS",
            transient=True,
        )


def create_network_error(exc: Exception, endpoint: str, host: str) -> NetworkError:
    """Create the error for an exception of the HTTP libraries, by its root cause."""
    cause = _find_root_cause(exc)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return NetworkError(
            f"the certificate of {host} is not trusted: {cause.verify_message}",
            hint="name the authority that signed it with --cacert FILE",
        )
    if isinstance(cause, ssl.SSLError):
        return NetworkError(
            f"{host} does not speak TLS as it should ({cause.reason})",
            hint="check the endpoint: is it http?",
        )
    if isinstance(exc, httpx.InvalidURL | UnicodeError):
        return NetworkError(f"{endpoint} is no address", hint="check the endpoint")
    if isinstance(exc, httpcore.ProxyError):
        return NetworkError(
            f"cannot reach {endpoint}: the proxy refused",
            hint="check HTTPS_PROXY, and NO_PROXY for hosts that need none",
        )
    return NetworkError(
        f"cannot reach {endpoint}: {_describe_connection_error(exc, cause)}",
        hint="check the endpoint and the network",
        transient=True,
    )


def _describe_connection_error(exc: Exception, cause: BaseException) -> str:
    if isinstance(exc, httpcore.ConnectTimeout):
        return "it does not answer"
    if isinstance(cause, socket.gaierror):
        return "no such host"
    if isinstance(exc, httpcore.ConnectError):
        return (getattr(cause, "strerror", None) or "the connection failed").lower()
    return "the connection broke before the answer was whole"


def _find_root_cause(exc: BaseException) -> BaseException:
    while (cause := exc.__cause__ or exc.__context__) is not None:
        exc = cause
    return exc
