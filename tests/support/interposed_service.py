"""An image service behind a door: what passes can be watched, and something can happen just before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from tests.support.json_server import JsonServer, Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_PASSED_ON = ("x-auth-token", "content-type", "accept", "x-project-id")


class InterposedService(JsonServer):
    """Passes requests on to another service.

    Args:
        target: the address of that service.

    Attributes:
        before: is called with the method and the path of each request before it is passed on.
    """

    def __init__(self, target: str) -> None:
        super().__init__()
        self._target = target
        self.before: Callable[[str, str], None] = lambda _method, _path: None

    def respond(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Answer a request as the other service does."""
        self.before(method, target.partition("?")[0])
        kept = {name: value for name, value in headers.items() if name in _PASSED_ON}
        answer = httpx.request(
            method, f"{self._target}{target}", headers=kept, content=body, timeout=60, trust_env=False
        )
        own = {name: answer.headers[name] for name in ("x-openstack-request-id",) if name in answer.headers}
        return Reply(answer.status_code, answer.content, own)
