"""When the next request may be sent: evenly spaced by the rate, and few at once at the start."""

from __future__ import annotations

import math

from imgshare_cli.api.rate_control import RateControl

# The first responses tell whether the service takes what it gets, before all workers have sent.
_FIRST_REQUESTS = 8
_MORE_FOR_SUCCESS = 1.5
_START_SECONDS = 1.0  # whatever becomes of the first requests, the others start by then
# After a hold, one request goes first; the others wait for its response, at most this long.
_PROBE_SECONDS = 1.0
# Turns that nobody took in time are made up for, if they were missed by less than this.
_SLACK_SECONDS = 0.02
_REFUSALS = {429, 503}
_SERVER_ERROR = 500


class Turns:
    """Gives out turns to send; without threads and without a clock, so that `now` is an argument everywhere.

    Attributes:
        last_success: when the service last did what was asked, or refused it for another reason than the rate.
    """

    def __init__(self) -> None:
        self._control = RateControl()
        self._next_at = -math.inf
        self._start_ends_at: float | None = None
        self._first_requests: float = _FIRST_REQUESTS
        self._taken = 0
        self._probed_at = -math.inf
        self.last_success = -math.inf

    @property
    def rate(self) -> float | None:
        """The requests a second that are allowed now; None for no limit."""
        return self._control.rate

    def compute_wait(self, now: float) -> float:
        """Compute the seconds until a request may be sent, as far as is known now; 0 or less for at once."""
        if self._control.rate is not None:
            due = max(self._next_at, self._control.held_until)
            if self._control.is_probing and self._probed_at >= self._control.held_until:
                due = max(due, self._probed_at + _PROBE_SECONDS)
            return due - now
        if self._start_ends_at is None:
            self._start_ends_at = now + _START_SECONDS
        starting = self._taken >= self._first_requests
        return max(self._control.held_until, self._start_ends_at if starting else -math.inf) - now

    def take(self, now: float) -> None:
        """Take a turn to send now."""
        self._taken += 1
        if self._control.rate is None:
            return
        self._probed_at = now
        due = max(self._next_at, self._control.held_until)
        earliest = now - _SLACK_SECONDS
        self._control.grow(now, is_binding=due >= earliest)
        if self._control.rate is not None:
            self._next_at = max(due, earliest) + 1 / self._control.rate

    def record(self, now: float, sent_at: float, response_status: int | None, retry_after: float | None) -> None:
        """Record what became of a request that was sent in a turn."""
        refused = response_status in _REFUSALS
        if not refused and (response_status is None or response_status >= _SERVER_ERROR):
            return  # it says nothing about the rate
        if not refused:
            self._first_requests += _MORE_FOR_SUCCESS
            self.last_success = now
        was_probing = self._control.is_probing
        self._control.record(now, sent_at, retry_after, refused=refused)
        if was_probing and not self._control.is_probing:
            self._next_at = max(self._next_at, now)  # the turns that were missed meanwhile are not made up for
