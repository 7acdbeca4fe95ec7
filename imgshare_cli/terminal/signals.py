"""Signals that end the run: what it has changed for others is put back first."""

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
def restore_on_signal(undo: Callable[[], None]) -> Iterator[None]:
    """Undo something before a signal ends the run, and only then. A signal that was ignored stays so."""
    handlers = {number: signal.getsignal(number) for number in EXIT_SIGNALS}
    handlers = {number: handler for number, handler in handlers.items() if handler not in {signal.SIG_IGN, None}}

    def leave(number: int, frame: FrameType | None) -> None:
        undo()
        restore()
        handler = handlers[number]
        if callable(handler):
            handler(number, frame)
        else:
            signal.raise_signal(number)

    def restore() -> None:
        for number, handler in handlers.items():
            signal.signal(number, handler)

    try:
        for number in handlers:
            signal.signal(number, leave)
        yield
    finally:
        restore()
