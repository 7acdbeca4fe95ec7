"""An image service with a state, which fails as a test tells it to: before or after it does what it was asked."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

from tests.support.fake_service import FakeService, Request, build_member, build_response, read_request
from tests.support.scripted_images import build_image

if TYPE_CHECKING:
    from collections.abc import Callable

STALL_SECONDS = 20


class Fault(NamedTuple):
    """What goes wrong with one request.

    Attributes:
        kind: `reset`, `cut`, `stall`, `malformed`, `huge`, or `status`.
        is_done: whether the service did what it was asked before that.
        status: the status that it answers instead.
        headers: further headers of that answer.
    """

    kind: str
    is_done: bool = False
    status: int = 503
    headers: tuple[tuple[str, str], ...] = ()


class FaultyService(FakeService):
    """Keeps shares, and fails where `choose_fault` says so.

    Attributes:
        shares: the status of each share, by image and member.
        choose_fault: gives the fault of a request, if it has one.
        owner: the owner of every image.
    """

    def __init__(self, choose_fault: Callable[[Request], Fault | None]) -> None:
        super().__init__(b"")
        self.shares: dict[tuple[str, str], str] = {}
        self.choose_fault = choose_fault
        self.owner = "5bd2a8f1d4e34f0c9a7a63a1c1f0e7b2"
        self._lock = threading.Lock()

    def _talk(self, connection: socket.socket) -> None:
        self._open.append(connection)
        try:
            with connection, connection.makefile("rb") as stream:
                while (request := read_request(stream)) and self._answer(connection, request):
                    pass
        except OSError:
            pass  # the tool hung up

    def _answer(self, connection: socket.socket, request: Request) -> bool:
        """Answer a request; return whether the connection goes on."""
        with self._lock:
            self.requests.append(request)
            fault = self.choose_fault(request)
            reply = b"" if fault and not fault.is_done else self._carry_out(request)
        if fault is None:
            connection.sendall(reply)
            return True
        if fault.kind == "status":
            headers = {name.replace("-", "_"): value for name, value in fault.headers}
            connection.sendall(build_response(fault.status, {"message": "a fault"}, **headers))
            return True
        if fault.kind == "stall":
            time.sleep(STALL_SECONDS)
        elif fault.kind == "cut":
            connection.sendall((reply or build_response(200, build_member()))[:-20])
        elif fault.kind == "malformed":
            connection.sendall(build_response(200, "<html>Welcome!</html>", "text/html"))
        elif fault.kind == "huge":
            connection.sendall(build_response(200, b" " * (2 << 20)))
        elif fault.kind == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False

    def _carry_out(self, request: Request) -> bytes:  # noqa: PLR0911  (an answer each)
        if request.path.startswith("/v2/images?"):
            return build_response(200, {"images": []})
        parts = unquote(request.path).split("/")
        image, member = parts[3], parts[5] if len(parts) > 5 else ""
        body: Any = json.loads(request.body or b"null")
        if len(parts) == 4:
            return build_response(200, build_image(id=image, owner=self.owner))
        if request.method == "POST":
            member = body["member"]
            if (image, member) in self.shares:
                return build_response(409, {"message": "it is shared already"})
            self.shares[image, member] = "pending"
        elif not member:
            rows = [self._build_member(*key) for key in self.shares if key[0] == image]
            return build_response(200, {"members": rows})
        elif (image, member) not in self.shares:
            return build_response(404, {"message": "no such member"})
        elif request.method == "PUT":
            self.shares[image, member] = body["status"]
        elif request.method == "DELETE":
            del self.shares[image, member]
            return build_response(204, b"")
        return build_response(200, self._build_member(image, member))

    def _build_member(self, image: str, member: str) -> dict[str, Any]:
        return build_member(self.shares[image, member], image_id=image, member_id=member)
