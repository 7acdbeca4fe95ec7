"""Runs the tool at a terminal of some width, and looks at the screen."""

from __future__ import annotations

import os
from typing import NamedTuple

import pexpect
import pyte

from tests.run import TOOL

LINES = 24


class Shown(NamedTuple):
    """How a run at a terminal ended.

    Attributes:
        code: its exit code.
        lines: what stands on the screen, without empty lines and the space behind a line.
        raw: the characters that made it so.
    """

    code: int
    lines: list[str]
    raw: str


def at_terminal(columns: int, *argv: str, answer: str | None = None, **environ: str) -> Shown:
    """Run the tool to its end.

    Args:
        columns: how wide the terminal is.
        argv: the command line.
        answer: what to type when it asks `[y/N]`.
        environ: to be set besides the test's own environment.
    """
    # The whole environment is handed over, because readline sets COLUMNS behind Python's back.
    terminal = pexpect.spawn(
        TOOL, list(argv), encoding="utf-8", dimensions=(LINES, columns), timeout=30, env={**os.environ, **environ}
    )
    raw = ""
    if answer is not None:
        terminal.expect_exact("[y/N] ")
        raw = terminal.before + terminal.after
        terminal.sendline(answer)
    terminal.expect(pexpect.EOF)
    raw += terminal.before
    terminal.close()
    screen = pyte.Screen(columns, LINES)
    pyte.Stream(screen).feed(raw)
    return Shown(terminal.exitstatus, [line.rstrip() for line in screen.display if line.strip()], raw)
