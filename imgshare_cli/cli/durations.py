"""Durations as people write them: `7d`, `5m`."""

from __future__ import annotations

import re
from datetime import timedelta

from imgshare_cli.errors import UsageError

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def parse_duration(text: str, option: str) -> timedelta:
    """Parse a number and a unit.

    Args:
        text: such as `90s`, `5m`, `12h`, `7d`, `2w`.
        option: the option that it was given to, for the error.

    Raises:
        UsageError: the text is not a duration.
    """
    match = re.fullmatch(r"(\d{1,6})([smhdw])", text.strip().lower())
    if not match:
        raise UsageError(f"{option} {text[:40]!r} is not a duration (try 7d)", hint="use a number and s, m, h, d or w")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})
