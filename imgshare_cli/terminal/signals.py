"""Signals that end the process: what it has changed on the terminal is restored first."""

from __future__ import annotations

import contextlib
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

EXIT_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGHUP", "SIGQUIT", "SIGTERM") if hasattr(signal, name)
)


@contextlib.contextmanager
def restore_on_signal(restore: Callable[[], None]) -> Iterator[None]:
    """Call a function before a signal ends the process during the `with` block, and only then.

    A signal that is ignored stays ignored.

    Args:
        restore: restores what the process has changed.
    """
    handlers = {number: signal.getsignal(number) for number in EXIT_SIGNALS}
    handlers = {number: handler for number, handler in handlers.items() if handler not in {signal.SIG_IGN, None}}

    def restore_and_end(number: int, frame: FrameType | None) -> None:
        restore()
        restore_handlers()
        handler = handlers[number]
        if callable(handler):
            handler(number, frame)
        else:
            signal.raise_signal(number)

    def restore_handlers() -> None:
        for number, handler in handlers.items():
            signal.signal(number, handler)

    try:
        for number in handlers:
            signal.signal(number, restore_and_end)
        yield
    finally:
        restore_handlers()
