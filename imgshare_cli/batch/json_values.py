"""Reads JSON values from an input that may never end, one after another, and finds the end of malformed ones."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imgshare_cli.batch.input_buffer import InputBuffer

MAX_VALUE = 1 << 20  # bytes
_MAX_DEPTH = 64
_FIRST_WINDOW = 512
_QUOTE, _BACKSLASH, _OPENING = b'"\\'[0], b'"\\'[1], b"{["
_BETWEEN_BRACKETS = re.compile(rb'(?:[^"\[\]{}]++|"(?:[^"\\\n]++|\\[^\n])*+")*+')
_IN_STRING = re.compile(rb"(?:[^\"\\\n]++|\\[^\n])*+")
_SCALAR = re.compile(rb'[^\s,\[\]{}"]*+')


class MalformedValueError(ValueError):
    """A JSON value cannot be read.

    Args:
        problem: why, as the end of a sentence.
        end: where the value ends in the buffer, 0 where it was skipped; None where its end is not known.
        line: which line of the value it is that cannot be read, from 1.
    """

    def __init__(self, problem: str, *, end: int | None = None, line: int = 1) -> None:
        super().__init__(problem)
        self.problem = problem
        self.end = end
        self.line = line


def read_value(buffer: InputBuffer) -> object:
    """Read the value with which the content of the buffer begins.

    Raises:
        MalformedValueError: there is none, or it is too large or too deep.
    """
    if buffer.content[0] not in b'{["':
        return _read_scalar(buffer)
    scanner = _Scanner(starts_with_string=buffer.content[0] == _QUOTE)
    window, is_checked = _FIRST_WINDOW, False
    while not _find_end(scanner, buffer.content, window) and not scanner.is_too_deep:
        is_full = len(buffer.content) >= window
        if window >= MAX_VALUE and is_full:
            raise _skip_value(buffer, scanner, f"larger than {MAX_VALUE >> 20} MiB")
        # Where a file was cut and another one follows, brackets can balance only much later, or never.
        if is_full or not is_checked:
            _check_beginning(buffer.content[:window])
            is_checked = True
        if is_full:
            window *= 2
        elif not buffer.fill():
            _parse(buffer.content, end=None)
    if scanner.is_too_deep:
        _check_beginning(buffer.content[: scanner.position])
        raise _skip_value(buffer, scanner, f"nested more than {_MAX_DEPTH} levels deep")
    value = _parse(buffer.content[: scanner.position], end=scanner.position)
    buffer.take(scanner.position)
    return value


def _find_end(scanner: _Scanner, content: bytearray, limit: int) -> bool:
    """Find the end; what is wrong with the lines before a problem comes first, in whatever pieces they come."""
    try:
        return scanner.find_end(content, limit)
    except MalformedValueError:
        _check_beginning(content[: scanner.position])
        raise


def _read_scalar(buffer: InputBuffer) -> object:
    """Skip a number or a word such as `null`: none of them is an image."""
    match = _SCALAR.match(buffer.content)
    if not (match and match.end()):
        raise MalformedValueError("not valid JSON")
    del match
    buffer.skip(_SCALAR)
    raise MalformedValueError("neither an object nor a string", end=0)


def _skip_value(buffer: InputBuffer, scanner: _Scanner, problem: str) -> MalformedValueError:
    """Skip a value that must not be parsed, to its end, or to the end of the input."""
    scanner.max_depth = math.inf
    try:
        while not scanner.find_end(buffer.content, len(buffer.content)):
            buffer.take(scanner.position)
            scanner.position = 0
            if not buffer.fill():
                break
    except MalformedValueError:
        buffer.take(scanner.position)
        return MalformedValueError(problem, line=2)
    buffer.take(scanner.position)
    return MalformedValueError(problem, end=0)


def _check_beginning(content: bytearray) -> None:
    """Raise MalformedValueError where whole lines can no longer be the beginning of a value."""
    text = content[: max(content.rfind(b"\n"), 0)].decode(errors="replace")
    try:
        json.loads(text)
    except json.JSONDecodeError as exc:
        if text[exc.pos :].strip():
            raise MalformedValueError("not valid JSON", line=exc.lineno) from None
    except ValueError:
        pass  # a number of thousands of digits: the end of the value will show it


def _parse(content: bytearray, *, end: int | None) -> object:
    line, problem = 1, "not valid JSON"
    try:
        value = json.loads(content.decode(errors="replace"), object_pairs_hook=_build_object)
        content.decode()
    except UnicodeDecodeError as exc:
        line, problem = content.count(b"\n", 0, exc.start) + 1, "not UTF-8"
    except json.JSONDecodeError as exc:  # however much of it was there when it was found
        line = exc.lineno
    except _RepeatedKeyError:
        problem = "the same key twice in an object"
    except ValueError:  # a number of thousands of digits
        pass
    else:
        return value
    raise MalformedValueError(problem, end=end, line=line)


class _RepeatedKeyError(ValueError):
    """An object has a key twice, and nothing says which value is meant."""


def _build_object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    built = dict(pairs)
    if len(built) < len(pairs):
        raise _RepeatedKeyError
    return built


class _Scanner:
    """Finds the end of an object, an array or a string, also where it comes in parts.

    Attributes:
        position: how far the content is scanned.
        max_depth: how deeply a value may be nested.
    """

    def __init__(self, *, starts_with_string: bool) -> None:
        self.position = 1 if starts_with_string else 0
        self.max_depth: float = _MAX_DEPTH
        self._is_in_string = starts_with_string
        self._is_ended = False
        self._depth = 0

    @property
    def is_too_deep(self) -> bool:
        """Whether the value is nested so deeply that it must not be parsed."""
        return self._depth > self.max_depth

    def find_end(self, content: bytearray, limit: int) -> bool:
        """Go on, not beyond the limit; return whether the value ends at the new position.

        Raises:
            MalformedValueError: a line ends in a string.
        """
        limit = min(limit, len(content))
        while not self._is_ended and not self.is_too_deep and self._skip_plain(content, limit):
            char = content[self.position]
            if self._is_in_string and char != _QUOTE:
                if char == _BACKSLASH and self.position + 1 == limit:
                    return False
                line = content.count(b"\n", 0, self.position) + 1
                raise MalformedValueError("not valid JSON: a string does not end in its line", line=line)
            self.position += 1
            if char == _QUOTE:
                self._is_in_string = not self._is_in_string
            else:
                self._depth += 1 if char in _OPENING else -1
            self._is_ended = not self._depth and not self._is_in_string
        return self._is_ended

    def _skip_plain(self, content: bytearray, limit: int) -> bool:
        """Skip what has no meaning for the end; return whether something follows."""
        match = (_IN_STRING if self._is_in_string else _BETWEEN_BRACKETS).match(content, self.position, limit)
        self.position = match.end() if match else self.position
        return self.position < limit
