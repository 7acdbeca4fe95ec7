"""A command that runs while the sandbox serves, and the signals that ask both of them to end."""

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

# Python would notice a signal that comes just before it starts to wait only at the end of that.
_LATEST_SECONDS = 0.1
_CHILD = getattr(signal, "SIGCHLD", None)


class Signals:
    """The signals that ask the process to end: from now on they only do so through this.

    What was ignored from the start, as under nohup, stays ignored. The signals are never given back: what comes
    while the sandbox cleans up behind itself must not stop it.

    Args:
        interrupts: whether Ctrl-C is among them; else it interrupts as everywhere.
    """

    def __init__(self, *, interrupts: bool) -> None:
        self._came: SimpleQueue[int] = SimpleQueue()
        for number in EXIT_SIGNALS if interrupts else set(EXIT_SIGNALS) - {signal.SIGINT}:
            if signal.getsignal(number) != signal.SIG_IGN:
                self._take(number)

    def wait(self) -> int:
        """Wait for a signal; return the exit code that says which it was."""
        while (number := self._get_next()) is None:
            pass
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        return 128 + number

    def run(self, command: list[str], environ: Mapping[str, str]) -> int:
        """Run a command, unless a signal has come already, and return its exit code as a shell does.

        It gets the signals that come; but for Ctrl-C, which the terminal sends to it as well.

        Raises:
            UsageError: it cannot be run.
        """
        if not self._came.empty():
            return self.wait()
        if _CHILD:
            self._take(_CHILD)  # also where a caller ignores it, which would lose us the exit code
        child = _start_process(command, environ)
        while not self._came.empty():  # it may have missed what came while it was being started, Ctrl-C too
            _send_signal(child, self._came.get())
        while (code := child.poll()) is None:
            number = self._get_next()
            if number is not None and number != signal.SIGINT:
                _send_signal(child, number)
        return 128 - code if code < 0 else code

    def _take(self, number: int) -> None:
        # A handler, unlike SIG_IGN, is not inherited by the command. This one is C, which no further signal can
        # interrupt: a storm of them cannot pile up. Its second parameter, whether to wait, means nothing here.
        handler: Any = self._came.put
        signal.signal(number, handler)

    def _get_next(self) -> int | None:
        with contextlib.suppress(Empty):
            return self._came.get(timeout=_LATEST_SECONDS)
        return None


def _start_process(command: list[str], environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(command, env=environ)
    except OSError as exc:
        if exc.errno == errno.EAGAIN:
            raise resource_errors.create_shortage_error("processes") from exc
        if resource_errors.describe_shortage(exc):
            raise
        raise UsageError(f"cannot run {command[0]}: {exc.strerror}") from exc


def _send_signal(child: subprocess.Popen[bytes], number: int) -> None:
    if number != _CHILD:
        # It may belong to another user by now, as sudo does; Windows does not know every signal.
        with contextlib.suppress(OSError, ValueError):
            child.send_signal(number)
