"""Listing images: what the query string of `GET /v2/images` means."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cmp_to_key
from itertools import dropwhile, islice
from typing import Any
from urllib.parse import urlencode

from imgshare_cli.sandbox.records import Image
from imgshare_cli.sandbox.refusal import RefusalError

Test = Callable[[Image], bool]

_DEFAULT_LIMIT = 25
_MAX_LIMIT = 1000
_SORT_KEYS = ("name", "status", "container_format", "disk_format", "size", "id", "created_at", "updated_at")
_SCHEMA = "/v2/schemas/images"
_ONCE = ("limit", "marker", "member_status")
_REPEATED = ("sort_key", "sort_dir", "tag")
_NEWEST_FIRST = [("created_at", "desc"), ("id", "desc")]
_COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "gt": int.__gt__,
    "gte": int.__ge__,
    "lt": int.__lt__,
    "lte": int.__le__,
    "neq": int.__ne__,
    "eq": int.__eq__,
}


@dataclass(frozen=True, slots=True)
class Query:
    """What to list, in which order, and from where."""

    visibility: str | None
    member_status: str
    tests: list[Test]
    sorts: list[tuple[str, str]]
    limit: int
    marker: str | None

    @classmethod
    def parse(cls, pairs: list[tuple[str, str]]) -> Query:
        """Read a query string, and refuse what Glance refuses, in its order."""
        sort_keys, sort_dirs = (
            [value.strip() for key, value in pairs if key == name] for name in ("sort_key", "sort_dir")
        )
        tags = [value.strip() for key, value in pairs if key == "tag"]
        # Of these the first counts, and what is left over is taken for the name of a property; of others the last.
        once = {key: value for key, value in reversed(pairs) if key in _ONCE}
        left_over = [pair for pair in pairs if pair not in once.items()]
        filters = {key: value for key, value in left_over if key not in _REPEATED}
        visibility = filters.pop("visibility", None)
        if visibility and visibility not in {"community", "public", "private", "shared", "all"}:
            raise RefusalError(400, f"Invalid visibility value: {visibility}")
        if filters.get("changes-since"):
            raise RefusalError(400, 'The "changes-since" filter is no longer available on v2.')
        member_status = once.get("member_status", "accepted")
        if member_status not in {"pending", "accepted", "rejected", "all"}:
            raise RefusalError(400, f"Invalid status: {member_status}")
        limit = _limit(once.get("limit"))
        sorts = _sorts(filters.pop("sort", None), sort_keys, sort_dirs)
        tests = [_tagged(tag) for tag in tags]
        tests += [_flag("os_hidden", filters.pop("os_hidden", "false").lower())]
        if "protected" in filters:
            tests += [_flag("protected", filters.pop("protected"))]
        tests += [_test(key, value) for key, value in filters.items()]
        return cls(visibility, member_status, tests, sorts, limit, once.get("marker"))

    def page(self, newest_first: Iterable[Image], marker: Image | None, listed: Test) -> list[Image]:
        """The images of one page."""
        if self.sorts == _NEWEST_FIRST:
            # The common case, so it neither sorts nor copies; no two images are of the same time.
            if marker:
                newest_first = dropwhile(lambda image: image.created_at >= marker.created_at, newest_first)
            return list(islice(self._matching(newest_first, listed), self.limit))
        found = sorted(self._matching(newest_first, listed), key=cmp_to_key(self._compared))
        if marker:
            found = [image for image in found if self._compared(image, marker) > 0]
        return found[: self.limit]

    def _matching(self, images: Iterable[Image], listed: Test) -> Iterable[Image]:
        return (image for image in images if listed(image) and all(test(image) for test in self.tests))

    def _compared(self, one: Image, other: Image) -> int:
        for key, direction in self.sorts:
            a, b = _rank(value_of(one, key)), _rank(value_of(other, key))
            if a != b:
                return 1 if (a > b) == (direction == "asc") else -1
        return 0


def links(pairs: list[tuple[str, str]], images: list[Image], limit: int) -> dict[str, str]:
    """Where the first and the next page are. Of a repeated key Glance keeps the last, so some tags are lost."""
    params = dict(pairs)
    params.pop("marker", None)
    first = "/v2/images" + (f"?{urlencode(params)}" if params else "")
    # There is a next page whenever this one is full, so the last one may be empty.
    if images and len(images) == limit:
        return {
            "first": first,
            "schema": _SCHEMA,
            "next": f"/v2/images?{urlencode(params | {'marker': images[-1].id})}",
        }
    return {"first": first, "schema": _SCHEMA}


def value_of(image: Image, key: str) -> Any:
    """A field of an image, wherever it is kept."""
    if key in Image.__dataclass_fields__:
        return getattr(image, key)
    return getattr(image.details, key, image.details.properties.get(key))


def _limit(text: str | None) -> int:
    try:
        limit = _DEFAULT_LIMIT if text is None else int(text)
    except ValueError:
        raise RefusalError(400, "limit param must be an integer") from None
    if limit < 0:
        raise RefusalError(400, "limit param must be positive")
    return min(limit, _MAX_LIMIT)


def _sorts(combined: str | None, keys: list[str], directions: list[str]) -> list[tuple[str, str]]:
    if combined is not None:
        if keys or directions:
            raise RefusalError(400, "Old and new sorting syntax cannot be combined")
        parts = [part.partition(":") for part in combined.strip().split(",")]
        keys = [key.strip() for key, _, _ in parts]
        directions = [direction.strip() or "desc" for _, _, direction in parts]
    for key in keys:
        if key not in _SORT_KEYS:
            raise RefusalError(
                400, f"Invalid sort key: {key}. It must be one of the following: {', '.join(_SORT_KEYS)}."
            )
    for direction in directions:
        if direction not in {"asc", "desc"}:
            raise RefusalError(400, f"Invalid sort direction: {direction}")
    if len(directions) > 1 and len(directions) != len(keys):
        raise RefusalError(400, "Number of sort dirs does not match the number of sort keys")
    keys = keys or ["created_at"]
    default = directions[0] if len(directions) == 1 else "desc"
    if len(directions) != len(keys):
        directions = [default] * len(keys)
    rest = [key for key in ("created_at", "id") if key not in keys]
    return [*zip(keys, directions, strict=True), *((key, default) for key in rest)]


def _rank(value: Any) -> tuple[bool, Any]:
    # As in the database: nothing comes before everything.
    return (value is not None, value)


def _tagged(tag: str) -> Test:
    return lambda image: tag in image.details.tags


def _flag(name: str, text: str) -> Test:
    if text not in {"true", "false"}:
        raise RefusalError(400, f"Invalid value '{text}' for '{name}' filter. Valid values are 'true' or 'false'.")
    return lambda image: value_of(image, name) is (text == "true")


def _test(key: str, text: str) -> Test:
    if key in {"created_at", "updated_at"}:
        return _time_test(key, text)
    if key in {"name", "id", "status", "container_format", "disk_format"}:
        return _text_test(key, text)
    field, _, end = key.rpartition("_")
    if field in {"size", "min_disk", "min_ram"} and end in {"min", "max"}:
        return _range_test(field, end, text)
    return lambda image: (value := value_of(image, key)) is not None and str(value) == text


def _text_test(key: str, text: str) -> Test:
    operator, colon, operand = text.partition(":")
    if not colon or operator == "eq":
        wanted = {operand if colon else text}
    elif operator == "in":
        wanted = set(next(csv.reader([operand]), []))
    else:
        raise RefusalError(400, f"Unable to filter by unknown operator '{operator}'.")
    return lambda image: value_of(image, key) in wanted


def _time_test(key: str, text: str) -> Test:
    # A time alone has colons too, so whatever reads as a time has no operator.
    operator, operand = ("eq", text) if _time(text) is not None else text.partition(":")[::2]
    threshold = _time(operand)
    if threshold is None:
        raise RefusalError(400, f'Bad "{key}" query filter format. Use ISO 8601 DateTime notation.')
    if operator not in _COMPARISONS:
        raise RefusalError(400, "Unable to filter on a unknown operator.")
    compare = _COMPARISONS[operator]
    return lambda image: compare(value_of(image, key), threshold)


def _time(text: str) -> int | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1_000_000)


def _range_test(field: str, end: str, text: str) -> Test:
    try:
        bound = int(text)
    except ValueError:
        raise RefusalError(400, "Unable to filter on a range with a non-numeric value.") from None
    if end == "min":
        return lambda image: (value_of(image, field) or 0) >= bound
    return lambda image: (value_of(image, field) or 0) <= bound
