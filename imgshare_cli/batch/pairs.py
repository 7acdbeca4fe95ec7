"""Pairs of images and projects: each image of the input with each project."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from imgshare_cli.errors import ImgshareError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from imgshare_cli.batch.items import Item


def pair_items(items: Iterable[Item], projects: Sequence[tuple[str | None, ImgshareError | None]]) -> Iterator[Item]:
    """Yield an item for each image and project; one that names its project already stays as it is.

    Args:
        items: the images.
        projects: the ID of each project, or why it cannot be used.
    """
    for item in items:
        if item.error or item.member_id:
            yield item
        elif not projects:
            missing = UsageError(
                f"line {item.number}: no project", hint="add it behind the image, or pass --to PROJECT"
            )
            yield replace(item, error=missing)
        else:
            for member_id, error in projects:
                yield replace(item, member_id=member_id, error=error)
