"""The wire: one request sent over httpx, bounded in time and size, tried again where that is safe."""

from __future__ import annotations

import os
import random
import socket
import threading
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from imgshare_cli import __version__, faults
from imgshare_cli.answers import MAX_BODY, Answer
from imgshare_cli.config import is_loopback
from imgshare_cli.errors import ConfigError
from imgshare_cli.faults import FaultError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping

PAUSES = (0.2, 0.4, 0.8)
CONNECT_SECONDS = 10.0
_REPEATABLE = {"GET", "PUT"}
_AGAIN = {429, 500, 502, 503, 504}


class Wire:
    """A connection to one service, kept open between requests.

    Args:
        endpoint: the service's address.
        headers: what lets us in, sent to this address only: redirects are not followed.
        timeout: the time for one request with its retries, in seconds.
        cacert: certificate authorities to trust instead of the system's.
        environ: may name others (SSL_CERT_FILE, SSL_CERT_DIR).
        debug: told of every request and answer; never of the token.
    """

    def __init__(  # noqa: PLR0913  (a connection has that many sides)
        self,
        endpoint: str,
        headers: Mapping[str, str],
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
        common = {
            "Accept": "application/json",  # exactly this: anything else gets Glance's errors in HTML
            "Accept-Encoding": "identity",
            "User-Agent": f"imgshare/{__version__}",
        }
        # A TLS context costs more than the rest of the client, and http has no use for one.
        verify = _trust(cacert, environ) if endpoint.startswith("https:") else False
        try:
            self._http = httpx.Client(
                headers={**common, **headers},
                verify=verify,
                # A proxy has no business between this machine and itself, and would see the token in clear.
                trust_env=not is_loopback(self._host),
                follow_redirects=False,
            )
        except (ImportError, ValueError, httpx.InvalidURL) as exc:
            raise ConfigError("the proxy settings cannot be used", hint=_proxy_hint()) from exc

    def carry(self, headers: Mapping[str, str]) -> None:
        """Let something else let us in from now on."""
        for name in ("X-Auth-Token", "Authorization"):
            self._http.headers.pop(name, None)
        self._http.headers.update(headers)

    def send(self, method: str, path: str, body: object = None) -> Answer:
        """Send one request and return what came back, whatever its status.

        Connection errors and the statuses 429, 500, 502, 503 and 504 are tried again with growing pauses, as
        long as the time lasts; but POST and DELETE are not, because what the first try did would be refused.

        Raises:
            UnavailableError: no answer in time, or one of more than MAX_BODY bytes.
        """
        deadline = time.monotonic() + self._timeout
        for pause in (*PAUSES, None):
            outcome = self._attempt(method, path, body, deadline)
            if pause is None or method not in _REPEATABLE or not _is_passing(outcome):
                break
            delay = _delay(pause, outcome)
            if time.monotonic() + delay >= deadline:
                break
            self._debug(f"trying again in {delay:.1f} s")
            time.sleep(delay)
        if isinstance(outcome, FaultError):
            raise outcome
        return outcome

    def close(self) -> None:
        """Hang up."""
        self._http.close()

    def _attempt(self, method: str, path: str, body: object, deadline: float) -> Answer | FaultError:
        started = time.monotonic()
        left = max(deadline - started, 0.001)
        # httpx bounds each read, so a service that drips bytes would never end: the timer cuts the connection.
        timer = threading.Timer(left, self._cut)
        timer.daemon = True
        timer.start()
        try:
            answer = self._exchange(method, path, body, left)
        except FaultError as exc:
            return exc
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as exc:
            late = isinstance(exc, httpx.ReadTimeout) or time.monotonic() >= deadline
            return faults.late(self._host, self._timeout) if late else faults.named(exc, self._endpoint, self._host)
        finally:
            timer.cancel()
        if time.monotonic() >= deadline:  # what was cut off may look like an end
            return faults.late(self._host, self._timeout)
        milliseconds = (time.monotonic() - started) * 1000
        self._debug(f"{method} {self._endpoint}{path}: {answer.named()}, {milliseconds:.0f} ms, {answer.request_id}")
        return answer

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
                    raise FaultError(f"{self._host} answered with more than {MAX_BODY >> 20} MiB", transient=False)
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
            subject_token=headers.get("x-subject-token"),
        )

    def _remember_socket(self, event: str, found: dict[str, Any]) -> None:
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            self._socket = found["return_value"].get_extra_info("socket")

    def _cut(self) -> None:
        if self._socket is not None:
            try:
                self._socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # it has ended by itself meanwhile


def _trust(cacert: str | None, environ: Mapping[str, str]) -> ssl.SSLContext:
    from imgshare_cli import tls

    return tls.context(cacert, environ)


def _is_passing(outcome: Answer | FaultError) -> bool:
    return outcome.transient if isinstance(outcome, FaultError) else outcome.status in _AGAIN


def _delay(pause: float, outcome: Answer | FaultError) -> float:
    jittered = pause * random.uniform(0.5, 1.0)  # noqa: S311  (no secret depends on it)
    asked = outcome.retry_after if isinstance(outcome, Answer) else None
    return max(jittered, _seconds(asked)) if asked else jittered


def _seconds(retry_after: str) -> float:
    if retry_after.isdecimal():
        return float(retry_after)
    try:
        return parsedate_to_datetime(retry_after).timestamp() - time.time()
    except ValueError:
        return 0.0


def _proxy_hint() -> str:
    names = [name for name in os.environ if name.lower() in {"http_proxy", "https_proxy", "all_proxy", "no_proxy"}]
    return f"look at {', '.join(sorted(names)) or 'the proxy variables'}; a SOCKS proxy is not supported"
