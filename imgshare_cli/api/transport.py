"""The wire: one request sent over httpx, bounded in time and size, tried again where that is safe."""

from __future__ import annotations

import random
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpcore
import httpx

from imgshare_cli import __version__
from imgshare_cli.api.connection_pool import PooledTransport
from imgshare_cli.api.network import Network
from imgshare_cli.api.network_errors import HTTPCORE_ERRORS, DeadlineError, NetworkError, create_network_error
from imgshare_cli.api.response import MAX_ERROR, MAX_ONE, Response
from imgshare_cli.config.service_url import check_service_url

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from imgshare_cli.api.connection_pool import TransportOptions

PAUSES = (0.2, 0.4, 0.8)
CONNECT_SECONDS = 10.0
_REPEATABLE = {"GET", "PUT"}
_AGAIN = {429, 500, 502, 503, 504}
_IDENTITY = {"", "identity"}
_CARRIED = ("X-Auth-Token", "Authorization")


class HttpTransport:
    """A connection to one service, kept open between requests; one thread uses it at a time.

    Args:
        address: the service's address.
        headers: the credential, sent to this address only: redirects are not followed.
        terms: what is allowed.
        timeout: the time for one request with its retries, in seconds.
        debug: told of every request and answer; never of the token.

    Raises:
        ConfigError: the address, the proxy or the authorities cannot be used.
    """

    def __init__(
        self,
        address: str,
        headers: Mapping[str, str],
        terms: TransportOptions,
        *,
        timeout: float,
        debug: Callable[[str], None],
    ) -> None:
        self._address = check_service_url(address, insecure_http=terms.insecure_http)
        self.host = urlsplit(self._address).hostname or ""
        self._timeout = timeout
        self._debug = debug
        self._network = Network()
        common = {
            "Accept": "application/json",  # exactly this: anything else gets Glance's errors in HTML
            "Accept-Encoding": "identity",
            "User-Agent": f"imgshare/{__version__}",
        }
        self._http = httpx.Client(
            headers={**common, **headers},
            transport=PooledTransport(self._address, terms, self._network),
            trust_env=False,  # we choose the proxy, and no credential from ~/.netrc is added
            follow_redirects=False,
        )

    def carry(self, headers: Mapping[str, str]) -> None:
        """Send another credential from now on."""
        for name in _CARRIED:
            self._http.headers.pop(name, None)
        self._http.headers.update(headers)

    def send(self, method: str, path: str, body: object = None, *, limit: int = MAX_ONE) -> Response:
        """Send one request and return what came back, whatever its status.

        Connection errors and the statuses 429, 500, 502, 503 and 504 are tried again with growing pauses, as
        long as the time lasts; but POST and DELETE are not, because what the first try did would be refused.
        A try that may be repeated gets half of the time, so that one that stalls can be.

        Args:
            method: the HTTP method.
            path: what follows the address.
            body: what to send as JSON.
            limit: how many bytes a successful answer may have.

        Raises:
            UnavailableError: no answer in time, or one that is too large or encoded.
        """
        deadline = time.monotonic() + self._timeout
        repeatable = method in _REPEATABLE
        share = self._timeout / 2 if repeatable else self._timeout
        response: Response | None = None
        for pause in (*PAUSES, None):
            outcome = self._try(method, path, body, min(deadline, time.monotonic() + share), limit)
            if isinstance(outcome, Response):
                response = outcome
            if pause is None or not repeatable or not _is_passing(outcome):
                break
            delay = _delay(pause, outcome)
            if time.monotonic() + delay >= deadline:
                break
            self._debug(f"trying again in {delay:.1f} s")
            time.sleep(delay)
        # A last try that the time cut short does not hide what an earlier one was told.
        if isinstance(outcome, NetworkError):
            if response is None or not isinstance(outcome, DeadlineError):
                raise outcome
            outcome = response
        return outcome

    def send_once(self, method: str, path: str, deadline: float, limit: int = MAX_ONE, **parts: Any) -> Response:
        """Send one request, once.

        Args:
            method: the HTTP method.
            path: what follows the address.
            deadline: when to give up, on the clock of time.monotonic().
            limit: how many bytes a successful answer may have.
            parts: httpx's `json`, or `content` and `headers`.

        Raises:
            FaultError: there is no answer, or none that can be read.
        """
        started = time.monotonic()
        # Of httpx's timeouts, connecting has one; the network keeps the deadline of the whole.
        timeout = httpx.Timeout(None, connect=CONNECT_SECONDS)
        try:
            request = self._http.build_request(method, self._address + path, timeout=timeout, **parts)
            with self._network.until(deadline):
                response = self._exchange(request, limit)
        except (*HTTPCORE_ERRORS, httpx.HTTPError, httpx.InvalidURL, UnicodeError) as exc:
            if isinstance(exc, httpcore.ReadTimeout | httpcore.WriteTimeout) or time.monotonic() >= deadline:
                raise DeadlineError(self.host, self._timeout) from exc
            raise create_network_error(exc, self._address, self.host) from exc
        milliseconds = (time.monotonic() - started) * 1000
        self._debug(
            f"{method} {self._address}{path}: {response.status_line}, {milliseconds:.0f} ms, {response.request_id}"
        )
        return response

    def _try(self, method: str, path: str, body: object, deadline: float, limit: int) -> Response | NetworkError:
        try:
            return self.send_once(method, path, deadline, limit, json=body)
        except NetworkError as exc:
            return exc

    def close(self) -> None:
        """Hang up."""
        self._http.close()

    def _exchange(self, request: httpx.Request, limit: int) -> Response:
        response = self._http.send(request, stream=True)
        try:
            encoding = response.headers.get("content-encoding", "").strip().lower()
            if encoding not in _IDENTITY:  # some hundred bytes can become gigabytes
                raise NetworkError(f"{self.host} answered in the encoding {encoding[:40]!r}, which is not read")
            body = self._body(response, limit)
        finally:
            response.close()
        headers = httpx.Headers(response.extensions["headers"])
        return Response(
            status=response.status_code,
            body=body,
            content_type=headers.get("content-type", ""),
            request_id=headers.get("x-openstack-request-id") or headers.get("x-request-id"),
            location=headers.get("location"),
            retry_after=headers.get("retry-after"),
            subject_token=headers.get("x-subject-token"),
            headers=tuple(headers.multi_items()),
        )

    def _body(self, response: httpx.Response, limit: int) -> bytes | bytearray:
        limit = limit if response.is_success else MAX_ERROR
        content = bytearray()
        for chunk in response.iter_raw():
            content += chunk
            if len(content) > limit:
                if not response.is_success:
                    return b""  # the status says what happened, and nobody reads that much of an explanation
                raise NetworkError(f"{self.host} answered with more than {limit >> 20} MiB")
        return content


def _is_passing(outcome: Response | NetworkError) -> bool:
    return outcome.transient if isinstance(outcome, NetworkError) else outcome.status in _AGAIN


def _delay(pause: float, outcome: Response | NetworkError) -> float:
    jittered = pause * random.uniform(0.5, 1.0)  # noqa: S311  (no secret depends on it)
    asked = outcome.retry_after if isinstance(outcome, Response) else None
    return max(jittered, _seconds(asked)) if asked else jittered


def _seconds(retry_after: str) -> float:
    if retry_after.isdecimal():
        return float(retry_after)
    try:
        return parsedate_to_datetime(retry_after).timestamp() - time.time()
    except (ValueError, OverflowError):  # no date, or one that no calendar has
        return 0.0
