"""How fast the workers of a run send together, so that they slow down as one when the service refuses (429, 503)."""

from __future__ import annotations

import threading
import time

from imgshare_cli.api.turns import Turns


class Pace:
    """Gives the workers of a run their turns to send; one object for all of them."""

    def __init__(self) -> None:
        self._turns = Turns()
        self._changed = threading.Condition()
        # Of the workers that wait, one watches the clock. The others wait for it, and cost nothing.
        self._first = threading.Lock()
        self._is_stopped = False

    def wait_turn(self) -> float:
        """Wait until a request may be sent; return the seconds that it took."""
        started = time.monotonic()
        with self._first, self._changed:
            now = time.monotonic()
            while not self._is_stopped and (seconds := self._turns.compute_wait(now)) > 0:
                self._changed.wait(seconds)
                now = time.monotonic()
            self._turns.take(now)
        return now - started

    def report(self, response_status: int | None, retry_after: float | None, sent_at: float) -> None:
        """Report what became of a request.

        Args:
            response_status: the status of the response; None if there is none.
            retry_after: the seconds that the service asks to wait.
            sent_at: when the request was sent, on the clock of time.monotonic().
        """
        with self._changed:
            self._turns.record(time.monotonic(), sent_at, response_status, retry_after)
            self._changed.notify()

    @property
    def rate(self) -> float | None:
        """The requests a second that are allowed now; None for no limit."""
        with self._changed:
            return self._turns.rate

    def stop(self) -> None:
        """Let everyone send at once from now on, also those who wait."""
        with self._changed:
            self._is_stopped = True
            self._changed.notify()
