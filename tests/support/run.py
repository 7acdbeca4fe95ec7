"""Runs the tool: what it printed and how it ended."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from tests.support.forked_run import run_forked

TOOL = str(Path(sys.executable).with_name("imgshare"))


class Run(NamedTuple):
    """How a run ended, and all that it said."""

    code: int
    out: str = ""
    err: str = ""

    def json(self) -> Any:
        """The answer, for those who expect one line of JSON."""
        assert (0, "", 1) == (self.code, self.err, self.out.count("\n")), self
        return json.loads(self.out)

    def error(self) -> dict[str, Any]:
        """The error of a failed run with --json, whose stdout must be empty."""
        assert ("", 1) == (self.out, self.err.count("\n")), self
        error: dict[str, Any] = json.loads(self.err)["error"]
        assert set(error) == {"code", "reason", "message", "hint", "http_status", "request_id"}
        return error


RunImgshare = Callable[..., Run]
"""Runs the tool with these arguments (the fixture `imgshare`)."""


def run_tool(*argv: str, stdin: bytes = b"", environ: dict[str, str] | None = None, seconds: float = 60) -> Run:
    """Run the tool in a process of its own, which has imported it already."""
    return Run(*run_forked([TOOL, *argv], {**os.environ, **(environ or {})}, stdin=stdin, seconds=seconds)[:3])


def run_installed(*argv: str, stdin: bytes = b"", environ: dict[str, str] | None = None, seconds: float = 60) -> Run:
    """Run the installed command, for a test of what happens while Python starts and imports."""
    done = subprocess.run(
        [TOOL, *argv],
        input=stdin,
        capture_output=True,
        env={**os.environ, **(environ or {})},
        timeout=seconds,
        check=False,
    )
    return Run(done.returncode, done.stdout.decode(), done.stderr.decode())


def find_commands(hint: str) -> list[str]:
    """The commands in a hint."""
    return re.findall(r"`([^`]*imgshare[^`]*)`", hint)


def run_command(command: str, stdin: str = "") -> int:
    """Type a command exactly as a hint shows it, and return its exit code."""
    shell = command.replace("imgshare", shlex.quote(TOOL), 1)
    return subprocess.run(
        ["/bin/sh", "-c", shell], input=stdin, stdout=subprocess.DEVNULL, text=True, check=False
    ).returncode
