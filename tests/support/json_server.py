"""A service on loopback that answers in JSON what its class says."""

from __future__ import annotations

import json
import threading
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, Self

if TYPE_CHECKING:
    from collections.abc import Mapping


class Reply(NamedTuple):
    """An answer; a body of bytes is sent as it is."""

    status: int
    body: Any
    headers: Mapping[str, str] = MappingProxyType({})


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_arguments: object) -> None:
        """Say nothing of a tool that has gone."""


class JsonServer(ABC):
    """Listens on loopback.

    Attributes:
        endpoint: its address.
        clock: how many seconds its clock is ahead.
    """

    clock = 0.0

    def __init__(self) -> None:
        self._server = _Server(("127.0.0.1", 0), _create_handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        """Start to serve."""
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        """Stop the server."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    @abstractmethod
    def respond(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply | None:
        """Answer a request, whose headers have names in small letters; None hangs up."""


def _create_handler(service: JsonServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def _answer(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            reply = service.respond(
                self.command, self.path, {name.lower(): value for name, value in self.headers.items()}, sent
            )
            if reply is None:
                self.close_connection = True
                return
            content = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            self.send_response(reply.status)
            headers = {"Content-Type": "application/json", **reply.headers, "Content-Length": str(len(content))}
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(OSError):  # the tool may have hung up
                self.wfile.write(content)
                self.wfile.flush()

        do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815  (the names of http.server)

        def date_time_string(self, timestamp: float | None = None) -> str:
            """Return the time by the clock of the service."""
            return super().date_time_string((timestamp or time.time()) + service.clock)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    return Handler
