"""Decides about images by jobs: each image is in one job at a time, and has an end of its own."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from imgshare_cli.errors import ImgshareError, InterruptedByUserError, NotFoundError, UnavailableError
from imgshare_cli.shares.jobs.ends import JobEnds
from imgshare_cli.shares.jobs.submission import LOST_PAUSE, halve_refused, submit_once_more

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.shares.jobs.kept_entries import JobGroup, KeptJob
    from imgshare_cli.shares.jobs.kept_jobs import KeptJobs
    from imgshare_cli.shares.jobs.poll import JobPoll

Ends = dict[str, ImgshareError | None]
"""What became of images, by their IDs: None is success."""
_SUBMIT_SECONDS = 30.0
_LOOK_SECONDS = 0.1


@dataclass(frozen=True)
class JobRunner:
    """Decides by jobs.

    Attributes:
        kept: the jobs whose end nobody has seen.
        poll: how a job is waited for.
        is_stopped: whether no more jobs are to be begun.
    """

    kept: KeptJobs
    poll: JobPoll
    is_stopped: Callable[[], bool] = lambda: False

    def decide(self, client: ImageClient, group: JobGroup, images: Sequence[str]) -> Ends:
        """Decide about images, at most as many as a job takes; those that were not begun are left out.

        Jobs that an earlier run has begun with some of the images are waited for first, so that nothing is submitted
        twice.

        Args:
            client: the image service.
            group: what the images have in common.
            images: the images.
        """
        run = _GroupRun(self, client, group, JobEnds(client, group))
        run.decide([image.lower() for image in images])
        ends = run.ends.by_image
        return {image: ends[image.lower()] for image in images if image.lower() in ends}


@dataclass
class _GroupRun:
    """The decisions of one group, and what became of them so far."""

    runner: JobRunner
    client: ImageClient
    group: JobGroup
    ends: JobEnds
    ended_keys: set[str] = field(default_factory=set)

    def decide(self, images: Sequence[str]) -> None:
        while rest := self.ends.list_rest(images):
            if self.runner.is_stopped():
                return
            # At once, and not after the other jobs: when those end, nobody could tell any more what was in them.
            claim = self.runner.kept.claim(self.group, rest, self.ended_keys)
            if own := [image for image in rest if image in claim.own.images]:
                self._submit(claim.own.key, own)
            for job in claim.others:
                self.ended_keys.add(job.key)
                if images_of_job := [image for image in self.ends.list_rest(rest) if image in job.images]:
                    self._end_kept(job, images_of_job)

    def _end_kept(self, job: KeptJob, images: Sequence[str]) -> None:
        """Wait for a job of an earlier run, or of another process; what it did not decide is left."""
        if job.id is None:
            job = self._await_id(job)
            if job.id is None and self.runner.is_stopped():
                return
        try:
            ended = self.runner.poll.wait(self.client.jobs, self.group.project_id, job.id) if job.id else None
        except NotFoundError:
            ended = None  # it is too old, or never began
        except InterruptedByUserError:
            raise
        except ImgshareError as exc:
            self.ends.fail(images, exc)
            return
        if ended is None:
            self.ends.look(images)
        else:
            self.ends.read_job(ended, images)
            # Somebody may have decided otherwise since then.
            self.ends.confirm(images)
        self.runner.kept.release(self.group, job.key, images)

    def _await_id(self, job: KeptJob) -> KeptJob:
        """Wait while another process submits a job; one that has died does not."""
        while job.id is None and time.time() - job.time < _SUBMIT_SECONDS and _is_alive(job.process):
            if self.runner.is_stopped():
                break
            time.sleep(_LOOK_SECONDS)
            found = self.runner.kept.find(self.group, job.key)
            if found is None:
                break
            job = found
        return job

    def _submit(self, key: str, images: Sequence[str]) -> None:
        """Submit a job and wait for it."""
        kept, group, may_have_begun = self.runner.kept, self.group, False

        def look(lost: Sequence[str]) -> Sequence[str]:
            nonlocal may_have_begun
            may_have_begun = True
            self.runner.poll.pause(LOST_PAUSE)
            self.ends.look(lost)
            return self.ends.list_rest(lost)

        try:
            job_id, images = submit_once_more(images, self._begin, look)
        except ImgshareError as exc:
            rest = self.ends.list_rest(images)
            halves = halve_refused(exc, rest)
            if (may_have_begun or exc.may_have_arrived) and not halves:
                kept.abandon(group, key)
            else:
                kept.release(group, key)
            for half in halves:
                self.decide(half)
            if not halves:
                self.ends.fail(rest, exc)
            return
        if job_id is None:
            kept.release(group, key)
            return
        kept.keep_id(group, key, job_id, images)
        self._wait(job_id, key, images)

    def _begin(self, images: Sequence[str]) -> str:
        return self.client.jobs.submit_decision(self.group.project_id, self.group.status, images, self.group.vault_id)

    def _wait(self, job_id: str, key: str, images: Sequence[str]) -> None:
        try:
            job = self.runner.poll.wait(self.client.jobs, self.group.project_id, job_id)
        except NotFoundError as exc:
            self.ends.look(images)
            lost = UnavailableError(
                f"the service does not know job {job_id}, and the share is not {self.group.status.value}",
                http_status=exc.http_status,
                request_id=exc.request_id,
            )
            self.ends.fail(self.ends.list_rest(images), lost)
        except InterruptedByUserError:
            raise
        except ImgshareError as exc:
            self.ends.fail(images, exc)
            return
        else:
            self.ends.read_job(job, images)
        self.runner.kept.release(self.group, key)


def _is_alive(process: int) -> bool:
    if os.name != "posix" or process <= 0:
        return process > 0
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return True
