"""An image service that accepts every share after the delay in its argument; it prints its address, ends with stdin."""

import asyncio
import json
import sys

_FIELDS = {"status": "accepted", "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"}


class _Connection(asyncio.Protocol):
    """One connection; a request is its head, and as many bytes as that says."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to answer."""
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport, self._read = transport, b""

    def data_received(self, data: bytes) -> None:
        """Answer each request that is whole."""
        self._read += data
        while (end := self._read.find(b"\r\n\r\n")) >= 0:
            head = self._read[:end].lower()
            length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0] or 0)
            if len(self._read) < end + 4 + length:
                return
            path = self._read[:end].split(b" ", 2)[1].decode().split("/")
            self._read = self._read[end + 4 + length :]
            body = json.dumps({**_FIELDS, "image_id": path[3], "member_id": path[5]}).encode()
            reply = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (
                len(body),
                body,
            )
            if DELAY:
                asyncio.get_running_loop().call_later(DELAY, self._transport.write, reply)
            else:
                self._transport.write(reply)


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_Connection, "127.0.0.1", 0, backlog=512)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


DELAY = float(sys.argv[1])
asyncio.run(_serve())
