"""`audit` of a project with many images: complete, and in bounded memory."""

from __future__ import annotations

import json
import os
from threading import Semaphore
from typing import TYPE_CHECKING, Any

from tests.support.fake_service import MEMBER, build_member
from tests.support.forked_run import run_forked
from tests.support.run import TOOL, run_tool
from tests.support.scripted_images import Page, Query, ScriptedImageService, build_image, build_image_id

if TYPE_CHECKING:
    import pytest

    from tests.support.large_inbox import LargeInbox

MOST_GROWTH_MIB = 20


def test_own_images_on_a_real_glance(large_inbox: LargeInbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 300 own images, of which eight are hidden, the 60 that are shared are listed, each once."""
    monkeypatch.setenv("IMGSHARE_ENDPOINT", large_inbox.cloud.endpoint)
    monkeypatch.setenv("IMGSHARE_TOKEN", large_inbox.cloud.login(large_inbox.member))

    run = run_tool("audit", "--json")

    rows = json.loads(run.out)
    shared = {image for image in large_inbox.own if large_inbox.images[image].member}
    assert (0, 60, shared) == (run.code, len(rows), {row["image_id"] for row in rows})
    assert {(large_inbox.owners[0], "pending")} == {(row["member_id"], row["status"]) for row in rows}


def _serve_images(service: ScriptedImageService, count: int) -> None:
    def list_page(query: Query) -> Page:
        if query["os_hidden"] == "true":
            return Page()
        start = int(query["marker"][:8], 16) + 1 if "marker" in query else 0
        end = min(start + 500, count)
        return Page([build_image(number, owner=MEMBER, text="x" * 2000) for number in range(start, end)], end < count)

    service.list_page = list_page


def _list_members(image: str) -> list[Any]:
    return [build_member("pending", image_id=image, member_id=f"{number:032x}") for number in range(20)]


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four thousand images take hardly more memory than five hundred, and each share is there, in order."""
    peaks = []
    for count in (500, 4000):
        with ScriptedImageService() as service:
            service.enter(monkeypatch)
            _serve_images(service, count)
            service.members = _list_members
            finished = run_forked([TOOL, "audit", "--json"], os.environ, seconds=200)
        rows = json.loads(finished.out)
        expected = [(build_image_id(image), f"{member:032x}") for image in range(count) for member in range(20)]
        assert expected == [(row["image_id"], row["member_id"]) for row in rows]
        peaks.append(finished.peak_mib)
    assert peaks[1] - peaks[0] <= MOST_GROWTH_MIB, peaks


def test_a_slow_image_delays_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """While the members of the first image are awaited, those of 60 others are read: four for each connection."""
    asked = Semaphore(0)
    others: list[int] = []

    def list_members(image: str) -> list[Any]:
        if image != build_image_id(0):
            asked.release()
        else:
            others.extend(number for number in range(60) if asked.acquire(timeout=30))
        return _list_members(image)

    with ScriptedImageService() as service:
        service.enter(monkeypatch)
        _serve_images(service, 100)
        service.members = list_members
        run = run_tool("audit", "--json")

    assert (0, 100 * 20, 60) == (run.code, len(json.loads(run.out)), len(others))
