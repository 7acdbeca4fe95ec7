"""How many examples a property over hostile inputs tries: HOSTILE_ROUNDS multiplies them."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

ROUNDS = int(os.environ.get("HOSTILE_ROUNDS", "1"))


def limit_examples(examples: int) -> settings:
    """The settings of a property that usually tries so many examples."""
    return settings(
        max_examples=examples * ROUNDS,
        deadline=None,
        derandomize=ROUNDS == 1,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
