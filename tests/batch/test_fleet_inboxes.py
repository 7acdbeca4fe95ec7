"""`--all` in many projects: what is read ahead of the decisions, and over how many connections."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.fleet_cloud import FleetCloud, build_project_id
from tests.support.run import run_tool

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.usefixtures("login")

ALL = ("accept", "--all", "--any-owner", "--all-projects", "--yes", "--json")


class _LargeInboxes(FleetCloud):
    """Each project has an inbox of many pages.

    Attributes:
        pages: how many pages each has.
        page_size: how many images a page has.
        read: how many pages were read.
    """

    pages = 50
    page_size = 100
    read = 0

    def _image_answer(self, path: str, query: dict[str, str], body: Any) -> Any:
        if path != "/v2/images" or (query["member_status"], query["os_hidden"]) != ("pending", "false"):
            return super()._image_answer(path, query, body)
        self.read += 1
        first = int(query["marker"][:8], 16) + 1 if "marker" in query else 0
        last = min(first + self.page_size, self.pages * self.page_size)
        owner = {"name": "golden", "owner": build_project_id(99), "visibility": "shared"}
        images = [{"id": f"{n:08x}-0000-4000-8000-000000000000", **owner} for n in range(first, last)]
        return {"images": images, "next": "/v2/images?marker=x" if last < self.pages * self.page_size else None}


@pytest.fixture
def cloud() -> Iterator[_LargeInboxes]:
    """A cloud with three large inboxes."""
    with _LargeInboxes() as cloud:
        yield cloud


def test_reading_ahead(cloud: _LargeInboxes) -> None:
    """While decisions take long, a few pages of a few inboxes are read ahead, and no more."""
    cloud.seconds = 0.5
    read = []

    def look() -> None:
        time.sleep(1)
        read.append(cloud.read)
        cloud.pages, cloud.seconds = 0, 0.0

    cloud.on_first_decision = look
    run = run_tool(*ALL, "--jobs", "4")

    assert 0 == run.code
    assert len(cloud.decided) == run.out.count('"done"')
    assert 2 <= read[0] <= 8
    assert 200 <= len(cloud.decided) <= 800


@pytest.mark.parametrize("jobs", [1, 2, 4, 16])
def test_connections(cloud: _LargeInboxes, jobs: int) -> None:
    """Reading and deciding have no more connections to the image service than `--jobs`, but one each."""
    cloud.projects |= {build_project_id(number): f"tenant-{number}" for number in range(3, 40)}
    cloud.pages, cloud.page_size = 1, 5

    run = run_tool(*ALL, "--jobs", str(jobs))

    assert (0, 200, 200) == (run.code, run.out.count('"done"'), len(cloud.decided))
    assert 1 <= len(cloud.image_connections) <= max(jobs, 2)
