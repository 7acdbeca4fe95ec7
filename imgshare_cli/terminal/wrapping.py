"""Wraps sentences at a terminal between words."""

from __future__ import annotations

import os
import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO

# A command to paste stays whole. If we broke the line in it, a shell would run its first half; those that a
# terminal makes are not copied.
_WORD = re.compile(r"( *)(`[^`]*`[^ ]*|[^ ]+)", re.DOTALL)
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def wrap_sentence(text: str, stream: TextIO | None) -> str:
    """Break a sentence into lines that fit the terminal of a stream, if it is one."""
    try:
        width = os.get_terminal_size(stream.fileno()).columns if stream else 0
    except OSError:
        width = 0
    if width <= 0 or measure_text(text) <= width:
        return text
    indent = " " * (len(text) - len(text.lstrip(" ")))
    lines = [""]
    for spaces, word in _WORD.findall(text):
        if lines[-1].strip() and measure_text(lines[-1] + spaces + word) > width:
            lines.append(indent + word)
        else:
            lines[-1] += spaces + word
    return "\n".join(lines)


def wrap_question(text: str, stream: TextIO | None) -> str:
    """Break a question like a sentence; the space at its end, behind which the answer is typed, stays."""
    question = text.rstrip(" ")
    return wrap_sentence(question, stream) + text[len(question) :]


def measure_text(text: str) -> int:
    """Count the columns of a text: a character of Chinese, Japanese or Korean takes two, a mark or a colour none."""
    text = _COLOUR.sub("", text)
    if text.isascii():
        return len(text)
    letters = [char for char in text if not unicodedata.combining(char)]
    return sum(2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1 for char in letters)
