"""Runs a command beside the sandbox, and receives the signals that ask both to end."""

from __future__ import annotations

import contextlib
import errno
import signal
import subprocess
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from imgshare_cli.cli import resource_errors
from imgshare_cli.errors import UsageError
from imgshare_cli.terminal.signals import EXIT_SIGNALS

if TYPE_CHECKING:
    from collections.abc import Mapping

# Python notices a signal that arrives just before a wait starts only when the wait ends.
_POLL_SECONDS = 0.1
_CHILD = getattr(signal, "SIGCHLD", None)


class SignalQueue:
    """Receives the signals that ask the process to end, from its creation on.

    Signals that were ignored from the start, as under nohup, stay ignored. The handlers are never restored: a signal
    that arrives while the sandbox cleans up must not stop it.

    Args:
        interrupts: whether to receive Ctrl-C, too; else it interrupts as usual.
    """

    def __init__(self, *, interrupts: bool) -> None:
        self._received: SimpleQueue[int] = SimpleQueue()
        for number in EXIT_SIGNALS if interrupts else set(EXIT_SIGNALS) - {signal.SIGINT}:
            if signal.getsignal(number) != signal.SIG_IGN:
                self._receive(number)

    def wait_for_signal(self) -> int:
        """Wait for a signal, and return the exit code that stands for it."""
        while (number := self._get_next()) is None:
            pass
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        return 128 + number

    def run_command(self, command: list[str], environ: Mapping[str, str]) -> int:
        """Run a command, unless a signal has arrived already, and return its exit code as a shell does.

        Signals are forwarded to it, except Ctrl-C, which the terminal sends to it as well.

        Raises:
            UsageError: it cannot be run.
        """
        if not self._received.empty():
            return self.wait_for_signal()
        if _CHILD:
            self._receive(_CHILD)  # also where the caller ignores it, because then there would be no exit code
        child = _start_child(command, environ)
        while not self._received.empty():  # it may have missed signals while it was being started, Ctrl-C too
            _forward_signal(child, self._received.get())
        while (code := child.poll()) is None:
            number = self._get_next()
            if number not in {None, signal.SIGINT}:
                _forward_signal(child, number)
        return 128 - code if code < 0 else code

    def _receive(self, number: int) -> None:
        # A handler, unlike SIG_IGN, is not inherited by the command. This one is in C, so that no further signal can
        # interrupt it, however many arrive. Its second parameter, whether to block, has no effect here.
        handler: Any = self._received.put
        signal.signal(number, handler)

    def _get_next(self) -> int | None:
        with contextlib.suppress(Empty):
            return self._received.get(timeout=_POLL_SECONDS)
        return None


def _start_child(command: list[str], environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(command, env=environ)
    except OSError as exc:
        if exc.errno == errno.EAGAIN:
            raise resource_errors.create_shortage_error("processes") from exc
        if resource_errors.describe_shortage(exc):
            raise
        raise UsageError(f"cannot run {command[0]}: {exc.strerror}") from exc


def _forward_signal(child: subprocess.Popen[bytes], number: int) -> None:
    if number != _CHILD:
        # It may run as another user by now, as with sudo; Windows does not know every signal.
        with contextlib.suppress(OSError, ValueError):
            child.send_signal(number)
