"""A service on loopback that refuses what its limit does not admit, and workers that send to it at one pace."""

from __future__ import annotations

import http.client
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from tests.support.rate_limits import Log

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imgshare_cli.api.pace import Pace
    from tests.support.rate_limits import Limit


@contextmanager
def serve_limited(limit: Limit, retry_after: int | None = None) -> Iterator[int]:
    """Serve on a port of loopback until the end."""
    lock = threading.Lock()
    started = time.monotonic()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_PUT(self) -> None:
            with lock:
                admitted = limit.admit(time.monotonic() - started)
            head = "HTTP/1.1 200 OK" if admitted else "HTTP/1.1 429 Too Many Requests"
            asks = f"\r\nRetry-After: {retry_after}" if retry_after and not admitted else ""
            self.wfile.write(f"{head}{asks}\r\nContent-Length: 0\r\n\r\n".encode())

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def send_in_loop(pace: Pace, port: int, *, workers: int, seconds: float) -> Log:
    """Let workers send for some seconds, each over its connection and as fast as the pace allows."""
    log = Log()
    started = time.monotonic()

    def work() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        while True:
            may_send = pace.wait_turn(60)
            sent_at = time.monotonic()
            if not may_send or sent_at - started >= seconds:
                break
            connection.request("PUT", "/")
            response = connection.getresponse()
            response.read()
            asked = response.headers.get("Retry-After")
            pace.report(response.status, float(asked) if asked else None, sent_at)
            (log.successes if response.status == http.HTTPStatus.OK else log.refusals).append(sent_at - started)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    time.sleep(max(seconds - (time.monotonic() - started), 0))
    pace.stop()
    for thread in threads:
        thread.join()
    return log
