"""Waiting on behalf of a reader, who may leave meanwhile."""

from __future__ import annotations

import select
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO


def wait_with_reader(stream: TextIO | None, seconds: float) -> None:
    """Wait, at most until the reader of a stream has gone: nothing else says so before the next line is written.

    Raises:
        BrokenPipeError: it has gone.
    """
    if stream is None or not hasattr(select, "poll"):  # Windows
        time.sleep(seconds)
        return
    waiting = select.poll()
    waiting.register(stream, 0)  # an error and a hang-up are always reported
    deadline = time.monotonic() + seconds
    events = waiting.poll(seconds * 1000)
    if any(event & (select.POLLERR | select.POLLHUP) for _, event in events):
        raise BrokenPipeError
    time.sleep(max(deadline - time.monotonic(), 0))  # where the system cannot tell of this kind of stream
