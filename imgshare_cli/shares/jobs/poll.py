"""Looks at a job until it ends."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imgshare_cli.api.job_client import Busy
from imgshare_cli.errors import ImgshareError, InterruptedByUserError, NotFoundError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.api.job_client import JobClient
    from imgshare_cli.api.jobs import Job

# A pause is a part of the time so far: a job is noticed soon after its end, and a long one is not asked too often.
_SHORTEST_PAUSE, _LONGEST_PAUSE, _PART = 0.15, 3.0, 0.07
_JITTER = 0.2
_MOST_FAILURES = 3  # in a row, each with the retries of a request
_LEAST_PATIENCE, _PATIENCE = 300.0, 10


def get_patience(timeout: float) -> float:
    """Get for how many seconds a job is waited for, where a request has so many."""
    return max(_LEAST_PATIENCE, _PATIENCE * timeout)


@dataclass(frozen=True)
class JobPoll:
    """How a job is waited for.

    Attributes:
        seconds: how long.
        describe_again: returns the command that shows how it ended, for hints.
        pause: waits for some seconds.
    """

    seconds: float
    describe_again: Callable[[], str] = lambda: "the same command"
    pause: Callable[[float], None] = time.sleep

    def wait(self, client: JobClient, project_id: str | None, job_id: str) -> Job:
        """Wait until a job ends.

        Args:
            client: the service.
            project_id: the project in which it was begun, where it is known.
            job_id: the job.

        Raises:
            NotFoundError: the service does not know it.
            UnavailableError: it does not end, or the service does not say.
            InterruptedByUserError: Ctrl-C was pressed.
            ImgshareError: the credential was rejected.
        """
        try:
            return self._wait(client, project_id, job_id)
        except KeyboardInterrupt:
            raise InterruptedByUserError(
                f"interrupted: job {job_id} goes on", hint=f"{self.describe_again()} shows how it ended"
            ) from None
        except NotFoundError:
            raise
        except ImgshareError as exc:
            raise exc.replace(note=f"job {job_id} goes on, and {self.describe_again()} shows how it ended") from exc

    def _wait(self, client: JobClient, project_id: str | None, job_id: str) -> Job:
        started = time.monotonic()
        deadline, failures, state = started + self.seconds, 0, "not known"
        while True:
            requested = 0.0
            try:
                job = client.get_job(project_id, job_id)
                failures = 0
            except UnavailableError:
                failures += 1
                if failures == _MOST_FAILURES:
                    raise
            else:
                if isinstance(job, Busy):
                    requested = job.seconds
                elif job.has_ended:
                    return job
                else:
                    state = job.shown_state
            now = time.monotonic()
            pause = max(_draw_pause(now - started), requested)
            if now + pause >= deadline:
                raise UnavailableError(
                    f"job {job_id} has not ended after {now - started:.0f} s", explanation=f"its state is {state!r}"
                )
            self.pause(pause)


def _draw_pause(seconds: float) -> float:
    """Draw a pause after so many seconds; many clients do not come at the same time."""
    pause = min(max(seconds * _PART, _SHORTEST_PAUSE), _LONGEST_PAUSE)
    return pause * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311  (no secret depends on it)
