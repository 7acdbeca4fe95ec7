"""What works by jobs in a batch, made when it is first needed."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Generic, Protocol, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.batch.fleet_task import FleetWorker
    from imgshare_cli.batch.job_decisions import BatchJobs
    from imgshare_cli.batch.job_items import JobWorker
    from imgshare_cli.batch.sharing_jobs import SharingJobs
    from imgshare_cli.cli.job_runs import JobRuns
    from imgshare_cli.cli.session import Session


class _Findable(Protocol):
    """What works by jobs."""

    def find(self, endpoint: str, *, is_call_gone: bool = False) -> Self | None:
        """Find it for a service."""

    def end_input(self) -> None:
        """Begin what waits for more items."""


Found = TypeVar("Found", bound=_Findable)


class LateJobs(Generic[Found]):
    """Finds what works by jobs; threads share it.

    Args:
        session: the run.
        create: creates it.
    """

    def __init__(self, session: Session, create: Callable[[JobRuns], Found]) -> None:
        self._session = session
        self._create = create
        self._lock = threading.Lock()
        self._may_be_chosen = session.may_decide_by_jobs()
        self._jobs: Found | None = None

    def find(self, endpoint: str, *, is_call_gone: bool = False) -> Found | None:
        """Find what works by jobs at a service; see `FindJobs`."""
        if not (is_call_gone or self._may_be_chosen or self._jobs):
            return None
        with self._lock:
            if self._jobs is None:
                self._jobs = self._create(self._session.job_runs)
        return self._jobs.find(endpoint, is_call_gone=is_call_gone)

    def end_input(self) -> None:
        """Begin what waits for more items: there are no more."""
        if self._jobs:
            self._jobs.end_input()


def prepare_decisions(
    session: Session,
    fleet_worker: FleetWorker | None,
    connect: Callable[[], ImageClient],
    jobs: int,
    *,
    looks_first: bool,
) -> LateJobs[BatchJobs[Any]]:
    """Prepare what decides by jobs.

    Args:
        session: the run.
        fleet_worker: opens the services of a fleet; None where there is one service.
        connect: connects to that one.
        jobs: how many jobs there may be at once, at most.
        looks_first: whether a share is looked at before its job, because it may not be there yet.
    """

    def create(runs: JobRuns) -> BatchJobs[Any]:
        from imgshare_cli.batch.job_decisions import BatchJobs
        from imgshare_cli.batch.job_items import OwnWorker

        worker: JobWorker[Any] = fleet_worker or OwnWorker(connect)
        return BatchJobs(runs.endpoints, worker, runs.create_runner, jobs, looks_first=looks_first)

    return LateJobs(session, create)


def prepare_sharing(session: Session, connect: Callable[[], ImageClient], jobs: int) -> LateJobs[SharingJobs]:
    """Prepare what shares by jobs.

    Args:
        session: the run.
        connect: connects to the service.
        jobs: how many jobs there may be at once, at most.
    """

    def create(runs: JobRuns) -> SharingJobs:
        from imgshare_cli.batch.sharing_jobs import SharingJobs

        return SharingJobs(runs.endpoints, connect, runs.create_sharing(session.member_id), jobs)

    return LateJobs(session, create)
