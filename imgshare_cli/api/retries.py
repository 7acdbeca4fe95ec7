"""When a request is sent again, and how long to wait before that."""

from __future__ import annotations

import random
import time
from email.utils import parsedate_to_datetime

from imgshare_cli.api.network_errors import NetworkError
from imgshare_cli.api.response import Response

PAUSES = (0.2, 0.4, 0.8)
# The others change something, so that the service would refuse a second request after a first one that it did.
REPEATABLE_METHODS = {"GET", "PUT"}
_TRANSIENT_STATUSES = {429, 500, 502, 503, 504}


def is_transient(outcome: Response | NetworkError) -> bool:
    """Whether the same request may succeed a moment later."""
    return outcome.transient if isinstance(outcome, NetworkError) else outcome.status in _TRANSIENT_STATUSES


def compute_delay(pause: float, outcome: Response | NetworkError) -> float:
    """Compute the seconds to wait: about the pause, or longer if the service asks for it with Retry-After."""
    jittered = pause * random.uniform(0.5, 1.0)  # noqa: S311  (no secret depends on it)
    requested = outcome.retry_after if isinstance(outcome, Response) else None
    return max(jittered, _parse_retry_after(requested)) if requested else jittered


def _parse_retry_after(text: str) -> float:
    if text.isdecimal():
        return float(text)
    try:
        return parsedate_to_datetime(text).timestamp() - time.time()
    except (ValueError, OverflowError):  # no date, or one that no calendar has
        return 0.0
