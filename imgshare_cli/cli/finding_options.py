"""The option that filters shares by what was found out about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from imgshare_cli.cli.name_lists import parse_names

if TYPE_CHECKING:
    from enum import StrEnum

    Finding = TypeVar("Finding", bound=StrEnum)


def parse_findings(text: str | None, known: type[Finding]) -> frozenset[Finding]:
    """Parse names of findings between commas, in any case; none where the option was not given.

    Raises:
        UsageError: one is not known, or there is none.
    """
    if text is None:
        return frozenset()
    return frozenset(map(known, parse_names(text, list(known), option="--finding", noun="finding")))
