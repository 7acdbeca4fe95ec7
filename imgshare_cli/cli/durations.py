"""Durations as people write them: `7d`, `5m`."""

from __future__ import annotations

import re
from datetime import timedelta

from imgshare_cli.errors import UsageError

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def parse_duration(text: str, option: str) -> timedelta:
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
