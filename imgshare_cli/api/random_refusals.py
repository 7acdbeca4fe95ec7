"""Refusals that do not depend on the rate: found by comparison, confirmed by sending faster, then ignored."""

from __future__ import annotations

from dataclasses import dataclass, field

from imgshare_cli.api.refusals import Tally

# A comparison needs this many tries, or as many as should bring this many refusals, and some time.
_LEAST_TRIES = 12
_LEAST_REFUSALS = 4
_LEAST_SECONDS = 1.0
# Of few tries, a share is known roughly: this much of the earlier one still counts as the same, and this little
# counts as less. In between, more tries will tell.
_SAME_SHARE = 0.5
_LESS_SHARE = 0.15
# Probing past a ceiling brings so many refusals by itself.
_LEAST_SHARE = 0.06
# A service that refuses most of what it gets is in trouble, so that slowing down is right anyway.
_MOST_REFUSED = 0.7
# To confirm it, the rate is raised by this factor after so many tries, until it is no limit any more.
_STEP = 4.0
_STEP_TRIES = 24
_LIMITLESS_RATE = 2000.0
_IGNORED_TRIES = 64


@dataclass(slots=True)
class Comparison:
    """Compares the share of refusals before the rate was cut with the share afterwards, at half of that rate or less.

    A service that limits the rate refuses less once the rate has fallen. One that refuses at random does not.

    Attributes:
        cut_at: when the rate was cut.
        fast_rate: the rate before the cut; None where there was no limit.
        fast: the tries that were sent before the cut.
        slow: the tries that were sent after it, at half of that rate or less.
    """

    cut_at: float
    fast_rate: float | None
    fast: Tally
    slow: Tally = field(default_factory=Tally)

    @property
    def wants_more_tries(self) -> bool:
        """Whether the very first cut is still to be judged, so that a much lower rate would only take time."""
        return self.fast_rate is None and self.slow.refused_share < _MOST_REFUSED

    def add_slow(self, rate: float, *, refused: bool) -> None:
        """Count one try that was sent after the cut, at this rate, if that is low enough."""
        if self.fast_rate is None or rate <= self.fast_rate / 2:
            self.slow.add(refused=refused)

    def are_refusals_random(self, now: float) -> bool | None:
        """Whether the refusals do not depend on the rate; None while there are too few tries to tell."""
        share = max(self.fast.refusals - 1, 1) / self.fast.tries  # the count ended with a refusal, which adds one
        if now - self.cut_at < _LEAST_SECONDS or self.slow.tries < max(_LEAST_TRIES, _LEAST_REFUSALS / share):
            return None
        if self.slow.refused_share >= _SAME_SHARE * share:
            return _LEAST_SHARE <= self.slow.refused_share <= _MOST_REFUSED
        return False if self.slow.refused_share <= _LESS_SHARE * share else None


class FasterSending:
    """Raises the rate step by step while the share of refusals stays, and then sends without limit for some seconds.

    Attributes:
        earlier_rate: the rate to go back to where the share grows.
        rate: the rate now; None for no limit.
        began_at: when this step began; tries that were sent before do not count.
    """

    def __init__(self, now: float, comparison: Comparison, rate: float, seconds: float) -> None:
        share = comparison.slow.refused_share
        # Of a service with a limit, at least 1 - (1 - share) / 4 would be refused.
        self._most_refused = share + (1 - share) / 2
        self._seconds = seconds
        self._ends_at: float | None = None
        self._tally = Tally()
        self.earlier_rate = rate
        self.rate: float | None = rate * _STEP
        self.began_at = now

    def confirm(self, now: float, *, refused: bool) -> bool | None:
        """Count one try: False if the refusals do depend on the rate, True if the time is over, None otherwise."""
        self._tally.add(refused=refused)
        if self._tally.tries >= (_STEP_TRIES if self.rate else _IGNORED_TRIES):
            if self._tally.refused_share > self._most_refused:
                return False
            self._tally = Tally()
            self._step_up(now)
        return True if self._ends_at is not None and now >= self._ends_at else None

    def _step_up(self, now: float) -> None:
        if self.rate is None:
            return
        self.began_at = now
        if self.rate < _LIMITLESS_RATE:
            self.rate *= _STEP
        else:
            self.rate = None
            self._ends_at = now + self._seconds
