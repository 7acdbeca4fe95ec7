"""A batch against a service that fails at random: every item has one outcome, and each is true."""

from __future__ import annotations

import json
import os
import random
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.fake_service import MEMBER, use_service
from tests.support.run import Run, run_tool
from tests.support.share_service import FAULTS, ShareService

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

# ROUNDS of `pytest -m hostile` make them larger.
COUNT = 400 * int(os.environ.get("HOSTILE_ROUNDS", "1"))


def _build_id(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-000000000000"


def _enter(service: ShareService, monkeypatch: pytest.MonkeyPatch) -> None:
    use_service(monkeypatch, service.endpoint, MEMBER)


def _write_ids(path: Path, numbers: Sequence[int]) -> str:
    path.write_text("".join(f"{_build_id(number)}\n" for number in numbers))
    return str(path)


def _read_outcomes(run: Run, count: int) -> dict[str, dict[str, Any]]:
    """The outcomes, one for each image."""
    outcomes = [json.loads(line) for line in run.out.splitlines()]
    by_image = {one["image_id"]: one for one in outcomes}
    assert count == len(outcomes) == len(by_image), run.err
    return by_image


def test_a_service_that_refuses_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is given up after a few times `--timeout` for each item, however long the pauses become."""
    with ShareService(1.0, kinds=("503",)) as service:
        _enter(service, monkeypatch)
        started = time.monotonic()
        ids = "".join(f"{_build_id(number)}\n" for number in range(3)).encode()
        run = run_tool("accept", "--from", "-", "--json", "--jobs", "1", "--timeout", "1", stdin=ids)

    assert time.monotonic() - started < 3 * 4 + 10
    assert {"unavailable"} == {one["error"]["code"] for one in _read_outcomes(run, 3).values()}
    assert 9 == run.code


@pytest.mark.parametrize("share", [0.2, 0.3, 0.5])
def test_random_faults(share: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is said to be done is done; what failed may be fed again until all is done."""
    seed = random.randrange(1 << 30)  # noqa: S311  (no secret depends on it)
    print(f"seed {seed}")  # noqa: T201  (shown where the test fails)
    with ShareService(share, seed) as service:
        _enter(service, monkeypatch)
        arguments = ["--json", "--timeout", "60", "--retries", "6"]
        run = run_tool("accept", "--from", _write_ids(tmp_path / "ids", range(COUNT)), *arguments, seconds=280)

        for image, outcome in _read_outcomes(run, COUNT).items():
            state = service.statuses.get((image, MEMBER), "pending")
            if outcome["result"] == "done":
                assert ("accepted", "accepted") == (outcome["status"], state)
            else:
                assert ("failed", "unavailable") == (outcome["result"], outcome["error"]["code"])
        failed = run.out.count('"failed"')
        assert (9 if failed else 0) == run.code
        assert failed <= COUNT * (share**6) * 3 + 3

        for _ in range(5):
            if run.code == 0:
                break
            (tmp_path / "outcomes").write_text(run.out)
            run = run_tool("accept", "--from", str(tmp_path / "outcomes"), *arguments)
        assert 0 == run.code
        assert {"accepted"} == set(service.statuses.values())
        assert COUNT == len(service.statuses)


@pytest.mark.parametrize("kind", FAULTS)
def test_each_fault(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One kind of failure at a time: every item is done in the end."""
    with ShareService(0.3, 1, kinds=[kind]) as service:
        _enter(service, monkeypatch)
        run = run_tool("accept", "--from", _write_ids(tmp_path / "ids", range(40)), "--json", "--retries", "20")

        outcomes = _read_outcomes(run, 40)
        assert {("done", "accepted")} == {(one["result"], one.get("status")) for one in outcomes.values()}, run
        assert 40 == sum(status == "accepted" for status in service.statuses.values())
        assert service.requests[kind]
