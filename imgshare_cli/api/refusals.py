"""Counts of the tries that a service refuses with 429 or 503."""

from __future__ import annotations

from dataclasses import dataclass

_SLOTS = 10
_SLOT_SECONDS = 0.1


@dataclass(slots=True)
class Tally:
    """Tries that got a response, and how many of them were refused."""

    tries: int = 0
    refusals: int = 0

    def add(self, *, refused: bool) -> None:
        """Count one try."""
        self.tries += 1
        self.refusals += refused

    @property
    def successes(self) -> int:
        """The tries that were not refused."""
        return self.tries - self.refusals

    @property
    def refused_share(self) -> float:
        """The share of refusals, from 0 to 1."""
        return self.refusals / self.tries if self.tries else 0.0


class RecentTally:
    """Counts the tries of the last second, in tenths of a second."""

    def __init__(self) -> None:
        self._slots = [Tally() for _ in range(_SLOTS)]
        self._newest = 0

    def add(self, now: float, *, refused: bool) -> None:
        """Count one try."""
        slot = int(now / _SLOT_SECONDS)
        for number in range(max(self._newest + 1, slot - _SLOTS + 1), slot + 1):
            self._slots[number % _SLOTS] = Tally()
        self._newest = max(slot, self._newest)
        self._slots[slot % _SLOTS].add(refused=refused)

    def sum_up(self) -> Tally:
        """Sum up the second before the try that was counted last."""
        return Tally(sum(slot.tries for slot in self._slots), sum(slot.refusals for slot in self._slots))

    def compute_success_rate(self, now: float, slots: int) -> float:
        """Compute the successes a second in this slot and the ones before it, `slots` together."""
        first = int(now / _SLOT_SECONDS) - slots + 1
        successes = sum(self._slots[number % _SLOTS].successes for number in range(first, first + slots))
        return successes / (now - first * _SLOT_SECONDS)
