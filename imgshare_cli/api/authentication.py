"""Authentication of requests: the credential that each one carries, and a new credential when it is rejected."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from imgshare_cli.api.credential import Credential


class TokenAuth(httpx.Auth):
    """Adds a credential's header to each request; sends a request once more when the service rejects the credential.

    Args:
        credential: the credential to start with.
        refresh: returns a new credential for the rejected secret, or None where only a person can get one; without it
            a rejected credential is not replaced.

    Attributes:
        credential: the credential that the next request carries.
    """

    def __init__(self, credential: Credential, refresh: Callable[[str], Credential | None] | None = None) -> None:
        self.credential = credential
        self._refresh = refresh

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Authenticate a request, and again after a 401 if there is a new credential."""
        used = self.credential
        request.headers.update(used.headers)
        response = yield request
        if response.status_code != HTTPStatus.UNAUTHORIZED or self._refresh is None:
            return
        if new := self._refresh(used.secret):
            self.credential = new
            for name in used.headers:  # the new one may use another header
                del request.headers[name]
            request.headers.update(new.headers)
            yield request
