"""Escapes characters that are invisible or that act on a terminal."""

from __future__ import annotations

import re
import unicodedata

# Characters that Python calls printable and that are invisible: those that Unicode calls default-ignorable (Hangul
# fillers, joiners, variation selectors, implied vowels), and characters whose glyph is empty.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufffc"
    "\u2d7f\U0001107f\U00013441\U00013442\U00016fe4\U0001bc9d\U0001d159\U000e0000-\U000e0fff]"
)
# These two spaces cannot be confused: the second is as wide as a Chinese character, and Chinese names contain it. All
# other spaces look like the first, so that two different names would look the same.
_SPACES = " \u3000"
_MAX_MARKS = 4  # no language puts more on one letter; hundreds of them cover the lines above and below


def escape_text(text: str) -> str:
    """Escape control characters, bidi overrides, lone surrogates, invisible characters and too many marks.

    Letters of all scripts and their marks stay. A mark without a letter is escaped as well, because it would
    change the character before the text.
    """
    shown = []
    marks = _MAX_MARKS
    for char in text:
        if not _is_visible(char):
            shown.append(_escape(char))
            marks = _MAX_MARKS
        elif unicodedata.category(char) in {"Mn", "Me"}:
            shown.append(char if marks < _MAX_MARKS else _escape(char))
            marks += 1
        else:
            shown.append(char)
            marks = _MAX_MARKS if char in _SPACES else 0
    return "".join(shown)


def _is_visible(char: str) -> bool:
    return char in _SPACES or (char.isprintable() and not _INVISIBLE.match(char))


def _escape(char: str) -> str:
    code = ord(char)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004  (the end of the first plane)
