"""Splits a line into words: by white space or a comma, and quoted as in a shell."""

from __future__ import annotations

import re
from typing import NamedTuple

from imgshare_cli.errors import UsageError

_WORD = re.compile(r"""(?:[^\s,'"\\]++|'[^']*+'|"(?:[^"\\]++|\\.)*+"|\\.)++""")
_SEGMENT = re.compile(r"""'(?P<single>[^']*+)'|"(?P<double>(?:[^"\\]++|\\.)*+)"|\\(?P<escaped>.)|[^'"\\]++""")
_SEPARATOR = re.compile(r"\s*+(,?)\s*+")


class Word(NamedTuple):
    """A word, and whether any of it was in quotes."""

    text: str
    is_quoted: bool


def split_words(line: str) -> list[Word]:
    """Split a line into its words; a `#` at the beginning of a word starts a comment.

    Raises:
        UsageError: a quote or a comma is wrong.
    """
    words: list[Word] = []
    position, comma = len(line) - len(line.lstrip()), ""
    while position < len(line) and line[position] != "#":
        match = _WORD.match(line, position)
        if match is None:
            raise UsageError("a word is missing before a comma" if line[position] == "," else "a quote does not end")
        words.append(_unquote(match[0]))
        separator = _SEPARATOR.match(line, match.end())
        position, comma = (separator.end(), separator[1]) if separator else (len(line), "")
    if comma:
        raise UsageError("a word is missing after a comma")
    return words


def _unquote(text: str) -> Word:
    if not set(text) & set("'\"\\"):
        return Word(text, is_quoted=False)
    return Word(_SEGMENT.sub(_unquote_segment, text), is_quoted=True)


def _unquote_segment(segment: re.Match[str]) -> str:
    if segment["double"] is not None:
        return re.sub(r'\\(["\\$`])', r"\1", segment["double"])  # POSIX, 2.2.3: only these
    inner = segment["single"] if segment["single"] is not None else segment["escaped"]
    return segment[0] if inner is None else inner
