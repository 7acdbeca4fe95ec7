"""Listening on loopback: one thread a connection, all of them ended with the server."""

from __future__ import annotations

import os
import socket
import socketserver
from typing import TYPE_CHECKING

from imgshare_cli.sandbox.connection import Connection

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.sandbox.connection import Answer, Request


class Server(socketserver.ThreadingTCPServer):
    """Serves connections until it is closed."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    # On Windows this would let two servers have one port.
    allow_reuse_address = os.name == "posix"

    def __init__(self, port: int, answer: Callable[[Request], Answer]) -> None:
        self.answer = answer
        self._open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), Connection)

    @property
    def endpoint(self) -> str:
        """The address that it listens on."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def process_request(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        """Serve one more connection."""
        if isinstance(request, socket.socket):
            self._open.add(request)
        super().process_request(request, client_address)

    def close_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        """Forget a connection that has ended."""
        if isinstance(request, socket.socket):
            self._open.discard(request)
        super().close_request(request)

    def server_close(self) -> None:
        """Stop listening, and hang up on everybody who is still connected."""
        super().server_close()
        for connection in tuple(self._open):
            self.shutdown_request(connection)
