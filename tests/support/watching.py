"""A watch that runs beside the test, and what it says meanwhile."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import threading
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

from tests.support.run import TOOL, Run

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS = 30


class RunningWatch:
    """`imgshare watch` in a pipe.

    Args:
        argv: its options.
    """

    def __init__(self, *argv: str) -> None:
        self._process = subprocess.Popen(
            [TOOL, "watch", "--interval", "2s", *argv], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self._out, self._err = _Lines(self._process.stdout), _Lines(self._process.stderr)

    def __enter__(self) -> Self:
        """It runs already."""
        return self

    def __exit__(self, *_exception: object) -> None:
        """End it, if it still runs."""
        self._process.kill()
        self._process.wait()
        for lines in (self._out, self._err):
            lines.close()

    def read_line(self) -> str:
        """Wait for the next line of the answer."""
        return self._out.read()

    def read_share(self) -> Any:
        """Wait for the next line, and parse it."""
        return json.loads(self.read_line())

    def read_note(self) -> str:
        """Wait for the next line on stderr."""
        return self._err.read()

    def end(self, number: int = signal.SIGTERM) -> Run:
        """Send a signal, and return the exit code and what has not been read."""
        self._process.send_signal(number)
        code = self._process.wait(SECONDS)
        return Run(code, self._out.read_rest(), self._err.read_rest())


class _Lines:
    """The lines of a stream, each as soon as it is there."""

    def __init__(self, stream: IO[str] | None) -> None:
        assert stream
        self._stream = stream
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._collect, daemon=True)
        self._thread.start()

    def _collect(self) -> None:
        for line in self._stream:
            self._lines.put(line)
        self._lines.put(None)

    def close(self) -> None:
        self._thread.join(SECONDS)
        self._stream.close()

    def read(self) -> str:
        line = self._lines.get(timeout=SECONDS)
        assert line is not None, "it has ended"
        return line

    def read_rest(self) -> str:
        return "".join(iter(lambda: self._lines.get(timeout=SECONDS) or "", ""))


def wait_until(it_is_so: Callable[[], bool]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + SECONDS
    while not it_is_so():
        assert time.monotonic() < end
        time.sleep(0.02)


def find_seen_file() -> Path:
    """Find the file in which the only watch of a test keeps what it has seen."""
    [file] = _list_seen_files()
    return file


def wait_for_seen(count: int) -> None:
    """Wait until one of the watches has read its inbox, and has seen so many shares."""
    wait_until(lambda: count in [len(json.loads(file.read_text())) for file in _list_seen_files()])


def _list_seen_files() -> list[Path]:
    return list(Path(os.environ["XDG_STATE_HOME"], "imgshare", "watch").glob("*.json"))
