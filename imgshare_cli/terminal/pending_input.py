"""Discards what was typed before a question was shown: it cannot be meant as the answer."""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import msvcrt

    def discard_pending_input() -> None:
        """Discard what was typed on the console and not read yet."""
        while msvcrt.kbhit():
            msvcrt.getwch()

else:
    import contextlib
    import termios

    def discard_pending_input() -> None:
        """Discard what was typed on the terminal that is standard input and not read yet."""
        with contextlib.suppress(termios.error):  # the terminal may be gone
            termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)
