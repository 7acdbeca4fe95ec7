"""The wire: one request sent over httpx, bounded in time and size, tried again where that is safe."""

from __future__ import annotations

import os
import random
import socket
import ssl
import threading
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from imgshare_cli import __version__, tls
from imgshare_cli.answers import MAX_BODY, Answer
from imgshare_cli.config import is_loopback
from imgshare_cli.errors import ConfigError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PAUSES = (0.2, 0.4, 0.8)
CONNECT_SECONDS = 10.0
_AGAIN = {429, 500, 502, 503, 504}


class Wire:
    """A connection to one service, kept open between requests.

    Args:
        endpoint: the service's address.
        token: sent as `X-Auth-Token`, to this address only: redirects are not followed.
        timeout: the time for one request with its retries, in seconds.
        cacert: certificate authorities to trust instead of the system's.
        environ: may name others (SSL_CERT_FILE, SSL_CERT_DIR).
        debug: told of every request and answer; never of the token.
    """

    def __init__(
        self,
        endpoint: str,
        token: str,
        *,
        timeout: float,
        cacert: str | None,
        environ: Mapping[str, str],
        debug: Callable[[str], None],
    ) -> None:
        self._endpoint = endpoint
        self._host = urlsplit(endpoint).hostname or ""
        self._timeout = timeout
        self._debug = debug
        self._socket: socket.socket | None = None
        headers = {
            "Accept": "application/json",  # exactly this: anything else gets Glance's errors in HTML
            "Accept-Encoding": "identity",
            "User-Agent": f"imgshare/{__version__}",
            "X-Auth-Token": token,
        }
        # A TLS context costs more than the rest of the client, and http has no use for one.
        verify = tls.context(cacert, environ) if endpoint.startswith("https:") else False
        try:
            self._http = httpx.Client(
                headers=headers,
                verify=verify,
                # A proxy has no business between this machine and itself, and would see the token in clear.
                trust_env=not is_loopback(self._host),
                follow_redirects=False,
            )
        except (ImportError, ValueError, httpx.InvalidURL) as exc:
            raise ConfigError("the proxy settings cannot be used", hint=_proxy_hint()) from exc

    def send(self, method: str, path: str, body: object = None) -> Answer:
        """Send one request and return what came back, whatever its status.

        Connection errors and the statuses 429, 500, 502, 503 and 504 are tried again with growing pauses, as
        long as the time lasts; every method used here may safely be repeated, except POST.

        Raises:
            UnavailableError: no answer in time, or one of more than MAX_BODY bytes.
        """
        deadline = time.monotonic() + self._timeout
        for pause in (*PAUSES, None):
            answer, problem = self._attempt(method, path, body, deadline)
            settled = answer is not None and answer.status not in _AGAIN
            delay = None if settled or pause is None or method == "POST" else _delay(pause, answer)
            if delay is None or time.monotonic() + delay >= deadline or (problem and not problem.transient):
                break
            self._debug(f"trying again in {delay:.1f} s")
            time.sleep(delay)
        if problem:
            raise problem
        assert answer is not None  # noqa: S101  (for the type checker: there was an answer or a problem)
        return answer

    def _attempt(self, method: str, path: str, body: object, deadline: float) -> tuple[Answer | None, _Problem | None]:
        started = time.monotonic()
        left = max(deadline - started, 0.001)
        # httpx bounds each read, so a service that drips bytes would never end: the timer cuts the connection.
        timer = threading.Timer(left, self._cut)
        timer.daemon = True
        timer.start()
        try:
            answer = self._exchange(method, path, body, left)
        except _Problem as exc:
            return None, exc
        except httpx.HTTPError as exc:
            late = time.monotonic() >= deadline
            return None, self._late() if late or isinstance(exc, httpx.ReadTimeout) else self._problem(exc)
        finally:
            timer.cancel()
        milliseconds = (time.monotonic() - started) * 1000
        self._debug(f"{method} {self._endpoint}{path}: {answer.named()}, {milliseconds:.0f} ms, {answer.request_id}")
        return answer, None

    def _exchange(self, method: str, path: str, body: object, left: float) -> Answer:
        timeout = httpx.Timeout(left, connect=min(CONNECT_SECONDS, left))
        request = self._http.build_request(
            method,
            self._endpoint + path,
            json=body,
            timeout=timeout,
            extensions={"trace": self._remember_socket},
        )
        response = self._http.send(request, stream=True)
        try:
            content = bytearray()
            for chunk in response.iter_bytes():
                content += chunk
                if len(content) > MAX_BODY:
                    raise _Problem(f"{self._host} answered with more than {MAX_BODY >> 20} MiB", transient=False)
        finally:
            response.close()
        headers = response.headers
        return Answer(
            status=response.status_code,
            body=bytes(content),
            content_type=headers.get("content-type", ""),
            request_id=headers.get("x-openstack-request-id") or headers.get("x-request-id"),
            location=headers.get("location"),
            retry_after=headers.get("retry-after"),
        )

    def _remember_socket(self, event: str, found: dict[str, Any]) -> None:
        if event in {"connection.connect_tcp.complete", "connection.start_tls.complete"}:
            self._socket = found["return_value"].get_extra_info("socket")

    def _cut(self) -> None:
        if self._socket is not None:
            try:
                self._socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # it has ended by itself meanwhile

    def _late(self) -> _Problem:
        return _Problem(
            f"{self._host} did not answer within {self._timeout:g} s",
            hint="try again, or give it longer with --timeout SECONDS",
            transient=False,
        )

    def _problem(self, exc: httpx.HTTPError) -> _Problem:
        cause = _root(exc)
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _Problem(
                f"the certificate of {self._host} is not trusted: {cause.verify_message}",
                hint="name the authority that signed it with --cacert FILE",
                transient=False,
            )
        if isinstance(cause, ssl.SSLError):
            return _Problem(
                f"{self._host} does not speak TLS as it should ({cause.reason})",
                hint="check the endpoint: is it http?",
                transient=False,
            )
        if isinstance(exc, httpx.ConnectTimeout):
            words = "it does not answer"
        elif isinstance(cause, socket.gaierror):
            words = "no such host"
        elif isinstance(exc, httpx.ConnectError):
            words = (getattr(cause, "strerror", None) or "the connection failed").lower()
        elif isinstance(exc, httpx.ProxyError):
            words = "the proxy refused"
        else:
            words = "the connection broke before the answer was whole"
        return _Problem(f"cannot reach {self._endpoint}: {words}", hint="check the endpoint and the network", transient=True)


class _Problem(UnavailableError):
    def __init__(self, message: str, *, hint: str | None = None, transient: bool) -> None:
        super().__init__(message, hint=hint)
        self.transient = transient


def _root(exc: BaseException) -> BaseException:
    while (cause := exc.__cause__ or exc.__context__) is not None:
        exc = cause
    return exc


def _delay(pause: float, answer: Answer | None) -> float:
    jittered = pause * random.uniform(0.5, 1.0)  # noqa: S311  (no secret depends on it)
    if answer is None or answer.retry_after is None:
        return jittered
    if answer.retry_after.isdigit():
        return max(float(answer.retry_after), jittered)
    try:
        return max(parsedate_to_datetime(answer.retry_after).timestamp() - time.time(), jittered)
    except ValueError:
        return jittered


def _proxy_hint() -> str:
    names = [name for name in os.environ if name.lower() in {"http_proxy", "https_proxy", "all_proxy", "no_proxy"}]
    return f"look at {', '.join(sorted(names)) or 'the proxy variables'}; a SOCKS proxy is not supported"
