"""One key at a time from a terminal, without Enter."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

END = "\x04"  # Ctrl-D, and what a terminal that has gone is taken for
UNKNOWN = ""
_ESCAPE = 0x1B
# So long the rest of an arrow key may take over a slow line; git waits as long.
_REST_SECONDS = 0.5

if sys.platform == "win32":
    import msvcrt

    class Keyboard:
        """The keys of the console."""

        def __enter__(self) -> Self:
            """There is nothing to switch."""
            return self

        def __exit__(
            self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
        ) -> None:
            """There is nothing to switch back."""

        def discard_keys(self) -> None:
            """Forget the keys that were pressed so far."""
            while msvcrt.kbhit():
                msvcrt.getwch()

        def read_key(self, _resumed: Callable[[], None]) -> str:
            """Wait for a key: an ASCII character, END, or UNKNOWN for all others."""
            key = msvcrt.getwch()
            if key in {"\0", "\xe0"}:  # an arrow or a function key, which comes in two
                msvcrt.getwch()
                return UNKNOWN
            if key == "\x03":
                raise KeyboardInterrupt
            if key == "\x1a":  # Ctrl-Z, which is Ctrl-D elsewhere
                return END
            return key if key.isascii() else UNKNOWN

else:
    import contextlib
    import os
    import select
    import termios

    from imgshare_cli.terminal.raw_mode import open_raw_terminal, wait_for_key

    class Keyboard:
        """The keys of the terminal that is standard input, unseen for as long as the `with` block lasts."""

        def __init__(self) -> None:
            self._descriptor = sys.stdin.fileno()
            self._unseen = open_raw_terminal(self._descriptor, self._come_back)
            self._resumed: Callable[[], None] | None = None  # while a key is waited for

        def __enter__(self) -> Self:
            """Let keys come at once; Ctrl-C still interrupts."""
            self._unseen.__enter__()
            return self

        def __exit__(
            self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
        ) -> None:
            """Leave the terminal as it was."""
            self._unseen.__exit__(kind, exc, trace)

        def discard_keys(self) -> None:
            """Forget the keys that were pressed so far."""
            with contextlib.suppress(termios.error):
                termios.tcflush(self._descriptor, termios.TCIFLUSH)

        def read_key(self, resumed: Callable[[], None]) -> str:
            """Wait for a key: an ASCII character, END, or UNKNOWN for all others.

            Args:
                resumed: called when the person comes back after Ctrl-Z.
            """
            self._resumed = resumed
            byte = self._byte()
            self._resumed = None
            if byte is None:
                return END
            if byte == _ESCAPE:
                self._swallow_sequence()
            elif byte < 0x80:  # noqa: PLR2004  (ASCII)
                return chr(byte)
            else:
                for _ in range(_count_following_bytes(byte)):
                    self._byte(_REST_SECONDS)
            return UNKNOWN

        def _come_back(self) -> None:
            if self._resumed:
                self._resumed()

        def _swallow_sequence(self) -> None:
            # An arrow key is ESC [ A, and its A must never be taken for the letter.
            while (second := self._byte(_REST_SECONDS)) == _ESCAPE:
                pass
            if second is not None and second in b"[O":
                # What ends it is a letter or ~; but the Linux console has ESC [ [ A.
                while (byte := self._byte(_REST_SECONDS)) and (byte < ord("@") or byte == ord("[")):
                    pass

        def _byte(self, seconds: float | None = None) -> int | None:
            if seconds is None:
                wait_for_key(self._descriptor)
            elif not select.select([self._descriptor], [], [], seconds)[0]:
                return None
            try:
                return next(iter(os.read(self._descriptor, 1)), None)
            except OSError:  # the terminal has gone
                return None

    def _count_following_bytes(byte: int) -> int:
        """How many bytes follow the first one of a character in UTF-8."""
        return len([lowest for lowest in (0xC0, 0xE0, 0xF0) if byte >= lowest])
