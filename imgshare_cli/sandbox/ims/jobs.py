"""Jobs: changes of many members that take their time. Nothing waits for one; it is run once it is due."""

from __future__ import annotations

import threading
import time
import uuid
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from imgshare_cli.sandbox.ims.errors import ImsError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_INIT_SHARE = 0.2  # of a job's time, before it is RUNNING
# Rows of all jobs that wait, and of all that have ended: at most this many of each take memory.
_MAX_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class Row:
    """One change of a job: an image, a member, and what to do."""

    image_id: str
    member_id: str
    change: Callable[[], object]


@dataclass(slots=True)
class Job:
    """A job."""

    kind: str
    project_id: str
    rows: Sequence[Row]
    duration: float
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    begin: float = field(default_factory=time.monotonic)
    begin_time: datetime = field(default_factory=lambda: datetime.now(UTC))
    errors: list[ImsError | None] | None = None

    @property
    def due(self) -> float:
        """When it ends."""
        return self.begin + self.duration

    def run(self) -> None:
        """Make its changes. It goes on after one that fails."""
        self.errors = [_make_change(row) for row in self.rows]

    def to_json(self) -> dict[str, Any]:
        """Return IMS's job object."""
        job = {"job_id": self.id, "job_type": self.kind, "begin_time": _format_time(self.begin_time)}
        if self.errors is None:
            is_waiting = time.monotonic() < self.begin + self.duration * _INIT_SHARE
            status = "INIT" if is_waiting else "RUNNING"
            return job | {"end_time": None, "status": status, "error_code": None, "fail_reason": None, "entities": {}}
        failures = [error for error in self.errors if error]
        # So there are jobs that fail with rows that do not, and the other way round.
        failure = failures[0] if failures and 2 * len(failures) >= len(self.errors) else None
        return job | {
            "end_time": _format_time(self.begin_time + timedelta(seconds=self.duration)),
            "status": "FAIL" if failure else "SUCCESS",
            "error_code": failure.code if failure else None,
            "fail_reason": failure.message if failure else None,
            "entities": {"results": [self._describe_row(number) for number in range(len(self.rows))]},
        }

    def _describe_row(self, number: int) -> dict[str, str]:
        # The documents of IMS write these statuses in upper case, its examples in lower case.
        row, has_failed = self.rows[number], bool(self.errors and self.errors[number])
        status = ("fail" if has_failed else "success") if number % 2 == 0 else ("FAIL" if has_failed else "SUCCESS")
        return {"image_id": row.image_id, "project_id": row.member_id, "status": status}


def _make_change(row: Row) -> ImsError | None:
    try:
        row.change()
    except ImsError as error:
        return error
    return None


def _format_time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"


class JobStore:
    """All jobs, each of which takes the same time.

    Args:
        seconds: how long a job takes.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}
        self._waiting: deque[Job] = deque()
        self._ended: deque[Job] = deque()

    def submit(self, kind: str, project_id: str, rows: Sequence[Row]) -> Job:
        """Create a job."""
        job = Job(kind, project_id, rows, self._seconds)
        with self._lock:
            if _count_rows(self._waiting) > _MAX_ROWS:
                raise ImsError("IMG.0060", "The request is under flow control, try again later.")
            self._jobs[job.id] = job
            self._waiting.append(job)
        return job

    def run_due_jobs(self) -> None:
        """Run the jobs whose time has come. This is cheap where there is none."""
        while self._waiting and (job := self._take_due_job()):
            job.run()
            with self._lock:
                self._ended.append(job)
                while _count_rows(self._ended) > _MAX_ROWS:
                    del self._jobs[self._ended.popleft().id]

    def find(self, project_id: str, job_id: str) -> Job:
        """Find a job of a project."""
        with self._lock:
            job = self._jobs.get(job_id)
        if job is None or job.project_id != project_id:
            raise ImsError("IMG.0031", "The resource ID is wrong: no such job.")
        return job

    def _take_due_job(self) -> Job | None:
        with self._lock:
            if self._waiting and self._waiting[0].due <= time.monotonic():
                return self._waiting.popleft()
        return None


def _count_rows(jobs: deque[Job]) -> int:
    return sum(len(job.rows) for job in jobs)
