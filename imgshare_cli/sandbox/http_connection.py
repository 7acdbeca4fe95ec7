"""HTTP/1.1 on one connection: bytes to requests, answers to bytes, and nothing of images."""

from __future__ import annotations

import re
import socket
import socketserver
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from time import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imgshare_cli.sandbox.http_server import Server

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+")
_MAX_LINE = 16 * 1024
_MAX_HEADERS = 100
_MAX_BODY = 1024 * 1024
_PIECE = 16 * 1024
_IDLE_SECONDS = 300
_LINGER_SECONDS = 1


@dataclass(frozen=True, slots=True)
class Request:
    """A request, whole. Header names are lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, whole but for what the connection adds."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class UnreadableError(Exception):
    """What came is no request that we can answer; the connection ends with this status."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


class Connection(socketserver.StreamRequestHandler):
    """A client's connection, served until either side has had enough."""

    disable_nagle_algorithm = True
    timeout = _IDLE_SECONDS
    server: Server

    def handle(self) -> None:
        """Answer one request after the other."""
        # A client that has gone, perhaps in the middle of our answer, leaves nobody to tell.
        with suppress(OSError):
            while self._exchange():
                pass

    def _exchange(self) -> bool:
        try:
            request, stays = self._request()
        except UnreadableError as refused:
            page = f"{refused.status} {refused.status.phrase}\n".encode()
            self._send(Answer(refused.status, page, {"Content-Type": "text/plain"}), "", stays=False)
            self._linger()
            return False
        if request is None:
            return False
        self.server.mark_used(self.connection)
        self._send(self.server.answer(request), request.method, stays=stays)
        if not stays:
            self._linger()
        return stays

    def _linger(self) -> None:
        # Hanging up on a client that still sends would be a reset, which can overtake the answer.
        self.connection.shutdown(socket.SHUT_WR)
        self.connection.settimeout(_LINGER_SECONDS)
        for _ in range(_MAX_BODY // _PIECE):
            if not self.connection.recv(_PIECE):
                break

    def _request(self) -> tuple[Request | None, bool]:
        line = self._line()
        if line in {b"\r\n", b"\n"}:
            # Some clients end a body with a line that belongs to nothing.
            line = self._line()
        if not line:
            return None, False
        try:
            method, target, version = line.decode("latin-1").split()
        except ValueError:
            raise UnreadableError(HTTPStatus.BAD_REQUEST) from None
        if not version.startswith("HTTP/1."):
            raise UnreadableError(HTTPStatus.HTTP_VERSION_NOT_SUPPORTED)
        headers = self._headers()
        if headers.get("expect", "").lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        stays = version != "HTTP/1.0" and "close" not in headers.get("connection", "").lower()
        return Request(method, target, headers, self._body(headers)), stays

    def _line(self) -> bytes:
        line = self.rfile.readline(_MAX_LINE + 1)
        if len(line) > _MAX_LINE:
            raise UnreadableError(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        return line

    def _headers(self) -> dict[str, str]:
        headers: dict[str, str] = {}
        for _ in range(_MAX_HEADERS):
            line = self._line().decode("latin-1")
            if line in {"\r\n", "\n"}:
                return headers
            name, _, value = line.partition(":")
            name, value = name.lower(), value.strip()
            # Two lengths are how requests are smuggled; a folded or nameless line, or half a line end, is no header.
            if not _NAME.fullmatch(name) or "\r" in value or (name == "content-length" and name in headers):
                raise UnreadableError(HTTPStatus.BAD_REQUEST)
            headers[name] = value
        raise UnreadableError(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def _body(self, headers: dict[str, str]) -> bytes:
        encoding = headers.get("transfer-encoding")
        length = headers.get("content-length")
        if encoding is not None:
            if encoding.lower() != "chunked" or length is not None:
                raise UnreadableError(HTTPStatus.BAD_REQUEST)
            return self._chunks()
        return self._exactly(_size(length, 10)) if length is not None else b""

    def _chunks(self) -> bytes:
        body = bytearray()  # bytes would be copied again for each chunk, of which there may be a million
        while size := _size(self._line().decode("latin-1").partition(";")[0].strip(), 16):
            if len(body) + size > _MAX_BODY:
                raise UnreadableError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            body += self._exactly(size)
            if self._line().strip():
                raise UnreadableError(HTTPStatus.BAD_REQUEST)
        self._headers()  # the trailers
        return bytes(body)

    def _exactly(self, size: int) -> bytes:
        body = self.rfile.read(size)
        if len(body) < size:
            raise UnreadableError(HTTPStatus.BAD_REQUEST)
        return body

    def _send(self, answer: Answer, method: str, *, stays: bool) -> None:
        head = [
            f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}",
            f"Date: {_date(int(time()))}",
            *(f"{name}: {value}" for name, value in answer.headers.items()),
        ]
        if answer.status != HTTPStatus.NO_CONTENT:
            head.append(f"Content-Length: {len(answer.body)}")
        if not stays:
            head.append("Connection: close")
        body = b"" if method == "HEAD" else answer.body
        self.wfile.write("\r\n".join([*head, "", ""]).encode("latin-1") + body)


def _size(text: str, base: int) -> int:
    digits = "0123456789abcdef"[:base]
    if not text or len(text) > 16 or set(text.lower()) - set(digits):  # noqa: PLR2004 # more is no honest size
        raise UnreadableError(HTTPStatus.BAD_REQUEST)
    size = int(text, base)
    if size > _MAX_BODY:
        raise UnreadableError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return size


@lru_cache(maxsize=2)
def _date(seconds: int) -> str:
    return formatdate(seconds, usegmt=True)
