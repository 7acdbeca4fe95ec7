"""Reads the items of --from: lines, JSON Lines and JSON arrays, in any order, as a stream.

Each line, and each value of JSON, becomes an item, whatever is in it. An entry that is malformed is an item with an
error. Where the end of a malformed JSON value is not known, reading goes on at the next line that cannot be inside of
it, so that no text of an image is ever taken for an entry.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imgshare_cli.batch.entries import NAME_HINT, parse_line, parse_value
from imgshare_cli.batch.items import Item
from imgshare_cli.batch.json_values import MalformedValueError, read_value
from imgshare_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from imgshare_cli.batch.input_buffer import InputBuffer

MAX_LINE = 64 << 10  # bytes
# What may follow a value in its line: a comma, as between the lines of an array, and the beginning of another file.
_AFTER_VALUE = re.compile(rb"[ \t\r]*+,?+(?:[ \t\r]|\xef\xbb\xbf)*+")


def read_items(buffer: InputBuffer, is_wanted: Callable[[str | None], bool]) -> Iterator[Item]:
    """Yield an item for each entry as soon as the entry is complete.

    Args:
        buffer: the input.
        is_wanted: whether a status is what the command would set, so that an outcome that has it is done; None is an
            outcome without a status.

    Raises:
        OSError: the input cannot be read.
    """
    return _ItemReader(buffer, is_wanted).read_items()


class _ItemReader:
    def __init__(self, buffer: InputBuffer, is_wanted: Callable[[str | None], bool]) -> None:
        self._buffer = buffer
        self._is_wanted = is_wanted

    def read_items(self) -> Iterator[Item]:
        while first := self._buffer.skip_blanks():
            if first == b"[":
                yield from self._read_array()
            elif first == b"{":
                yield from self._read_object()
            elif first == b"#":
                self._buffer.skip_line()
            elif item := self._read_line():
                yield item

    def _read_line(self) -> Item | None:
        number = self._buffer.line
        line = self._buffer.take_line(MAX_LINE)
        try:
            return parse_line(number, _decode(line).strip())
        except UsageError as exc:
            return _create_malformed_item(number, f"line {number}", exc)

    def _read_object(self) -> Iterator[Item]:
        number = self._buffer.line
        item, is_behind = self._read_value(number, f"line {number}", in_array=False)
        yield item
        if is_behind:
            yield from self._read_rest_of_line()

    def _read_array(self) -> Iterator[Item]:
        buffer, number, is_separated = self._buffer, 0, True
        start = buffer.line
        buffer.take(1)
        while (first := buffer.skip_blanks()) not in {b"", b"]"}:
            if first == b"[" and not is_separated:  # another file begins, and this array was cut
                break
            if is_separated := first == b",":
                buffer.take(1)
                continue
            number += 1
            item, is_behind = self._read_value(number, f"element {number} (line {buffer.line})", in_array=True)
            yield item
            if not is_behind:
                return
        if first == b"]":
            buffer.take(1)
            yield from self._read_rest_of_line()
        else:
            error = UsageError(f"the array that begins in line {start} has no end, so elements may be missing")
            yield _create_malformed_item(buffer.line, f"line {buffer.line}", error)

    def _read_value(self, number: int, place: str, *, in_array: bool) -> tuple[Item, bool]:
        """Return the item of a value, and whether what follows the value is next in the buffer."""
        buffer, line = self._buffer, self._buffer.line
        try:
            return parse_value(number, read_value(buffer), self._is_wanted), True
        except UsageError as exc:
            return _create_malformed_item(line, place, exc), True
        except MalformedValueError as exc:
            is_behind = exc.end == 0 or (in_array and exc.end is not None)
            if is_behind:
                buffer.take(exc.end or 0)
            problem = exc.problem if is_behind else exc.problem + self._skip_value(exc, in_array=in_array)
            return _create_malformed_item(line, place, UsageError(problem, hint=NAME_HINT)), is_behind

    def _skip_value(self, error: MalformedValueError, *, in_array: bool) -> str:
        """Skip what may be inside a value without an end; return what the message says of more than its line."""
        self._buffer.skip_line()
        if error.line == 1 and not in_array:
            return ""
        is_more = self._buffer.skip_inner_lines()
        return f"; reading goes on in line {self._buffer.line}" if is_more else "; the rest of the input is not read"

    def _read_rest_of_line(self) -> Iterator[Item]:
        first = self._buffer.skip(_AFTER_VALUE)
        if first not in {b"", b"\n", b"{", b"[", b"#"}:
            number = self._buffer.line
            self._buffer.skip_line()
            yield _create_malformed_item(number, f"line {number}", UsageError("text after a JSON value"))


def _decode(line: bytes | None) -> str:
    if line is None:
        raise UsageError(f"longer than {MAX_LINE >> 10} KiB")
    try:
        return line.decode()
    except UnicodeDecodeError:
        raise UsageError("not UTF-8", hint="save the file as UTF-8 text") from None


def _create_malformed_item(number: int, place: str, error: UsageError) -> Item:
    return Item(number, None, error=error.replace(failure=f"{place}: {error.failure}"))
