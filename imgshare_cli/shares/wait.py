"""Waits for a share that may still come."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

from imgshare_cli.errors import NotFoundError, NotYetError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta

Result = TypeVar("Result")

_FIRST_PAUSE, _LONGEST_PAUSE, _GROWTH = 1.0, 15.0, 1.5


class NeverFoundError(NotFoundError):
    """The object does not exist, and it is no use to wait for it."""


def _sleep(seconds: float) -> bool:
    time.sleep(seconds)
    return False


def wait_for_share(
    attempt: Callable[[], Result], span: timedelta, pause_for: Callable[[float], bool] = _sleep
) -> Result:
    """Try until the share is there, with growing pauses, and once more when the time is up.

    Args:
        attempt: tries once, and raises NotFoundError or NotYetError while the share is not there.
        span: how long to wait.
        pause_for: waits for some seconds, and returns whether to give up.

    Raises:
        NeverFoundError: it cannot come.
        NotFoundError: it did not come.
        NotYetError: a share is there, but not the one that is waited for.
    """
    started = time.monotonic()
    deadline = started + span.total_seconds()
    pause = _FIRST_PAUSE
    while True:
        remaining = deadline - time.monotonic()
        try:
            return attempt()
        except NeverFoundError:
            raise
        except (NotFoundError, NotYetError) as exc:
            if remaining <= 0 or pause_for(min(pause, remaining)):
                raise exc.replace(note=f"waited {time.monotonic() - started:.0f} s") from exc
        pause = min(pause * _GROWTH, _LONGEST_PAUSE)
