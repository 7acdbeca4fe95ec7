"""A service that answers what the test tells it to, well or ill, and remembers what it was asked."""

from __future__ import annotations

import json
import socket
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    import ssl
    from types import TracebackType

    import pytest

IMAGE = "d164b5df-1bc3-4c3f-893e-3e471fd16e64"
MEMBER = "edc89b490d7d4392898e19b2deb34797"
TOKEN = "gAAAAABtoken-that-nobody-may-see"
REQUEST_ID = "req-0c0ffee0-0000-4000-8000-000000000000"


def use_service(monkeypatch: pytest.MonkeyPatch, endpoint: str, project_id: str | None = None) -> None:
    """Let the tool use a service, with `TOKEN`, and perhaps for a project."""
    monkeypatch.setenv("IMGSHARE_ENDPOINT", endpoint)
    monkeypatch.setenv("IMGSHARE_TOKEN", TOKEN)
    if project_id:
        monkeypatch.setenv("IMGSHARE_PROJECT_ID", project_id)


def build_member(status: str = "accepted", **other: Any) -> dict[str, Any]:
    """The API's member object, as in its documentation."""
    return {
        "status": status,
        "created_at": "2016-09-01T02:05:14Z",
        "updated_at": "2016-09-01T02:37:11Z",
        "image_id": IMAGE,
        "member_id": MEMBER,
        "schema": "/v2/schemas/member",
        **other,
    }


def build_response(status: int, body: object, content_type: str = "application/json", **headers: str) -> bytes:
    """One whole HTTP answer."""
    content = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    lines = [
        f"HTTP/1.1 {status} Whatever",
        f"Content-Type: {content_type}",
        f"Content-Length: {len(content)}",
        f"X-Openstack-Request-Id: {REQUEST_ID}",
        *[f"{name.replace('_', '-')}: {value}" for name, value in headers.items()],
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


@dataclass
class Request:
    """One request as it came over the wire."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class FakeService:
    """Listens on loopback; each request takes the next answer, and the last one stays.

    An answer is the bytes to send, or a function that is given the open connection.
    """

    def __init__(self, *answers: bytes | Callable[[socket.socket], None], tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Request] = []
        self.answers = deque(answers)
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._open: list[socket.socket] = []
        self.endpoint = f"{'https' if tls else 'http'}://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        """Start to serve."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the server."""
        # shutdown() wakes the accepting thread; close() alone would leave it waiting.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
        self._listener.close()
        for connection in self._open:
            connection.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        try:
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            self._open.append(connection)
            with connection.makefile("rb") as stream:
                while request := read_request(stream):
                    self.requests.append(request)
                    reply = self.answers.popleft() if len(self.answers) > 1 else self.answers[0]
                    if callable(reply):
                        reply(connection)
                        return
                    connection.sendall(reply)
        except OSError:
            pass  # the tool hung up, which many tests are about
        finally:
            connection.close()


StartService = Callable[..., FakeService]
"""Starts a service with these answers, and points the tool at it (the fixture `serve`)."""


def read_request(stream: Any) -> Request | None:
    """Read one request; None at the end of the connection."""
    first = stream.readline().decode("latin-1").split()
    if len(first) < 3:
        return None
    headers = {}
    while (line := stream.readline().decode("latin-1").strip()) != "":
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return Request(first[0], first[1], headers, stream.read(int(headers.get("content-length", 0))))
