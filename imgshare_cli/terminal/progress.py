"""Shows on a terminal that work goes on, and restores its cursor if a signal ends the process meanwhile."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, TextIO

from imgshare_cli import hints
from imgshare_cli.terminal import signals, tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextlib.contextmanager
def open_spinner(text: str, stream: TextIO) -> Iterator[Callable[[], None]]:
    """Show a spinner during the `with` block; it yields a function that removes it earlier.

    Args:
        text: what to show beside it, clean already.
        stream: the terminal.
    """
    descriptor = stream.fileno()
    with (
        signals.restore_on_signal(lambda: _show_cursor(descriptor)),
        tables.show_spinner(hints.render_commands(text), stream) as spinner,
    ):
        yield spinner.stop


def _show_cursor(descriptor: int) -> None:
    # Not through the stream, which a signal may have interrupted in the middle of a write.
    with contextlib.suppress(OSError):
        os.write(descriptor, b"\r\x1b[K\x1b[?25h")
