"""The order of a list of images, and the place in it that a marker marks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cmp_to_key
from itertools import dropwhile
from typing import TYPE_CHECKING

from imgshare_cli.sandbox.errors import RefusalError
from imgshare_cli.sandbox.filters import value_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imgshare_cli.sandbox.filters import Filter
    from imgshare_cli.sandbox.records import Image

_KEYS = ("name", "status", "container_format", "disk_format", "size", "id", "created_at", "updated_at")
_NEWEST_FIRST = (("created_at", "desc"), ("id", "desc"))


@dataclass(frozen=True, slots=True)
class Order:
    """Keys and the direction of each, the most important first."""

    by: tuple[tuple[str, str], ...]

    @classmethod
    def parse(cls, combined: str | None, keys: list[str], directions: list[str]) -> Order:
        """Read `sort`, or `sort_key` and `sort_dir`, and refuse what Glance refuses."""
        if combined is not None:
            if keys or directions:
                raise RefusalError(400, "Old and new sorting syntax cannot be combined")
            parts = [part.partition(":") for part in combined.split(",")]
            keys = [key for key, _, _ in parts]
            directions = [direction or "desc" for _, _, direction in parts]
        keys, directions = [key.strip() for key in keys], [direction.strip() for direction in directions]
        _check(keys, directions)
        # A single direction is everyone's.
        others = directions[0] if len(directions) == 1 else "desc"
        keys = keys or ["created_at"]
        pairs = zip(keys, directions if len(directions) == len(keys) else [others] * len(keys), strict=True)
        return cls((*pairs, *((key, others) for key in ("created_at", "id") if key not in keys)))

    def sorted(self, newest_first: Iterable[Image], after: Image | None, wanted: Filter) -> Iterable[Image]:
        """Those of the images that are wanted and come after a certain one."""
        if self.by == _NEWEST_FIRST:
            # The common case, so it neither sorts nor copies; no two images are of the same time.
            if after:
                newest_first = dropwhile(lambda image: image.created_at >= after.created_at, newest_first)
            return filter(wanted, newest_first)
        found = sorted(filter(wanted, newest_first), key=cmp_to_key(self._compared))
        return (image for image in found if after is None or self._compared(image, after) > 0)

    def _compared(self, one: Image, other: Image) -> int:
        for key, direction in self.by:
            a, b = value_of(one, key), value_of(other, key)
            if a != b:
                # As in the database: nothing comes before everything.
                later = (a is not None, a) > (b is not None, b)
                return 1 if later == (direction == "asc") else -1
        return 0


def _check(keys: list[str], directions: list[str]) -> None:
    for key in keys:
        if key not in _KEYS:
            sentence = f"Invalid sort key: {key}. It must be one of the following: {', '.join(_KEYS)}."
            raise RefusalError(400, sentence)
    for direction in directions:
        if direction not in {"asc", "desc"}:
            raise RefusalError(400, f"Invalid sort direction: {direction}")
    if len(directions) > 1 and len(directions) != len(keys):
        raise RefusalError(400, "Number of sort dirs does not match the number of sort keys")
