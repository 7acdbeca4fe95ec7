"""The option that filters shares by what was found out about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from imgshare_cli.errors import UsageError
from imgshare_cli.spelling import find_close
from imgshare_cli.truncation import truncate_text

if TYPE_CHECKING:
    from enum import StrEnum

    Finding = TypeVar("Finding", bound=StrEnum)

_MAX_SHOWN = 40


def parse_findings(text: str | None, known: type[Finding]) -> frozenset[Finding]:
    """Parse names of findings between commas, in any case; none where the option was not given.

    Raises:
        UsageError: one is not known, or there is none.
    """
    if text is None:
        return frozenset()
    names = [name.strip().lower() for name in text.split(",")]
    unknown = next((name for name in names if name not in list(known)), None)
    if unknown is not None:
        close = find_close(unknown, list(known), count=1) if unknown else []
        meant = ",".join(close[0] if name == unknown else name for name in names) if close else None
        raise UsageError(
            f"--finding has the unknown finding {truncate_text(unknown, _MAX_SHOWN)!r}"
            if unknown
            else "--finding has an empty name",
            hint=f"known findings: {', '.join(known)}",
            correction={"--finding": meant} if meant else None,
        )
    return frozenset(map(known, names))
