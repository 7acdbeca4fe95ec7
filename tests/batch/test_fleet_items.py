"""The items of a fleet run: their order, and how long anything of a project is kept."""

from __future__ import annotations

import gc
import weakref
from itertools import count, islice
from typing import TYPE_CHECKING

from imgshare_cli.batch.fleet import FleetProject
from imgshare_cli.batch.fleet_items import pair_with_projects
from imgshare_cli.batch.items import Item

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imgshare_cli.batch.fleet import ProjectAccess

PROJECTS = [FleetProject(str(number)) for number in range(7)]


def _create_images(number: int) -> Iterator[Item]:
    return (Item(line, f"image-{line}") for line in range(1, number + 1))


def test_project_by_project() -> None:
    """A few projects take turns, and each project has all its images before the next ones are begun."""
    pairs = [(item.image, item.member_id) for item in pair_with_projects(_create_images(2), PROJECTS[:3], 2)]

    assert [
        ("image-1", "0"),
        ("image-1", "1"),
        ("image-2", "0"),
        ("image-2", "1"),
        ("image-1", "2"),
        ("image-2", "2"),
    ] == pairs


def test_every_pair_once() -> None:
    """However many images there are, each is done in each project once."""
    pairs = [(item.number, item.member_id) for item in pair_with_projects(_create_images(2500), PROJECTS, 4)]

    assert sorted((line, str(project)) for line in range(1, 2501) for project in range(7)) == sorted(pairs)


def test_streamed() -> None:
    """The first item is there before the second image is read, and endless input needs no more memory."""
    images = (Item(line, f"image-{line}") for line in count(1))

    assert ["image-1"] * 4 == [item.image for item in islice(pair_with_projects(images, PROJECTS, 4), 4)]
    assert 2 == next(images).number


def test_access_is_dropped() -> None:
    """The access to a project, and its token with it, goes with the last item of the project."""
    alive: weakref.WeakSet[ProjectAccess] = weakref.WeakSet()
    most = 0

    for item in pair_with_projects(_create_images(3), PROJECTS, 2):
        assert item.access
        alive.add(item.access)
        gc.collect()
        most = max(most, len(alive))

    assert most <= 4  # those of two groups, while one follows the other
