"""Pairs images with the projects of a fleet: each image in each project, project by project."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.batch.fleet import ProjectAccess
from imgshare_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from imgshare_cli.batch.fleet import FleetProject
    from imgshare_cli.batch.items import Item

# So many images are kept, to be done in one project after the other with one token for each.
_IMAGES = 1000


class _Chunk:
    """Some of the images, which are read when they are first asked for, and then kept."""

    def __init__(self, first: Item, images: Iterator[Item], size: int) -> None:
        self._images = images
        self._size = size
        self._kept = [first]
        self._is_whole = False

    def __iter__(self) -> Iterator[Item]:
        yield from self._kept
        while not self._is_whole:
            image = next(self._images, None)
            if image is not None:
                self._kept.append(image)
            self._is_whole = image is None or len(self._kept) >= self._size
            if image is not None:
                yield image


def pair_with_projects(images: Iterator[Item], projects: Iterable[FleetProject], group_size: int) -> Iterator[Item]:
    """Yield an item for each image and project; an image that names its project is done in that one alone.

    Args:
        images: the images.
        projects: the projects, which are gone through once for every thousand images.
        group_size: how many projects are taken by turns, so that as many workers get their tokens at the same time.
    """
    while (first := next(images, None)) is not None:
        yield from _pair_chunk(_Chunk(first, images, _IMAGES), projects, group_size)


def _pair_chunk(chunk: _Chunk, projects: Iterable[FleetProject], group_size: int) -> Iterator[Item]:
    remaining, paired, is_first = iter(projects), set[int](), True
    while group := [ProjectAccess(project) for project in islice(remaining, group_size)]:
        for position, image in enumerate(chunk):  # numbers repeat: each array counts from 1
            if image.error:
                if is_first:
                    yield image
                continue
            for access in group:
                if _is_meant(image, access.project):
                    paired.add(position)
                    yield _create_item(image, access)
        is_first = False
    for position, image in enumerate(chunk):
        if position not in paired and not image.error:
            yield image if image.is_done else replace(image, error=_create_foreign_error(image))


def _is_meant(image: Item, project: FleetProject) -> bool:
    """Whether an image is to be done in a project: in each, unless it names one."""
    scope = image.scope
    # The decision log names the cloud also where a run is about one alone.
    is_cloud = scope.cloud in {None, project.cloud} or (scope.endpoint is not None and project.cloud is None)
    if not is_cloud or scope.region not in {None, project.region}:
        return False
    if scope.endpoint and project.service and scope.endpoint != project.service.endpoint:
        return False
    return image.member_id == project.id if image.member_id else scope.project_name in {None, project.name}


def _create_item(image: Item, access: ProjectAccess) -> Item:
    project = access.project
    return replace(image, member_id=project.id, access=access, error=None if image.is_done else project.error)


def _create_foreign_error(image: Item) -> UsageError:
    place = f" at {hints.quote_text(image.scope.endpoint)}" if image.scope.endpoint else ""
    return UsageError(
        f"project {image.member_id or image.scope.project_name or '-'}{place} is not among the projects of this run",
        hint="choose other projects, or leave the options for projects out",
    )
