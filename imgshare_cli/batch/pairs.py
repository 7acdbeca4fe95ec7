"""Pairs of images and projects: each image of the input with each project."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from imgshare_cli import hints
from imgshare_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from imgshare_cli.batch.items import Item
    from imgshare_cli.errors import ImgshareError


class SelectedProject(NamedTuple):
    """A project, or why there is none.

    Attributes:
        id: its ID; None where a name is not known.
        name: its name, where it was chosen by it.
        error: why it cannot be used.
    """

    id: str | None
    name: str | None = None
    error: ImgshareError | None = None


def pair_items(items: Iterable[Item], projects: Sequence[SelectedProject]) -> Iterator[Item]:
    """Yield an item for each image and project; one that names its project already stays as it is.

    Args:
        items: the images.
        projects: the projects.
    """
    for item in items:
        if item.error or item.member_id:
            yield item
        elif item.scope.project_name is not None:  # an earlier outcome about that project alone
            unknown = UsageError(
                f"line {item.number}: project {hints.quote_text(item.scope.project_name)} was not known",
                hint="write the ID of the project as member_id",
            )
            yield replace(item, error=unknown)
        elif not projects:
            missing = UsageError(
                f"line {item.number}: no project", hint="add it behind the image, or pass --to PROJECT"
            )
            yield replace(item, error=missing)
        else:
            for member_id, name, error in projects:
                scope = item.scope if member_id else item.scope._replace(project_name=name)
                yield replace(item, member_id=member_id, error=error, scope=scope)
