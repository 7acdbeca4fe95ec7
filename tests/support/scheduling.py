"""The tests that need a real cloud: those of one cloud stay on one worker, because a cloud starts slowly."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from xdist.scheduler import LoadScopeScheduling

CLOUDS = ("strict_cloud", "caching_cloud", "large_inbox")


def find_cloud(item: pytest.Item) -> str | None:
    """Find the cloud that a test needs, by its fixtures."""
    fixtures = set(getattr(item, "fixturenames", ()))
    if callspec := getattr(item, "callspec", None):
        fixtures.add(callspec.params.get("backend"))
    return next((cloud for cloud in CLOUDS if cloud in fixtures), None)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark each test that needs a real cloud."""
    if find_cloud(item):
        item.add_marker("cloud")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests that list every image of a cloud, while there are few."""
    items.sort(key=lambda item: not item.get_closest_marker("lists_every_image"))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker where to write what it has found."""
    node.workerinput["clouds"] = str(_find_folder(node.config))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Write down, in a worker, which tests need which cloud: the main process collects none."""
    if worker := getattr(session.config, "workerinput", None):
        clouds = {item.nodeid: cloud for item in session.items if (cloud := find_cloud(item))}
        Path(worker["clouds"], f"{worker['workerid']}.json").write_text(json.dumps(clouds))


# Not --dist=loadgroup: pytest-xdist 3.8 writes the group into the node's ID, which pytest 9.2 no longer reads.
@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Give the tests of one cloud to one worker, the largest cloud first, and all others as workers are free."""
    from xdist.scheduler import LoadScopeScheduling

    class CloudScheduling(LoadScopeScheduling):  # type: ignore[misc] # it brings no types
        clouds: dict[str, str]

        def schedule(self) -> None:
            self.clouds = {}
            for found in _find_folder(config).iterdir():
                self.clouds |= json.loads(found.read_text())
            super().schedule()

        def _split_scope(self, nodeid: str) -> str:
            return self.clouds.get(nodeid, nodeid)

    return CloudScheduling(config, log)


_FOLDER = pytest.StashKey[tempfile.TemporaryDirectory[str]]()


def _find_folder(config: pytest.Config) -> Path:
    if _FOLDER not in config.stash:
        config.stash[_FOLDER] = folder = tempfile.TemporaryDirectory(prefix="imgshare-tests-")
        config.add_cleanup(folder.cleanup)
    return Path(config.stash[_FOLDER].name)
