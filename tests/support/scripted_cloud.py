"""An image service and an identity service at one address, which say what a function says, to the letter."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable


class Request(NamedTuple):
    """One request; its path is decoded."""

    method: str
    path: str
    query: str
    token: str


class ScriptedCloud:
    """Listens on loopback.

    Attributes:
        answers: what each request is answered with, as a status and a body of JSON.
        endpoint: the address of both services.
    """

    def __init__(self) -> None:
        self.answers: Callable[[Request], tuple[int, Any]] = lambda _request: (404, {"message": "no"})
        cloud = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def _answer(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                url, token = urlsplit(self.path), self.headers.get("X-Auth-Token", "")
                path = unquote(url.path)
                status, body = cloud.answers(Request(self.command, path, url.query, token))
                content = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                if path == "/v3/auth/tokens":
                    self.send_header("X-Subject-Token", "other-token")
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815  (the names of http.server)

            def log_message(self, *_arguments: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        """Start to serve."""
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        """Stop the server."""
        self._server.shutdown()
        self._thread.join(10)
        self._server.server_close()
