"""Filters for a list of images, built from query parameters."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from imgshare_cli.sandbox.errors import ApiError
from imgshare_cli.sandbox.records import ImageRecord

Filter = Callable[[ImageRecord], bool]

_COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "gt": int.__gt__,
    "gte": int.__ge__,
    "lt": int.__lt__,
    "lte": int.__le__,
    "neq": int.__ne__,
    "eq": int.__eq__,
}


def get_field(image: ImageRecord, key: str) -> Any:
    """Return a field or a property of an image; None if it has no such property."""
    if key in ImageRecord.__dataclass_fields__:
        return getattr(image, key)
    return getattr(image.attributes, key, image.attributes.properties.get(key))


def build_tag_filter(tag: str) -> Filter:
    """Build a filter for images with this tag."""
    return lambda image: tag in image.attributes.tags


def build_boolean_filter(key: str, text: str) -> Filter:
    """Build a filter for images whose field is `true` or `false`."""
    if text not in {"true", "false"}:
        raise ApiError(400, f"Invalid value '{text}' for '{key}' filter. Valid values are 'true' or 'false'.")
    return lambda image: get_field(image, key) is (text == "true")


def build_filter(key: str, text: str) -> Filter:
    """Build a filter for images whose field or property matches this text."""
    if key in {"created_at", "updated_at"}:
        return _build_time_filter(key, text)
    if key in {"name", "id", "status", "container_format", "disk_format"}:
        return _build_text_filter(key, text)
    field, _, bound = key.rpartition("_")
    if field in {"size", "min_disk", "min_ram"} and bound in {"min", "max"}:
        return _build_range_filter(field, bound, text)
    return lambda image: (value := get_field(image, key)) is not None and str(value) == text


def _build_text_filter(key: str, text: str) -> Filter:
    operator, colon, operand = text.partition(":")
    if not colon or operator == "eq":
        values = {operand if colon else text}
    elif operator == "in":
        values = _split_values(operand)
    else:
        raise ApiError(400, f"Unable to filter by unknown operator '{operator}'.")
    return lambda image: get_field(image, key) in values


def _split_values(text: str) -> set[str]:
    is_quoted = False
    for quote in re.finditer(r'(?<!\\)"', text):
        before, after = text[: quote.start()][-1:], text[quote.end() :][:1]
        if not is_quoted and before not in {"", ","}:
            raise _build_value_error(text, "There is no comma before opening quotation mark.")
        if is_quoted and after not in {"", ","}:
            raise _build_value_error(text, "There is no comma after closing quotation mark.")
        is_quoted = not is_quoted
    if is_quoted:
        raise _build_value_error(text, "The quote is not closed.")
    parts: list[tuple[str, str]] = re.findall(r'"([^"\\]*(?:\\.[^"\\]*)*)",?|([^,]+),?|,', text)
    return {quoted or unquoted for quoted, unquoted in parts}


def _build_value_error(text: str, reason: str) -> ApiError:
    return ApiError(400, f"Invalid filter value {text}. {reason}")


def _build_time_filter(key: str, text: str) -> Filter:
    # A time alone has colons too, so a text that can be read as a time has no operator.
    operator, operand = ("eq", text) if _parse_time(text) is not None else text.partition(":")[::2]
    threshold = _parse_time(operand)
    if threshold is None:
        raise ApiError(400, f'Bad "{key}" query filter format. Use ISO 8601 DateTime notation.')
    if operator not in _COMPARISONS:
        raise ApiError(400, "Unable to filter on a unknown operator.")
    compare = _COMPARISONS[operator]
    return lambda image: compare(get_field(image, key), threshold)


def _parse_time(text: str) -> int | None:
    try:
        moment = datetime.fromisoformat(text)
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1_000_000)
    except (ValueError, OverflowError):
        return None


def _build_range_filter(field: str, bound: str, text: str) -> Filter:
    try:
        limit = int(text)
    except ValueError:
        raise ApiError(400, "Unable to filter on a range with a non-numeric value.") from None
    if bound == "min":
        return lambda image: (get_field(image, field) or 0) >= limit
    return lambda image: (get_field(image, field) or 0) <= limit
