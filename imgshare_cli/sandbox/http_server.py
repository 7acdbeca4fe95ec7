"""Listening on loopback: one thread a connection, all of them ended with the server."""

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
from pathlib import Path
from typing import TYPE_CHECKING

from imgshare_cli.sandbox.http_connection import Connection

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.sandbox.http_connection import Answer, Request

_EXHAUSTED = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
_PAUSE_SECONDS = 0.05


class Server(socketserver.ThreadingTCPServer):
    """Serves connections until it is closed.

    Where the machine has no more threads or open files, whoever has waited longest without asking anything makes
    room for the newest.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    # On Windows this would let two servers have one port.
    allow_reuse_address = os.name == "posix"

    def __init__(self, port: int, answer: Callable[[Request], Answer]) -> None:
        self.answer = answer
        self._lock = threading.Lock()
        self._open: dict[socket.socket, None] = {}  # the longest unused first
        super().__init__(("127.0.0.1", port), Connection)

    @property
    def endpoint(self) -> str:
        """The address that it listens on."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def get_request(self) -> tuple[socket.socket, object]:
        """Accept one more connection."""
        try:
            return super().get_request()
        except OSError as exc:
            if exc.errno in _EXHAUSTED:
                self._hang_up_on_the_oldest()
            # The connection stays in the queue; asking for it again at once would take a whole processor.
            time.sleep(_PAUSE_SECONDS)
            raise

    def process_request(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        """Serve one more connection."""
        if isinstance(request, socket.socket):
            self.mark_used(request)
        try:
            super().process_request(request, client_address)
        except (RuntimeError, MemoryError):  # no more threads; this client may come again
            self.shutdown_request(request)
            self._hang_up_on_the_oldest()
            time.sleep(_PAUSE_SECONDS)

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002  (socketserver's signature)
        """Say in one line what no answer foresaw, and go on."""
        error = sys.exception()
        if error is None or isinstance(error, OSError | MemoryError):
            return  # the client has gone, or the machine is at its limits
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(frame.filename).name}:{frame.lineno}"
        with suppress(OSError, AttributeError):  # stderr may be closed
            sys.stderr.write(f"imgshare: this is a bug in the sandbox: {type(error).__name__} at {where}\n")

    def mark_used(self, connection: socket.socket) -> None:
        """Note that somebody is at the other end of a connection just now."""
        with self._lock:
            self._open.pop(connection, None)
            self._open[connection] = None

    def close_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        """Forget a connection that has ended."""
        if isinstance(request, socket.socket):
            with self._lock:
                self._open.pop(request, None)
        super().close_request(request)

    def server_close(self) -> None:
        """Stop listening, and hang up on everybody who is still connected."""
        super().server_close()
        with self._lock:
            for connection in self._open:
                _hang_up(connection)

    def _hang_up_on_the_oldest(self) -> None:
        with self._lock:
            if oldest := next(iter(self._open), None):
                _hang_up(oldest)
                del self._open[oldest]


def _hang_up(connection: socket.socket) -> None:
    # Its own thread, which waits for a request, meets the end of it and closes it.
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
