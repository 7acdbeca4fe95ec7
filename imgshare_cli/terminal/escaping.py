"""What has no visible form, or acts on a terminal, written as escapes."""

from __future__ import annotations

import re
import unicodedata

# What Python calls printable and nobody sees: what Unicode calls default-ignorable (fillers of Hangul, joiners,
# variation selectors, vowels that are only implied), and characters whose form is to be empty.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufffc"
    "\u2d7f\U0001107f\U00013441\U00013442\U00016fe4\U0001bc9d\U0001d159\U000e0000-\U000e0fff]"
)
# Of all spaces these two cannot be taken for one another: the second is as wide as the letters of Chinese, in
# whose names it stands. The others look like the first, so that two names with them would look the same.
_SPACES = " \u3000"
_MOST_MARKS = 4  # no language puts more on one letter; hundreds of them run over the lines above and below


def escape_text(text: str) -> str:
    """The text with escapes for controls, bidi overrides, lone surrogates, invisible characters and heaps of marks.

    Letters of all scripts and their marks stay. A mark with nothing to stand on is escaped as well: it would
    change the character before the text.
    """
    shown = []
    marks = _MOST_MARKS
    for char in text:
        if not _is_visible(char):
            shown.append(_escape(char))
            marks = _MOST_MARKS
        elif unicodedata.category(char) in {"Mn", "Me"}:
            shown.append(char if marks < _MOST_MARKS else _escape(char))
            marks += 1
        else:
            shown.append(char)
            marks = _MOST_MARKS if char in _SPACES else 0
    return "".join(shown)


def _is_visible(char: str) -> bool:
    return char in _SPACES or (char.isprintable() and not _INVISIBLE.match(char))


def _escape(char: str) -> str:
    code = ord(char)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004  (the end of the first plane)
