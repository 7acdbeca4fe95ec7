"""The HTTP server on loopback: one thread for each connection."""

from __future__ import annotations

import errno
import os
import socket
import socketserver
import sys
import threading
import time
import traceback
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from imgshare_cli.sandbox.http_connection import Connection

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.sandbox.http_messages import Request, Response

_EXHAUSTED = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
_PAUSE_SECONDS = 0.05


class HttpServer(socketserver.ThreadingTCPServer):
    """Serves connections until it is closed.

    When the machine has no more threads or open files, the connection that has been idle longest is closed to make
    room for the newest.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    # On Windows this would let two servers have one port.
    allow_reuse_address = os.name == "posix"

    def __init__(self, port: int, respond: Callable[[Request], Response]) -> None:
        self._lock = threading.Lock()
        self._connections: dict[socket.socket, None] = {}  # the longest idle first
        super().__init__(("127.0.0.1", port), partial(Connection, respond=respond, mark_used=self.mark_used))

    @property
    def endpoint(self) -> str:
        """The URL that it listens on."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def get_request(self) -> tuple[socket.socket, object]:
        """Accept one more connection."""
        try:
            return super().get_request()
        except OSError as exc:
            if exc.errno in _EXHAUSTED:
                self._disconnect_longest_idle()
            # The connection stays in the queue; accepting it again at once would keep a processor busy.
            time.sleep(_PAUSE_SECONDS)
            raise

    def process_request(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        """Serve one more connection."""
        if isinstance(request, socket.socket):
            self.mark_used(request)
        try:
            super().process_request(request, client_address)
        except (RuntimeError, MemoryError):  # no more threads; the client may connect again
            self.shutdown_request(request)
            self._disconnect_longest_idle()
            time.sleep(_PAUSE_SECONDS)

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002  (socketserver's signature)
        """Report an unexpected error in one line, and continue."""
        error = sys.exception()
        if error is None or isinstance(error, OSError | MemoryError):
            return  # the client has left, or the machine is at its limits
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(frame.filename).name}:{frame.lineno}"
        with suppress(OSError, AttributeError):  # stderr may be closed
            sys.stderr.write(f"imgshare: this is a bug in the sandbox: {type(error).__name__} at {where}\n")

    def mark_used(self, connection: socket.socket) -> None:
        """Note that a connection has been used just now."""
        with self._lock:
            self._connections.pop(connection, None)
            self._connections[connection] = None

    def close_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        """Forget a connection that has ended."""
        if isinstance(request, socket.socket):
            with self._lock:
                self._connections.pop(request, None)
        super().close_request(request)

    def server_close(self) -> None:
        """Stop listening, and close all connections."""
        super().server_close()
        with self._lock:
            for connection in self._connections:
                _disconnect(connection)

    def _disconnect_longest_idle(self) -> None:
        with self._lock:
            if longest_idle := next(iter(self._connections), None):
                _disconnect(longest_idle)
                del self._connections[longest_idle]


def _disconnect(connection: socket.socket) -> None:
    # The thread of the connection, which waits for a request, sees its end and closes the socket.
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
