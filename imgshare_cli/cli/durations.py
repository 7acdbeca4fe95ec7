"""Options that take a duration, such as `7d` or `5m`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.config.durations import read_duration
from imgshare_cli.errors import UsageError

if TYPE_CHECKING:
    from datetime import timedelta

_WAIT_UNITS = ("s", "m")
_AGE_UNITS = ("h", "d")


def parse_duration(text: str, option: str) -> timedelta:
    """Parse a number and a unit.

    Args:
        text: such as `90s`, `5m`, `12h`, `7d`, `2w`; for --wait and --interval also a number of seconds.
        option: the option that it was given to, for the error.

    Raises:
        UsageError: the text is not a duration.
    """
    is_wait = option in {"--wait", "--interval"}
    # A bare number is seconds, as for --timeout; an age of 7 seconds is never meant.
    duration = read_duration(f"{text}s" if is_wait and text.isdigit() else text)
    if duration is None:
        number = text if text.isascii() and text.isdigit() and len(text) < 6 else "7"  # noqa: PLR2004  (what is read)
        examples = " or ".join(number + unit for unit in (_WAIT_UNITS if is_wait else _AGE_UNITS))
        raise UsageError(
            f"{option} {text[:40]!r} is not a duration (try {examples})", hint="use a number and s, m, h, d or w"
        )
    return duration
