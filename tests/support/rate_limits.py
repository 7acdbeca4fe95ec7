"""Services that limit the rate or refuse at random, and workers that send to them through Turns, in virtual time."""

from __future__ import annotations

import heapq
import random
from collections import deque
from dataclasses import dataclass, field
from typing import Protocol

from imgshare_cli.api.turns import Turns


class Limit(Protocol):
    """Says whether a service takes the request that arrives now."""

    def admit(self, now: float) -> bool:
        """Take a request, or refuse it."""


@dataclass
class TokenBucket:
    """Allows `rate` requests a second, and `burst` at once after a rest."""

    rate: float
    burst: float
    _tokens: float = field(init=False)
    _filled_at: float | None = None

    def __post_init__(self) -> None:
        """Start with a full bucket."""
        self._tokens = self.burst

    def admit(self, now: float) -> bool:
        """Take a token, if there is one."""
        since = 0.0 if self._filled_at is None else now - self._filled_at
        self._tokens, self._filled_at = min(self.burst, self._tokens + since * self.rate), now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


@dataclass
class FixedWindow:
    """Allows `rate` requests in each second of the clock, shifted by `offset`."""

    rate: int
    offset: float = 0.0
    _window: int = -1
    _taken: int = 0

    def admit(self, now: float) -> bool:
        """Count the request in its second."""
        window = int(now + self.offset)
        if window != self._window:
            self._window, self._taken = window, 0
        self._taken += 1
        return self._taken <= self.rate


@dataclass
class RandomRefusals:
    """Refuses a share of the requests, whatever their rate."""

    share: float
    seed: int

    def __post_init__(self) -> None:
        """Seed the choice."""
        self._random = random.Random(self.seed)  # noqa: S311

    def admit(self, now: float) -> bool:  # noqa: ARG002
        """Throw the dice."""
        return self._random.random() >= self.share


@dataclass
class Change:
    """One limit until a moment, and another from then on."""

    before: Limit
    at: float
    after: Limit

    def admit(self, now: float) -> bool:
        """Ask the limit of the moment."""
        return (self.before if now < self.at else self.after).admit(now)


@dataclass
class Log:
    """When requests were taken and refused, in seconds from the start."""

    successes: list[float] = field(default_factory=list)
    refusals: list[float] = field(default_factory=list)

    def compute_rate(self, start: float, end: float) -> float:
        """Compute the successes a second between two moments."""
        return sum(start <= moment < end for moment in self.successes) / (end - start)

    def compute_refused_share(self, end: float) -> float:
        """Compute the share of refusals until a moment."""
        refused = sum(moment < end for moment in self.refusals)
        return refused / max(refused + sum(moment < end for moment in self.successes), 1)


def simulate(  # noqa: PLR0913  (each by name)
    limit: Limit,
    *,
    workers: int,
    seconds: float,
    retry_after: float | None = None,
    latency: float = 0.002,
    turns: Turns | None = None,
    status: int = 429,
) -> Log:
    """Let workers send in a loop for some seconds of virtual time."""
    turns = turns or Turns()
    log = Log()
    waiting = deque(range(workers))
    responses: list[tuple[float, int, float, bool]] = []
    random_latency = random.Random(workers)  # noqa: S311
    now = 1000.25
    start, end = now, now + seconds
    while now < end:
        while waiting and turns.compute_wait(now) <= 0:
            turns.take(now)
            taken = limit.admit(now - start)
            duration = latency * random_latency.uniform(0.75, 1.25)
            heapq.heappush(responses, (now + duration, waiting.popleft(), now, taken))
        due = now + turns.compute_wait(now) if waiting else end
        if responses and responses[0][0] <= due:
            now, worker, sent_at, taken = heapq.heappop(responses)
            (log.successes if taken else log.refusals).append(now - start)
            turns.record(now, sent_at, 200 if taken else status, None if taken else retry_after)
            waiting.append(worker)
        else:
            now = max(due, now + 1e-6)
    return log
