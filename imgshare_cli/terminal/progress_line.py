"""One line at the bottom of a terminal that says how far a batch is; what is printed above it goes on scrolling."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections import deque
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_ERASE = "\r\x1b[K"
_SPAN_SECONDS = 5.0
_SHOWN_AFTER_SECONDS = 0.5
_MINUTE, _HOUR = 60, 3600


class ProgressLine:
    """How many items are done, how many failed, how fast it goes, and how long it will still take.

    rich would draw with a thread of its own, and redraw for every outcome.

    Args:
        stream: the terminal; no line is shown where it is none, or a dumb one.
        environ: the environment, which names the kind of terminal.
        doing: what is done, such as `accepting`.
    """

    def __init__(self, stream: TextIO | None, environ: Mapping[str, str], doing: str) -> None:
        self._stream = stream if stream and stream.isatty() and environ.get("TERM") != "dumb" else None
        self._doing = doing
        self._started = time.monotonic()
        self._samples: deque[tuple[float, int]] = deque([(self._started, 0)])
        self._text = ""

    def draw(self, count: int, failed: int, fraction: float | None = None, limit: float | None = None) -> None:
        """Draw the line again.

        Args:
            count: how many items have an outcome.
            failed: how many of them failed.
            fraction: which part of the input has been read, where that is known.
            limit: the requests a second that the service allows, where it has said so.
        """
        if self._stream is None:
            return
        now = time.monotonic()
        if now - self._started < _SHOWN_AFTER_SECONDS:
            return
        while len(self._samples) > 1 and now - self._samples[0][0] > _SPAN_SECONDS:
            self._samples.popleft()
        if now - self._samples[-1][0] > _SHOWN_AFTER_SECONDS:
            self._samples.append((now, count))
        parts = [f"{self._doing}: {count:,}"]
        if failed:
            parts.append(f"{failed:,} failed")
        parts.append(f"{self._compute_rate(now, count):.0f}/s" + (" (slowed down by the service)" if limit else ""))
        if fraction:
            parts.append(f"{fraction:.0%}, {_format_seconds((now - self._started) * (1 - fraction) / fraction)} left")
        width = shutil.get_terminal_size().columns - 1
        self._text = ", ".join(parts)[:width]
        self._write(f"{_ERASE}{self._text}")

    def draw_ending(self, in_flight: int) -> None:
        """Draw that nothing else is begun, and how many items are still in progress."""
        if self._stream:
            self._text = f"finishing {in_flight:,} in progress; Ctrl-C again ends at once"
            self._write(f"{_ERASE}{self._text}")

    def draw_end(self) -> None:
        """Say that the run ends in the middle of its work."""
        self._write(f"{_ERASE}ended at once: the service may or may not have done what was in progress\n")

    @contextlib.contextmanager
    def make_way(self) -> Iterator[None]:
        """Make way for other text on the same terminal, and come back below it."""
        if not self._text:
            yield
            return
        self._write(_ERASE)
        yield
        self._write(self._text)

    def erase(self) -> None:
        """Remove the line."""
        if self._text:
            self._write(_ERASE)
            self._text = ""

    def _compute_rate(self, now: float, count: int) -> float:
        then, before = self._samples[0]
        return (count - before) / max(now - then, 0.1)

    def _write(self, text: str) -> None:
        if self._stream:
            with contextlib.suppress(OSError):  # the terminal may be gone, which must not end the work
                os.write(self._stream.fileno(), text.encode())


def _format_seconds(seconds: float) -> str:
    if seconds < _MINUTE:
        return f"{seconds:.0f} s"
    if seconds < _HOUR:
        return f"{seconds / _MINUTE:.0f} min"
    return f"{seconds / _HOUR:.1f} h"
