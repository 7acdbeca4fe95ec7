"""The sandbox in hostile hands: signals, clients that mean no good, and a machine at its limits."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgshare_cli.sandbox import Sandbox
from tests.support.examples import limit_examples
from tests.support.run import TOOL, Run, run_tool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.hostile

SIGNALS = [signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM]
SECONDS = 20
TRAPS = "trap 'echo HUP' HUP; trap 'echo QUIT' QUIT; trap 'echo TERM' TERM; trap 'echo INT' INT; "
READY = "echo ready $$ $IMGSHARE_ENDPOINT; "


@pytest.fixture
def temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder for temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


def _start(*argv: str, limit: tuple[int, int] | None = None, **settings: Any) -> subprocess.Popen[str]:
    def narrow() -> None:
        if limit:
            resource.setrlimit(limit[0], (limit[1], limit[1]))

    return subprocess.Popen(
        [TOOL, "sandbox", *argv],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=narrow,  # noqa: PLW1509  (this process has no other thread that could hold a lock)
        **settings,
    )


def _read_line(started: subprocess.Popen[str]) -> str:
    assert started.stdout
    return started.stdout.readline()


def _finish(started: subprocess.Popen[str]) -> Run:
    out, err = started.communicate(timeout=SECONDS)
    return Run(started.returncode, out, err)


def _is_listening(endpoint: str) -> bool:
    address = urlsplit(endpoint)
    assert address.hostname
    assert address.port
    try:
        socket.create_connection((address.hostname, address.port), timeout=5).close()
    except ConnectionRefusedError:
        return False
    return True


def _is_running(process: int) -> bool:
    return Path(f"/proc/{process}").exists()


def _read_cpu_seconds(process: int) -> float:
    user, system = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _connect(endpoint: str) -> socket.socket:
    address = urlsplit(endpoint)
    return socket.create_connection((str(address.hostname), int(address.port or 0)), timeout=SECONDS)


def _send_bytes(endpoint: str, request: bytes) -> bytes:
    """All that comes back for some bytes after which nothing more is sent."""
    with _connect(endpoint) as client:
        client.sendall(request)
        client.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: client.recv(65536), b""))


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_ends_the_command_and_all_of_the_sandbox(temporary_folder: Path, number: signal.Signals) -> None:
    """HUP, QUIT and TERM end a command that does nothing about them: 128+n, no process, no file, no port."""
    started = _start("--", "/bin/sh", "-c", READY + "exec sleep 60")
    _, process, endpoint = _read_line(started).split()
    assert _is_listening(endpoint)
    assert 1 == len(list(temporary_folder.iterdir()))

    started.send_signal(number)

    assert Run(128 + number) == _finish(started)
    assert not _is_running(int(process))
    assert [] == list(temporary_folder.iterdir())
    assert not _is_listening(endpoint)


@pytest.mark.parametrize("number", SIGNALS)
def test_a_command_may_have_its_own_mind(temporary_folder: Path, number: signal.Signals) -> None:
    """A command that goes on after a signal gets each of them, and its own exit code counts."""
    started = _start("--", sys.executable, "-u", "-c", COUNTING, str(int(number)))
    assert "ready\n" == _read_line(started)

    for heard in ("1\n", "2\n", "3\n"):
        started.send_signal(number)
        assert heard == _read_line(started)

    assert Run(7) == _finish(started)
    assert [] == list(temporary_folder.iterdir())


COUNTING = """
import signal, sys, time
heard = []
def take(number, frame):
    heard.append(number)
    print(len(heard))
signal.signal(int(sys.argv[1]), take)
print("ready")
while len(heard) < 3: time.sleep(0.01)
sys.exit(7)
"""


@pytest.mark.parametrize("number", [*SIGNALS, signal.SIGINT])
def test_a_signal_at_any_moment(temporary_folder: Path, number: signal.Signals) -> None:
    """Whenever signals come, before the command, while it starts, many at once: nothing is left behind."""
    for step in range(12):
        mark = temporary_folder.parent / f"mark-{number}-{step}"
        started = _start("--", "/bin/sh", "-c", f"echo $$ > {mark}; exec sleep 60", start_new_session=True)
        time.sleep(0.04 * step)
        while started.poll() is None:
            # Ctrl-C reaches the whole group; so does what a terminal that hangs up sends.
            os.killpg(started.pid, number)
            time.sleep(0.002 * (1 + step % 3))
        out, err = started.communicate(timeout=SECONDS)

        assert out == ""
        if number == signal.SIGINT and "KeyboardInterrupt" in err:  # Python was still starting, and so not in `run`
            assert ", in run\n" not in err, err
            assert "/imgshare_cli/" not in err.replace("/imgshare_cli/__main__.py", ""), err
        else:
            assert started.returncode in {-number, 128 + number}
            assert err in {"", *["imgshare: interrupted\n"] * (number == signal.SIGINT)}, err
        assert [] == list(temporary_folder.iterdir())
        if mark.exists() and (process := mark.read_text().strip()):
            assert not _is_running(int(process))


@pytest.mark.parametrize("number", SIGNALS)
def test_signals_while_the_command_ends(temporary_folder: Path, number: signal.Signals) -> None:
    """A storm of signals around the command's end neither stops the cleaning up nor shows a traceback."""
    for _ in range(5):
        started = _start("--", "/bin/sh", "-c", f"trap '' {number.name[3:]}; echo ready; exit 5")
        assert "ready\n" == _read_line(started)
        while started.poll() is None:
            started.send_signal(number)

        # Where the last of them meets Python on its way out, the system may still say that it was a signal.
        assert _finish(started) in {Run(5), Run(-number)}
        assert [] == list(temporary_folder.iterdir())


@pytest.mark.parametrize("number", SIGNALS)
def test_alone_it_ends_quietly(number: signal.Signals) -> None:
    """HUP, QUIT and TERM end a sandbox without a command: 128+n, no more words, no port, clients hung up on."""
    started = _start("--json")
    endpoint = json.loads(_read_line(started))["endpoint"]
    with _connect(endpoint) as client:
        client.sendall(b"OPTIONS * HTTP/1.1\r\n\r\n")
        assert client.recv(1024).startswith(b"HTTP/1.1 200 OK")
        started.send_signal(number)

        assert b"" == client.recv(1)
        assert Run(128 + number, "", f"serving on {endpoint} until Ctrl-C\n") == _finish(started)
    assert not _is_listening(endpoint)


def test_what_was_ignored_stays_ignored() -> None:
    """Under nohup a hang-up ends neither the command nor the sandbox."""
    script = f"trap '' HUP; exec {TOOL} sandbox -- /bin/sh -c 'echo ready $$; read line; echo $line'"
    started = subprocess.Popen(
        ["/bin/sh", "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    _, process = _read_line(started).split()
    started.send_signal(signal.SIGHUP)
    os.kill(int(process), signal.SIGHUP)

    out, err = started.communicate("still here\n", timeout=SECONDS)
    assert Run(0, "still here\n") == Run(started.returncode, out, err)


def test_an_exit_code_survives_a_caller_that_ignores_children() -> None:
    """Where SIGCHLD is ignored, the command's exit code still counts."""
    ignoring = (
        "import os, signal, sys; signal.signal(signal.SIGCHLD, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])"
    )
    done = subprocess.run(
        [sys.executable, "-c", ignoring, TOOL, "sandbox", "--", "/bin/sh", "-c", "exit 7"], check=False
    )

    assert 7 == done.returncode


def test_without_a_temporary_folder() -> None:
    """Where no folder takes temporary files, `sandbox -- COMMAND` is exit 3 and says what to set."""
    # No file may grow beyond nothing: every candidate fails, as all do on a read-only system.
    started = _start("--", "/bin/echo", "never", limit=(resource.RLIMIT_FSIZE, 0))

    code, out, err = _finish(started)

    assert (3, "") == (code, out)
    said, hint = err.splitlines()
    assert said.startswith("imgshare: cannot create a temporary directory: No usable temporary directory found in [")
    assert "hint: set TMPDIR to a directory that you can write to" == hint


@pytest.mark.parametrize("folder", ["", "/dev/null", "/nowhere", "/proc", "relative", "a\nb", "\udcff"])
def test_a_strange_temporary_folder(folder: str) -> None:
    """A TMPDIR that cannot be used is passed over for the system's."""
    run = run_tool("sandbox", "--", "/bin/sh", "-c", "dirname $(dirname $IMGSHARE_CONFIG)", environ={"TMPDIR": folder})

    assert Run(0, "/tmp\n") == run  # noqa: S108  (it is what is expected)


def test_a_folder_that_the_command_has_ruined(temporary_folder: Path) -> None:
    """A command may remove its folder, lock it, or fill it: its exit code counts, and the folder goes."""
    for ruin in ("rm -r $folder", "chmod 0 $folder", "mkdir -p $folder/a/b; chmod 0 $folder/a", "ln -s / $folder/all"):
        run = run_tool("sandbox", "--", "/bin/sh", "-c", f"folder=$(dirname $IMGSHARE_CONFIG); {ruin}; exit 4")

        assert Run(4) == run
        assert [] == list(temporary_folder.iterdir())


@pytest.mark.parametrize("sent", [b"", b"G", b"GET /v2/images HTTP/1.1\r\nX-Slow: "], ids=["idle", "byte", "half"])
def test_more_connections_than_open_files(sent: bytes) -> None:
    """150 connections that ask nothing, at `ulimit -n 64`: no spinning, no traceback, and answers as before."""
    started = _start("--json", limit=(resource.RLIMIT_NOFILE, 64))
    settings = json.loads(_read_line(started))
    clients = []
    try:
        for _ in range(150):
            clients.append(_connect(settings["endpoint"]))
            clients[-1].sendall(sent)
        time.sleep(1)
        before = _read_cpu_seconds(started.pid)
        time.sleep(2)
        assert _read_cpu_seconds(started.pid) - before < 0.5
        for _ in range(3):
            environ = {"IMGSHARE_ENDPOINT": settings["endpoint"], "IMGSHARE_TOKEN": settings["token"]}
            assert 6 == len(run_tool("list", "--json", environ=environ).out.splitlines())
    finally:
        for client in clients:
            client.close()
        started.terminate()

    assert Run(143, "", f"serving on {settings['endpoint']} until Ctrl-C\n") == _finish(started)


THREADLESS = """
import sys, threading
# The second is its name before Python 3.13.
[name] = [name for name in ("_start_joinable_thread", "_start_new_thread") if hasattr(threading, name)]
real, allowed = getattr(threading, name), [int(sys.argv.pop(1))]
def start(*arguments, **options):
    # What pthread_create says at `ulimit -u`, which does not bind root.
    if threading.active_count() > allowed[0]: raise RuntimeError("can't start new thread")
    return real(*arguments, **options)
setattr(threading, name, start)
from imgshare_cli.__main__ import run
run()
"""


def test_no_more_threads_for_clients() -> None:
    """Where no thread is left for a client, the idle ones make room, nothing is printed, and answers come again."""
    started = subprocess.Popen(
        [sys.executable, "-c", THREADLESS, "10", "sandbox", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    settings = json.loads(_read_line(started))
    clients = [_connect(settings["endpoint"]) for _ in range(40)]
    environ = {"IMGSHARE_ENDPOINT": settings["endpoint"], "IMGSHARE_TOKEN": settings["token"]}
    try:
        assert 6 == len(run_tool("list", "--json", environ=environ).out.splitlines())
    finally:
        for client in clients:
            client.close()
        started.terminate()

    assert Run(143, "", f"serving on {settings['endpoint']} until Ctrl-C\n") == _finish(started)


def test_no_thread_at_all() -> None:
    """A sandbox that cannot even start is a sentence about the machine."""
    done = subprocess.run(
        [sys.executable, "-c", THREADLESS, "0", "sandbox", "--", "true"], capture_output=True, text=True, check=False
    )

    assert Run(1, "", NO_THREADS) == Run(done.returncode, done.stdout, done.stderr)


NO_THREADS = "imgshare: this machine is out of threads\nhint: close other programs, or raise the limit (ulimit -u)\n"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox that all hostile clients share."""
    with Sandbox() as sandbox:
        yield sandbox


HEADS = st.sampled_from(
    [
        b"GET /v2/images HTTP/1.1\r\n",
        b"POST /v2/images HTTP/1.1\r\nContent-Type: application/json\r\n",
        b"PATCH /v2/images/a HTTP/1.1\r\n",
        b"PUT /v2/images/c26a7205-6924-55d2-a1a9-c6d6caeb44f2/members/x HTTP/1.1\r\n",
        b"OPTIONS * HTTP/1.1\r\n",
        b"HEAD / HTTP/1.0\r\n",
        b"GET  HTTP/1.1\r\n",
        b"GET http://evil/v2/images?marker=%ff HTTP/1.1\r\n",
    ]
)
HEADERS = st.sampled_from(
    [
        b"Content-Length: 5\r\n",
        b"Content-Length: -1\r\n",
        b"Content-Length: 99999999999999999999\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Expect: 100-continue\r\n",
        b"Connection: close\r\n",
        b"Host: \xff\x00\r\n",
        b"x-openstack-request-id: \x01\xff\r\n",
        b"X: LONG\r\n",
        b" folded\r\n",
        b"Accept: " + b"text/html," * 1000 + b"\r\n",
    ]
)
BODIES = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(
        [
            b"5\r\nhello\r\n0\r\n\r\n",
            b"fffffffffffffffff\r\n",
            b"DEEP",
            b'{"name": "\\ud800"}',
            b'{"member": NaN}',
            b'{"status": 1e999}',
            b"GET /v2/images HTTP/1.1\r\n\r\n",
        ]
    ),
)


@limit_examples(150)
@given(st.lists(st.tuples(HEADS, st.lists(HEADERS, max_size=4), BODIES), min_size=1, max_size=4))
def test_any_bytes_at_all(
    sandbox: Sandbox, capfd: pytest.CaptureFixture[str], requests: list[tuple[bytes, list[bytes], bytes]]
) -> None:
    """Whatever a client sends, pipelined and half-closed: HTTP answers or the end, no word on stderr."""
    token = f"X-Auth-Token: {sandbox.you.token}\r\n".encode()
    sent = b"".join(b"".join([head, token, *headers, b"\r\n", body]) for head, headers, body in requests)

    came = _send_bytes(sandbox.endpoint, sent.replace(b"LONG", b"a" * 20_000).replace(b"DEEP", b"[" * 100_000))

    assert re.match(rb"HTTP/1\.1 \d{3} ", came) or came == b""
    assert b"200 OK" in _send_bytes(sandbox.endpoint, b"GET /v2/images HTTP/1.0\r\n" + token + b"\r\n")
    assert ("", "") == capfd.readouterr()


def test_clients_that_leave_in_the_middle(sandbox: Sandbox, capfd: pytest.CaptureFixture[str]) -> None:
    """Resets at every point of a request leave nothing on stderr, and the sandbox goes on."""
    request = f"GET /v2/images HTTP/1.1\r\nX-Auth-Token: {sandbox.you.token}\r\n\r\n".encode()
    for cut in range(len(request) + 1):
        client = _connect(sandbox.endpoint)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        client.sendall(request[:cut])
        client.close()

    assert _send_bytes(sandbox.endpoint, request).startswith(b"HTTP/1.1 200 OK\r\n")
    assert ("", "") == capfd.readouterr()


def test_pipelining(sandbox: Sandbox) -> None:
    """Requests sent at once, the last without an end to come, are answered in order."""
    token = f"X-Auth-Token: {sandbox.you.token}\r\n\r\n"
    paths = ["/v2/images", "/v2/nothing", "/v2/schemas/member"] * 20

    came = _send_bytes(sandbox.endpoint, "".join(f"GET {path} HTTP/1.1\r\n{token}" for path in paths).encode())

    assert ["200", "404", "200"] * 20 == re.findall(r"HTTP/1\.1 (\d+) ", came.decode())


def test_a_body_in_a_million_pieces(sandbox: Sandbox) -> None:
    """A body of one-byte chunks takes no more than a few seconds, and others are served meanwhile."""
    head = f"POST /v2/images HTTP/1.1\r\nX-Auth-Token: {sandbox.you.token}\r\nTransfer-Encoding: chunked\r\n\r\n"
    pieces = b"1\r\n \r\n" * (1 << 20) + b"0\r\n\r\n"
    began = time.monotonic()

    came = _send_bytes(sandbox.endpoint, head.encode() + pieces)

    assert came.startswith(b"HTTP/1.1 400 ")
    assert time.monotonic() - began < SECONDS


def test_many_clients_at_once(sandbox: Sandbox) -> None:
    """A hundred clients that come at once each get their answer."""
    answers: list[bytes] = []

    def ask() -> None:
        answers.append(_send_bytes(sandbox.endpoint, b"GET /versions HTTP/1.0\r\n\r\n")[:15])

    _run_threads(ask, 100)

    assert [b"HTTP/1.1 200 OK"] * 100 == answers


def _run_threads(work: Callable[[], None], number: int) -> None:
    threads = [threading.Thread(target=work) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
