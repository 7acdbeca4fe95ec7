"""Spans of time as people write them: `7d`, `5m`, `3 days ago`."""

from __future__ import annotations

import re
from datetime import MAXYEAR, UTC, datetime, timedelta

from imgshare_cli.errors import UsageError

_FIRST_YEAR = 1970
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_STEPS = ((365 * 86400, "year"), (30 * 86400, "month"), (86400, "day"), (3600, "hour"), (60, "minute"))


def parsed(text: str, option: str) -> timedelta:
    """The span that a number and a unit mean.

    Args:
        text: such as `90s`, `5m`, `12h`, `7d`, `2w`.
        option: where it was given, for the error.

    Raises:
        UsageError: it is none.
    """
    found = re.fullmatch(r"(\d{1,6})([smhdw])", text.strip().lower())
    if not found:
        raise UsageError(f"{option} {text[:40]!r} is no span of time", hint="give a number and s, m, h, d or w: 7d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def moment(text: str | None) -> datetime | None:
    """The time that the API wrote (UTC, ISO 8601), or None where that cannot be read.

    No image is older than computers count time, or as young as the last year that calendars have: what says so
    could not be counted with.
    """
    try:
        found = datetime.fromisoformat(text or "")
        found = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return found if _FIRST_YEAR <= found.year < MAXYEAR else None


def ago(text: str | None, now: datetime | None = None) -> str:
    """How long ago a time is, in its largest unit, for people."""
    then = moment(text)
    if then is None:
        return "-"
    seconds = ((now or datetime.now(UTC)) - then).total_seconds()
    for size, unit in _STEPS:
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"
