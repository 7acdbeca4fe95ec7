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


def build_reply(body: bytes, *, status: int = 200, kind: str = "application/json", **headers: str) -> bytes:
    """One whole answer."""
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def repeat_reply(first: bytes, again: bytes, pause: float = 0) -> Callable[[socket.socket], None]:
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
    "gzip": build_reply(_bomb(1), Content_Encoding="gzip"),
    "gzip three times": build_reply(_bomb(3), Content_Encoding="gzip, gzip, gzip"),
    "GZIP": build_reply(gzip.compress(b"{}"), Content_Encoding="GZIP"),
    "x-gzip": build_reply(gzip.compress(b"{}"), Content_Encoding="x-gzip"),
    "deflate": build_reply(zlib.compress(b"{}"), Content_Encoding="deflate"),
    "identity, gzip": build_reply(gzip.compress(b"{}"), Content_Encoding="identity, gzip"),
    "an unknown one": build_reply(b"{}", Content_Encoding="\x80\x1b[2Jzstd"),
    "gzip in an error": build_reply(_bomb(1), status=404, Content_Encoding="gzip"),
}
ENDLESS: dict[str, Reply] = {
    "a body": repeat_reply(HEAD + b"\r\n", b" " * 65536),
    "a body in chunks": repeat_reply(
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b" " * 65536 + b"\r\n"
    ),
    "tiny chunks": repeat_reply(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n" * 1000),
    "headers": repeat_reply(HEAD, b"X-More: " + b"x" * 1000 + b"\r\n"),
    "one header": repeat_reply(HEAD + b"X-Long: ", b"x" * 65536),
    "the status line": repeat_reply(b"", b"HTTP/1.1 200 " * 1000),
    "interim answers": repeat_reply(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
    "trailers": repeat_reply(HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: " + b"x" * 1000 + b"\r\n"),
}
SLOW: dict[str, Reply] = {
    "silence": repeat_reply(b"", b"", 0.1),
    "a body, byte by byte": repeat_reply(HEAD + b"Content-Length: 99999\r\n\r\n", b" ", 0.05),
    "chunks, byte by byte": repeat_reply(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n", 0.05),
    "headers, one by one": repeat_reply(HEAD, b"X-Drip: 1\r\n", 0.05),
    "the status line, byte by byte": repeat_reply(b"HTTP/1.1 200 ", b"x", 0.05),
}
UNREADABLE: dict[str, bytes] = {
    "nothing": build_reply(b""),
    "white space": build_reply(b" \n"),
    "HTML": build_reply(b"<html><body>Log in first</body></html>", kind="text/html"),
    "null": build_reply(b"null"),
    "an array": build_reply(b"[1, 2]"),
    "a string": build_reply(b'"token"'),
    "a number": build_reply(b"7"),
    "an empty object": build_reply(b"{}"),
    "half of an object": build_reply(b'{"token": {"user": {"na'),
    "not a number": build_reply(b'{"token": NaN, "status": NaN}'),
    "infinity": build_reply(b'{"token": -Infinity, "status": 1e999}'),
    "deep arrays": build_reply(b"[" * 200_000 + b"]" * 200_000),
    "deep objects": build_reply(b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    "an endless number": build_reply(b'{"token": ' + b"9" * 500_000 + b"}"),
    "UTF-16": build_reply('{"token": {}}'.encode("utf-16")),
    "Latin-1": build_reply(b'{"token": "\xe9"}'),
    "a mark before it": build_reply(b"\xef\xbb\xbf{}"),
    "half a surrogate pair": build_reply(b'{"token": {"user": {"name": "\\ud800"}}}'),
}
REDIRECTS = (301, 302, 303, 305, 307, 308)


def build_many_values(shape: str, count: int) -> bytes:
    """A JSON object that takes much more memory than bytes."""
    item = {"objects": b'{"a":1}', "arrays": b"[1]", "empty": b"{}", "numbers": b"12345", "texts": b'"abcd"'}
    if shape == "keys":
        return b"{" + b",".join(b'"%06x":1' % number for number in range(count)) + b"}"
    return b'{"images": [' + b",".join([item[shape]] * count) + b"]}"


def build_wide_text(characters: int, widest: str) -> bytes:
    """A JSON object with one long text, kept by Python with as many bytes a character as the widest takes."""
    return json.dumps({"images": [{"x": "a" * characters + widest}]}, ensure_ascii=False).encode()
