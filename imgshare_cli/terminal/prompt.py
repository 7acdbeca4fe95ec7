"""Reads a secret: hidden at a terminal, or from standard input."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING

from imgshare_cli.errors import AuthError, UsageError
from imgshare_cli.terminal.escaping import escape_text
from imgshare_cli.terminal.questions import create_ended_error
from imgshare_cli.terminal.wrapping import wrap_question

if TYPE_CHECKING:
    from imgshare_cli.terminal.raw_mode import RawTerminal

_MAX_SECRET = (1 << 20) + 1  # more than a token may have, so that a longer one is refused and not cut
_CTRL_D, _CTRL_U = 0x04, 0x15


def read_secret(question: str, no_input: str | None = None) -> str:
    """Read a secret: a hidden line at a terminal, else all of standard input.

    Args:
        question: the question on stderr; it is asked only at a terminal.
        no_input: what forbids questions, if anything does.

    Raises:
        AuthError: it would have to be asked for, which is forbidden.
        InterruptedByUserError: the input ended, as by Ctrl-D: what was typed before is not sent.
        UsageError: standard input is closed or is not text.
    """
    if sys.stdin is None or sys.stdin.closed:
        raise UsageError("standard input is closed, so no secret can be read")
    if not sys.stdin.isatty():
        try:
            return sys.stdin.buffer.read(_MAX_SECRET).decode()
        except UnicodeDecodeError:
            raise UsageError("standard input is not text") from None
    if no_input:
        raise AuthError(f"no secret was passed, and {no_input} forbids asking for it", hint="pass it on standard input")
    try:
        return _read_hidden_line(wrap_question(f"{escape_text(question)} ", sys.stderr))
    finally:
        _print_to_stderr("\n")


def _print_to_stderr(text: str) -> None:
    if sys.stderr:
        sys.stderr.write(text)
        sys.stderr.flush()


def _write_to_stderr(text: str) -> None:
    # Past the stream, which the signal handler that calls this may have caught in the middle of a write.
    if sys.stderr:
        with contextlib.suppress(OSError):
            os.write(sys.stderr.fileno(), text.encode(errors="backslashreplace"))


def _read_hidden_line(question: str) -> str:
    try:
        from imgshare_cli.terminal.raw_mode import open_raw_terminal
    except ImportError:  # Windows, whose own hidden prompt reads lines of any length
        import getpass

        _print_to_stderr(question)
        return getpass.getpass("")
    with open_raw_terminal(sys.stdin.fileno(), lambda: _write_to_stderr(question)) as terminal:
        _print_to_stderr(question)  # not before: what the user types after seeing it must not be shown
        return _read_line(terminal).decode(errors="replace")


def _read_line(terminal: RawTerminal) -> bytes:
    """Read a line, with Backspace and Ctrl-U as in line mode; Ctrl-D ends the input wherever it is typed."""
    line = bytearray()
    while len(line) < _MAX_SECRET:
        chunk = terminal.read(4096)
        for byte in chunk or b"\x04":
            if byte == _CTRL_D:
                raise create_ended_error()
            if byte in b"\r\n":
                return bytes(line)
            if byte in b"\x7f\x08":
                del line[-1:]
            elif byte == _CTRL_U:
                line.clear()
            else:
                line.append(byte)
    return bytes(line)
