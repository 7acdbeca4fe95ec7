"""The image services that take decisions only as jobs, as far as earlier runs have found out."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from imgshare_cli.config.file_reading import JOB_ENDPOINTS
from imgshare_cli.config.state_dir import read_state, update_state

if TYPE_CHECKING:
    from collections.abc import Mapping

_SECONDS = 86_400  # a service that is asked again may have the call again
_MOST = 50


class JobEndpoints:
    """Knows which services take decisions only as jobs; threads may share it.

    Args:
        environ: the environment, which tells where files go.
        always: whether all of them do.
        never: whether none of them does.
    """

    def __init__(self, environ: Mapping[str, str], *, always: bool = False, never: bool = False) -> None:
        self._environ = environ
        self._always = always
        self._never = never
        self._known: dict[str, bool] = {}

    def are_jobs_used(self, endpoint: str, *, is_call_gone: bool = False) -> bool:
        """Whether a service is asked to begin jobs.

        Args:
            endpoint: the address of the service.
            is_call_gone: whether it has just said that it does not have the API's own call, which is remembered for a
                day.
        """
        if is_call_gone:
            self._remember(endpoint)
        return is_call_gone or self._takes_only_jobs(endpoint)

    def _takes_only_jobs(self, endpoint: str) -> bool:
        """Whether a service takes decisions only as jobs; the state folder is read once for each."""
        if self._always or self._never:
            return self._always
        if endpoint not in self._known:
            self._known[endpoint] = endpoint in _parse(read_state(JOB_ENDPOINTS, self._environ))
        return self._known[endpoint]

    def _remember(self, endpoint: str) -> None:
        if not self._known.get(endpoint):
            self._known[endpoint] = True
            update_state(JOB_ENDPOINTS, lambda before: _serialize(_parse(before), endpoint), self._environ, seconds=1)


def _serialize(times: Mapping[str, float], endpoint: str) -> str:
    newest = sorted({**times, endpoint: time.time()}.items(), key=lambda pair: -pair[1])
    return json.dumps(dict(newest[:_MOST]))


def _parse(text: str | None) -> dict[str, float]:
    """Read the endpoints and when they were found out, without those that are too old."""
    try:
        times = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    now = time.time()
    return {
        endpoint: at
        for endpoint, at in (times.items() if isinstance(times, dict) else ())
        if isinstance(at, int | float)
        and now - _SECONDS < at <= now  # compared as it is: a float may be too small for it
    }
