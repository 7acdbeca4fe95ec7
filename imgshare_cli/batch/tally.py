"""Counts the outcomes of a batch."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

from imgshare_cli.api.models import Status
from imgshare_cli.batch.outcome import Result

if TYPE_CHECKING:
    from imgshare_cli.batch.outcome import Outcome


class Tally:
    """How many items came to which end; its size does not grow with their number."""

    def __init__(self) -> None:
        self.results: Counter[Result] = Counter()
        self.failures: Counter[str] = Counter()
        self.statuses: Counter[Status] = Counter()  # of what was done
        self.unchanged = 0
        self.encrypted = 0  # of the images that were accepted, and of which more than the ID is known
        self._started = time.monotonic()

    def add(self, outcome: Outcome) -> None:
        """Count an outcome; one thread at a time calls it."""
        self.results[outcome.result] += 1
        self.unchanged += outcome.is_unchanged
        if outcome.status and outcome.result is Result.DONE:
            self.statuses[outcome.status] += 1
        is_accepted = outcome.result is Result.DONE and outcome.status is Status.ACCEPTED
        self.encrypted += is_accepted and outcome.image is not None and outcome.image.key_id is not None
        if outcome.error:
            self.failures[outcome.error.code] += 1

    @property
    def count(self) -> int:
        """How many outcomes there are."""
        return sum(self.results.values())

    @property
    def seconds(self) -> float:
        """How long the batch has taken so far."""
        return time.monotonic() - self._started

    @property
    def rate(self) -> float:
        """How many items were tried in a second, on average."""
        tried = self.results[Result.DONE] + self.results[Result.FAILED]
        return tried / max(self.seconds, 0.001)

    @property
    def left_to_do(self) -> int:
        """How many items are not as they should be: the failed ones, and those that were not tried."""
        return self.results[Result.FAILED] + self.results[Result.NOT_TRIED]
