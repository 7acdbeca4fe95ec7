"""Decides about images by jobs: each image is in one job at a time, and has an end of its own."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.api.job_client import NoJobsError
from imgshare_cli.api.jobs import JobFailure, JobState
from imgshare_cli.errors import ImgshareError, InterruptedByUserError, NotFoundError, RefusedError, UnavailableError
from imgshare_cli.shares.decisions import is_call_gone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.api.jobs import Job
    from imgshare_cli.shares.job_poll import JobPoll
    from imgshare_cli.shares.kept_jobs import JobGroup, KeptJob, KeptJobs

Ends = dict[str, ImgshareError | None]
"""What became of images, by their IDs: None is success."""
# One image may be the reason why a job is refused: the others have another one.
_OF_SOME_IMAGE = {
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.CONFLICT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
}
_PAUSE = 1.0  # before the shares are looked at, where a job may have begun
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
        run = _GroupRun(self, client, group)
        run.decide([image.lower() for image in images])
        return {image: run.ends[image.lower()] for image in images if image.lower() in run.ends}


@dataclass
class _GroupRun:
    """The decisions of one group, and what became of them so far."""

    runner: JobRunner
    client: ImageClient
    group: JobGroup
    ends: Ends = field(default_factory=dict)
    ended_keys: set[str] = field(default_factory=set)

    def decide(self, images: Sequence[str]) -> None:
        while rest := [image for image in images if image not in self.ends]:
            if self.runner.is_stopped():
                return
            claim = self.runner.kept.claim(self.group, rest)
            jobs = [job for job in claim.jobs if job.key not in self.ended_keys]  # a full disk forgets nothing
            for job in jobs:
                self._end_kept(job, [image for image in rest if image in job.images])
                self.ended_keys.add(job.key)
            if not jobs:
                self._submit(claim.key, rest)

    def _end_kept(self, job: KeptJob, images: Sequence[str]) -> None:
        """Wait for a job of an earlier run, or of another process; what it did not decide is left."""
        if job.id is None:
            job = self._await_id(job)
        try:
            ended = self.runner.poll.wait(self.client.jobs, self.group.project_id, job.id) if job.id else None
        except NotFoundError:
            ended = None  # it is too old, or never began
        except InterruptedByUserError:
            raise
        except ImgshareError as exc:
            self._fail(images, exc)
            return
        if ended is None:
            self._look(images)
        else:
            self._read_ends(ended, images)
            # Somebody may have decided otherwise since then.
            self._confirm([image for image in images if image in self.ends and self.ends[image] is None])
        self.runner.kept.release(self.group, job.key, images)

    def _await_id(self, job: KeptJob) -> KeptJob:
        """Wait while another process submits a job; one that has died does not."""
        while job.id is None and time.time() - job.time < _SUBMIT_SECONDS and _is_alive(job.process):
            time.sleep(_LOOK_SECONDS)
            found = self.runner.kept.find(self.group, job.key)
            if found is None:
                break
            job = found
        return job

    def _submit(self, key: str, images: Sequence[str]) -> None:
        """Submit a job and wait for it; where it is not known whether it began, look at the shares before it is again.

        What a job has set, the next one sets again, which changes nothing.
        """
        kept, group, may_have_begun = self.runner.kept, self.group, False
        try:
            try:
                job_id = self._begin(images)
            except ImgshareError as exc:
                if not exc.may_have_arrived:
                    raise
                may_have_begun = True
                self.runner.poll.pause(_PAUSE)
                self._look(images)
                if not (images := [image for image in images if image not in self.ends]):
                    kept.release(group, key)
                    return
                job_id = self._begin(images)
        except ImgshareError as exc:
            if may_have_begun or exc.may_have_arrived:
                kept.abandon(group, key)
            else:
                kept.release(group, key)
            if exc.http_status in _OF_SOME_IMAGE and not isinstance(exc, NoJobsError) and len(images) > 1:
                kept.release(group, key)
                middle = len(images) // 2
                self.decide(images[:middle])
                self.decide(images[middle:])
            else:
                self._fail(images, exc)
            return
        kept.keep_id(group, key, job_id, images)
        self._wait(job_id, key, images)

    def _begin(self, images: Sequence[str]) -> str:
        return self.client.jobs.submit_decision(self.group.project_id, self.group.status, images, self.group.vault_id)

    def _wait(self, job_id: str, key: str, images: Sequence[str]) -> None:
        try:
            job = self.runner.poll.wait(self.client.jobs, self.group.project_id, job_id)
        except NotFoundError as exc:
            self._look(images)
            lost = UnavailableError(
                f"the service does not know job {job_id}, and the share is not {self.group.status.value}",
                http_status=exc.http_status,
                request_id=exc.request_id,
            )
            self._fail([image for image in images if image not in self.ends], lost)
        except InterruptedByUserError:
            raise
        except ImgshareError as exc:
            self._fail(images, exc)
            return
        else:
            self._read_ends(job, images)
        self.runner.kept.release(self.group, key)

    def _read_ends(self, job: Job, images: Sequence[str]) -> None:
        """Read what a job did with each image; one without a row has the job's own end."""
        for image in images:
            if image in job.results:
                failure = job.results[image]
                self.ends[image] = self._create_error(image, job, failure, len(images)) if failure else None
            elif job.state is JobState.FAILED:
                self.ends[image] = self._create_error(image, job, job.failure, len(images))
            else:
                self.ends[image] = self._verify(image, job)

    def _create_error(self, image: str, job: Job, failure: JobFailure, count: int) -> ImgshareError:
        """Create the error for an image; where the service gives no reason, a job with it alone may have one."""
        reason = job.failure if failure == JobFailure() else failure  # the documented rows have none
        error = reason.create_error(self._describe(image), job.id)
        if count == 1 or reason != JobFailure():
            return error
        words = (hints.quote_word(image, "IMAGE"), hints.quote_word(self.group.project_id, "MEMBER"))
        return error.replace(hint=f"{hints.build_command(self.group.status.verb, *words)} may tell the reason")

    def _verify(self, image: str, job: Job) -> ImgshareError | None:
        """Look at the share of an image that a job says nothing about, although it succeeded."""
        try:
            member = self.client.get_member(image, self.group.project_id)
        except ImgshareError as exc:
            return None if is_call_gone(exc) else exc
        if member.status is self.group.status:
            return None
        return RefusedError(
            f"cannot {self._describe(image)}",
            explanation=f"job {job.id} ended with {job.shown_state!r}, says nothing about it, and the share is "
            f"still {member.status.value}",
        )

    def _look(self, images: Iterable[str]) -> None:
        """Look at the shares: what has the status is done, what cannot be seen is not known."""
        for image in images:
            try:
                member = self.client.get_member(image, self.group.project_id)
            except ImgshareError as exc:
                if is_call_gone(exc):
                    return
                continue
            if member.status is self.group.status:
                self.ends[image] = None

    def _confirm(self, images: Iterable[str]) -> None:
        """Take back what was done and is not so any more."""
        for image in images:
            try:
                member = self.client.get_member(image, self.group.project_id)
            except ImgshareError as exc:
                if is_call_gone(exc):
                    return
                continue
            if member.status is not self.group.status:
                del self.ends[image]

    def _fail(self, images: Iterable[str], error: ImgshareError) -> None:
        for image in images:
            self.ends[image] = _name_image(error, self._describe(image))

    def _describe(self, image: str) -> str:
        return f"{self.group.status.verb} image {image} for project {self.group.project_id}"


def _name_image(error: ImgshareError, action: str) -> ImgshareError:
    """Create a copy of an error that names the image, as each has its own outcome."""
    # An error of a request begins with what could not be done, which is said of the image instead.
    parts = [error.explanation] if error.failure.startswith("cannot ") else [error.failure, error.explanation]
    return error.replace(failure=f"cannot {action}", explanation=": ".join(filter(None, parts)))


def _is_alive(process: int) -> bool:
    if os.name != "posix" or process <= 0:
        return process > 0
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
