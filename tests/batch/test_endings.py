"""How a batch ends before its items do: Ctrl-C, a reader that goes away, death, and a service that says no to all."""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.fake_service import MEMBER, use_service
from tests.support.run import TOOL, run_tool
from tests.support.share_service import ShareService
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

COUNT = 300


def _build_id(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-000000000000"


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[ShareService]:
    """A service that takes 20 ms for each answer."""
    with ShareService(delay=0.02) as service:
        use_service(monkeypatch, service.endpoint, MEMBER)
        yield service


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """A file with many IDs."""
    path = tmp_path / "images"
    path.write_text("".join(f"{_build_id(number)}\n" for number in range(COUNT)))
    return path


@contextlib.contextmanager
def _start(*argv: str, **settings: Any) -> Iterator[subprocess.Popen[bytes]]:
    # Without a buffer, of which communicate() would know nothing.
    with subprocess.Popen(
        [TOOL, *argv], stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0, **settings
    ) as process:
        yield process
        process.kill()  # only where the test has failed


def _read_done(text: bytes) -> set[str]:
    """The images that a run says are accepted; each once, and nothing else is said."""
    outcomes = [json.loads(line) for line in text.splitlines()]
    assert all(("done", "accepted") == (one["result"], one["status"]) for one in outcomes)
    done = {one["image_id"] for one in outcomes}
    assert len(done) == len(outcomes)
    return done


def _list_accepted(service: ShareService) -> set[str]:
    return {image for (image, _), status in service.statuses.items() if status == "accepted"}


def _ignore_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@pytest.mark.parametrize("before", [None, _ignore_interrupts], ids=["in front", "in the background"])
def test_the_first_interrupt(service: ShareService, images: Path, before: Any) -> None:
    """After Ctrl-C what is in progress is finished and printed, nothing else is begun, and the rest can be done."""
    with _start("accept", "--from", str(images), "--json", "--jobs", "4", preexec_fn=before) as process:
        assert process.stdout
        assert process.stderr
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)

    done = _read_done(first + out)
    assert 130 == process.returncode
    assert done == _list_accepted(service)
    assert 0 < len(done) < COUNT
    error = json.loads(err)["error"]
    assert "interrupted" == error["code"]
    assert error["message"].startswith(f"interrupted: accepted {len(done)}")
    assert error["message"].endswith("; the rest was not tried")

    assert 0 == run_tool("accept", "--from", str(images), "--json").code
    assert {_build_id(number) for number in range(COUNT)} == _list_accepted(service)


def test_the_second_interrupt(service: ShareService, images: Path) -> None:
    """The second Ctrl-C ends the run at once, although requests are in progress."""
    service.delay = 0.02
    with _start("accept", "--from", str(images), "--json", "--jobs", "4") as process:
        assert process.stdout
        process.stdout.readline()
        service.delay = 20
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        time.sleep(0.2)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=5)

    assert 130 == process.returncode


def test_while_the_service_refuses_everything(monkeypatch: pytest.MonkeyPatch, images: Path) -> None:
    """After Ctrl-C nothing waits for a service that refuses, which may ask for long pauses."""
    with ShareService(1.0, kinds=("503",)) as service:
        use_service(monkeypatch, service.endpoint, MEMBER)
        with _start("accept", "--from", str(images), "--json", "--timeout", "1m") as process:
            while service.requests["PUT"] < 10:
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=30)

    assert 130 == process.returncode
    outcomes = [json.loads(line) for line in out.splitlines()]
    assert {"failed"} == {one["result"] for one in outcomes}
    assert json.loads(err)["error"]["message"].startswith(f"interrupted: accepted 0, failed {len(outcomes)}")


@pytest.mark.usefixtures("service")
def test_while_it_waits_for_input() -> None:
    """Ctrl-C ends a run that waits for the next line, after what it has taken."""
    with _start("accept", "--from", "-", "--json", stdin=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(_build_id(1).encode() + b"\n")
        process.stdin.flush()
        first = process.stdout.readline()  # before the input ends
        process.send_signal(signal.SIGINT)
        assert 130 == process.wait(10)

    assert {_build_id(1)} == _read_done(first)


def test_a_reader_that_goes_away(service: ShareService, images: Path) -> None:
    """When nobody reads the outcomes any more, no more items are begun, and nothing is said."""
    with _start("accept", "--from", str(images), "--json", "--jobs", "4") as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()
        err = process.stderr.read()

    assert (130, b"") == (process.wait(30), err)
    assert 0 < len(_list_accepted(service)) < COUNT


@pytest.mark.parametrize("seed", range(3))
def test_death(service: ShareService, images: Path, tmp_path: Path, seed: int) -> None:
    """After `kill -9` what was printed is true, and a run that is fed with it ends in the same state."""
    outcomes = tmp_path / "outcomes"
    with outcomes.open("wb") as stream:
        process = subprocess.Popen([TOOL, "accept", "--from", str(images), "--json"], stdout=stream)
        while not outcomes.stat().st_size:
            time.sleep(0.005)
        time.sleep(random.Random(seed).uniform(0, 0.3))  # noqa: S311  (no secret depends on it)
        process.kill()
        process.wait(10)
    whole = outcomes.read_bytes().rpartition(b"\n")[0]
    assert _read_done(whole) <= _list_accepted(service)

    # What the dead run said, and then everything: nothing is lost, and nothing is done in another way.
    text = outcomes.read_bytes() + b"\n" + images.read_bytes()
    run = run_tool("accept", "--from", "-", "--json", stdin=text)
    assert run.code in {0, 9}  # the last line may be cut in the middle, which is an outcome of its own
    assert {_build_id(number) for number in range(COUNT)} == _list_accepted(service)


def test_fail_fast(service: ShareService, images: Path) -> None:
    """After the first failure the others are not tried, which is their outcome."""
    service.is_known = lambda image, _member: image != _build_id(2)

    run = run_tool("accept", "--from", str(images), "--json", "--jobs", "1", "--fail-fast")

    results = [json.loads(line)["result"] for line in run.out.splitlines()]
    assert 9 == run.code
    assert ["done", "done", "failed", *["not_tried"] * (COUNT - 3)] == results
    assert json.loads(run.err)["error"]["message"].startswith(
        f"accepted 2, failed 1 (1 not_found), not tried {COUNT - 3}; "
    )


def test_a_rejected_token(service: ShareService, images: Path) -> None:
    """When the token is rejected, and there is no other, the rest is not tried; the exit code is 4."""
    service.is_authorized = False

    run = run_tool("accept", "--from", str(images), "--json")

    outcomes = [json.loads(line) for line in run.out.splitlines()]
    assert (4, COUNT) == (run.code, len(outcomes))
    assert {"failed", "not_tried"} == {one["result"] for one in outcomes}
    assert 16 >= sum(one["result"] == "failed" for one in outcomes)
    assert {"auth"} == {one["error"]["code"] for one in outcomes if one["result"] == "failed"}
    assert {} == service.statuses


def test_a_full_disk(service: ShareService, images: Path) -> None:
    """Outcomes that cannot be written end the run with a sentence."""
    with Path("/dev/full").open("wb", buffering=0) as full:
        done = subprocess.run(
            [TOOL, "accept", "--from", str(images)], stdout=full, stderr=subprocess.PIPE, timeout=30, check=False
        )

    assert 1 == done.returncode
    assert done.stderr.startswith(b"imgshare: cannot write the output: No space left on device\n")
    assert len(_list_accepted(service)) <= 32


def test_connections(service: ShareService, images: Path) -> None:
    """There are never more connections than `--jobs`."""
    assert 0 == run_tool("accept", "--from", str(images), "--jobs", "5").code
    assert 5 == service.most_open


@pytest.mark.usefixtures("service")
def test_results_before_the_end_of_the_input() -> None:
    """An outcome is printed while the input goes on."""
    read, write = os.pipe()
    with _start("accept", "--from", "-", "--json", stdin=read) as process:
        os.close(read)
        assert process.stdout
        for number in (1, 2):
            os.write(write, _build_id(number).encode() + b"\n")
            assert {_build_id(number)} == _read_done(process.stdout.readline())
        os.close(write)
        assert 0 == process.wait(10)


def test_progress(service: ShareService, images: Path) -> None:
    """At a terminal the last line says how many are done, how fast, and how long the rest takes; it makes way."""
    service.delay = 0.1
    with Terminal([TOOL, "accept", "--from", str(images), "--jobs", "4"], {"NO_COLOR": "1"}, columns=80) as terminal:
        terminal.wait_for(
            lambda: bool(re.search(r"\naccepting: \d+, \d+/s, \d\d%, \d s left$", terminal.screen.rstrip()))
        )
        service.delay = 0
        assert 0 == terminal.wait_for_exit()
        lines = [line for line in terminal.screen.split("\n") if line]

    [end] = [number for number, line in enumerate(lines) if re.fullmatch(rf"accepted {COUNT}; \d+\.\d s, \d+/s", line)]
    assert all(line.startswith("✓ Accepted image ") for line in lines[:end])
    assert "takes this back" == " ".join(lines[end + 1 :])[-15:]
