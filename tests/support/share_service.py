"""An image service for batches: it knows many shares, answers at once, and fails as it is told."""

from __future__ import annotations

import json
import random
import socket
import struct
import threading
import time
from collections import Counter
from email.utils import formatdate
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

FAULTS = (
    "reset before",
    "reset after",
    "cut after",
    "500",
    "500 after",
    "502",
    "502 after",
    "503",
    "504",
    "504 after",
    "429",
    "429 seconds",
    "429 date",
    "stall",
)
_TIME = "2016-09-01T02:05:14Z"


class ShareService:
    """Keeps the status of each share; a share that nobody created is pending at once, unless `known` says otherwise.

    Args:
        faults: how large a part of the requests fails.
        seed: decides which do, and how.
        delay: how long each answer takes, in seconds.
        kinds: how they fail.
    """

    def __init__(self, faults: float = 0.0, seed: int = 0, delay: float = 0.0, kinds: Sequence[str] = FAULTS) -> None:
        self.statuses: dict[tuple[str, str], str] = {}
        self.requests: Counter[str] = Counter()
        self.open_now = self.most_open = 0
        self.is_authorized = True
        self.is_known: Callable[[str, str], bool] = lambda _image, _member: True
        self._faults = faults
        self._random = random.Random(seed)  # noqa: S311  (the same faults for the same seed)
        self.delay = delay
        self._kinds = kinds
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.endpoint = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        """Start to serve."""
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the server."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            self.open_now += 1
            self.most_open = max(self.most_open, self.open_now)
        try:
            with connection, connection.makefile("rb") as stream:
                while line := stream.readline():
                    length = 0
                    while (header := stream.readline().lower()) not in {b"\r\n", b""}:
                        if header.startswith(b"content-length:"):
                            length = int(header[15:])
                    method, path, _ = line.decode("latin-1").split(" ", 2)
                    if not self._answer(connection, method, path, stream.read(length)):
                        return
        except (OSError, ValueError):
            pass  # the tool has gone, perhaps in the middle of a request
        finally:
            with self._lock:
                self.open_now -= 1

    def _answer(self, connection: socket.socket, method: str, path: str, body: bytes) -> bool:
        """Answer a request; return whether the connection stays open."""
        with self._lock:
            fault = self._random.choice(self._kinds) if self._random.random() < self._faults else ""
            self.requests[method] += 1
            self.requests[fault] += 1
        if self.delay:
            time.sleep(self.delay)
        if fault == "reset before":
            return _reset(connection)
        if fault == "stall":
            time.sleep(0.3)
        if fault[:1].isdigit() and not fault.endswith("after"):
            _send(connection, int(fault[:3]), {}, _build_pause(fault))
            return True
        status, content = self._reply(method, path, body)
        if fault == "reset after":
            return _reset(connection)
        if fault == "cut after":
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")
            return False
        if fault[:1].isdigit():
            status, content = int(fault[:3]), {}
        _send(connection, status, content)
        return True

    def _reply(self, method: str, path: str, body: bytes) -> tuple[int, object]:
        if not self.is_authorized:
            return 401, {"message": "This server could not verify that you are authorized."}
        parts = path.split("/")
        if len(parts) < 6 or parts[4] != "members":
            return 404, {"message": "no such path"}
        image, member = parts[3], parts[5]
        if not self.is_known(image, member):
            return 404, {"message": f"Image {image} not found."}
        with self._lock:
            if method == "PUT":
                self.statuses[image, member] = json.loads(body)["status"]
            status = self.statuses.get((image, member), "pending")
        return 200, {
            "image_id": image,
            "member_id": member,
            "status": status,
            "created_at": _TIME,
            "updated_at": _TIME,
            "schema": "/v2/schemas/member",
        }


def _build_pause(fault: str) -> str:
    if fault == "429 seconds":
        return "Retry-After: 1\r\n"
    return f"Retry-After: {formatdate(time.time() + 1, usegmt=True)}\r\n" if fault == "429 date" else ""


def _send(connection: socket.socket, status: int, content: object, headers: str = "") -> None:
    body = json.dumps(content).encode()
    head = f"HTTP/1.1 {status} Whatever\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n{headers}"
    connection.sendall(head.encode() + b"\r\n" + body)


def _reset(connection: socket.socket) -> bool:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False
