"""What decides by jobs in a batch, made when it is first needed."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.batch.fleet_task import FleetWorker
    from imgshare_cli.batch.job_decisions import BatchJobs
    from imgshare_cli.batch.job_items import JobWorker
    from imgshare_cli.cli.session import Session


class LateJobs:
    """Finds what decides by jobs; threads share it.

    Args:
        session: the run.
        fleet_worker: opens the services of a fleet; None where there is one service.
        connect: connects to that one.
        jobs: how many jobs there may be at once, at most.
        looks_first: whether a share is looked at before its job, because it may not be there yet.
    """

    def __init__(
        self,
        session: Session,
        fleet_worker: FleetWorker | None,
        connect: Callable[[], ImageClient],
        jobs: int,
        *,
        looks_first: bool,
    ) -> None:
        self._session = session
        self._fleet_worker = fleet_worker
        self._connect = connect
        self._most = jobs
        self._looks_first = looks_first
        self._lock = threading.Lock()
        self._may_be_chosen = session.may_decide_by_jobs()
        self._jobs: BatchJobs[Any] | None = None

    def find(self, endpoint: str, *, is_call_gone: bool = False) -> BatchJobs[Any] | None:
        """Find what decides by jobs at a service; see `FindJobs`."""
        if not (is_call_gone or self._may_be_chosen or self._jobs):
            return None
        with self._lock:
            self._jobs = self._jobs or self._create_jobs()
        return self._jobs.find(endpoint, is_call_gone=is_call_gone)

    def end_input(self) -> None:
        """Begin what waits for more items: there are no more."""
        if self._jobs:
            self._jobs.end_input()

    def _create_jobs(self) -> BatchJobs[Any]:
        from imgshare_cli.batch.job_decisions import BatchJobs
        from imgshare_cli.batch.job_items import OwnWorker
        from imgshare_cli.cli.job_runs import JobRuns

        session = self._session
        runs = JobRuns(session.settings, session.environ, session.context, session.output)
        worker: JobWorker[Any] = self._fleet_worker or OwnWorker(self._connect)
        return BatchJobs(runs.endpoints, worker, runs.create_runner, self._most, looks_first=self._looks_first)
