"""An image service and an identity service at one address, which say what a function says, to the letter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote, urlsplit

from tests.support.json_server import JsonServer, Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Request(NamedTuple):
    """One request; its path is decoded."""

    method: str
    path: str
    query: str
    token: str


class ScriptedCloud(JsonServer):
    """Listens on loopback.

    Attributes:
        answers: what each request is answered with, as a status and a body of JSON.
    """

    def __init__(self) -> None:
        self.answers: Callable[[Request], tuple[int, Any]] = lambda _request: (404, {"message": "no"})
        super().__init__()

    def respond(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:  # noqa: ARG002
        """Answer a request."""
        url = urlsplit(target)
        path = unquote(url.path)
        status, answer = self.answers(Request(method, path, url.query, headers.get("x-auth-token", "")))
        return Reply(status, answer, {"X-Subject-Token": "other-token"} if path == "/v3/auth/tokens" else {})
