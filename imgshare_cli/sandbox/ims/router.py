"""Route each request to the call of IMS, CBR or IAM that it names, and turn errors into responses."""

from __future__ import annotations

import re
import threading
import uuid
from typing import TYPE_CHECKING
from urllib.parse import unquote

from imgshare_cli.sandbox.errors import ApiError
from imgshare_cli.sandbox.ims.account_handlers import build_identity_version
from imgshare_cli.sandbox.ims.errors import ImsError, create_path_error, create_throttling_error, translate_error

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imgshare_cli.sandbox.http_messages import Request, Response
    from imgshare_cli.sandbox.ims.authentication import Authenticator
    from imgshare_cli.sandbox.ims.jobs import JobStore

    Handler = Callable[..., Response]

_ANY = "[^/]+"


class ImsRouter:
    """Answers requests.

    Args:
        authenticator: finds out who sends one.
        jobs: what is run before a request, if it is due.
    """

    def __init__(self, authenticator: Authenticator, jobs: JobStore) -> None:
        self._authenticator = authenticator
        self._jobs = jobs
        self._routes: list[tuple[re.Pattern[str], str, Handler, bool]] = []
        self._lock = threading.Lock()
        self._refusals = 0

    def add(self, method: str, path: str, handler: Handler, *, needs_project: bool = True) -> None:
        """Add a call: `{}` in its path is an argument of the handler."""
        pattern = re.compile(re.escape(path).replace(r"\{\}", f"({_ANY})"))
        self._routes.append((pattern, method, handler, needs_project))

    def throttle(self, count: int) -> None:
        """Refuse this number of requests, as if there had been too many before them."""
        with self._lock:
            self._refusals = count

    def respond(self, request: Request) -> Response:
        """Return the response to any request."""
        self._jobs.run_due_jobs()
        try:
            response = self._dispatch(request)
        except ApiError as error:
            response = translate_error(error).build_response()
        except ImsError as error:
            response = error.build_response()
        response.headers["X-Request-Id"] = uuid.uuid4().hex
        return response

    def _dispatch(self, request: Request) -> Response:
        path = request.target.partition("?")[0].rstrip("/")
        if (request.method, path) == ("GET", "/v3"):
            return build_identity_version(request)
        handler, arguments, needs_project = self._find_handler(request.method, path)
        self._check_throttling()
        find = self._authenticator.find_caller if needs_project else self._authenticator.find_callers
        return handler(find(request), request, *arguments)

    def _check_throttling(self) -> None:
        with self._lock:
            if self._refusals:
                self._refusals -= 1
                raise create_throttling_error()

    def _find_handler(self, method: str, path: str) -> tuple[Handler, Sequence[str], bool]:
        for pattern, wanted, handler, needs_project in self._routes:
            if method == wanted and (match := pattern.fullmatch(path)):
                return handler, [unquote(argument, "latin-1") for argument in match.groups()], needs_project
        raise create_path_error()
