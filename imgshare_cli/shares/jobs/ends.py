"""What became of the images of a job: by its rows, by its own end, or by their shares."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from imgshare_cli.api.jobs import JobState
from imgshare_cli.errors import ImgshareError, RefusedError
from imgshare_cli.shares.decisions import is_call_gone
from imgshare_cli.shares.jobs.rows import create_failure_error

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.api.jobs import Job, JobFailure
    from imgshare_cli.api.models import Status
    from imgshare_cli.shares.jobs.kept_entries import JobGroup


@dataclass
class JobEnds:
    """What became of the images of one group.

    Attributes:
        client: the image service.
        group: what the images have in common.
        by_image: what became of each, by its ID in small letters: None is success.
    """

    client: ImageClient
    group: JobGroup
    by_image: dict[str, ImgshareError | None] = field(default_factory=dict)

    def list_rest(self, images: Iterable[str]) -> list[str]:
        """List the images of which nothing is known."""
        return [image for image in images if image not in self.by_image]

    def read_job(self, job: Job, images: Sequence[str]) -> None:
        """Read what a job did with each image; one without a row has the job's own end."""
        for image in images:
            if image in job.results:
                failure = job.results[image]
                self.by_image[image] = self._create_error(image, job, failure, len(images)) if failure else None
            elif job.state is JobState.FAILED:
                self.by_image[image] = self._create_error(image, job, job.failure, len(images))
            else:
                self.by_image[image] = self._verify(image, job)

    def _create_error(self, image: str, job: Job, failure: JobFailure, count: int) -> ImgshareError:
        alone = self.group.status.verb, image, self.group.project_id
        return create_failure_error(job, failure, self._describe(image), alone, count)

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

    def look(self, images: Iterable[str]) -> None:
        """Look at the shares: what has the status is done, what cannot be seen is not known."""
        for image, status in self._read_statuses(images):
            if status is self.group.status:
                self.by_image[image] = None

    def confirm(self, images: Iterable[str]) -> None:
        """Take back what was done and is not so any more."""
        done = [image for image in images if image in self.by_image and self.by_image[image] is None]
        for image, status in self._read_statuses(done):
            if status is not self.group.status:
                del self.by_image[image]

    def _read_statuses(self, images: Iterable[str]) -> Iterator[tuple[str, Status]]:
        """Read the statuses of shares; those that cannot be seen are left out."""
        for image in images:
            try:
                member = self.client.get_member(image, self.group.project_id)
            except ImgshareError as exc:
                if is_call_gone(exc):
                    return
            else:
                yield image, member.status

    def fail(self, images: Iterable[str], error: ImgshareError) -> None:
        """Let an error be what became of images."""
        for image in images:
            self.by_image[image] = name_image(error, self._describe(image))

    def _describe(self, image: str) -> str:
        return f"{self.group.status.verb} image {image} for project {self.group.project_id}"


def name_image(error: ImgshareError, action: str) -> ImgshareError:
    """Create a copy of an error that names the image, as each has its own outcome."""
    # An error of a request begins with what could not be done, which is said of the image instead.
    parts = [error.explanation] if error.failure.startswith("cannot ") else [error.failure, error.explanation]
    return error.replace(failure=f"cannot {action}", explanation=": ".join(filter(None, parts)))
