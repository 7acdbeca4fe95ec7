"""The threads of a batch that wait for jobs: as many as there may be jobs at once, or as the system allows."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


MOST_JOBS = 8  # at once


class JobThreads:
    """Starts threads; each does one job after the other.

    Args:
        work_off: what each does.
        most: how many there may be, up to `MOST_JOBS`.
    """

    def __init__(self, work_off: Callable[[], None], most: int) -> None:
        self._work_off = work_off
        self._most = min(most, MOST_JOBS)
        self._count = 0
        self._lock = threading.Lock()

    def start_one(self) -> None:
        """Start another thread, where there may be more.

        Raises:
            RuntimeError: there is none, and the system allows none.
        """
        with self._lock:
            if self._count == self._most:
                return
            try:
                threading.Thread(target=self._work_off, daemon=True).start()
            except RuntimeError:  # the system allows no more
                if not self._count:
                    raise
                self._most = self._count
            else:
                self._count += 1
