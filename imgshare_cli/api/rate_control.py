"""The rate that a service takes, found by its refusals (429 and 503): lower after some, then higher again."""

from __future__ import annotations

import math

from imgshare_cli.api.random_refusals import Comparison, FasterSending
from imgshare_cli.api.refusals import RecentTally, Tally

_LEAST_RATE = 0.1
_FIRST_RATE = 20.0  # at least; a second or less of a start says little about what the service takes
# So many refusals among so many tries mean that the rate is too high. Fewer are left to the retries of each item.
_REFUSALS = 3
_TRIES = 50
_LONGEST_HOLD = 60.0
_SHORT_HOLD = 0.25
_HOLD_TURNS = 5
_LONGER = 2
_LONG_RETRY_AFTER = 2.0
# Growth a second while the ceiling is unknown, and near it. At most this much a try, for services that take few.
_FAST = 3.0
_SLOW = 1.03
_MOST_A_TRY = 1.15
_BELOW_CEILING = 0.95
_ABOVE_CEILING = 1.1
_UNBOUND_SECONDS = 10.0
# How long to ignore refusals that do not depend on the rate; twice as long each time, up to a bound.
_IGNORE_SECONDS = 30.0
_MOST_IGNORE_SECONDS = 300.0
_SECONDS_BETWEEN_COMPARISONS = 60.0


class RateControl:
    """Decides how many requests a second may be sent, from what became of those before; not thread-safe.

    There is no limit until the service refuses. Then the rate is what the service took in the last second, and grows
    fast until the next refusals show the ceiling. From there it starts a little lower and grows by a few percent a
    second; where it gets well past the ceiling, the service takes more than before, and it grows fast again.

    In all methods, `now` and `sent_at` are on one clock, in seconds.

    Attributes:
        rate: the requests a second that are allowed; None for no limit.
        held_until: when the next request may be sent.
        is_probing: whether one request should go first after a hold, to see whether the hold was long enough.
    """

    def __init__(self) -> None:
        self.rate: float | None = None
        self.held_until = -math.inf
        self.is_probing = False
        self._ceiling: float | None = None
        self._first_rate = 0.0  # that the last cut set
        self._hold = _SHORT_HOLD
        self._was_hold_too_short = False
        self._cut_at = self._exhausted_at = self._grown_at = self._bound_at = -math.inf
        self._recent = RecentTally()
        self._since_cut = Tally()
        self._suspicion = Tally()
        self._successes_since_exhausted = 0
        self._comparison: Comparison | None = None
        self._no_comparison_until = -math.inf
        self._faster: FasterSending | None = None
        self._ignore_seconds = _IGNORE_SECONDS

    def record(self, now: float, sent_at: float, retry_after: float | None, *, refused: bool) -> None:
        """Record what became of a try. A refusal counts only if the try was sent after the last cut."""
        self._recent.add(now, refused=refused)
        self._successes_since_exhausted += not refused
        if self._faster:
            if sent_at >= self._faster.began_at:
                self._record_faster(now, self._faster, refused=refused)
            return
        if self._comparison and self._compare(now, sent_at, self._comparison, refused=refused):
            return
        if sent_at < self._cut_at:
            return
        self.is_probing = False
        self._since_cut.add(refused=refused)
        if refused and self._since_cut.tries == 1 and self.rate is not None:
            self._hold_longer(now, self.rate, retry_after)
            return
        self._suspicion.add(refused=refused)
        if self._suspicion.tries > _TRIES:
            self._suspicion = Tally(1, int(refused))
        if self._suspicion.refusals >= _REFUSALS:
            self._cut(now, retry_after)

    def grow(self, now: float, *, is_binding: bool) -> None:
        """Raise the rate as a request is sent, if the limit is what holds requests back.

        A limit that has held nothing back for a while is dropped.
        """
        if self.rate is None or self._faster:
            return
        seconds = max(now - self._grown_at, 0.0)
        self._grown_at = max(now, self._grown_at)
        if is_binding:
            self._bound_at = now
            near_ceiling = self._ceiling is not None and self.rate <= self._ceiling * _ABOVE_CEILING
            self.rate *= min((_SLOW if near_ceiling else _FAST) ** min(seconds, 1.0), _MOST_A_TRY)
        elif now - self._bound_at > _UNBOUND_SECONDS:
            self.rate = self._ceiling = None

    def _cut(self, now: float, retry_after: float | None) -> None:
        """Lower the rate, and hold all requests for a moment.

        Once there is a limit, a few refusals are what probing costs. Then a moment is enough for all, unless the
        service asks for much more; the request that was refused waits as long as it was told.
        """
        if self._comparison is None and now >= self._no_comparison_until:
            self._comparison = Comparison(now, self.rate, self._recent.sum_up())
        if self.rate is None:
            hold = retry_after or _SHORT_HOLD
            rate = max(self._recent.compute_success_rate(now, 10), _FIRST_RATE)
        else:
            long = retry_after is not None and retry_after > _LONG_RETRY_AFTER
            hold = (
                retry_after if retry_after and long else max(min(_SHORT_HOLD, _HOLD_TURNS / self.rate), 1 / self.rate)
            )
            self._ceiling = self._estimate_ceiling(now, self.rate)
            if self._comparison and self._comparison.wants_more_tries:
                self._ceiling = max(self._ceiling, min(self.rate, _FIRST_RATE))
            rate = self._ceiling * _BELOW_CEILING
        self._start_again(now, rate, hold)

    def _start_again(self, now: float, rate: float, hold: float) -> None:
        self._exhausted_at = now
        self._successes_since_exhausted = 0
        self._was_hold_too_short = False
        self._set_rate(now, rate, hold)

    def _hold_longer(self, now: float, rate: float, retry_after: float | None) -> None:
        """Hold all requests again, because the first one after a hold was refused."""
        self._was_hold_too_short = True
        hold = self._hold * _LONGER
        if retry_after and (hold > retry_after or retry_after > _LONG_RETRY_AFTER):
            hold = retry_after
        self._set_rate(now, rate * 0.7 if self._hold >= 1 else rate, hold)

    def _set_rate(self, now: float, rate: float, hold: float) -> None:
        self.rate = self._first_rate = max(rate, _LEAST_RATE)
        self._hold = min(hold, _LONGEST_HOLD)
        self._cut_at = now
        self.held_until = self._grown_at = self._bound_at = now + self._hold
        self._since_cut, self._suspicion = Tally(), Tally()
        self.is_probing = True

    def _estimate_ceiling(self, now: float, rate: float) -> float:
        """Estimate what the service takes, between about half of the rate and the rate."""
        seconds = now - self.held_until
        if rate > 1.2 * self._first_rate:
            # What was sent since the cut was mostly slower. This may be too high, where the service lets bursts pass.
            short = seconds < 0.5  # noqa: PLR2004
            estimate = (
                self._since_cut.successes / max(seconds, 0.1) if short else self._recent.compute_success_rate(now, 5)
            )
        elif self._was_hold_too_short and self.held_until - self._exhausted_at <= 1:
            # The service counts by the second of its clock, and this second's share was used up before its end.
            estimate = self._since_cut.successes / max(seconds, 1.0)
        else:
            # Exact for a service that counts continuously: nothing was left then, as nothing is left now.
            estimate = self._successes_since_exhausted / (now - self._exhausted_at)
        least = rate * (0.65 if now - self._exhausted_at < 0.5 else 0.5)  # noqa: PLR2004  (short times are not exact)
        return min(max(estimate, least), rate)

    def _compare(self, now: float, sent_at: float, comparison: Comparison, *, refused: bool) -> bool:
        """Count a try for the comparison; whether it shows that the refusals are random."""
        if sent_at < comparison.cut_at:
            comparison.fast.add(refused=refused)
        # Above the ceiling, refusals are expected, and so they are just after a hold that was too short.
        expected = self._ceiling is not None and self.rate is not None and self.rate > self._ceiling
        expected = expected or (self._was_hold_too_short and not self._since_cut.tries)
        if sent_at < self._cut_at or self.rate is None or expected:
            return False
        comparison.add_slow(self.rate, refused=refused)
        random = comparison.are_refusals_random(now)
        if random is not None:
            self._comparison = None
        if random:
            self._faster = FasterSending(now, comparison, self.rate, self._ignore_seconds)
            self._ignore_seconds = min(self._ignore_seconds * 2, _MOST_IGNORE_SECONDS)
            self._cut_at = self.held_until = now
            self.is_probing = False
            self.rate = self._faster.rate
        return bool(random)

    def _record_faster(self, now: float, faster: FasterSending, *, refused: bool) -> None:
        result = faster.confirm(now, refused=refused)
        self.rate = faster.rate
        if result is None:
            return
        self._faster = None
        if result:
            self._ceiling = None
            self._since_cut, self._suspicion = Tally(), Tally()
        else:
            self._no_comparison_until = now + _SECONDS_BETWEEN_COMPARISONS
            self._start_again(now, faster.earlier_rate, _SHORT_HOLD)
