"""A door in front of a service that counts who comes through."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType


class TcpProxy:
    """Passes connections on to a port of this machine.

    Attributes:
        count: how many connections came.
        most_open: how many of them were open at once.
        port: where it listens.
        is_down: whether it hangs up at once, as a service that is restarted.
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.count = self.most_open = self._open_now = 0
        self._lock = threading.Lock()
        self.is_down = False

    def __enter__(self) -> Self:
        """Open the door."""
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                came, _ = self._listener.accept()
            except OSError:
                return
            self.count += 1
            if self.is_down:
                came.close()
                continue
            try:
                target = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                came.close()
                continue
            threading.Thread(target=self._talk, args=(came, target), daemon=True).start()

    def _talk(self, came: socket.socket, target: socket.socket) -> None:
        with self._lock:
            self._open_now += 1
            self.most_open = max(self.most_open, self._open_now)
        with came, target:
            back = threading.Thread(target=_pass_on, args=(target, came), daemon=True)
            back.start()
            _pass_on(came, target)
            with self._lock:
                self._open_now -= 1
            back.join()


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    with contextlib.suppress(OSError):  # either end may hang up
        while content := one.recv(65536):
            other.sendall(content)
    with contextlib.suppress(OSError):
        other.shutdown(socket.SHUT_WR)
