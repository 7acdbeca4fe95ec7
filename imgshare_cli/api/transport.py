"""Requests to one service over httpx: bounded in time and size, sent again where that is safe."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpcore
import httpx

from imgshare_cli import __version__
from imgshare_cli.api.connection_pool import PooledTransport
from imgshare_cli.api.network_errors import HTTPCORE_ERRORS, DeadlineError, NetworkError, create_network_error
from imgshare_cli.api.response import MAX_ONE, Response
from imgshare_cli.api.retries import PAUSES, REPEATABLE_METHODS, compute_delay, is_transient
from imgshare_cli.config.service_url import ENDPOINT, Setting, check_service_url

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from imgshare_cli.api.authentication import TokenAuth
    from imgshare_cli.api.connection_pool import TransportOptions

_CONNECT_SECONDS = 10.0


class HttpTransport:
    """A connection to one service, kept open between requests; one thread uses it at a time.

    Args:
        address: the service's address.
        auth: authenticates each request to this address; redirects are not followed. None sends no credential.
        options: what to trust and allow.
        timeout: the time for one request with its retries, in seconds.
        debug: called with a line for each response and retry; never with a token.
        setting: the setting that holds the address, for messages.

    Raises:
        ConfigError: the address, the proxy or the certificate authorities cannot be used.
    """

    def __init__(  # noqa: PLR0913  (each by name)
        self,
        address: str,
        auth: TokenAuth | None,
        options: TransportOptions,
        *,
        timeout: float,
        debug: Callable[[str], None],
        setting: Setting = ENDPOINT,
    ) -> None:
        self._address = check_service_url(address, insecure_http=options.insecure_http, setting=setting)
        self.host = urlsplit(self._address).hostname or ""
        self._timeout = timeout
        self._debug = debug
        self._setting = setting
        self._auth = auth
        self._http = httpx.Client(
            auth=auth,
            headers={
                "Accept": "application/json",  # exactly this: anything else gets Glance's errors in HTML
                "Accept-Encoding": "identity",
                "User-Agent": f"imgshare/{__version__}",
            },
            transport=PooledTransport(self._address, options, debug),
            trust_env=False,  # we choose the proxy, and no credential from ~/.netrc is added
            follow_redirects=False,
        )

    def send(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        limit: int = MAX_ONE,
    ) -> Response:
        """Send a request and return the response, whatever its status.

        Connection errors and the statuses 429, 500, 502, 503 and 504 are tried again with growing pauses, as
        long as the time lasts; but POST and DELETE are not, because what the first try did would be refused.
        A try that may be repeated gets half of the time, so that one that stalls can be.

        Args:
            method: the HTTP method.
            path: what follows the address.
            body: what to send as JSON.
            headers: headers for this request alone.
            limit: how many bytes a successful response may have.

        Raises:
            UnavailableError: no response in time, or one that is too large or encoded.
            ImgshareError: the credential was rejected, and getting a new one failed.
        """
        deadline = time.monotonic() + self._timeout
        repeatable = method in REPEATABLE_METHODS
        share = self._timeout / 2 if repeatable else self._timeout
        response: Response | None = None
        for pause in (*PAUSES, None):
            used = self._auth and self._auth.credential
            seconds = min(deadline - time.monotonic(), share)
            outcome = self._try(method, path, seconds, limit, json=body, headers=headers)
            if self._auth and self._auth.credential is not used:
                deadline = time.monotonic() + self._timeout  # a login takes its own time, not that of the request
            if isinstance(outcome, Response):
                response = outcome
            if pause is None or not repeatable or not is_transient(outcome):
                break
            delay = compute_delay(pause, outcome)
            if time.monotonic() + delay >= deadline:
                break
            self._debug(f"trying again in {delay:.1f} s")
            time.sleep(delay)
        # A last try that the time cut short does not hide the response to an earlier one.
        if isinstance(outcome, NetworkError):
            if response is None or not isinstance(outcome, DeadlineError):
                raise outcome
            outcome = response
        return outcome

    def send_once(self, method: str, path: str, deadline: float, limit: int = MAX_ONE, **parts: Any) -> Response:
        """Send a request without retries.

        Args:
            method: the HTTP method.
            path: what follows the address.
            deadline: when to give up, on the clock of time.monotonic().
            limit: how many bytes a successful response may have.
            parts: httpx's `content` and `headers`.

        Raises:
            NetworkError: there is no response, or none that can be read.
        """
        outcome = self._try(method, path, deadline - time.monotonic(), limit, **parts)
        if isinstance(outcome, NetworkError):
            raise outcome
        return outcome

    def _try(self, method: str, path: str, seconds: float, limit: int, **parts: Any) -> Response | NetworkError:
        """Send a request, twice if the credential is renewed; return the error if the network fails.

        Each of the two gets these seconds. An error of the renewal is raised, because the next try would not help.
        """
        # Of httpx's timeouts, connecting has one; the pool keeps the deadline of the whole.
        timeout = httpx.Timeout(None, connect=_CONNECT_SECONDS)
        extensions = {"seconds": seconds, "limit": limit}
        try:
            request = self._http.build_request(
                method, self._address + path, timeout=timeout, extensions=extensions, **parts
            )
            response: Response = self._http.send(request).extensions["response"]
        except (httpcore.ReadTimeout, httpcore.WriteTimeout):
            return DeadlineError(self.host, self._timeout)
        except (*HTTPCORE_ERRORS, httpx.HTTPError, httpx.InvalidURL, UnicodeError) as exc:
            return create_network_error(exc, self._address, self.host, self._setting.name)
        return response

    def close(self) -> None:
        """Close the connection."""
        self._http.close()
