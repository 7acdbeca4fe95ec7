"""A service that is ill or hostile, and a network that is neither there nor honest."""

from __future__ import annotations

import gzip
import json
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
import trustme

from tests.support.fake_service import IMAGE, MEMBER, TOKEN, FakeService, build_member, build_response
from tests.support.run import Run
from tests.support.tls import create_tls_context

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.fake_service import StartService
    from tests.support.run import RunImgshare

_TOO_LONG = 6.0  # seconds that no run here may take; a tool that waits for ever fails then, and does not hang
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def _repeat_too_long(first: bytes, again: bytes, pause: float) -> Callable[[socket.socket], None]:
    def talk(connection: socket.socket) -> None:
        connection.sendall(first)
        end = time.monotonic() + _TOO_LONG
        while time.monotonic() < end:  # or until the tool hangs up, which sendall() says
            connection.sendall(again)
            time.sleep(pause)

    return talk


@pytest.mark.parametrize(
    "reply",
    [
        _repeat_too_long(HEAD + b"Content-Length: 9999\r\n\r\n", b" ", 0.05),
        _repeat_too_long(HEAD + b"\r\n", b" ", 0.05),
        _repeat_too_long(HEAD, b"X-Drip: 1\r\n", 0.05),
        _repeat_too_long(b"", b"HTTP", 5),
    ],
    ids=["drips a body", "drips a body without an end", "drips headers", "is silent"],
)
def test_an_answer_that_never_ends(imgshare: RunImgshare, serve: StartService, reply: Any) -> None:
    """--timeout bounds the whole answer, not each byte of it."""
    serve(reply)
    started = time.monotonic()

    assert Run(
        8,
        "",
        "imgshare: 127.0.0.1 did not respond within 0.5 s\nhint: try again, or allow more time, such as --timeout 5m\n",
    ) == imgshare("show", IMAGE, MEMBER, "--timeout", "0.5")
    assert time.monotonic() - started < 4


def test_a_body_without_end(imgshare: RunImgshare, serve: StartService) -> None:
    """Of one share, more than 1 MiB is not read, whatever its length claims to be."""
    serve(_repeat_too_long(HEAD + b"\r\n", b" " * 65536, 0.001))

    said = "imgshare: 127.0.0.1 responded with more than 1 MiB\n"
    assert Run(8, "", said) == imgshare("show", IMAGE, MEMBER, "--timeout", "4")


@pytest.mark.parametrize(
    "reply",
    [b"SSH-2.0-OpenSSH_9.2\r\n\r\n", b"\x00" * 50 + b"\r\n\r\n", lambda connection: connection.close()],
    ids=["not HTTP", "binary", "hangs up"],
)
def test_not_http_at_all(imgshare: RunImgshare, serve: StartService, reply: Any) -> None:
    """Whatever is not HTTP is exit 8 with the endpoint's name."""
    service = serve(reply)

    assert Run(
        8,
        "",
        f"imgshare: cannot reach {service.endpoint}: the connection closed before the response was complete\n"
        "hint: check the endpoint and the network\n",
    ) == imgshare("show", IMAGE, MEMBER)


def test_a_dropped_connection_is_tried_again(imgshare: RunImgshare, serve: StartService) -> None:
    """A connection that breaks once is no failure."""
    service = serve(lambda connection: connection.close(), build_response(200, build_member()))

    assert 0 == imgshare("accept", IMAGE, MEMBER).code
    assert 2 == len(service.requests)


@pytest.mark.parametrize(
    ("endpoint", "words"),
    [("https://no-such-host.invalid", "no such host"), ("http://127.0.0.1:1", "connection refused")],
)
def test_nobody_there(imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch, endpoint: str, words: str) -> None:
    """Names and ports that lead nowhere are said in words, without errno."""
    monkeypatch.setenv("IMGSHARE_TOKEN", TOKEN)

    assert Run(
        8, "", f"imgshare: cannot reach {endpoint}: {words}\nhint: check the endpoint and the network\n"
    ) == imgshare("show", IMAGE, MEMBER, "--endpoint", endpoint)


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """A certificate authority that nobody trusts yet."""
    return trustme.CA()


def test_https_with_a_named_authority(
    imgshare: RunImgshare,
    serve: StartService,
    authority: trustme.CA,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """--cacert, IMGSHARE_CACERT, OS_CACERT and SSL_CERT_FILE each name the authorities to trust."""
    serve(build_response(200, build_member()), tls=create_tls_context(authority, "127.0.0.1"))
    pem = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(pem))

    assert 0 == imgshare("accept", IMAGE, MEMBER, "--cacert", str(pem)).code
    for name in ("IMGSHARE_CACERT", "OS_CACERT", "SSL_CERT_FILE"):
        with monkeypatch.context() as patch:
            patch.setenv(name, str(pem))
            assert 0 == imgshare("accept", IMAGE, MEMBER).code


def test_https_with_a_stranger(imgshare: RunImgshare, serve: StartService, authority: trustme.CA) -> None:
    """An unknown authority is exit 8, says how to name it, and is not asked again; the token was not sent."""
    service = serve(build_response(200, build_member()), tls=create_tls_context(authority, "127.0.0.1"))

    run = imgshare("accept", IMAGE, MEMBER)

    assert (8, "") == (run.code, run.out)
    assert run.err.startswith("imgshare: the certificate of 127.0.0.1 is not trusted: ")
    assert run.err.endswith("\nhint: pass the CA that signed it with --cacert FILE\n")
    assert [] == service.requests


def test_https_with_another_name(
    imgshare: RunImgshare, serve: StartService, authority: trustme.CA, tmp_path: Path
) -> None:
    """A certificate for another host is refused."""
    service = serve(build_response(200, build_member()), tls=create_tls_context(authority, "other.example"))
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))

    assert 8 == imgshare("accept", IMAGE, MEMBER, "--cacert", str(tmp_path / "ca.pem")).code
    assert [] == service.requests


def test_https_to_plain_http(imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that speaks plain http is said to, not guessed at."""
    monkeypatch.setenv("IMGSHARE_TOKEN", TOKEN)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def refuse() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        threading.Thread(target=refuse, daemon=True).start()
        run = imgshare("show", IMAGE, MEMBER, "--endpoint", f"https://127.0.0.1:{listener.getsockname()[1]}")

    assert (8, "") == (run.code, run.out)
    assert run.err.startswith("imgshare: the TLS connection to 127.0.0.1 failed (")


def test_an_authority_that_is_none(imgshare: RunImgshare, serve: StartService, tmp_path: Path) -> None:
    """An unreadable --cacert is exit 3."""
    serve(build_response(200, build_member()))
    (tmp_path / "ca.pem").write_text("nonsense")

    for name in ("ca.pem", "absent.pem"):
        run = imgshare("show", IMAGE, MEMBER, "--endpoint", "https://127.0.0.1:1", "--cacert", str(tmp_path / name))
        assert (3, "") == (run.code, run.out)
        assert run.err.startswith(f"imgshare: cannot read CA certificates from {tmp_path / name}: ")


def test_a_proxy_does_not_see_this_machine(
    imgshare: RunImgshare, serve: StartService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HTTP_PROXY is not asked about a service on loopback: it would see the token in clear."""
    proxy = serve(build_response(200, build_member()))
    service = serve(build_response(200, build_member()))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.endpoint)

    assert 0 == imgshare("accept", IMAGE, MEMBER).code
    assert (0, 1) == (len(proxy.requests), len(service.requests))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALL_PROXY", "socks5://127.0.0.1:1"),
        ("HTTPS_PROXY", "foo://bar"),
        ("https_proxy", "http://user:secret@[::1"),
        ("HTTPS_PROXY", "http://user:secret@"),
    ],
)
def test_bad_proxy_settings(imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """Proxy settings that cannot be used are exit 3 and named."""
    monkeypatch.setenv("IMGSHARE_TOKEN", TOKEN)
    monkeypatch.setenv(name, value)

    assert Run(
        3,
        "",
        f"imgshare: the proxy settings are not valid\nhint: check {name}; SOCKS proxies are not supported\n",
    ) == imgshare("show", IMAGE, MEMBER, "--endpoint", "https://glance.example")


def test_a_refusing_proxy(imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that refuses is told apart from a service that does."""
    with FakeService(build_response(403, "no", "text/plain")) as proxy:
        monkeypatch.setenv("IMGSHARE_TOKEN", TOKEN)
        monkeypatch.setenv("HTTPS_PROXY", proxy.endpoint)

        assert Run(
            8,
            "",
            f"imgshare: cannot reach https://glance.example: the proxy {proxy.endpoint} refused the connection (403)\n"
            "hint: check HTTPS_PROXY, and list hosts that need no proxy in NO_PROXY\n",
        ) == imgshare("show", IMAGE, MEMBER, "--endpoint", "https://glance.example")
    assert all(TOKEN not in str(request) for request in proxy.requests)


def test_an_encoded_answer(imgshare: RunImgshare, serve: StartService) -> None:
    """A compressed answer, which nobody asked for and which may become gigabytes, is not read."""
    body = gzip.compress(json.dumps(build_member()).encode())
    serve(build_response(200, body, Content_Encoding="GZip"))

    said = "imgshare: 127.0.0.1 responded with the encoding 'gzip', which is not supported\n"
    assert Run(8, "", said) == imgshare("accept", IMAGE, MEMBER)


def test_the_time_to_connect(imgshare: RunImgshare, serve: StartService, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection gets ten seconds, however long the whole request may take."""
    serve(build_response(200, build_member()))
    connect, allowed = socket.create_connection, []

    def connect_noting(address: tuple[str, int], timeout: float, **options: Any) -> socket.socket:
        allowed.append(timeout)
        return connect(address, timeout, **options)

    monkeypatch.setattr(socket, "create_connection", connect_noting)

    assert 0 == imgshare("accept", IMAGE, MEMBER, "--timeout", "60").code
    assert [pytest.approx(10, abs=1)] == allowed
