"""One thread that ends, for all connections of the process, what takes longer than it may."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LONGEST_SLEEP = 3600.0  # a thread cannot wait for ever with a timeout


class Watchdog:
    """Calls a function when a time is up, unless what it watches has ended by then; its thread starts when needed."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._watched: dict[object, tuple[float, Callable[[], None]]] = {}
        self._wakes_at = 0.0
        self._thread: threading.Thread | None = None

    @contextmanager
    def watch(self, deadline: float, end: Callable[[], None]) -> Iterator[None]:
        """Watch what is done inside.

        Args:
            deadline: when the time is up, on the clock of time.monotonic().
            end: called then, in another thread, which must not wait; never called after what is done inside.
        """
        key = object()
        with self._changed:
            self._watched[key] = (deadline, end)
            self._start()
            if deadline < self._wakes_at:
                self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                self._watched.pop(key, None)

    def _start(self) -> None:
        if self._thread is None:
            thread = threading.Thread(target=self._run, name="watchdog", daemon=True)
            try:
                thread.start()
            except RuntimeError:  # this machine gives us no thread: what is watched is bounded less tightly
                return
            self._thread = thread

    def _run(self) -> None:
        with self._changed:
            while True:
                now = time.monotonic()
                for key, (deadline, end) in list(self._watched.items()):
                    if deadline <= now:
                        del self._watched[key]
                        end()
                deadlines = (deadline for deadline, _ in self._watched.values())
                self._wakes_at = min(deadlines, default=now + _LONGEST_SLEEP)
                self._changed.wait(min(self._wakes_at - now, _LONGEST_SLEEP))


WATCHDOG = Watchdog()
