"""How fast the workers of a run send together, so that they slow down as one when the service refuses (429, 503)."""

from __future__ import annotations

import math
import threading
import time

from imgshare_cli.api.turns import Turns

_LOOK_SECONDS = 0.5  # who waits looks that often whether it is in vain
_LAST_SECONDS = 2.0  # for turns that come soon, when the run is ended


class Pace:
    """Gives the workers of a run their turns to send; one object for all of them."""

    def __init__(self) -> None:
        self._turns = Turns()
        self._changed = threading.Condition()
        # Of the workers that wait, one watches the clock. The others wait for it, and cost nothing.
        self._first = threading.Lock()
        self._ends_at = math.inf

    def wait_turn(self, patience: float) -> bool:
        """Wait until a request may be sent; return whether it may.

        Args:
            patience: for how many seconds to wait while the service does nothing for anyone.
        """
        started = time.monotonic()
        while not self._first.acquire(timeout=_LOOK_SECONDS):
            if self._is_in_vain(started, patience):
                return False
        try:
            with self._changed:
                while (seconds := self._turns.compute_wait(time.monotonic())) > 0:
                    if self._is_in_vain(started, patience):
                        return False
                    self._changed.wait(min(seconds, _LOOK_SECONDS))
                self._turns.take(time.monotonic())
        finally:
            self._first.release()
        return True

    def _is_in_vain(self, started: float, patience: float) -> bool:
        now = time.monotonic()
        return now >= self._ends_at or now - max(started, self._turns.last_success) > patience

    def has_succeeded_since(self, then: float) -> bool:
        """Whether the service has done something for anyone since a time on the clock of time.monotonic()."""
        return self._turns.last_success >= then

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
        """Let nobody wait for much longer; what is sent by then is finished."""
        self._ends_at = min(self._ends_at, time.monotonic() + _LAST_SECONDS)
