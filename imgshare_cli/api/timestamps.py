"""Times as the API writes them."""

from __future__ import annotations

from datetime import MAXYEAR, UTC, datetime

_FIRST_YEAR = 1970


def parse_timestamp(text: str | None) -> datetime | None:
    """Parse a time of the API (UTC, ISO 8601); None if it cannot be parsed.

    No image is older than computers count time, or as young as the last year that calendars have: what says so
    could not be counted with.
    """
    try:
        timestamp = datetime.fromisoformat(text or "")
        timestamp = timestamp.astimezone(UTC) if timestamp.tzinfo else timestamp.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return timestamp if _FIRST_YEAR <= timestamp.year < MAXYEAR else None
