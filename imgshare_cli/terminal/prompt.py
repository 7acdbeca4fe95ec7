"""Asks a person: for a secret, which is hidden at a terminal, or for a yes."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from imgshare_cli.errors import UsageError
from imgshare_cli.terminal.escaping import escape_text

if TYPE_CHECKING:
    from collections.abc import Callable

_MAX = (1 << 20) + 1  # more than a token may have, so that a longer one is refused and not cut
_CTRL_U = 0x15


def read_secret(question: str) -> str:
    """Read one line that must not be shown.

    Args:
        question: what to ask a person, on stderr; nobody is asked where standard input is no terminal.

    Raises:
        UsageError: standard input is closed, or holds no text.
    """
    if sys.stdin is None or sys.stdin.closed:
        raise UsageError("standard input is closed, so no secret can be read")
    if not sys.stdin.isatty():
        try:
            return sys.stdin.buffer.read(_MAX).decode()
        except UnicodeDecodeError:
            raise UsageError("standard input is not text") from None
    try:
        return _hidden_line(f"{escape_text(question)} ")
    finally:
        _say("\n")


def read_confirmation() -> bool:
    """Whether a person at the terminal, who has been asked, says yes; everything else is a no."""
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _say(text: str) -> None:
    if sys.stderr:
        sys.stderr.write(text)
        sys.stderr.flush()


def _hidden_line(question: str) -> str:
    try:
        from imgshare_cli.terminal.raw_mode import open_raw_terminal, wait_for_key
    except ImportError:  # Windows, whose own hidden prompt takes lines of any length
        import getpass

        _say(question)
        return getpass.getpass("")
    descriptor = sys.stdin.fileno()
    with open_raw_terminal(descriptor, lambda: _say(question)):
        _say(question)  # only now: what is typed at the sight of it must not be shown
        return _read_line(descriptor, wait_for_key).decode(errors="replace")


def _read_line(descriptor: int, wait: Callable[[int], None]) -> bytes:
    line = bytearray()
    while len(line) < _MAX:
        wait(descriptor)
        came = os.read(descriptor, 4096)
        if not came:
            break
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
