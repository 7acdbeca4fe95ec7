"""Durations as people write them: `90s`, `5m`, `7d`; and time limits, where a bare number is seconds."""

from __future__ import annotations

import math
import re
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imgshare_cli.errors import ImgshareError

MAX_TIMEOUT = 86400  # seconds in a day
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def read_duration(text: str) -> timedelta | None:
    """Read a number and a unit; None where it is not a duration."""
    match = re.fullmatch(r"(\d{1,6})([smhdw])", text.strip().lower())
    return timedelta(**{_UNITS[match[2]]: int(match[1])}) if match else None


def format_duration(duration: timedelta) -> str:
    """Write a duration as a number and the largest unit in which it is whole, the inverse of `read_duration`."""
    seconds = int(duration.total_seconds())
    sizes = {unit: int(timedelta(**{name: 1}).total_seconds()) for unit, name in _UNITS.items()}
    unit = next((unit for unit in reversed(sizes) if seconds and seconds % sizes[unit] == 0), "s")
    return f"{seconds // sizes[unit]}{unit}"


def read_timeout(value: float | str) -> float | None:
    """Read a time limit in seconds; None where it is not one."""
    seconds = _convert_to_seconds(value)
    return seconds if 0 < seconds <= MAX_TIMEOUT else None


def parse_timeout(value: float | str, source: str, error_class: type[ImgshareError]) -> float:
    """Parse a time limit.

    Args:
        value: a number of seconds, or a duration.
        source: the option, variable or key that it is from, for the error.
        error_class: the error to raise.

    Raises:
        ImgshareError: of this class; it is not a time limit.
    """
    seconds = read_timeout(value)
    if seconds is None:
        typed = _convert_to_seconds(value)
        failure = "not a time above 0" if typed <= 0 else "longer than a day"
        raise error_class(
            f"{source} {str(value)[:40]!r} is {failure if math.isfinite(typed) else 'not a duration'}",
            hint="use seconds, or a duration such as 90s, 5m or 1h; the default is 30s",
        )
    return seconds


def _convert_to_seconds(value: float | str) -> float:
    duration = read_duration(value) if isinstance(value, str) else None
    if duration is not None:
        return duration.total_seconds()
    try:
        return float(value)
    except (ValueError, OverflowError):
        return math.nan
