"""Asks a person: for a secret, which is hidden at a terminal, or for a yes."""

from __future__ import annotations

import contextlib
import os
import sys

from imgshare_cli.errors import UsageError
from imgshare_cli.escaping import escaped

_MAX = 1 << 20
_CTRL_U = 0x15


def secret(question: str) -> str:
    """Read one line that must not be shown.

    Args:
        question: what to ask a person, on stderr; nobody is asked where standard input is no terminal.

    Raises:
        UsageError: standard input is closed, or holds no text.
    """
    if sys.stdin is None or sys.stdin.closed:
        raise UsageError("standard input is closed, so there is nothing to read a secret from")
    if not sys.stdin.isatty():
        try:
            return sys.stdin.buffer.read(_MAX).decode()
        except UnicodeDecodeError:
            raise UsageError("what came on standard input is not text") from None
    _say(f"{escaped(question)} ")
    try:
        return _hidden_line()
    finally:
        _say("\n")


def says_yes() -> bool:
    """Whether a person at the terminal, who has been asked, says yes; everything else is a no."""
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _say(text: str) -> None:
    if sys.stderr:
        sys.stderr.write(text)
        sys.stderr.flush()


def _hidden_line() -> str:
    try:
        import termios
    except ImportError:  # Windows, whose own hidden prompt takes lines of any length
        import getpass

        return getpass.getpass("")
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    hidden = termios.tcgetattr(descriptor)
    # Line by line (ICANON) the terminal would cut a token after 4095 characters without a word.
    hidden[3] &= ~(termios.ICANON | termios.ECHO)
    hidden[6][termios.VMIN], hidden[6][termios.VTIME] = 1, 0
    termios.tcsetattr(descriptor, termios.TCSADRAIN, hidden)
    try:
        return _read_line(descriptor).decode(errors="replace")
    finally:
        with contextlib.suppress(termios.error):  # the terminal may have gone
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def _read_line(descriptor: int) -> bytes:
    line = bytearray()
    while len(line) < _MAX and (came := os.read(descriptor, 4096)):
        for byte in came:
            if byte in b"\r\n\x04":
                return bytes(line)
            if byte in b"\x7f\x08":
                del line[-1:]
            elif byte == _CTRL_U:
                line.clear()
            else:
                line.append(byte)
    return bytes(line)
