"""`share` and `unshare` of many images and projects by jobs: one outcome each, and few jobs."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from imgshare_cli.sandbox import Sandbox
from tests.support.fake_service import MEMBER, use_service
from tests.support.job_service import JobService, build_rows
from tests.support.run import TOOL, Run, run_tool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GOLDEN = "c26a7205-6924-55d2-a1a9-c6d6caeb44f2"  # of the first owner
IMAGES = [f"00000000-0000-4000-8000-{number:012x}" for number in range(300)]
PROJECTS = [f"{number:032x}" for number in range(0xAB00, 0xAB00 + 250)]


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[JobService]:
    """A service that shares by jobs only."""
    with JobService(0.2, is_native_gone=True) as service:
        use_service(monkeypatch, service.endpoint, MEMBER)
        yield service


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """An IMS with nothing but jobs, and the owner of some images."""
    with Sandbox(flavor="ims", native_gone=True, job_seconds=0.1) as sandbox:
        monkeypatch.setenv("IMGSHARE_ENDPOINT", sandbox.endpoint)
        monkeypatch.setenv("IMGSHARE_TOKEN", sandbox.owners[0].token)
        monkeypatch.setenv("IMGSHARE_PROJECT_ID", sandbox.owners[0].project_id)
        yield sandbox


def _read(run: Run) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run.out.splitlines()]


def _write(tmp_path: Path, words: list[str]) -> str:
    path = tmp_path / "words"
    path.write_text("".join(f"{word}\n" for word in words))
    return str(path)


def _list_members(service: JobService) -> set[tuple[str, str]]:
    return {(image, row["member_id"]) for image, rows in service.members.items() for row in rows}


def test_many_projects(service: JobService, tmp_path: Path) -> None:
    """One image and many projects are a job for each hundred; nobody asks for the call that is gone more than once."""
    to = _write(tmp_path, PROJECTS)

    run = run_tool("share", IMAGES[0], "--projects-file", to, "--json", "--jobs", "1")
    assert (0, {"done": 250}) == (run.code, Counter(one["result"] for one in _read(run)))
    assert {(IMAGES[0], project, "pending") for project in PROJECTS} == {
        (one["image_id"], one["member_id"], one["status"]) for one in _read(run)
    }
    assert ([100, 100, 50], 1) == ([len(one["projects"]) for one in service.submitted], service.count("POST /v2"))
    assert {(IMAGES[0], project) for project in PROJECTS} == _list_members(service)

    back = run_tool("unshare", "--from", "-", "--json", stdin=run.out.encode())
    assert (0, 250) == (back.code, len({one["member_id"] for one in _read(back) if one["result"] == "done"}))
    assert set() == _list_members(service)


def test_many_images(service: JobService, tmp_path: Path) -> None:
    """Many images and few projects are jobs of a hundred images, too, and each pair is in one of them."""
    run = run_tool(
        "share", "--from", _write(tmp_path, IMAGES), "--to", PROJECTS[0], "--to", PROJECTS[1], "--json", "--jobs", "2"
    )

    pairs = {(image, project) for image in IMAGES for project in PROJECTS[:2]}
    assert pairs == {(one["image_id"], one["member_id"]) for one in _read(run) if one["result"] == "done"}
    submitted = Counter((image, one["projects"][0]) for one in service.submitted for image in one["images"])
    assert (pairs, {1}) == (set(submitted), set(submitted.values()))
    assert len(service.submitted) <= 20


def test_mixed_rows(service: JobService, tmp_path: Path) -> None:
    """Each pair has the end of its own row; where a row has no reason, the outcome says how to find it."""
    changes: dict[str, dict[str, str]] = {
        PROJECTS[1]: {"status": "fail", "error_code": "IMG.0177", "error": "region"},
        PROJECTS[2]: {"status": "FAILED"},
    }

    def build_mixed_rows(body: dict[str, Any]) -> list[dict[str, Any]]:
        rows = [{**row, **changes.get(row["project_id"], {})} for row in build_rows(body)]
        return [row for row in rows if row["project_id"] != PROJECTS[3]]

    service.rows, service.end = build_mixed_rows, ("FAIL", None, None)

    run = run_tool("share", IMAGES[0], "--projects-file", _write(tmp_path, PROJECTS[:5]), "--json")

    outcomes = {one["member_id"]: one for one in _read(run)}
    assert 9 == run.code
    assert ["done", "failed", "failed", "failed", "done"] == [outcomes[id_]["result"] for id_ in PROJECTS[:5]]
    assert ("region", "refused") == tuple(outcomes[PROJECTS[1]]["error"][key] for key in ("reason", "code"))
    assert "no reason is given" in outcomes[PROJECTS[2]]["error"]["message"]
    assert f"`imgshare share {IMAGES[0]} {PROJECTS[2]}` may tell the reason" == outcomes[PROJECTS[2]]["error"]["hint"]


def test_one_project_is_the_reason(service: JobService, tmp_path: Path) -> None:
    """Where the service refuses a whole job for one project, the image is shared with the others."""
    bad = PROJECTS[7]
    service.answer = lambda method, path: (
        (400, {"error": {"message": "no such project", "code": "IMG.0067"}})
        if (method, path) == ("POST", "/v1/cloudimages/members") and bad in service.bodies[-1]["projects"]
        else False
    )

    run = run_tool("share", IMAGES[0], "--projects-file", _write(tmp_path, PROJECTS[:20]), "--json")

    assert [bad] == [one["member_id"] for one in _read(run) if one["result"] == "failed"]
    assert (9, 19) == (run.code, len(_list_members(service)))


def test_a_lost_answer(service: JobService, tmp_path: Path) -> None:
    """Where the answer to a submission is lost, what it has done is not submitted again."""
    lost = iter([True])
    service.seconds = 0.0
    service.after = lambda method, path: None if (method, path[:3]) == ("POST", "/v1") and next(lost, False) else False

    run = run_tool("share", IMAGES[0], "--projects-file", _write(tmp_path, PROJECTS[:20]), "--json")

    assert (0, {"done": 20}) == (run.code, Counter(one["result"] for one in _read(run)))
    assert 20 == len(_list_members(service))
    assert {1} == set(Counter(project for one in service.submitted for project in one["projects"]).values())


@pytest.mark.usefixtures("sandbox")
def test_what_is_there_already(tmp_path: Path) -> None:
    """What is shared already, and what is not shared, is done; a pair that comes twice has two outcomes."""
    pairs = _write(tmp_path, [f"{GOLDEN} {project}" for project in (*PROJECTS[:3], PROJECTS[0])])

    for command, unchanged in (("share", 1), ("share", 4), ("unshare", 1), ("unshare", 4)):
        run = run_tool(command, "--from", pairs)
        assert (0, 4) == (run.code, len(run.out.splitlines()))
        assert f"{unchanged} " in run.err.split(";")[0]


@pytest.mark.usefixtures("sandbox")
def test_an_image_that_is_not_ours(tmp_path: Path) -> None:
    """An image that does not exist fails alone."""
    images = _write(tmp_path, [IMAGES[0], GOLDEN])

    run = run_tool("share", "--from", images, "--to", PROJECTS[0], "--json")

    assert {IMAGES[0]: "failed", GOLDEN: "done"} == {one["image_id"]: one["result"] for one in _read(run)}
    assert 9 == run.code


def test_interrupted(service: JobService, tmp_path: Path) -> None:
    """Ctrl-C waits for the jobs that go on, and begins no more; the same command does the rest."""
    service.seconds = 1.5
    argv = [TOOL, "share", IMAGES[0], "--projects-file", _write(tmp_path, PROJECTS), "--json", "--jobs", "1"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        while not service.count("GET /v1"):
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=30)

    results = Counter(json.loads(line)["result"] for line in out.splitlines())
    assert (130, 100, 100) == (process.returncode, results["done"], len(_list_members(service)))
    assert {"done", "not_tried"} >= set(results)
    service.seconds = 0.0
    assert 0 == run_tool(*argv[1:]).code
    assert 250 == len(_list_members(service))
