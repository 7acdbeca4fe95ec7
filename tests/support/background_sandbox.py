"""A sandbox in the background that writes its settings to a file."""

from __future__ import annotations

import signal
import subprocess
import time
from typing import TYPE_CHECKING

from tests.support.run import TOOL, Run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_SECONDS = 20


def start_sandbox(path: object, *argv: str, limit_file: Callable[[], None] | None = None) -> subprocess.Popen[str]:
    """Start one; it may not have written the file yet."""
    return subprocess.Popen(
        [TOOL, "sandbox", "--env-file", str(path), *argv],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=limit_file,  # noqa: PLW1509  (this process has no other thread that could hold a lock)
    )


def wait_for_file(path: Path) -> str:
    """Wait until the file is there, and read it."""
    end = time.monotonic() + _SECONDS
    while not path.exists():
        assert time.monotonic() < end
        time.sleep(0.02)
    return path.read_text()


def end_sandbox(started: subprocess.Popen[str], number: int = signal.SIGTERM) -> Run:
    """End one by a signal, and return how it ended."""
    started.send_signal(number)
    out, err = started.communicate(timeout=_SECONDS)
    return Run(started.returncode, out, err)
