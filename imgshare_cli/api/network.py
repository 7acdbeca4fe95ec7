"""Connections with a deadline: name lookups, handshakes, reads and writes all end in time."""

from __future__ import annotations

import math
import queue
import socket
import threading
import time
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING, Any

import httpcore

from imgshare_cli.config.service_url import is_loopback

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable
    from contextlib import AbstractContextManager

# A host with more addresses than this is not served any better by the others.
_MOST_ADDRESSES = 8
_MOST_UNSENT = 64 << 10


class Network(httpcore.NetworkBackend):
    """Opens TCP connections that end at `deadline`, whatever the other side does.

    httpcore bounds each step, so a service that sends a byte now and then would never end, a slow name server
    would not be bounded at all, and a host with several dead addresses would take the time for each.

    Args:
        layers: how many layers of TLS lie between us and the service: its own, and that of a proxy.

    Attributes:
        deadline: when everything ends, on the clock of time.monotonic().
        has_sent: whether anything of a request may have left for the service, after all handshakes.
        nested: whether TLS goes through the TLS of a proxy.
        newest: the connection that was opened last.
    """

    def __init__(self, layers: int = 0) -> None:
        self.layers = layers
        self.has_sent = False
        self.deadline = math.inf
        self.nested = False
        self.newest: httpcore.NetworkStream | None = None
        self._backend = httpcore.SyncBackend()

    def limit_until(self, deadline: float) -> AbstractContextManager[None]:
        """Set the deadline for what is done inside."""
        self.deadline = deadline
        if not self.nested:
            return nullcontext()
        # Of TLS within TLS, httpcore bounds each read of the outer one, of which the inner one may need many.
        from imgshare_cli.api.watchdog import WATCHDOG

        return WATCHDOG.watch(deadline, self._shut_down)

    def _shut_down(self) -> None:
        if self.newest:
            with suppress(OSError):  # it may be closed already
                self.newest.get_extra_info("socket").shutdown(socket.SHUT_RDWR)

    def get_remaining_seconds(self, limit: float | None = None) -> float:
        """Return the seconds that are left, at most `limit`.

        Raises:
            httpcore.ReadTimeout: the time is up.
        """
        seconds = self.deadline - time.monotonic()
        if seconds <= 0:
            raise httpcore.ReadTimeout("the time is up")
        return seconds if limit is None else min(seconds, limit)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of a host that answers; each gets its share of the time."""
        end = time.monotonic() + self.get_remaining_seconds(timeout)
        addresses = _resolve_host(host, port, end - time.monotonic())[:_MOST_ADDRESSES]
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for number, address in enumerate(addresses):
            share = max((end - time.monotonic()) / (len(addresses) - number), 0.001)
            try:
                stream = self._backend.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as exc:
                failure = exc
            else:
                return _Stream(stream, self)
        raise failure


class _Stream(httpcore.NetworkStream):
    """A connection whose every step gets the time that is left, whatever timeout httpcore passes.

    The head and the body of a request, which httpcore writes one after the other, are sent together.
    """

    def __init__(self, stream: httpcore.NetworkStream, network: Network, layers: int = 0) -> None:
        self._stream = stream
        self._network = network
        self._layers = layers
        self._unsent = b""
        network.newest = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        if self._unsent:
            # As in httpcore: a service may refuse a request, and hang up, before it has read all of it.
            with suppress(httpcore.WriteError):
                self._flush()
        return self._stream.read(max_bytes, self._network.get_remaining_seconds())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._unsent += buffer
        if len(self._unsent) > _MOST_UNSENT:
            self._flush()

    def _flush(self) -> None:
        if self._layers == self._network.layers:
            self._network.has_sent = True
        unsent, self._unsent = self._unsent, b""
        self._stream.write(unsent, self._network.get_remaining_seconds())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        seconds = self._network.get_remaining_seconds(timeout)
        stream = self._stream.start_tls(ssl_context, server_hostname, seconds)
        return _Stream(stream, self._network, self._layers + 1)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _resolve_host(host: str, port: int, seconds: float) -> list[str]:
    """Look up the addresses of a host, in bounded time.

    Raises:
        httpcore.ConnectError: it has none.
        httpcore.ConnectTimeout: no name server answers in time.
    """
    try:
        return _list_addresses(host, port, socket.AI_NUMERICHOST)  # an address asks no name server, and no thread
    except OSError:
        pass
    responses: queue.SimpleQueue[list[str] | Exception] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            responses.put(_list_addresses(host, port))
        except (OSError, UnicodeError) as exc:
            responses.put(exc)

    try:
        # The system's resolver cannot be interrupted; a daemon does not keep the process from ending.
        threading.Thread(target=look_up, daemon=True).start()
        result = responses.get(timeout=seconds)
    except RuntimeError:  # this machine gives us no thread
        look_up()
        result = responses.get()
    except queue.Empty:
        raise httpcore.ConnectTimeout(f"the name server did not respond for {host}") from None
    if isinstance(result, Exception):
        try:
            raise result
        except (OSError, UnicodeError) as exc:  # httpcore drops the cause of what it passes on, and keeps the context
            raise httpcore.ConnectError(str(exc)) from exc
    # Plain http is allowed to this machine alone, so its name must mean this machine.
    return [address for address in result if is_loopback(address)] if host == "localhost" else result


def _list_addresses(host: str, port: int, flags: int = 0) -> list[str]:
    rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    return list(dict.fromkeys(str(row[4][0]) for row in rows))
