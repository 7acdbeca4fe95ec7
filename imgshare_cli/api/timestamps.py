"""Times as the API writes them, and as we show them."""

from __future__ import annotations

from datetime import MAXYEAR, UTC, datetime
from functools import lru_cache

_FIRST_YEAR = 1970


# The responses of a batch say the same few times again and again, and parsing takes longer than remembering.
@lru_cache(maxsize=64)
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


@lru_cache(maxsize=64)
def parse_http_date(text: str | None) -> datetime | None:
    """Parse a time in a header (RFC 9110, 5.6.7); None if it cannot be parsed."""
    from email.utils import parsedate_to_datetime

    try:
        date = parsedate_to_datetime(text or "")
        return date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC)
    except (ValueError, OverflowError):  # no date, or one that no calendar has
        return None


def format_timestamp(text: str | None) -> str | None:
    """Write a time in one form, `2026-11-28T22:00:00Z`; what cannot be parsed stays as it is."""
    timestamp = parse_timestamp(text)
    return f"{timestamp:%Y-%m-%dT%H:%M:%SZ}" if timestamp else text


def format_now() -> str:
    """Write the time now with its milliseconds, `2026-11-28T22:00:00.000Z`: many things happen in a second."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
