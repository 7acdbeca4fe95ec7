"""Fleets by jobs: each project has jobs of its own, with its own token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.support.fake_cloud import write_clouds
from tests.support.fake_service import IMAGE, MEMBER
from tests.support.fleet_cloud import FleetCloud, build_project_id, pick
from tests.support.job_service import GONE
from tests.support.run import run_tool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.server import BaseHTTPRequestHandler
    from pathlib import Path

ONE, TWO = build_project_id(1), build_project_id(2)
OTHER = "11111111-1111-4111-8111-111111111111"


class JobCloud(FleetCloud):
    """A fleet whose images are decided by jobs, which have ended when they are first looked at."""

    def __init__(self) -> None:
        super().__init__()
        self.submitted: list[tuple[str, list[str]]] = []

    def _reply(self, request: BaseHTTPRequestHandler, body: Any) -> Any:
        path, token = urlsplit(request.path).path, request.headers.get("X-Auth-Token", "")
        if "/v1/" not in path:
            return (*GONE, {}) if request.command == "PUT" else super()._reply(request, body)
        if refused := self._check(token):
            return refused
        project = self._project_of_token.get(token, MEMBER)
        if request.command == "PUT":
            if body["project_id"] != project:
                return 403, {"error": {"message": "another project", "code": "IMG.0030"}}, {}
            self.submitted.append((project, sorted(body["images"])))
            return 200, {"job_id": f"job-{len(self.submitted)}"}, {}
        job_id = path.rpartition("/")[2]
        images = self.submitted[int(job_id.removeprefix("job-")) - 1][1]
        rows = [{"image_id": image, "project_id": project, "status": "SUCCESS"} for image in images]
        return 200, {"job_id": job_id, "status": "SUCCESS", "entities": {"results": rows}}, {}


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[JobCloud]:
    """A cloud with three projects, where the API's own call is gone."""
    with JobCloud() as cloud:
        write_clouds(monkeypatch, prod=cloud.entry())
        monkeypatch.setenv("OS_CLOUD", "prod")
        yield cloud


@pytest.mark.parametrize("options", [("--jobs-api",), ()], ids=["wanted", "gone"])
def test_all_projects(cloud: JobCloud, tmp_path: Path, options: tuple[str, ...]) -> None:
    """Two images in three projects are three jobs of two images."""
    path = tmp_path / "images"
    path.write_text(f"{IMAGE}\n{OTHER}\n")

    run = run_tool("accept", "--from", str(path), "--all-projects", "--json", *options)

    assert (0, "") == (run.code, run.err)
    assert sorted(
        (project, image, "done", "accepted") for project in (MEMBER, ONE, TWO) for image in (IMAGE, OTHER)
    ) == (pick(run, "project_id", "image_id", "result", "status"))
    assert sorted((project, sorted([IMAGE, OTHER])) for project in (MEMBER, ONE, TWO)) == sorted(cloud.submitted)


def test_a_project_that_refuses(cloud: JobCloud) -> None:
    """A project that cannot be entered is an outcome; the others are done."""
    cloud.closed.add(ONE)

    run = run_tool("accept", IMAGE, "--all-projects", "--json", "--jobs-api")

    assert 9 == run.code
    assert [(ONE, "failed"), (TWO, "done"), (MEMBER, "done")] == pick(run, "project_id", "result")
