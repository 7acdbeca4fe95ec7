"""Requests to one service over httpx: bounded in time and size, sent again where that is safe."""

from __future__ import annotations

import time
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpcore
import httpx

from imgshare_cli.api.authentication import create_status_response
from imgshare_cli.api.http_connection import HttpConnection
from imgshare_cli.api.network_errors import HTTPCORE_ERRORS, DeadlineError, NetworkError, create_network_error
from imgshare_cli.api.request_builder import RequestBuilder
from imgshare_cli.api.response import MAX_ONE, Response
from imgshare_cli.api.retries import Tries, read_retry_after
from imgshare_cli.config.service_url import ENDPOINT, Setting, check_service_url
from imgshare_cli.config.settings import DEFAULT_RETRIES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from imgshare_cli.api.authentication import CredentialAuth
    from imgshare_cli.api.http_connection import TransportOptions
    from imgshare_cli.api.pace import Pace
    from imgshare_cli.api.service_kind import ServiceKind


class HttpTransport:
    """A connection to one service, kept open between requests; one thread uses it at a time.

    Args:
        address: the service's address.
        auth: authenticates each request to this address; redirects are not followed. None sends no credential.
        options: what to trust and allow.
        timeout: the time for one request with its retries, in seconds.
        retries: how many times a request may be sent again.
        pace: says when each try may be sent, and learns how it ended; several connections may share it.
        debug: called with a line for each response and retry; never with a token.
        setting: the setting that holds the address, for messages.

    Attributes:
        address: the service's address.
        service_kind: what the image service at the other end is, once that is known.

    Raises:
        ConfigError: the address, the proxy or the certificate authorities cannot be used.
    """

    def __init__(  # noqa: PLR0913  (each by name)
        self,
        address: str,
        auth: CredentialAuth | None,
        options: TransportOptions,
        *,
        timeout: float,
        debug: Callable[[str], None],
        retries: int = DEFAULT_RETRIES,
        pace: Pace | None = None,
        setting: Setting = ENDPOINT,
    ) -> None:
        self.address = check_service_url(address, insecure_http=options.insecure_http, setting=setting)
        parts = urlsplit(self.address)
        self.host = parts.hostname or ""
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._timeout = timeout
        self._retries = retries
        self._pace = pace
        self._debug = debug
        self._setting = setting
        self._auth = auth
        self._connection = HttpConnection(self.address, options)
        self.service_kind: ServiceKind | None = None

    def authenticate_with(self, auth: CredentialAuth) -> None:
        """Authenticate the next requests with another credential, over the same connection."""
        self._auth = auth

    def send(  # noqa: PLR0913  (each by name)
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        limit: int = MAX_ONE,
        only_seconds: float | None = None,
        is_repeatable: bool = True,
    ) -> Response:
        """Send a request and return the response, whatever its status.

        Connection errors, the statuses 429, 500, 502, 503 and 504 and the codes of a flow control are tried again
        with growing pauses, as long as the time lasts. A service may refuse what an earlier try has done: the response
        then says that one may have arrived, and so does the error.

        Args:
            method: the HTTP method.
            path: what follows the address.
            body: what to send as JSON.
            headers: headers for this request alone.
            limit: how many bytes a successful response may have.
            only_seconds: the time for a request that is sent once, over a new connection.
            is_repeatable: whether it is sent again where an earlier try may have been carried out.

        Raises:
            UnavailableError: no response in time, or one that is too large or encoded.
            ImgshareError: the credential was rejected, and getting a new one failed.
        """
        tries = Tries(self._retries, self._timeout, is_repeatable=is_repeatable)
        if only_seconds is not None:
            self._connection.close()  # there is no other try, if the service has just given up the connection
            tries = Tries(0, only_seconds)
        while True:
            outcome = self._try(lambda: self._requests.build(method, path, body, headers), path, tries, limit)
            pause = tries.plan_pause(outcome)
            if pause is None:
                return tries.choose_response(outcome)
            self._debug(f"trying again in {pause:.1f} s")
            time.sleep(pause)

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
        tries = Tries(0, deadline - time.monotonic())
        outcome = self._try(lambda: self._requests.build_from_parts(method, path, **parts), path, tries, limit)
        return tries.choose_response(outcome)

    @cached_property
    def _requests(self) -> RequestBuilder:
        return RequestBuilder(self.address)

    def _try(self, build: Callable[[], httpx.Request], path: str, tries: Tries, limit: int) -> Response | NetworkError:
        """Send a request, again with a credential that replaces a rejected one; return the error if the network fails.

        An error of the renewal is raised, because the next try would not help.
        """
        try:
            request, url = build(), self._requests.build_url(path)
            request.extensions["target"] = url.target  # of httpx: a signature needs it, and spares parsing the address
        except (httpx.InvalidURL, UnicodeError) as exc:
            return self._create_error(exc)
        if self._auth is None:
            return self._exchange_in_turn(request, url, tries, limit)
        flow = self._auth.sync_auth_flow(request)
        request = next(flow)
        while True:
            outcome = self._exchange_in_turn(request, url, tries, limit)
            if isinstance(outcome, NetworkError):
                return outcome
            started = time.monotonic()
            try:
                request = flow.send(create_status_response(401 if outcome.rejects_token else outcome.status))
            except StopIteration:
                return outcome
            tries.extend(time.monotonic() - started)  # a login takes its own time, not that of the request

    def _exchange_in_turn(
        self, request: httpx.Request, url: httpcore.URL, tries: Tries, limit: int
    ) -> Response | NetworkError:
        if self._pace and not tries.wait_turn(self._pace):
            return NetworkError(f"{self.host} takes no requests (429 or 503)", hint="try again later")
        sent_at = time.monotonic()
        outcome = self._exchange(request, url, tries.seconds, limit)
        response = outcome if isinstance(outcome, Response) else None
        if self._pace:
            retry_after = read_retry_after(response) if response else None
            self._pace.report(response.pace_status if response else None, retry_after, sent_at)
        if response:
            where, milliseconds = f"{self._origin}{url.target.decode()}", (time.monotonic() - sent_at) * 1000
            ending = f"{response.status_line}, {milliseconds:.0f} ms, {response.request_id}"
            self._debug(f"{request.method} {where}: {ending}")
        return outcome

    def _exchange(
        self, request: httpx.Request, url: httpcore.URL, seconds: float, limit: int
    ) -> Response | NetworkError:
        try:
            return self._connection.exchange(request, url, seconds, limit)
        except NetworkError as exc:
            return exc
        except (httpcore.ReadTimeout, httpcore.WriteTimeout):
            error: NetworkError = DeadlineError(self.host, self._timeout)
        except (*HTTPCORE_ERRORS, UnicodeError) as exc:
            error = self._create_error(exc)
        return error.replace(may_have_arrived=self._connection.has_sent)

    def _create_error(self, exc: Exception) -> NetworkError:
        return create_network_error(exc, self.address, self.host, self._setting.name)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
