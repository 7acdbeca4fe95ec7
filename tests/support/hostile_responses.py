"""Replies that no honest service gives, for any service that a test wants to be hostile."""

from __future__ import annotations

import gzip
import json
import time
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    Reply = bytes | Callable[[socket.socket], None]

# What a run may take at most, whatever it is told.
MOST_MIB = 200
GRACE_SECONDS = 2


def reply(body: bytes, *, status: int = 200, kind: str = "application/json", **headers: str) -> bytes:
    """One whole answer."""
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def endless(first: bytes, again: bytes, pause: float = 0) -> Callable[[socket.socket], None]:
    """An answer that goes on until the other side hangs up."""

    def talk(connection: socket.socket) -> None:
        connection.sendall(first)
        while True:
            connection.sendall(again)
            time.sleep(pause)

    return talk


def _bomb(layers: int) -> bytes:
    body = b" " * (16 << 20)
    for _ in range(layers):
        body = gzip.compress(body, 9)
    return body


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

ENCODED: dict[str, bytes] = {
    "gzip": reply(_bomb(1), Content_Encoding="gzip"),
    "gzip three times": reply(_bomb(3), Content_Encoding="gzip, gzip, gzip"),
    "GZIP": reply(gzip.compress(b"{}"), Content_Encoding="GZIP"),
    "x-gzip": reply(gzip.compress(b"{}"), Content_Encoding="x-gzip"),
    "deflate": reply(zlib.compress(b"{}"), Content_Encoding="deflate"),
    "identity, gzip": reply(gzip.compress(b"{}"), Content_Encoding="identity, gzip"),
    "an unknown one": reply(b"{}", Content_Encoding="\x80\x1b[2Jzstd"),
    "gzip in an error": reply(_bomb(1), status=404, Content_Encoding="gzip"),
}
ENDLESS: dict[str, Reply] = {
    "a body": endless(HEAD + b"\r\n", b" " * 65536),
    "a body in chunks": endless(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b" " * 65536 + b"\r\n"),
    "tiny chunks": endless(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n" * 1000),
    "headers": endless(HEAD, b"X-More: " + b"x" * 1000 + b"\r\n"),
    "one header": endless(HEAD + b"X-Long: ", b"x" * 65536),
    "the status line": endless(b"", b"HTTP/1.1 200 " * 1000),
    "interim answers": endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
    "trailers": endless(HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: " + b"x" * 1000 + b"\r\n"),
}
SLOW: dict[str, Reply] = {
    "silence": endless(b"", b"", 0.1),
    "a body, byte by byte": endless(HEAD + b"Content-Length: 99999\r\n\r\n", b" ", 0.05),
    "chunks, byte by byte": endless(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n", 0.05),
    "headers, one by one": endless(HEAD, b"X-Drip: 1\r\n", 0.05),
    "the status line, byte by byte": endless(b"HTTP/1.1 200 ", b"x", 0.05),
}
UNREADABLE: dict[str, bytes] = {
    "nothing": reply(b""),
    "white space": reply(b" \n"),
    "HTML": reply(b"<html><body>Log in first</body></html>", kind="text/html"),
    "null": reply(b"null"),
    "an array": reply(b"[1, 2]"),
    "a string": reply(b'"token"'),
    "a number": reply(b"7"),
    "an empty object": reply(b"{}"),
    "half of an object": reply(b'{"token": {"user": {"na'),
    "not a number": reply(b'{"token": NaN, "status": NaN}'),
    "infinity": reply(b'{"token": -Infinity, "status": 1e999}'),
    "deep arrays": reply(b"[" * 200_000 + b"]" * 200_000),
    "deep objects": reply(b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    "an endless number": reply(b'{"token": ' + b"9" * 500_000 + b"}"),
    "UTF-16": reply('{"token": {}}'.encode("utf-16")),
    "Latin-1": reply(b'{"token": "\xe9"}'),
    "a mark before it": reply(b"\xef\xbb\xbf{}"),
    "half a surrogate pair": reply(b'{"token": {"user": {"name": "\\ud800"}}}'),
}
REDIRECTS = (301, 302, 303, 305, 307, 308)


def many_values(shape: str, count: int) -> bytes:
    """A JSON object that takes much more memory than bytes."""
    item = {"objects": b'{"a":1}', "arrays": b"[1]", "empty": b"{}", "numbers": b"12345", "texts": b'"abcd"'}
    if shape == "keys":
        return json.dumps({f"{number:06x}": number for number in range(count)}).encode()
    return b'{"images": [' + b",".join([item[shape]] * count) + b"]}"


def wide_text(characters: int, widest: str) -> bytes:
    """A JSON object with one long text, kept by Python with as many bytes a character as the widest takes."""
    return json.dumps({"images": [{"x": "a" * characters + widest}]}, ensure_ascii=False).encode()
