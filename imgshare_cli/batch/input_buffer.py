"""What has been read of an input and not been used yet."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import BinaryIO

_CHUNK = 64 << 10
_BOM = b"\xef\xbb\xbf"
# A file may begin with a BOM, and several files may be one input.
_BLANKS = re.compile(rb"(?:[ \t\r\n\f\v]++|\xef\xbb\xbf)*+")
# How a line may begin that is inside a JSON value: indented, or with a string, a closing bracket or a separator.
_INNER = b' \t\r\n\f\v"}],:'


class InputBuffer:
    """The part of an input between what has been used and what has not been read.

    Attributes:
        content: the bytes of that part.
        line: the number of the line in which it begins, from 1.
        used: how many bytes came before it.
    """

    def __init__(self, stream: BinaryIO) -> None:
        # `read` would wait until as much is there as it was asked for.
        self._read = getattr(stream, "read1", stream.read)
        self._is_ended = False
        self.content = bytearray()
        self.line = 1
        self.used = 0

    def fill(self) -> bool:
        """Read more; return whether there was more."""
        if not self._is_ended:
            chunk = self._read(_CHUNK)
            self.content += chunk
            self._is_ended = not chunk  # a terminal would be read again
        return not self._is_ended

    def take(self, end: int) -> bytes:
        """Use the content up to this position."""
        taken = bytes(self.content[:end])
        del self.content[:end]
        self.used += len(taken)
        self.line += taken.count(b"\n")
        return taken

    def take_line(self, most: int) -> bytes | None:
        """Use a line; None where it is longer, and then it is skipped."""
        while (end := self.content.find(b"\n", 0, most + 1)) < 0 and len(self.content) <= most:
            if not self.fill():
                return self.take(len(self.content))
        if end < 0:
            self.skip_line()
            return None
        return self.take(end + 1)

    def skip(self, pattern: re.Pattern[bytes]) -> bytes:
        """Skip what the pattern matches, however much it is; return the byte that follows, or nothing at the end."""
        while True:
            match = pattern.match(self.content)
            end = match.end() if match else 0
            del match  # it keeps the content from being changed
            self.take(end)
            # The beginning of a BOM may be there without its end.
            is_cut = _BOM.startswith(self.content) and self.content != _BOM
            if not is_cut or not self.fill():
                return bytes(self.content[:1])

    def skip_blanks(self) -> bytes:
        """Skip white space and empty lines; return the byte that follows, or nothing at the end."""
        return self.skip(_BLANKS)

    def skip_line(self) -> None:
        """Skip the rest of the line."""
        while (end := self.content.find(b"\n")) < 0:
            self.take(len(self.content))
            if not self.fill():
                return
        self.take(end + 1)

    def skip_inner_lines(self) -> bool:
        """Skip lines that may be inside a JSON value; return whether one follows that is not.

        What is in a value, such as a tag on a line of its own, must not be taken for an entry.
        """
        while self.content or self.fill():
            if self.content[0] not in _INNER:
                return True
            self.skip_line()
        return False
