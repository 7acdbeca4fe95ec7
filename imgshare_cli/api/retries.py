"""The tries of one request: which outcomes are tried again, after how long, and for how long altogether.

Only this module decides it. No library does it for us: to import tenacity or stamina takes 46 or 56 ms, half of what
httpx takes, and they know neither Retry-After nor a deadline that moves while a request waits for a login.
"""

from __future__ import annotations

import random
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from imgshare_cli.api.network_errors import DeadlineError, NetworkError
from imgshare_cli.api.response import AMBIGUOUS_STATUSES, TRANSIENT_STATUSES, Response
from imgshare_cli.api.timestamps import parse_http_date
from imgshare_cli.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.api.pace import Pace

Result = TypeVar("Result")

_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 5.0
# Limits are often by the minute, and longer than the time for one request.
_PATIENCE = 3


class Tries:
    """What is left of the tries of one request, and what they came to.

    Args:
        retries: how many times it may be sent again.
        seconds: the time for all tries together.
        is_repeatable: whether it may be sent again where an earlier try may have been carried out.

    Attributes:
        deadline: when the last one ends, on the clock of time.monotonic().
    """

    def __init__(self, retries: int, seconds: float, *, is_repeatable: bool = True) -> None:
        self._left = retries
        self._is_repeatable = is_repeatable
        # One that stalls gets half of the time, so that another may do better.
        self._most = seconds / 2 if self._left else seconds
        self._number = 0
        self._response: Response | None = None
        self._may_have_arrived = False
        self.deadline = time.monotonic() + seconds
        # For how many more seconds the service may refuse everything before this request is given up.
        self._patience = seconds * _PATIENCE

    @property
    def seconds(self) -> float:
        """The time for the next try."""
        return min(self.deadline - time.monotonic(), self._most)

    def extend(self, seconds: float) -> None:
        """Have more time, for what was spent on something else than the request."""
        self.deadline += seconds

    def wait_turn(self, pace: Pace) -> bool:
        """Wait until a request may be sent, in time that is not that of the request; return whether it may."""
        started = time.monotonic()
        may_send = pace.wait_turn(self._patience)
        waited = time.monotonic() - started
        self.extend(waited)
        if not pace.has_succeeded_since(started):
            self._patience -= waited
        return may_send

    def plan_pause(self, outcome: Response | NetworkError) -> float | None:
        """Plan the pause before the next try; None if this outcome is the last.

        Where the service asks for a longer one than ours with Retry-After, it is that.
        """
        if isinstance(outcome, Response):
            self._response = outcome
            self._may_have_arrived |= outcome.status in AMBIGUOUS_STATUSES and not outcome.is_throttled
        else:
            self._may_have_arrived |= outcome.may_have_arrived
        remaining = self.deadline - time.monotonic()
        if self._may_have_arrived and not self._is_repeatable:
            return None
        if not self._left or remaining <= 0 or not _is_transient(outcome):
            return None
        pause = _draw_pause(self._number)
        if isinstance(outcome, Response) and (requested := read_retry_after(outcome)):
            pause = max(pause, requested)
        if pause >= remaining:
            return None
        self._left -= 1
        self._number += 1
        return pause

    def choose_response(self, last: Response | NetworkError) -> Response:
        """Choose the response to return, or raise the last error if there is none.

        A last try that the time cut short does not hide the response to an earlier one.
        """
        if isinstance(last, DeadlineError) and self._response:
            last = self._response
        if isinstance(last, NetworkError):
            raise last.replace(may_have_arrived=self._may_have_arrived)
        return replace(last, may_have_arrived=True) if self._may_have_arrived else last


def _is_transient(outcome: Response | NetworkError) -> bool:
    """Whether the same request may succeed a moment later."""
    if isinstance(outcome, NetworkError):
        return outcome.transient
    return outcome.status in TRANSIENT_STATUSES or outcome.is_throttled


def repeat_until(work: Callable[[float], Result], seconds: float, debug: Callable[[str], None]) -> Result:
    """Do something until the service is available, and raise the first error where it is not in this time.

    Args:
        work: what to do, in at most the seconds that it is given; of what it raises, UnavailableError is tried again.
        seconds: the time for all tries together.
        debug: called with a line for each pause.
    """
    deadline = time.monotonic() + seconds
    first: UnavailableError | None = None
    number, remaining = 0, seconds
    while True:
        try:
            return work(remaining)
        except UnavailableError as exc:
            first = first or exc
            pause = _draw_pause(number)
            if time.monotonic() + pause >= deadline:
                raise first from None
            debug(f"{exc.message}; trying again in {pause:.1f} s")
        time.sleep(pause)
        number, remaining = number + 1, deadline - time.monotonic()


def _draw_pause(number: int) -> float:
    """Draw a part of a pause that doubles with each try ("full jitter"): many clients do not come back at once."""
    return random.uniform(0, min(_FIRST_PAUSE * 2.0**number, _LONGEST_PAUSE))  # noqa: S311  (no secret depends on it)


def read_retry_after(response: Response) -> float | None:
    """Read how many seconds the service asks to wait; None where it asks for nothing that can be understood."""
    text = (response.retry_after or "").strip()
    if not text:
        return None
    if text.isdecimal():
        return float(text)
    if (until := parse_http_date(text)) is None:
        return None
    # By the clock of the service, which set the date, and not by ours.
    now = parse_http_date(response.date) or datetime.now(UTC)
    return max((until - now).total_seconds(), 0.0)
