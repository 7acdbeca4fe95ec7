"""Names, sizes, ages and IDs for people: `1.5 GiB`, `3 days ago`, `3d`, `c26a7205`."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING

from imgshare_cli.api.models import MAX_NAME, is_project_id
from imgshare_cli.api.timestamps import parse_timestamp
from imgshare_cli.truncation import truncate_text

if TYPE_CHECKING:
    from collections.abc import Sequence

_KIB = 1024
_SHORT_ID = 8
_MAX_OWNER = 32
_SHORT_STEPS = ((365 * 86400, "y"), (86400, "d"), (3600, "h"), (60, "m"), (1, "s"))
_STEPS = ((365 * 86400, "year"), (30 * 86400, "month"), (86400, "day"), (3600, "hour"), (60, "minute"))


def format_name(name: str | None) -> str:
    """Format the name of an image, which may be none; a longer one is not valid, but a service may say so."""
    return truncate_text(name or "-", MAX_NAME)


def format_size(count: int | None) -> str:
    """Format a number of bytes for people."""
    if count is None:
        return "-"
    amount, unit = float(count), "B"
    for larger in ("KiB", "MiB", "GiB", "TiB"):
        if amount < _KIB:
            break
        amount, unit = amount / _KIB, larger
    return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"


def format_age(text: str | None, now: datetime | None = None) -> str:
    """Format how long ago a time is, in the largest unit that fits, for people."""
    then = parse_timestamp(text)
    if then is None:
        return "-"
    seconds = ((now or datetime.now(UTC)) - then).total_seconds()
    for size, unit in _STEPS:
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"


def format_short_age(text: str | None, now: datetime | None = None) -> str:
    """Format how long ago a time is as briefly as `--older-than` takes it, and years beyond that."""
    then = parse_timestamp(text)
    if then is None:
        return "-"
    seconds = ((now or datetime.now(UTC)) - then).total_seconds()
    return next((f"{int(seconds // size)}{unit}" for size, unit in _SHORT_STEPS if seconds >= size), "0s")


def shorten_ids(ids: Sequence[str]) -> list[str]:
    """Shorten each ID to its shortest prefix, of at least 8 characters, that no other of the IDs has."""
    ordered = sorted({image_id.lower() for image_id in ids})
    # An ID shares most with one of its neighbours in this order.
    shared = [0, *(_count_shared(*pair) for pair in pairwise(ordered)), 0]
    lengths = {
        image_id: max(_SHORT_ID, before + 1, after + 1)
        for image_id, (before, after) in zip(ordered, pairwise(shared), strict=False)
    }
    # A dash at the end would tell nothing apart.
    return [_extend_past_dash(image_id, lengths[image_id.lower()]) for image_id in ids]


def _count_shared(one: str, other: str) -> int:
    """Count the characters at the beginning that two texts share."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _extend_past_dash(image_id: str, length: int) -> str:
    return image_id[: length + image_id[:length].endswith("-")]


def shorten_id(text: str) -> str:
    """Return the first digits of an ID, by which people recognize it."""
    return text[:_SHORT_ID]


def shorten_owners(owners: Sequence[str]) -> list[str]:
    """Shorten project IDs to their first digits; names stay."""
    return [shorten_id(owner) if is_project_id(owner) else truncate_text(owner, _MAX_OWNER) for owner in owners]
