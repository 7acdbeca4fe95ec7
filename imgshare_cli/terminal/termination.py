"""SIGTERM as an exception that does not come in the middle of a line: a reader gets whole lines."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Never

if TYPE_CHECKING:
    from collections.abc import Iterator


class TerminatedError(BaseException):
    """The run was asked to end; nothing that handles errors takes it for one."""


@contextmanager
def raise_on_termination() -> Iterator[None]:
    """Raise TerminatedError when SIGTERM comes during the `with` block.

    So it ends the first process of a container as well, for which the signal has no default. One that is ignored stays
    ignored.
    """
    before = signal.getsignal(signal.SIGTERM)
    if before is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _raise)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _raise(_number: int, _frame: object) -> Never:
    raise TerminatedError


@contextmanager
def hold_termination() -> Iterator[None]:
    """Put SIGTERM off until the end of the `with` block."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    # A handler that only remembers it would not do: with PYTHONUNBUFFERED, as many containers set it, Python loses the
    # rest of a line whose writing a signal has interrupted.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
