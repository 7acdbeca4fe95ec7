"""Read HTTP/1.1 requests from a connection."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from imgshare_cli.sandbox.http_messages import Request

if TYPE_CHECKING:
    from io import BufferedIOBase

MAX_BODY = 1024 * 1024
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+")
_MAX_LINE = 16 * 1024
_MAX_HEADERS = 100
_MAX_SIZE_DIGITS = 16


class UnreadableRequestError(Exception):
    """The bytes are not a request that can be answered; the connection ends with this status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class RequestReader:
    """Reads one request after the other.

    Args:
        source: the bytes that the client sends.
        sink: where an interim response goes.
    """

    def __init__(self, source: BufferedIOBase, sink: BufferedIOBase) -> None:
        self._source = source
        self._sink = sink

    def read_request(self) -> tuple[Request | None, bool]:
        """Read the next request, if there is one, and whether the connection stays open after it.

        Raises:
            UnreadableRequestError: it is malformed or too large.
        """
        line = self._read_line()
        if line in {b"\r\n", b"\n"}:
            # Some clients send one more line end after a body.
            line = self._read_line()
        if not line:
            return None, False
        try:
            method, target, version = line.decode("latin-1").split()
        except ValueError:
            raise UnreadableRequestError(HTTPStatus.BAD_REQUEST) from None
        if not version.startswith("HTTP/1."):
            raise UnreadableRequestError(HTTPStatus.HTTP_VERSION_NOT_SUPPORTED)
        headers = self._read_headers()
        if headers.get("expect", "").lower() == "100-continue":
            self._sink.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        keep_alive = version != "HTTP/1.0" and "close" not in headers.get("connection", "").lower()
        return Request(method, target, headers, self._read_body(headers)), keep_alive

    def _read_line(self) -> bytes:
        line = self._source.readline(_MAX_LINE + 1)
        if len(line) > _MAX_LINE:
            raise UnreadableRequestError(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        return line

    def _read_headers(self) -> dict[str, str]:
        headers: dict[str, str] = {}
        for _ in range(_MAX_HEADERS):
            line = self._read_line().decode("latin-1")
            if line in {"\r\n", "\n"}:
                return headers
            name, _, value = line.partition(":")
            name, value = name.lower(), value.strip()
            # Two lengths are how requests are smuggled; a folded or nameless line, or half a line end, is no header.
            if not _NAME.fullmatch(name) or "\r" in value or (name == "content-length" and name in headers):
                raise UnreadableRequestError(HTTPStatus.BAD_REQUEST)
            headers[name] = value
        raise UnreadableRequestError(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def _read_body(self, headers: dict[str, str]) -> bytes:
        encoding = headers.get("transfer-encoding")
        length = headers.get("content-length")
        if encoding is not None:
            if encoding.lower() != "chunked" or length is not None:
                raise UnreadableRequestError(HTTPStatus.BAD_REQUEST)
            return self._read_chunks()
        return self._read_exactly(_parse_size(length, 10)) if length is not None else b""

    def _read_chunks(self) -> bytes:
        body = bytearray()  # bytes would be copied again for each chunk, and there may be a million
        while size := _parse_size(self._read_line().decode("latin-1").partition(";")[0].strip(), 16):
            if len(body) + size > MAX_BODY:
                raise UnreadableRequestError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            body += self._read_exactly(size)
            if self._read_line().strip():
                raise UnreadableRequestError(HTTPStatus.BAD_REQUEST)
        self._read_headers()  # the trailers
        return bytes(body)

    def _read_exactly(self, size: int) -> bytes:
        body = self._source.read(size)
        if len(body) < size:
            raise UnreadableRequestError(HTTPStatus.BAD_REQUEST)
        return body


def _parse_size(text: str, base: int) -> int:
    digits = "0123456789abcdef"[:base]
    if not text or len(text) > _MAX_SIZE_DIGITS or set(text.lower()) - set(digits):
        raise UnreadableRequestError(HTTPStatus.BAD_REQUEST)
    size = int(text, base)
    if size > MAX_BODY:
        raise UnreadableRequestError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return size
