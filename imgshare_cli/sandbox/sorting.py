"""Sort images, and continue a list after its marker."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cmp_to_key
from itertools import dropwhile
from typing import TYPE_CHECKING

from imgshare_cli.sandbox.errors import ApiError
from imgshare_cli.sandbox.filters import get_field

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imgshare_cli.sandbox.filters import Filter
    from imgshare_cli.sandbox.records import ImageRecord

_KEYS = ("name", "status", "container_format", "disk_format", "size", "id", "created_at", "updated_at")
_NEWEST_FIRST = (("created_at", "desc"), ("id", "desc"))


@dataclass(frozen=True, slots=True)
class SortOrder:
    """Sort keys and the direction of each, the most important first."""

    keys: tuple[tuple[str, str], ...]

    @classmethod
    def parse(cls, combined: str | None, keys: list[str], directions: list[str]) -> SortOrder:
        """Parse `sort`, or `sort_key` and `sort_dir`, and reject what Glance rejects."""
        if combined is not None:
            if keys or directions:
                raise ApiError(400, "Old and new sorting syntax cannot be combined")
            parts = [part.partition(":") for part in combined.split(",")]
            keys = [key for key, _, _ in parts]
            directions = [direction or "desc" for _, _, direction in parts]
        keys, directions = [key.strip() for key in keys], [direction.strip() for direction in directions]
        _validate(keys, directions)
        # A single direction applies to all keys.
        others = directions[0] if len(directions) == 1 else "desc"
        keys = keys or ["created_at"]
        pairs = zip(keys, directions if len(directions) == len(keys) else [others] * len(keys), strict=True)
        return cls((*pairs, *((key, others) for key in ("created_at", "id") if key not in keys)))

    def sort_images(
        self, newest_first: Iterable[ImageRecord], after: ImageRecord | None, matches: Filter
    ) -> Iterable[ImageRecord]:
        """Sort the images that match, and leave out those up to the marker."""
        if self.keys == _NEWEST_FIRST:
            # The common case neither sorts nor copies; no two images have the same time.
            if after:
                newest_first = dropwhile(lambda image: image.created_at >= after.created_at, newest_first)
            return filter(matches, newest_first)
        matching = sorted(filter(matches, newest_first), key=cmp_to_key(self._compare))
        return (image for image in matching if after is None or self._compare(image, after) > 0)

    def _compare(self, one: ImageRecord, other: ImageRecord) -> int:
        for key, direction in self.keys:
            a, b = get_field(one, key), get_field(other, key)
            if a != b:
                # As in the database, null comes before any value.
                later = (a is not None, a) > (b is not None, b)
                return 1 if later == (direction == "asc") else -1
        return 0


def _validate(keys: list[str], directions: list[str]) -> None:
    for key in keys:
        if key not in _KEYS:
            message = f"Invalid sort key: {key}. It must be one of the following: {', '.join(_KEYS)}."
            raise ApiError(400, message)
    for direction in directions:
        if direction not in {"asc", "desc"}:
            raise ApiError(400, f"Invalid sort direction: {direction}")
    if len(directions) > 1 and len(directions) != len(keys):
        raise ApiError(400, "Number of sort dirs does not match the number of sort keys")
