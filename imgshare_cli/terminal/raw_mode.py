"""A terminal whose keys come at once and unseen, put back however the run ends or stops. Not for Windows."""

from __future__ import annotations

import contextlib
import select
import signal
import termios
from typing import TYPE_CHECKING

from imgshare_cli.terminal import signals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Python would notice a signal that comes just before it starts to wait only after the next key.
_LATEST_SECONDS = 0.1


def wait_for_key(descriptor: int) -> None:
    """Wait until a key was pressed, or the terminal has gone."""
    while not select.select([descriptor], [], [], _LATEST_SECONDS)[0]:
        pass


@contextlib.contextmanager
def open_raw_terminal(descriptor: int, resumed: Callable[[], None]) -> Iterator[None]:
    """Let keys come at once and unseen for as long as the `with` block lasts; Ctrl-C still interrupts.

    Args:
        descriptor: the terminal.
        resumed: called when the person comes back after Ctrl-Z.
    """
    before = termios.tcgetattr(descriptor)

    def hide() -> None:
        mode = termios.tcgetattr(descriptor)
        # Line by line (ICANON) the terminal would cut a token after 4095 characters without a word.
        mode[3] &= ~(termios.ICANON | termios.ECHO)
        mode[6][termios.VMIN], mode[6][termios.VTIME] = 1, 0
        termios.tcsetattr(descriptor, termios.TCSADRAIN, mode)

    def show() -> None:
        with contextlib.suppress(termios.error):  # the terminal may have gone
            # At once: waiting for output that nobody reads could take forever.
            termios.tcsetattr(descriptor, termios.TCSANOW, before)

    def step_aside(number: int, _frame: object) -> None:
        # Ctrl-Z: until we are called back, the shell has its terminal as it was.
        show()
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)
        signal.signal(number, step_aside)
        hide()
        resumed()

    stops = signal.getsignal(signal.SIGTSTP) == signal.SIG_DFL
    with signals.restore_on_signal(show):
        try:
            if stops:
                signal.signal(signal.SIGTSTP, step_aside)
            hide()
            yield
        finally:
            if stops:
                signal.signal(signal.SIGTSTP, signal.SIG_DFL)
            show()
