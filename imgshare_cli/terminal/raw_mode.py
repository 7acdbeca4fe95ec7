"""Raw terminal mode: keys arrive at once and are not shown. Not for Windows."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import termios
from typing import TYPE_CHECKING

from imgshare_cli.terminal import signals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Python notices a signal that arrives just before a wait starts only when the wait ends.
_POLL_SECONDS = 0.1


@contextlib.contextmanager
def open_raw_terminal(descriptor: int, on_resume: Callable[[], None] | None = None) -> Iterator[RawTerminal]:
    """Put a terminal into raw mode during the `with` block; Ctrl-C still interrupts, Ctrl-Z still stops.

    The terminal gets its mode back however the block ends, also by a signal that ends or stops the process.

    Args:
        descriptor: the terminal.
        on_resume: called when the process goes on after Ctrl-Z.
    """
    terminal = RawTerminal(descriptor, on_resume)
    handles_stop = signal.getsignal(signal.SIGTSTP) == signal.SIG_DFL
    with signals.restore_on_signal(terminal.restore_mode):
        try:
            if handles_stop:
                signal.signal(signal.SIGTSTP, terminal.stop_process)
            terminal.set_raw_mode()
            yield terminal
        finally:
            if handles_stop:
                signal.signal(signal.SIGTSTP, signal.SIG_DFL)
            terminal.restore_mode()


class RawTerminal:
    """A terminal that `open_raw_terminal` has opened.

    Args:
        descriptor: the terminal.
        on_resume: called when the process goes on after Ctrl-Z.
    """

    def __init__(self, descriptor: int, on_resume: Callable[[], None] | None) -> None:
        self.on_resume = on_resume
        self._descriptor = descriptor
        self._original_mode = termios.tcgetattr(descriptor)

    def read(self, size: int, seconds: float | None = None) -> bytes:
        """Wait for input and read it; nothing where the time is up or the terminal is closed.

        Args:
            size: how many bytes to read at most.
            seconds: how long to wait; None waits for as long as it takes.

        Raises:
            OSError: the terminal is gone.
        """
        if seconds is None:
            while not self._has_input(_POLL_SECONDS):
                pass
        elif not self._has_input(seconds):
            return b""
        return os.read(self._descriptor, size)

    def set_raw_mode(self) -> None:
        """Let keys arrive at once and unseen."""
        mode = termios.tcgetattr(self._descriptor)
        # In line mode (ICANON) the terminal cuts a token after 4095 characters without saying so.
        mode[3] &= ~(termios.ICANON | termios.ECHO)
        mode[6][termios.VMIN], mode[6][termios.VTIME] = 1, 0
        termios.tcsetattr(self._descriptor, termios.TCSADRAIN, mode)

    def restore_mode(self) -> None:
        """Set the mode that the terminal had before."""
        with contextlib.suppress(termios.error):  # the terminal may be gone
            # At once: waiting until pending output is read could take forever.
            termios.tcsetattr(self._descriptor, termios.TCSANOW, self._original_mode)

    def stop_process(self, number: int, _frame: object) -> None:
        """Stop the process on Ctrl-Z; until it goes on, the shell has the terminal in its original mode."""
        self.restore_mode()
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)
        signal.signal(number, self.stop_process)
        self.set_raw_mode()
        if self.on_resume:
            self.on_resume()

    def _has_input(self, seconds: float) -> bool:
        return bool(select.select([self._descriptor], [], [], seconds)[0])
