"""Batches of decisions by jobs: groups of images, an outcome for each item, and faults."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.fake_service import MEMBER, use_service
from tests.support.job_service import JobService
from tests.support.run import TOOL, Run, run_tool

if TYPE_CHECKING:
    from collections.abc import Iterator

VAULT = "59504f13-9358-56ad-a418-62b7f374e0c7"


def _build_id(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-000000000000"


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[JobService]:
    """A service that decides by jobs."""
    with JobService() as service:
        use_service(monkeypatch, service.endpoint, MEMBER)
        yield service


def _write(tmp_path: Path, count: int) -> str:
    path = tmp_path / "images"
    path.write_text("".join(f"{_build_id(number)}\n" for number in range(count)))
    return str(path)


def _read(run: Run) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run.out.splitlines()]


def _list_kept() -> list[dict[str, Any]]:
    files = Path(os.environ["XDG_STATE_HOME"], "imgshare", "jobs").glob("[!.]*.json")
    return [entry for file in files for entry in json.loads(file.read_text())]


def test_a_thousand(service: JobService, tmp_path: Path) -> None:
    """A thousand images are ten jobs of a hundred, eight at once, and each has an outcome with its status."""
    service.seconds = 1.0

    run = run_tool("accept", "--from", _write(tmp_path, 1000), "--jobs-api", "--json")

    assert 0 == run.code, run.err[-500:]
    assert [100] * 10 == [len(one["images"]) for one in service.submitted]
    assert 4 < service.most_running <= 8
    assert {(_build_id(number), MEMBER, "done", "accepted") for number in range(1000)} == {
        tuple(one.values()) for one in _read(run)
    }
    assert 1000 == len(_read(run))
    assert {(_build_id(number), MEMBER): "accepted" for number in range(1000)} == service.statuses
    assert [] == _list_kept()


def test_a_call_that_is_gone(service: JobService, tmp_path: Path) -> None:
    """Where the service turns out to have no other call, what was asked and all the rest go by jobs."""
    service.is_native_gone = True

    run = run_tool("reject", "--from", _write(tmp_path, 120), "--json", "--jobs", "2")

    assert 0 == run.code
    assert {("done", "rejected"): 120} == Counter((one["result"], one["status"]) for one in _read(run))
    assert 1 <= service.count("PUT /v2") <= 2
    assert 2 == len(service.submitted)


def test_as_text(service: JobService, tmp_path: Path) -> None:
    """In a pipe each outcome is a line, and the summary is that of any batch."""
    run = run_tool("accept", "--from", _write(tmp_path, 2), "--jobs-api")

    assert {f"{_build_id(number)}\t{MEMBER}\tdone\taccepted" for number in range(2)} == set(run.out.splitlines())
    assert run.err.startswith("accepted 2; ")
    assert 1 == len(service.submitted)


def test_mixed_rows(service: JobService, tmp_path: Path) -> None:
    """Each image has the end of its own row, whatever the job's is; one without a row has the job's."""
    service.end = ("FAIL", "IMG.0001", "some failed")
    service.rows = lambda _body: [
        {"image_id": _build_id(0), "status": "success"},
        {"image_id": _build_id(1), "status": "FAILED", "error_code": "IMG.0135", "error": "full [red]"},
        {"image_id": _build_id(9), "status": "success"},
    ]

    run = run_tool("accept", "--from", _write(tmp_path, 3), "--jobs-api", "--json")

    assert 9 == run.code
    outcomes = {one["image_id"]: one for one in _read(run)}
    assert ["done", "failed", "failed"] == [outcomes[_build_id(number)]["result"] for number in range(3)]
    assert 'failed: "full [red]" (IMG.0135)' in outcomes[_build_id(1)]["error"]["message"]
    assert 'failed: "some failed" (IMG.0001)' in outcomes[_build_id(2)]["error"]["message"]


def test_duplicates(service: JobService, tmp_path: Path) -> None:
    """An image that is named several times is once in a job, and has as many outcomes."""
    service.seconds = 0.5
    path = tmp_path / "images"
    path.write_text(f"{_build_id(1)}\n{_build_id(2)}\n{_build_id(1).upper()}\n{_build_id(1)}\n")

    run = run_tool("accept", "--from", str(path), "--jobs-api", "--json")

    assert 0 == run.code
    assert 4 == len(_read(run))
    assert [[_build_id(1), _build_id(2)]] == [sorted(one["images"]) for one in service.submitted]


def test_the_second_jobs(service: JobService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Images that need the stored vault go into second jobs, as full as the first ones, although no more items come."""
    service.seconds = 0.5
    service.rows = lambda body: [
        {"image_id": image, "status": "success" if body.get("vault_id") else "failed", "error_code": "IMG.0184"}
        for image in body["images"]
    ]
    monkeypatch.setenv("IMGSHARE_VAULT_ID", VAULT)

    run = run_tool("accept", "--from", _write(tmp_path, 300), "--jobs-api", "--json")

    assert (0, {"done": 300}) == (run.code, Counter(one["result"] for one in _read(run)))
    assert {(None, 100): 3, (VAULT, 100): 3} == Counter(
        (one.get("vault_id"), len(one["images"])) for one in service.submitted
    )


def test_one_image_is_the_reason(service: JobService, tmp_path: Path) -> None:
    """Where the service refuses a whole job for one image, the others are decided without it."""
    bad = _build_id(7)

    def submit(method: str, path: str) -> Any:
        if (method, path) == ("PUT", "/v1/cloudimages/members") and bad in service.bodies[-1].get("images", ()):
            return 400, {"error": {"message": "no such image", "code": "IMG.0027"}}
        return False

    service.answer = submit

    run = run_tool("accept", "--from", _write(tmp_path, 20), "--jobs-api", "--json")

    assert {"done": 19, "failed": 1} == Counter(one["result"] for one in _read(run))
    assert [bad] == [one["image_id"] for one in _read(run) if one["result"] == "failed"]
    assert [] == _list_kept()


def test_other_ends(service: JobService, tmp_path: Path) -> None:
    """--dry-run sends nothing, and reset says that jobs cannot do it."""
    path = _write(tmp_path, 3)

    planned = run_tool("accept", "--from", path, "--jobs-api", "--json", "--dry-run")
    service.is_native_gone = True
    reset = run_tool("reset", "--from", path, "--json")

    assert (0, {"planned": 3}) == (planned.code, Counter(one["result"] for one in _read(planned)))
    assert (9, {"failed": 3}) == (reset.code, Counter(one["result"] for one in _read(reset)))
    assert [] == service.submitted


def test_a_lost_login(service: JobService, tmp_path: Path) -> None:
    """A token that is rejected ends the batch as it does without jobs."""
    service.answer = lambda *_: (401, {"error": {"message": "no", "code": "APIGW.0301"}})

    run = run_tool("accept", "--from", _write(tmp_path, 300), "--jobs-api", "--json")

    assert 4 == run.code
    assert {"failed", "not_tried"} >= {one["result"] for one in _read(run)}
    assert 300 == len(_read(run))


def test_fail_fast(service: JobService, tmp_path: Path) -> None:
    """--fail-fast begins no job after the first that failed."""
    service.seconds, service.end, service.rows = 0.2, ("FAIL", None, None), lambda _body: []

    run = run_tool("accept", "--from", _write(tmp_path, 400), "--jobs-api", "--json", "--fail-fast", "--jobs", "1")

    assert 9 == run.code
    assert {"failed": 100, "not_tried": 300} == Counter(one["result"] for one in _read(run))
    assert 1 == len(service.submitted)


def test_more_than_may_wait(service: JobService, tmp_path: Path) -> None:
    """Five thousand images go through, although fewer may wait at a time."""
    run = run_tool("accept", "--from", _write(tmp_path, 5000), "--jobs-api", "--json")

    assert (0, 5000) == (run.code, len({one["image_id"] for one in _read(run)}))
    assert 5000 == sum(len(one["images"]) for one in service.submitted)


def test_slow_input(service: JobService) -> None:
    """An image that comes alone does not wait for ninety-nine others."""
    argv = [TOOL, "accept", "--from", "-", "--jobs-api", "--json"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(f"{_build_id(1)}\n".encode())
        assert b"done" in process.stdout.readline()
        process.stdin.write(f"{_build_id(2)}\n".encode())
        assert b"done" in process.stdout.readline()
        process.stdin.close()

    assert 0 == process.returncode
    assert 2 == len(service.submitted)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_interrupted(service: JobService, tmp_path: Path, number: signal.Signals) -> None:
    """Ctrl-C waits for the jobs that go on; after it, or `kill -9`, the same command submits none of them again."""
    service.seconds = 2.0
    argv = [TOOL, "accept", "--from", _write(tmp_path, 500), "--jobs-api", "--json", "--jobs", "4"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        while service.count("GET /v1") < 8:
            time.sleep(0.02)
        process.send_signal(number)
        out, _ = process.communicate(timeout=30)

    if number is signal.SIGINT:
        results = Counter(json.loads(line)["result"] for line in out.splitlines())
        assert (130, 400) == (process.returncode, results["done"])
        assert len(service.statuses) == results["done"]
    else:
        assert 4 == len([entry for entry in _list_kept() if entry["job"]])
    run = run_tool(*argv[1:])
    assert (0, 500) == (run.code, len({one["image_id"] for one in _read(run)}))
    if number is signal.SIGKILL:
        assert {1} == set(Counter(image for one in service.submitted for image in one["images"]).values())
        assert [] == _list_kept()


def test_the_second_interrupt(service: JobService, tmp_path: Path) -> None:
    """The second Ctrl-C leaves the jobs, and their IDs stay for the next run."""
    service.seconds = 3.0
    argv = [TOOL, "accept", "--from", _write(tmp_path, 10), "--jobs-api", "--json"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        while not service.count("GET /v1"):
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        time.sleep(0.5)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=2)

    assert 130 == process.returncode
    assert 1 == len(_list_kept())
    assert 0 == run_tool(*argv[1:]).code
    assert 1 == len(service.submitted)


def test_images_of_which_some_are_in_a_job(service: JobService, tmp_path: Path) -> None:
    """The images that another run has in no job go into one at once, and not after the jobs of that run."""
    service.seconds = 3.0
    (tmp_path / "one").write_text(f"{_build_id(0)}\n")
    with subprocess.Popen([TOOL, "accept", "--from", tmp_path / "one", "--jobs-api"], stdout=subprocess.DEVNULL) as run:
        while not service.count("GET /v1"):
            time.sleep(0.02)
        assert 0 == run_tool("accept", "--from", _write(tmp_path, 3), "--jobs-api", "--json").code
        assert 0 == run.wait(30)

    assert [[_build_id(0)], [_build_id(1), _build_id(2)]] == [sorted(one["images"]) for one in service.submitted]
    assert 2 == service.most_running


def test_two_at_once(service: JobService, tmp_path: Path) -> None:
    """Two runs over the same images at the same time have one job for each image."""
    service.seconds = 5.0  # the second run begins long before the jobs of the first one end
    argv = [TOOL, "accept", "--from", _write(tmp_path, 200), "--jobs-api", "--json"]
    runs = [subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]

    ends = [(len(run.communicate(timeout=30)[0].splitlines()), run.returncode) for run in runs]

    assert [(200, 0)] * 2 == ends
    assert {1} == set(Counter(image for one in service.submitted for image in one["images"]).values())


def test_wait(service: JobService, tmp_path: Path) -> None:
    """--wait looks at a share before its job, and waits until it is there."""
    missing = iter(range(2))
    service.answer = lambda _method, path: (
        (404, {"error": {"message": "no image", "code": "IMG.0027"}})
        if path.startswith("/v2") and next(missing, None) is not None
        else False
    )

    run = run_tool("accept", "--from", _write(tmp_path, 1), "--jobs-api", "--json", "--wait", "20s")

    assert (0, "done") == (run.code, _read(run)[0]["result"])
    assert 1 == len(service.submitted)
