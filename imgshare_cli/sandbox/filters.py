"""Filters: which images a parameter of the list lets through."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from imgshare_cli.sandbox.errors import RefusalError
from imgshare_cli.sandbox.records import Image

Filter = Callable[[Image], bool]

_COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "gt": int.__gt__,
    "gte": int.__ge__,
    "lt": int.__lt__,
    "lte": int.__le__,
    "neq": int.__ne__,
    "eq": int.__eq__,
}


def value_of(image: Image, key: str) -> Any:
    """A field of an image, wherever it is kept."""
    if key in Image.__dataclass_fields__:
        return getattr(image, key)
    return getattr(image.details, key, image.details.properties.get(key))


def tagged(tag: str) -> Filter:
    """Those with this tag."""
    return lambda image: tag in image.details.tags


def flag(name: str, text: str) -> Filter:
    """Those for which this is so, or is not."""
    if text not in {"true", "false"}:
        raise RefusalError(400, f"Invalid value '{text}' for '{name}' filter. Valid values are 'true' or 'false'.")
    return lambda image: value_of(image, name) is (text == "true")


def matching(key: str, text: str) -> Filter:
    """Those whose field or property is what this text asks for."""
    if key in {"created_at", "updated_at"}:
        return _timed(key, text)
    if key in {"name", "id", "status", "container_format", "disk_format"}:
        return _named(key, text)
    field, _, end = key.rpartition("_")
    if field in {"size", "min_disk", "min_ram"} and end in {"min", "max"}:
        return _bounded(field, end, text)
    return lambda image: (value := value_of(image, key)) is not None and str(value) == text


def _named(key: str, text: str) -> Filter:
    operator, colon, operand = text.partition(":")
    if not colon or operator == "eq":
        wanted = {operand if colon else text}
    elif operator == "in":
        wanted = _values(operand)
    else:
        raise RefusalError(400, f"Unable to filter by unknown operator '{operator}'.")
    return lambda image: value_of(image, key) in wanted


def _values(text: str) -> set[str]:
    outside = True
    for quote in re.finditer(r'(?<!\\)"', text):
        before, after = text[: quote.start()][-1:], text[quote.end() :][:1]
        if outside and before not in {"", ","}:
            raise _invalid(text, "There is no comma before opening quotation mark.")
        if not outside and after not in {"", ","}:
            raise _invalid(text, "There is no comma after closing quotation mark.")
        outside = not outside
    if not outside:
        raise _invalid(text, "The quote is not closed.")
    parts: list[tuple[str, str]] = re.findall(r'"([^"\\]*(?:\\.[^"\\]*)*)",?|([^,]+),?|,', text)
    return {quoted or bare for quoted, bare in parts}


def _invalid(text: str, reason: str) -> RefusalError:
    return RefusalError(400, f"Invalid filter value {text}. {reason}")


def _timed(key: str, text: str) -> Filter:
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
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1_000_000)
    except (ValueError, OverflowError):
        return None


def _bounded(field: str, end: str, text: str) -> Filter:
    try:
        bound = int(text)
    except ValueError:
        raise RefusalError(400, "Unable to filter on a range with a non-numeric value.") from None
    if end == "min":
        return lambda image: (value_of(image, field) or 0) >= bound
    return lambda image: (value_of(image, field) or 0) <= bound
