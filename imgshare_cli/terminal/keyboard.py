"""Reads one key at a time from a terminal, without Enter."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

END = "\x04"  # Ctrl-D; also returned when the terminal is gone
UNKNOWN = ""
_ESCAPE = 0x1B
# The rest of an arrow key may take this long on a slow line; git waits as long.
_REST_SECONDS = 0.5
_UTF8_LENGTHS = ((0xF0, 3), (0xE0, 2), (0xC0, 1))  # the lowest first byte, and how many bytes follow it

if sys.platform == "win32":
    import msvcrt

    class Keyboard:
        """The keys of the console."""

        def read_key(self, _on_resume: Callable[[], None]) -> str:
            """Wait for a key: an ASCII character, END, or UNKNOWN for all others."""
            key = msvcrt.getwch()
            if key in {"\0", "\xe0"}:  # an arrow or a function key, which sends two characters
                msvcrt.getwch()
                return UNKNOWN
            if key == "\x03":
                raise KeyboardInterrupt
            if key == "\x1a":  # Ctrl-Z, which is Ctrl-D elsewhere
                return END
            return key if key.isascii() else UNKNOWN

    @contextlib.contextmanager
    def open_keyboard() -> Iterator[Keyboard]:
        """Open the console, whose keys need no other mode."""
        yield Keyboard()

else:
    from imgshare_cli.terminal.raw_mode import RawTerminal, open_raw_terminal

    class Keyboard:
        """The keys of a terminal in raw mode.

        Args:
            terminal: the terminal.
        """

        def __init__(self, terminal: RawTerminal) -> None:
            self._terminal = terminal

        def read_key(self, on_resume: Callable[[], None]) -> str:
            """Wait for a key: an ASCII character, END, or UNKNOWN for all others.

            Args:
                on_resume: called when the user comes back after Ctrl-Z.
            """
            self._terminal.on_resume = on_resume
            byte = self._read_byte()
            self._terminal.on_resume = None
            if byte is None:
                return END
            if byte == _ESCAPE:
                self._skip_sequence()
            elif byte < 0x80:  # noqa: PLR2004  (ASCII)
                return chr(byte)
            else:
                for _ in range(next((length for lowest, length in _UTF8_LENGTHS if byte >= lowest), 0)):
                    self._read_byte(_REST_SECONDS)
            return UNKNOWN

        def _skip_sequence(self) -> None:
            """Read the rest of an escape sequence: an arrow key is ESC [ A, and its A is not the letter."""
            while (second := self._read_byte(_REST_SECONDS)) == _ESCAPE:
                pass
            if second is not None and second in b"[O":
                # A letter or ~ ends it; but the Linux console has ESC [ [ A.
                while (byte := self._read_byte(_REST_SECONDS)) and (byte < ord("@") or byte == ord("[")):
                    pass

        def _read_byte(self, seconds: float | None = None) -> int | None:
            try:
                return next(iter(self._terminal.read(1, seconds)), None)
            except OSError:  # the terminal is gone
                return None

    @contextlib.contextmanager
    def open_keyboard() -> Iterator[Keyboard]:
        """Put the terminal that is standard input into raw mode during the `with` block."""
        with open_raw_terminal(sys.stdin.fileno()) as terminal:
            yield Keyboard(terminal)
