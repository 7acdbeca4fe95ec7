"""Names between commas, as an option takes them: `--columns`, `--finding`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.errors import UsageError
from imgshare_cli.spelling import find_close
from imgshare_cli.truncation import truncate_text

if TYPE_CHECKING:
    from collections.abc import Sequence

_MAX_SHOWN = 40


def parse_names(text: str, known: Sequence[str], *, option: str, noun: str) -> tuple[str, ...]:
    """Parse names between commas, in any case.

    Args:
        text: the value of the option.
        known: the names that there are, all in capitals or all in small letters.
        option: the option.
        noun: what a name is of.

    Raises:
        UsageError: a name is not known, or empty.
    """
    text = text.upper() if known[0].isupper() else text.lower()
    names = tuple(name.strip() for name in text.split(","))
    unknown = next((name for name in names if name not in known), None)
    if unknown is None:
        return names
    close = find_close(unknown, known, count=1) if unknown else []
    meant = ",".join(close[0] if name == unknown else name for name in names) if close else None
    raise UsageError(
        f"{option} has the unknown {noun} {truncate_text(unknown, _MAX_SHOWN)!r}"
        if unknown
        else f"{option} has an empty name",
        hint=f"known {noun}s: {', '.join(known)}",
        correction={option: meant} if meant else None,
    )
