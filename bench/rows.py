"""The lines of the tables."""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    """A line of a table."""

    name: str
    value: str
    budget: str = "—"


def judge(text: str, kept: bool) -> str:  # noqa: FBT001
    """Say whether a budget is kept."""
    return f"{text}: {'kept' if kept else 'MISSED'}"
