"""The state folder of jobs in hostile hands: no crash, no wait without end, and no second job for one that goes on."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.fake_service import IMAGE, MEMBER, use_service
from tests.support.job_service import JobService

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.run import RunImgshare

pytestmark = pytest.mark.hostile

JOB = f"{1:032x}"


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[JobService]:
    """A service that decides by jobs."""
    with JobService() as service:
        use_service(monkeypatch, service.endpoint)
        yield service


def leave_job(imgshare: RunImgshare, service: JobService, member: str = MEMBER) -> Path:
    """Begin a job whose end this run does not see; return the file that keeps it."""
    service.answer = lambda _method, path: (500, {}) if "/jobs/" in path else False
    assert 8 == imgshare("accept", IMAGE, member, "--jobs-api", "--retries", "0").code
    service.answer = lambda _method, _path: False
    return max(_list_files(), key=lambda path: path.stat().st_mtime_ns)


def _list_files() -> list[Path]:
    return list(Path(os.environ["XDG_STATE_HOME"], "imgshare", "jobs").glob("[!.]*.json"))


def build_entry(**other: Any) -> dict[str, Any]:
    """An entry of the file."""
    parts = {"project": MEMBER, "status": "accepted", "vault": None, "key": "k", "job": JOB, "images": [IMAGE]}
    return {**parts, "time": time.time(), "process": 0, **other}


@pytest.mark.parametrize(
    ("rows", "submitted"),
    [
        ([build_entry(time=10**400)], 2),
        ([build_entry(time=-(10**400))], 2),
        ([build_entry(time=float("nan"))], 2),
        ([build_entry(time=float("inf"))], 2),
        ([build_entry(job=None, process=10**30)], 1),
        ([build_entry(job=None, process=-1)], 1),
        ([build_entry(images=[IMAGE, "\ud800\x1b[31m"])], 1),
        ([build_entry()] * 3000, 1),
        ([build_entry(key=str(number), job=f"job-{number}") for number in range(2999)] + [build_entry()], 1),
    ],
    ids=["huge", "negative", "nan", "inf", "process", "no process", "surrogate", "one key", "many keys"],
)
def test_any_entry(imgshare: RunImgshare, service: JobService, rows: list[dict[str, Any]], submitted: int) -> None:
    """Whatever an entry says: the run ends soon and well, and a job that can be told from it is not begun again."""
    file = leave_job(imgshare, service)
    for row in rows:
        row["time"] = time.time() if 0 < row["time"] < 1e300 else row["time"]
    file.write_text(json.dumps(rows))
    before = len(service.requests)

    run = imgshare("accept", IMAGE, MEMBER, "--jobs-api", "--json")

    assert "accepted" == run.json()["status"]
    assert submitted == service.count("PUT /v1")
    assert len(service.requests) - before < 10


@pytest.mark.parametrize("what", ["a folder", "a link"])
def test_a_folder_without_locks(imgshare: RunImgshare, service: JobService, tmp_path: Path, what: str) -> None:
    """A job that is known to go on is not begun again where its file cannot be locked; the link is not followed."""
    file = leave_job(imgshare, service)
    lock = file.with_name(f".{file.name}.lock")
    lock.unlink()
    if what == "a link":
        lock.symlink_to(tmp_path / "elsewhere")
    else:
        lock.mkdir()

    assert "accepted" == imgshare("accept", IMAGE, MEMBER, "--jobs-api", "--json").json()["status"]
    assert 1 == service.count("PUT /v1")
    assert not (tmp_path / "elsewhere").exists()


def test_many_projects(imgshare: RunImgshare, service: JobService) -> None:
    """The job of one project is kept while sixty others begin and end theirs, whose files do not pile up."""
    leave_job(imgshare, service)
    for number in range(60):
        assert 0 == imgshare("accept", IMAGE, f"{number:032x}", "--jobs-api").code

    assert "accepted" == imgshare("accept", IMAGE, MEMBER, "--jobs-api", "--json").json()["status"]
    assert 61 == service.count("PUT /v1")
    assert len(_list_files()) < 60


def test_any_time_of_an_endpoint(imgshare: RunImgshare, service: JobService) -> None:
    """A time that no clock shows does not stop a run."""
    folder = Path(os.environ["XDG_STATE_HOME"], "imgshare")
    folder.mkdir(mode=0o700)
    for at in (10**400, -(10**400), float("nan")):
        (folder / "job-endpoints.json").write_text(json.dumps({service.endpoint: at}))
        assert "accepted" == imgshare("accept", IMAGE, MEMBER, "--json").json()["status"]
    assert 0 == service.count("PUT /v1")


def test_a_job_without_its_id(imgshare: RunImgshare, service: JobService) -> None:
    """A job whose ID is null in a response is the one that was asked for."""
    body = {"status": "SUCCESS", "job_id": None, "entities": {"results": [{"image_id": IMAGE, "status": "success"}]}}
    service.after = lambda _method, path: (200, body) if "/jobs/" in path else False

    assert "accepted" == imgshare("accept", IMAGE, MEMBER, "--jobs-api", "--json").json()["status"]
