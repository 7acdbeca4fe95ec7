"""Any number of runs, and the items of a batch, write to one log."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.support.decision_log import find_log, read_lines
from tests.support.fake_service import MEMBER, use_service
from tests.support.run import TOOL, run_tool
from tests.support.share_service import ShareService

if TYPE_CHECKING:
    from collections.abc import Iterator

RUNS, ITEMS = 200, 20


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[ShareService]:
    """A service that knows every share."""
    with ShareService() as service:
        use_service(monkeypatch, service.endpoint, MEMBER)
        yield service


def _build_id(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-000000000000"


def _build_input(first: int, count: int) -> str:
    return "".join(f"{_build_id(number)}\n" for number in range(first, first + count))


@pytest.mark.usefixtures("service")
def test_200_processes() -> None:
    """Of two hundred runs at once, which decide about twenty images each, every decision is a line of its own."""
    runs = [
        subprocess.Popen(
            [TOOL, "reject", "--from", "-", "--json", "--jobs", "2", "--timeout", "5m"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )
        for _ in range(RUNS)
    ]
    for number, run in enumerate(runs):
        assert run.stdin
        run.stdin.write(_build_input(number * ITEMS, ITEMS))
        run.stdin.close()
    assert {0} == {run.wait(200) for run in runs}

    assert {_build_id(number): 1 for number in range(RUNS * ITEMS)} == Counter(
        entry["image_id"] for entry in read_lines()
    )


def test_a_reader_that_goes_away(service: ShareService) -> None:
    """Whoever reads the outcomes may go away: what was decided is in the log, and nothing else."""
    with subprocess.Popen(
        [TOOL, "accept", "--from", "-", "--json"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as run:
        assert run.stdin
        assert run.stdout
        run.stdin.write(_build_input(0, 50).encode())
        run.stdin.flush()
        first = json.loads(run.stdout.readline())["image_id"]
        run.stdout.close()
        run.stdin.write(_build_input(50, 50).encode())
        run.stdin.close()
        run.wait(60)

    decided = {image for (image, _), status in service.statuses.items() if status == "accepted"}
    assert first in decided
    assert decided == {entry["image_id"] for entry in read_lines()}


@pytest.mark.usefixtures("service")
def test_one_note_for_a_batch() -> None:
    """A log that cannot be written is one note, however many decisions are made."""
    find_log().parent.mkdir(parents=True)
    find_log().write_text("")

    run = run_tool("accept", "--from", "-", "--json", stdin=_build_input(0, 100).encode())

    note = f"note: the decision is not in the log, because {find_log()} cannot be written: not a directory\n"
    assert (0, 100, note) == (run.code, len(run.out.splitlines()), run.err)
