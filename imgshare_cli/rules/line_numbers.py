"""The line of a key in a TOML document, which the parser does not tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

_MAX_ATTEMPTS = 300  # a text over hundreds of lines has no line in it at which the document may end


def find_line(content: str, key_path: Sequence[str | int]) -> int | None:
    """Find the line in which a key begins; None where that takes too long.

    The first lines of a document are often a document themselves. The key begins behind the longest of those without
    it, as comments and empty lines may end one.

    Args:
        content: the document, which is valid.
        key_path: the keys and, for arrays, the indexes that lead to it.
    """
    lines = content.split("\n")
    without, end, attempts = 0, len(lines), 0
    while without + 1 < end:
        middle = (without + end) // 2
        for count in range(middle, end):
            attempts += 1
            if attempts > _MAX_ATTEMPTS:
                return None
            document = _parse_lines(lines[:count])
            if document is not None:
                break
        if document is None or _has_key(document, key_path):
            end = middle
        else:
            without = count
    return without + 1


def _parse_lines(lines: Sequence[str]) -> dict[str, Any] | None:
    import tomllib

    try:
        return tomllib.loads("\n".join(lines) + "\n")
    except (ValueError, RecursionError):
        return None


def _has_key(document: Any, key_path: Sequence[str | int]) -> bool:
    for key in key_path:
        try:
            document = document[key]
        except (KeyError, IndexError, TypeError):
            return False
    return True
