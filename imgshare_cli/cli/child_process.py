"""Run a command until it ends, and forward to it the signals that ask this process to end."""

from __future__ import annotations

import contextlib
import errno
import signal
import subprocess
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from imgshare_cli import hints
from imgshare_cli.cli import resource_errors
from imgshare_cli.errors import UsageError
from imgshare_cli.terminal.signals import EXIT_SIGNALS

if TYPE_CHECKING:
    from collections.abc import Mapping

# Python notices a signal that arrives just before a wait only when the wait ends.
_MAX_DELAY_SECONDS = 0.1
_CHILD = getattr(signal, "SIGCHLD", None)
# They end a process that does nothing about them, as EXIT_SIGNALS do.
_OTHER_SIGNALS = tuple(
    getattr(signal, name)
    for name in ("SIGUSR1", "SIGUSR2", "SIGALRM", "SIGVTALRM", "SIGPROF", "SIGIO", "SIGPWR", "SIGSTKFLT", "SIGXCPU")
    if hasattr(signal, name)
)


class CommandNotExecutableError(UsageError):
    """The command to run is there and cannot be run; the exit code is a shell's."""

    exit_code = 126
    code = "command_not_executable"


class CommandNotFoundError(UsageError):
    """There is no such command to run; the exit code is a shell's."""

    exit_code = 127
    code = "command_not_found"


class SignalQueue:
    """Receives the signals that ask the process to end; from now on they do nothing else.

    Signals that were ignored before, as under nohup, stay ignored. The old handlers are never restored: no signal
    may interrupt the sandbox while it cleans up.

    Args:
        include_interrupt: also receive Ctrl-C; otherwise it raises KeyboardInterrupt as usual.
    """

    def __init__(self, *, include_interrupt: bool) -> None:
        self._received: SimpleQueue[int] = SimpleQueue()
        excluded = set() if include_interrupt else {signal.SIGINT}
        for number in {*EXIT_SIGNALS, *_OTHER_SIGNALS} - excluded:
            if signal.getsignal(number) != signal.SIG_IGN:
                self._receive(number)

    def wait_for_signal(self) -> int:
        """Wait for a signal, and return the exit code for it."""
        while (number := self._get_next()) is None:
            pass
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        return 128 + number

    def run_command(self, command: list[str], environ: Mapping[str, str]) -> int:
        """Run a command, unless a signal has been received, and return its exit code as a shell does.

        Signals are forwarded to the command, except for Ctrl-C, which the terminal sends to it as well.

        Raises:
            CommandNotFoundError: there is no such command.
            CommandNotExecutableError: it cannot be run.
        """
        if not self._received.empty():
            return self.wait_for_signal()
        if _CHILD:
            self._receive(_CHILD)  # even if our parent ignores it, which would lose the exit code
        child = _start_process(command, environ)
        while not self._received.empty():  # the child may have missed what came while it started, Ctrl-C included
            _forward_signal(child, self._received.get())
        while (code := child.poll()) is None:
            number = self._get_next()
            if number not in {None, signal.SIGINT}:
                _forward_signal(child, number)
        return 128 - code if code < 0 else code

    def _receive(self, number: int) -> None:
        # The command does not inherit a handler, as it would SIG_IGN. This handler is written in C, and no other
        # signal can interrupt it, so many signals at once cannot pile up. Its second parameter has no effect.
        handler: Any = self._received.put
        signal.signal(number, handler)

    def _get_next(self) -> int | None:
        with contextlib.suppress(Empty):
            return self._received.get(timeout=_MAX_DELAY_SECONDS)
        return None


def _start_process(command: list[str], environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(command, env=environ)
    except OSError as exc:
        if exc.errno == errno.EAGAIN:
            raise resource_errors.create_shortage_error("processes") from exc
        if resource_errors.describe_shortage(exc):
            raise
        raise _create_command_error(command[0], exc) from exc


def _create_command_error(name: str, exc: OSError) -> CommandNotFoundError | CommandNotExecutableError:
    import shutil

    failure = f"cannot run {hints.quote_text(name)}"
    if not name or (exc.errno == errno.ENOENT and not shutil.which(name)):
        return CommandNotFoundError(
            f"{failure}: there is no such command",
            hint="check its spelling and PATH; what only a shell knows needs sh -c",
        )
    if exc.errno == errno.ENOENT:
        return CommandNotExecutableError(f"{failure}: the program that its first line names does not exist")
    return CommandNotExecutableError(f"{failure}: {exc.strerror}")


def _forward_signal(child: subprocess.Popen[bytes], number: int) -> None:
    if number != _CHILD:
        # The process may belong to another user by now, as with sudo; Windows does not know every signal.
        with contextlib.suppress(OSError, ValueError):
            child.send_signal(number)
