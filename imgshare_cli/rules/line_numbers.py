"""The line of a key in a TOML document, which the parser does not tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

# Characters: a search through the largest file takes no more, but for one with a text over hundreds of lines, in which
# no line is one at which the document may end.
_MAX_PARSED = 5 << 20


def find_line(content: str, key_path: Sequence[str | int]) -> int | None:
    """Find the line in which a key begins; None where that takes too long.

    The first lines of a document are often a document themselves. The key begins behind the longest of those without
    it, as comments and empty lines may end one.

    Args:
        content: the document, which is valid.
        key_path: the keys and, for arrays, the indexes that lead to it.
    """
    lines = content.split("\n")
    without, end, parsed = 0, len(lines), 0
    while without + 1 < end:
        middle = (without + end) // 2
        for count in range(middle, end):
            beginning = "\n".join(lines[:count]) + "\n"
            parsed += len(beginning)
            if parsed > _MAX_PARSED:
                return None
            document = _parse_text(beginning)
            if document is not None:
                break
        if document is None or _has_key(document, key_path):
            end = middle
        else:
            without = count
    return without + 1


def _parse_text(text: str) -> dict[str, Any] | None:
    import tomllib

    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        return None


def _has_key(document: Any, key_path: Sequence[str | int]) -> bool:
    for key in key_path:
        try:
            document = document[key]
        except (KeyError, IndexError, TypeError):
            return False
    return True
