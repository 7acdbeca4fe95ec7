"""Shortens what is too long to be shown whole, and says so: texts end with `…`, lists with `… and N more`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def truncate_text(text: str, most: int) -> str:
    """Return a text, or its first characters and an ellipsis."""
    return text if len(text) <= most else f"{text[:most]}…"


def truncate_lines(lines: Sequence[str], most: int) -> list[str]:
    """Return the first lines and, where there are more, a line that says how many."""
    shown = list(lines[:most])
    if len(lines) > most:
        shown.append(f"… and {len(lines) - most} more")
    return shown
