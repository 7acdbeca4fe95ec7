"""One client connection: read a request, write its response, and so on until either side closes it."""

from __future__ import annotations

import socket
import socketserver
from contextlib import suppress
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from time import time
from typing import TYPE_CHECKING

from imgshare_cli.sandbox.http_messages import Request, Response
from imgshare_cli.sandbox.http_reader import MAX_BODY, RequestReader, UnreadableRequestError
from imgshare_cli.sandbox.status_phrases import STATUS_PHRASES

if TYPE_CHECKING:
    from collections.abc import Callable

_READ_SIZE = 16 * 1024
_IDLE_SECONDS = 300
_LINGER_SECONDS = 1


class Connection(socketserver.StreamRequestHandler):
    """A client connection.

    Args:
        client: the socket.
        address: the client's address.
        server: the server that accepted the connection.
        respond: answers a request.
        mark_used: is told of each request, so that the server knows which connections are idle.
    """

    disable_nagle_algorithm = True
    timeout = _IDLE_SECONDS

    def __init__(
        self,
        client: socket.socket,
        address: object,
        server: socketserver.BaseServer,
        *,
        respond: Callable[[Request], Response],
        mark_used: Callable[[socket.socket], None],
    ) -> None:
        self._respond = respond
        self._mark_used = mark_used
        super().__init__(client, address, server)  # which already serves the connection

    def handle(self) -> None:
        """Answer requests until the connection ends."""
        reader = RequestReader(self.rfile, self.wfile)
        # A client may leave at any time, even while a response is written to it.
        with suppress(OSError):
            while self._answer_next(reader):
                pass

    def _answer_next(self, reader: RequestReader) -> bool:
        try:
            request, keep_alive = reader.read_request()
        except UnreadableRequestError as exc:
            page = f"{exc.status} {STATUS_PHRASES[exc.status]}\n".encode()
            self._send(Response(exc.status, page, {"Content-Type": "text/plain"}), "", keep_alive=False)
            self._close_gently()
            return False
        if request is None:
            return False
        self._mark_used(self.connection)
        self._send(self._respond(request), request.method, keep_alive=keep_alive)
        if not keep_alive:
            self._close_gently()
        return keep_alive

    def _close_gently(self) -> None:
        # Closing while the client still sends would be a reset, which can overtake the response.
        self.connection.shutdown(socket.SHUT_WR)
        self.connection.settimeout(_LINGER_SECONDS)
        for _ in range(MAX_BODY // _READ_SIZE):
            if not self.connection.recv(_READ_SIZE):
                break

    def _send(self, response: Response, method: str, *, keep_alive: bool) -> None:
        head = [
            f"HTTP/1.1 {response.status} {STATUS_PHRASES[response.status]}",
            f"Date: {_format_date(int(time()))}",
            *(f"{name}: {value}" for name, value in response.headers.items()),
        ]
        if response.status != HTTPStatus.NO_CONTENT:
            head.append(f"Content-Length: {len(response.body)}")
        if not keep_alive:
            head.append("Connection: close")
        body = b"" if method == "HEAD" else response.body
        self.wfile.write("\r\n".join([*head, "", ""]).encode("latin-1") + body)


@lru_cache(maxsize=2)
def _format_date(seconds: int) -> str:
    return formatdate(seconds, usegmt=True)
