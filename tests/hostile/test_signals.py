"""Signals and a machine at its limits: the terminal is put back, and the last word is a sentence."""

from __future__ import annotations

import functools
import json
import os
import pty
import resource
import select
import signal
import subprocess
import sys
import termios
import time
from typing import TYPE_CHECKING, Any

import pytest

from imgshare_cli.sandbox import Sandbox
from tests.support.fake_service import IMAGE, MEMBER, TOKEN, build_member, build_response
from tests.support.job_service import JobService
from tests.support.run import TOOL, Run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support.fake_service import StartService

pytestmark = pytest.mark.hostile

SIGNALS = [signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM]
SECONDS = 20
LOGIN = ["login", "--endpoint", "http://127.0.0.1:9", "--profile", "p"]
PROMPT = b"(hidden):"


class _Pty:
    """The tool on a terminal whose modes can be looked at."""

    def __init__(self, *argv: str, **environ: str) -> None:
        self._master, self._slave = pty.openpty()
        self.before = self.modes
        self.child = subprocess.Popen(
            argv,
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            env={**os.environ, **environ},
            start_new_session=True,
        )
        self.came = b""

    @property
    def modes(self) -> list[Any]:
        return termios.tcgetattr(self._slave)

    @property
    def is_quiet(self) -> bool:
        return not self.modes[3] & termios.ECHO

    def wait_for(self, text: bytes) -> None:
        end = time.monotonic() + SECONDS
        while text not in self.came:
            assert select.select([self._master], [], [], max(end - time.monotonic(), 0))[0], self.came
            self.came += os.read(self._master, 1)

    def press_keys(self, text: bytes) -> None:
        os.write(self._master, text)

    def end(self) -> int:
        end = time.monotonic() + SECONDS
        while self.child.poll() is None:
            assert time.monotonic() < end, self.came
            if select.select([self._master], [], [], 0.01)[0]:
                self.came += os.read(self._master, 4096)
        while select.select([self._master], [], [], 0)[0]:
            self.came += os.read(self._master, 4096)
        return self.child.returncode

    def close(self) -> None:
        self.child.kill()
        self.child.wait()
        os.close(self._master)
        os.close(self._slave)


@pytest.fixture
def terminal() -> Iterator[Callable[..., _Pty]]:
    """Start the tool at a terminal; the test's end ends it."""
    opened = []

    def start(*argv: str, **environ: str) -> _Pty:
        opened.append(_Pty(*argv, **environ))
        return opened[-1]

    yield start
    for one in opened:
        one.close()


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A profile whose token goes into a file, so that a login asks for it without a keyring."""
    path = tmp_path / "config.toml"
    path.write_text('[profiles.p]\ntoken_store = "file"\n')
    monkeypatch.setenv("IMGSHARE_CONFIG", str(path))


@pytest.fixture(scope="module")
def sandbox_environ() -> Iterator[dict[str, str]]:
    """The settings of a sandbox."""
    with Sandbox() as sandbox:
        yield {
            "IMGSHARE_ENDPOINT": sandbox.endpoint,
            "IMGSHARE_TOKEN": sandbox.you.token,
            "IMGSHARE_PROJECT_ID": sandbox.you.project_id,
        }


@pytest.mark.parametrize("number", SIGNALS)
def test_a_hidden_prompt_gives_the_echo_back(terminal: Callable[..., _Pty], number: signal.Signals) -> None:
    """Whatever signal ends the tool at a hidden prompt, the terminal is as it was before."""
    at = terminal(TOOL, *LOGIN)
    at.wait_for(PROMPT)
    assert at.is_quiet
    at.press_keys(b"half of a tok")
    time.sleep(0.1)  # the system takes a moment to hand it over, and shows it if the echo is back by then

    at.child.send_signal(number)

    assert (130 if number == signal.SIGINT else -number) == at.end()
    assert at.before == at.modes
    assert b"half" not in at.came


@pytest.mark.parametrize("number", SIGNALS)
def test_a_hidden_prompt_at_any_moment(terminal: Callable[..., _Pty], number: signal.Signals) -> None:
    """Whenever the signals come, also many at once, the terminal is as it was before."""
    for step in range(10):
        at = terminal(TOOL, *LOGIN)
        if step % 2:
            at.wait_for(PROMPT)
            time.sleep(0.001 * step)
        else:
            while not at.is_quiet and at.child.poll() is None:
                pass
        for _ in range(1 + step):
            at.child.send_signal(number)

        assert at.end() in {130, -number}
        assert at.before == at.modes


def test_the_prompt_comes_when_the_echo_has_gone(terminal: Callable[..., _Pty]) -> None:
    """Input typed as soon as the prompt appears is not echoed."""
    for _ in range(4):
        at = terminal(TOOL, *LOGIN, "--timeout", "1")
        at.wait_for(b"T")
        assert at.is_quiet
        at.press_keys(b"SECRET\r")
        at.end()
        assert at.before == at.modes
        assert b"SECRET" not in at.came


def test_stopping_at_a_hidden_prompt(terminal: Callable[..., _Pty]) -> None:
    """Ctrl-Z gives the shell its echo back; back in the foreground, the prompt is there again, and hidden."""
    echo = "stty -a | grep -wo -e -echo -e echo"
    script = f"set -m; {TOOL} {' '.join(LOGIN)}; {echo}; fg; {echo}"
    at = terminal("/usr/bin/setsid", "-wc", "/bin/bash", "-c", script)
    at.wait_for(PROMPT)
    at.press_keys(b"\x1a")
    at.wait_for(b"\necho\r\n")
    at.came = b""
    at.wait_for(PROMPT)
    assert at.is_quiet
    at.press_keys(b"SECRET\r")
    at.wait_for(b"\necho\r\n")

    assert b"SECRET" not in at.came


@pytest.mark.parametrize("number", SIGNALS)
def test_a_review_gives_the_terminal_back(
    terminal: Callable[..., _Pty], sandbox_environ: dict[str, str], number: signal.Signals
) -> None:
    """Whatever signal ends a review, the terminal is as it was before, the cursor visible."""
    at = terminal(TOOL, "review", **sandbox_environ)
    at.wait_for(b"?] ")
    assert at.is_quiet

    at.child.send_signal(number)

    assert (130 if number == signal.SIGINT else -number) == at.end()
    assert at.before == at.modes
    assert at.came.rfind(b"\x1b[?25h") >= at.came.rfind(b"\x1b[?25l")


@pytest.mark.parametrize("number", SIGNALS)
def test_the_cursor_comes_back(terminal: Callable[..., _Pty], serve: StartService, number: signal.Signals) -> None:
    """Whatever signal ends the tool while something turns, the cursor is shown again."""
    serve(lambda connection: connection.recv(1))
    at = terminal(TOOL, "list")
    at.wait_for(b"\x1b[?25l")

    at.child.send_signal(number)

    assert (130 if number == signal.SIGINT else -number) == at.end()
    assert at.came.rfind(b"\x1b[?25h") > at.came.rfind(b"\x1b[?25l")


@pytest.mark.parametrize("number", SIGNALS[::2] + SIGNALS[3:])
def test_an_ordinary_command(serve: StartService, tmp_path: Path, number: signal.Signals) -> None:
    """HUP, QUIT and TERM end a command that waits for a service at once, without a word, a child or a file."""
    service = serve(lambda connection: connection.recv(1))
    files = sorted(tmp_path.rglob("*"))
    child = subprocess.Popen([TOOL, "accept", IMAGE, MEMBER], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while not service.requests:
        time.sleep(0.01)
    child.send_signal(number)

    out, err = child.communicate(timeout=SECONDS)
    assert Run(-number) == Run(child.returncode, out, err)
    assert files == sorted(tmp_path.rglob("*"))


TWICE = """
import signal
from imgshare_cli.__main__ import run
from imgshare_cli.cli import app
from imgshare_cli.terminal.signals import restore_on_signal
def interrupt_twice():
    try:
        with restore_on_signal(lambda: None):
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.raise_signal(signal.SIGINT)
app.main = interrupt_twice
run()
"""


def test_a_second_interrupt() -> None:
    """A second Ctrl-C leaves at once, even where something had to be restored after the first."""
    done = subprocess.run([sys.executable, "-c", TWICE], capture_output=True, text=True, check=False)

    assert Run(130) == Run(done.returncode, done.stdout, done.stderr)


def _run_limited(kind: int, most: int, *argv: str, **settings: Any) -> Run:
    done = subprocess.run(
        [TOOL, *argv],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        preexec_fn=lambda: resource.setrlimit(kind, (most, most)),
        **settings,
    )
    return Run(done.returncode, done.stdout, done.stderr)


def _format_shortage(resource_: str, limit: str) -> str:
    hint = f"close other programs, or raise the limit ({limit})"
    return f"imgshare: this machine is out of {resource_}\nhint: {hint}\n"


def test_no_more_memory() -> None:
    """Work that takes more memory than there is ends in a sentence about the machine."""
    code, out, err = _run_limited(resource.RLIMIT_AS, 120 << 20, "sandbox", "--images", "100000000", "--", "true")

    # Down to the last byte Python may have something to say itself, about what it could not clean up.
    assert (1, "") == (code, out)
    assert err.endswith(_format_shortage("memory", "ulimit -v"))


@functools.cache
def _run_limited_python(most: int) -> str:
    """What Python itself has to say where it may open so few files: it may not even read its own paths."""
    bare = subprocess.run(
        [sys.executable, "-c", ""],
        check=False,
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (most, most)),
    )
    return bare.stderr


@pytest.mark.parametrize("as_json", [[], ["--json"]], ids=["human", "json"])
def test_any_number_of_open_files(serve: StartService, as_json: list[str]) -> None:
    """With any limit of open files, a command works or ends in a sentence, never in a traceback or a bug."""
    serve(*[build_response(200, build_member())] * 60)
    codes = []
    for most in range(4, 13):
        if _run_limited_python(most):
            continue
        for argv in (
            ["accept", IMAGE, MEMBER, *as_json],
            ["list", "--endpoint", "https://127.0.0.1:1", "--timeout", "0.2", *as_json],
        ):
            code, out, err = _run_limited(resource.RLIMIT_NOFILE, most, *argv)
            codes.append(code)
            assert "Traceback" not in err
            assert "bug in imgshare" not in err
            assert code == 0 or (out == "" and err.startswith(("imgshare: ", '{"error"'))), err

    assert {0} < set(codes)


@pytest.mark.parametrize("megabytes", range(20, 400, 20))
def test_any_amount_of_memory(serve: StartService, megabytes: int) -> None:
    """With any limit of memory that Python itself can start in, a command works or ends in a sentence."""
    serve(build_response(200, build_member()))
    limit = megabytes << 20
    bare = subprocess.run(
        [sys.executable, "-c", "import re, enum, typing, contextlib, json, threading"],
        check=False,
        capture_output=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
    )
    if bare.returncode:
        return

    code, _, err = _run_limited(resource.RLIMIT_AS, limit, "accept", IMAGE, MEMBER, "--json")

    assert "Traceback" not in err
    assert "bug in imgshare" not in err
    assert code == 0 or err, code


THREADLESS = """
import sys, threading
# The second is its name before Python 3.13.
[name] = [name for name in ("_start_joinable_thread", "_start_new_thread") if hasattr(threading, name)]
real, allowed = getattr(threading, name), [int(sys.argv.pop(1))]
def start(*arguments, **options):
    # What pthread_create says at `ulimit -u`, which does not bind root.
    if not allowed[0]: raise RuntimeError("can't start new thread")
    allowed[0] -= 1
    return real(*arguments, **options)
setattr(threading, name, start)
from imgshare_cli.__main__ import run
run()
"""


@pytest.mark.parametrize("argv", [["accept", IMAGE, MEMBER], ["list", "--long"], ["status"], ["accept", "some-name"]])
def test_any_number_of_threads(sandbox_environ: dict[str, str], argv: list[str]) -> None:
    """With any number of threads, a command works or ends in a sentence about the machine."""
    codes = set()
    for allowed in range(6):
        done = subprocess.run(
            [sys.executable, "-c", THREADLESS, str(allowed), *argv, "--json"],
            env={**os.environ, **sandbox_environ},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        codes.add(done.returncode)
        if done.returncode == 1:
            error = json.loads(done.stderr.splitlines()[-1])["error"]
            assert ("machine", "this machine is out of threads") == (error["code"], error["message"])

        assert "Traceback" not in done.stderr

    assert codes <= {0, 1, 6}


def test_jobs_with_any_number_of_threads(tmp_path: Path) -> None:
    """With few threads a batch has fewer jobs at once; with none left for a job it ends in a sentence, and never hangs.

    Which threads there are before that is a matter of luck.
    """
    images = [f"{number:08x}-0000-4000-8000-000000000000" for number in range(250)]
    path = tmp_path / "images"
    path.write_text("\n".join(images))
    argv = ["accept", "--from", str(path), "--project", MEMBER, "--jobs-api", "--jobs", "2", "--json"]
    ends = []
    for allowed in range(1, 6):
        with JobService() as service:
            settings = {"IMGSHARE_ENDPOINT": service.endpoint, "IMGSHARE_TOKEN": TOKEN}
            done = subprocess.run(
                [sys.executable, "-c", THREADLESS, str(allowed), *argv],
                env={**os.environ, **settings},
                capture_output=True,
                text=True,
                check=False,
                timeout=60,
            )
        ends.append((done.returncode, len(service.statuses)))
        if done.returncode == 1:
            assert "this machine is out of threads" in done.stderr

    assert {(1, 0), (0, 250)} == set(ends)
    assert (0, 250) == ends[-1]
