"""--timeout holds over name servers that do not answer, and over several addresses of which none does."""

from __future__ import annotations

import os
import select
import socket
import ssl
import subprocess
import sys
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
import trustme

from tests.support.fake_service import IMAGE, MEMBER, TOKEN, FakeService, build_member, build_response
from tests.support.hostile_responses import GRACE_SECONDS, repeat_reply
from tests.support.measured_run import run_measured
from tests.support.run import Run, run_tool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.hostile

# No name server of this machine can be made to hang, so the system's own call does.
_RESOLVER = """
import socket, sys, time
asked, own = sys.argv.pop(1), socket.getaddrinfo
def resolve(host, port, *arguments, flags=0, **options):
    if host != "many.example" or flags & socket.AI_NUMERICHOST:
        return own(host, port, *arguments, flags=flags, **options)
    if asked == "hang":
        time.sleep(60)
    return [row for address in asked.split() for row in own(address, port, *arguments, **options)]
socket.getaddrinfo = resolve
from imgshare_cli.__main__ import run
run()
"""


def _run(addresses: str, port: int, timeout: float) -> Run:
    """Run the tool against `many.example`, which has these addresses, or whose name server hangs."""
    endpoint = ["--endpoint", f"http://many.example:{port}", "--insecure-http", "--timeout", str(timeout)]
    command = [sys.executable, "-c", _RESOLVER, addresses, "accept", IMAGE, MEMBER, *endpoint]
    started = time.monotonic()
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "IMGSHARE_TOKEN": TOKEN}, check=False, timeout=60
    )
    # What became of a decision that was lost is asked for two seconds more.
    assert time.monotonic() - started <= timeout + GRACE_SECONDS + 2 + 1, done
    return Run(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def dead_port() -> Iterator[int]:
    """A port at which 127.0.0.2 to 127.0.0.7 take no more connections, and answer none."""
    with ExitStack() as stack:
        port = 0
        for number in range(2, 8):
            listener = stack.enter_context(socket.socket())
            listener.bind((f"127.0.0.{number}", port))
            listener.listen(0)
            port = listener.getsockname()[1]
            for _ in range(3):  # what the queue holds; further ones wait for an answer that never comes
                waiting = stack.enter_context(socket.socket())
                waiting.settimeout(0)
                waiting.connect_ex(listener.getsockname())
        time.sleep(0.1)
        yield port


def test_a_name_server_that_hangs() -> None:
    """A name that nobody resolves takes no longer than the run may."""
    run = _run("hang", 1, 2)

    assert (8, "") == (run.code, run.out)
    assert "did not respond within 2 s" in run.err or "cannot reach http://many.example:1: no response" in run.err


@pytest.mark.parametrize("count", [1, 2, 6])
def test_addresses_that_do_not_answer(dead_port: int, count: int) -> None:
    """Several addresses share the time: none of them gets it again."""
    run = _run(" ".join(f"127.0.0.{number}" for number in range(2, 2 + count)), dead_port, 2)

    assert (8, "") == (run.code, run.out)
    assert "many.example" in run.err


def test_the_last_of_several_addresses(dead_port: int) -> None:
    """An address that answers is reached although those before it do not."""
    with FakeService(build_response(200, build_member())) as service:
        port = int(service.endpoint.rpartition(":")[2])
        # The dead ones refuse at this port, and the first of the others does not answer at its own.
        run = _run("127.0.0.2 127.0.0.3 127.0.0.1", port, 4)

    assert 0 == run.code, run
    assert dead_port


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """A certificate authority that the tool trusts."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("IMGSHARE_CACERT", str(tmp_path / "ca.pem"))
    monkeypatch.setenv("IMGSHARE_TOKEN", TOKEN)
    return authority


@pytest.fixture
def tls_context(authority: trustme.CA) -> ssl.SSLContext:
    """A server's side of TLS, whose authority the tool trusts."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


def test_tls_that_drips(tls_context: ssl.SSLContext) -> None:
    """A handshake, and an answer over TLS, that come byte by byte end in time as well."""
    for tls, reply in (
        (tls_context, repeat_reply(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b" ", 0.05)),
        (None, repeat_reply(b"\x16\x03\x03\x40\x00", b"\x02", 0.05)),
    ):
        with FakeService(reply, tls=tls) as service:
            endpoint = service.endpoint.replace("http://", "https://")

            assert 8 == run_measured("show", IMAGE, MEMBER, "--endpoint", endpoint, timeout=2).code


def test_tls_within_the_tls_of_a_proxy(tls_context: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind a proxy that is spoken to over TLS, a handshake that drips ends in time, too."""
    drip = repeat_reply(b"HTTP/1.1 200 OK\r\n\r\n\x16\x03\x03\x40\x00", b"\x02", 0.05)
    with FakeService(drip, tls=tls_context) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.endpoint)

        assert 8 == run_measured("show", IMAGE, MEMBER, "--endpoint", "https://glance.example", timeout=2).code
        assert "CONNECT" == proxy.requests[0].method


def _create_tunnel(port: int) -> Callable[[socket.socket], None]:
    """Pass everything on, as a proxy does after CONNECT."""

    def talk(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        with socket.create_connection(("127.0.0.1", port)) as service:
            while True:
                for sender in select.select([connection, service], [], [])[0]:
                    content = sender.recv(1 << 16)
                    if not content:
                        return
                    (service if sender is connection else connection).sendall(content)

    return talk


def _reply_late(seconds: float, reply: bytes) -> Callable[[socket.socket], None]:
    def talk(connection: socket.socket) -> None:
        time.sleep(seconds)
        connection.sendall(reply)

    return talk


def test_the_time_of_a_request_that_is_over(
    authority: trustme.CA, tls_context: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind a proxy with TLS, the end of the time for one request does not break the next one."""
    service_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("glance.example").configure_cert(service_context)
    members = _reply_late(1.0, build_response(200, {"members": [build_member("pending")]}))
    decided = _reply_late(1.4, build_response(200, build_member()))
    with FakeService(members, decided, tls=service_context) as service:
        tunnel = _create_tunnel(int(service.endpoint.rpartition(":")[2]))
        with FakeService(tunnel, tls=tls_context) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", proxy.endpoint)

            run = run_tool("accept", IMAGE, "--endpoint", "https://glance.example", "--timeout", "4")

    assert (0, ["GET", "PUT"]) == (run.code, [request.method for request in service.requests]), run


def test_a_stall_is_tried_again() -> None:
    """One try gets half of the time, so that another may do better."""
    with FakeService(repeat_reply(b"", b"", 0.1), build_response(200, build_member())) as service:
        run = _run("127.0.0.1", int(service.endpoint.rpartition(":")[2]), 3)

        assert 0 == run.code, run
        assert 2 == len(service.requests)


def test_a_real_answer_is_not_hidden_by_a_late_one() -> None:
    """A try that the time cuts short does not hide the 503 that an earlier one was told."""
    with FakeService(build_response(503, {"message": "busy"}), repeat_reply(b"", b"", 0.1)) as service:
        run = _run("127.0.0.1", int(service.endpoint.rpartition(":")[2]), 2)

    assert 8 == run.code
    assert '503 Service Unavailable): "busy"' in run.err
