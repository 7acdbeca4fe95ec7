"""Sizes, ages and long lists for people: `1.5 GiB`, `3 days ago`, `… and 4 more`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from imgshare_cli.api.timestamps import parse_timestamp

if TYPE_CHECKING:
    from collections.abc import Sequence

_KIB = 1024
_STEPS = ((365 * 86400, "year"), (30 * 86400, "month"), (86400, "day"), (3600, "hour"), (60, "minute"))


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


def truncate_lines(lines: Sequence[str], most: int) -> list[str]:
    """Return the first lines and, where there are more, a line that says how many."""
    shown = list(lines[:most])
    if len(lines) > most:
        shown.append(f"… and {len(lines) - most} more")
    return shown
