"""Authentication of requests: the credential that each one carries, and a new credential when it is rejected."""

from __future__ import annotations

from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from imgshare_cli.api.credential import Credential


_BUSY = HTTPStatus.TOO_MANY_REQUESTS
_FIRST_SERVER_ERROR = HTTPStatus.INTERNAL_SERVER_ERROR


def create_auth(
    credential: Credential,
    refresh: Callable[[str], Credential | None] | None = None,
    confirm: Callable[[str], None] | None = None,
) -> CredentialAuth:
    """Create what authenticates requests with a credential; the other arguments are those of `TokenAuth`.

    An access key is never replaced, so that it needs none of them.
    """
    if credential.access_key_id:
        from imgshare_cli.api.key_authentication import AccessKeyAuth

        return AccessKeyAuth(credential)
    return TokenAuth(credential, refresh, confirm)


@lru_cache(maxsize=64)
def create_status_response(status: int) -> httpx.Response:
    """Create what an authentication is told of a response: its status alone."""
    return httpx.Response(status)


class CredentialAuth(httpx.Auth):
    """Authenticates requests with a credential.

    Args:
        credential: the credential to start with.

    Attributes:
        credential: the credential that the next request is authenticated with.
    """

    def __init__(self, credential: Credential) -> None:
        self.credential = credential


class TokenAuth(CredentialAuth):
    """Adds a credential's header to each request; sends a request once more when the service rejects the credential.

    Args:
        credential: the credential to start with.
        refresh: returns a new credential for the rejected secret, or None where only a person can get one; without it
            a rejected credential is not replaced.
        confirm: called with the secret of each credential, once the service has accepted it.
    """

    def __init__(
        self,
        credential: Credential,
        refresh: Callable[[str], Credential | None] | None = None,
        confirm: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__(credential)
        self._refresh = refresh
        self._confirm = confirm
        self._confirmed: Credential | None = None

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Authenticate a request, and again after a 401 if there is a new credential.

        A new one may have expired, too, before it was this request's turn.
        """
        for is_last in (False, False, True):
            used = self.credential
            request.headers.update(used.headers)
            response = yield request
            if response.status_code != HTTPStatus.UNAUTHORIZED:
                self._confirm_once(used, response.status_code)
                return
            if is_last or self._refresh is None or not (new := self._refresh(used.secret)):
                return
            self.credential = new
            for name in used.headers:  # the new one may use another header
                del request.headers[name]

    def _confirm_once(self, used: Credential, status: int) -> None:
        # A gateway in front of the service, which knows no credentials, answers with the others.
        if self._confirm and used is not self._confirmed and status < _FIRST_SERVER_ERROR and status != _BUSY:
            self._confirmed = used
            self._confirm(used.secret)
