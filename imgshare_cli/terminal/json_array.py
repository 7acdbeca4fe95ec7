"""JSON arrays, written element by element."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def format_array(values: Iterable[Any], indent: int | None) -> Iterator[str]:
    """Format an array in pieces, each as soon as its element is there; one element a line where nothing is indented.

    Args:
        values: the elements.
        indent: the number of spaces to indent by, for people; None for programs.
    """
    margin = "" if indent is None else "\n" + " " * indent
    before, is_empty = f"[{margin}", True
    for value in values:
        yield before + json.dumps(value, allow_nan=False, indent=indent).replace("\n", margin)
        before, is_empty = f",{margin or chr(10)}", False
    yield "[]\n" if is_empty else "]\n" if indent is None else "\n]\n"
