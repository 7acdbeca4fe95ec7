"""What a job that shares images, or stops that, says of each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.api.jobs import JobFailure, JobState
from imgshare_cli.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imgshare_cli.api.jobs import Job
    from imgshare_cli.errors import ImgshareError
    from imgshare_cli.shares.changes import Change

UNSAID = JobFailure("the job says nothing about it")


def find_row(job: Job, change: Change, changes: Sequence[Change]) -> JobFailure | None:
    """Find out what a job says of a change; None is success.

    Args:
        job: the job.
        change: the change.
        changes: all changes that it was to make.
    """
    image_id, member_id = change.share
    if (image_id, member_id) in job.shares:
        return job.shares[image_id, member_id]
    is_alone = [other.share[0] for other in changes].count(image_id) == 1
    if is_alone and image_id in job.results:
        return job.results[image_id]
    return job.failure if job.state is JobState.FAILED else UNSAID


def create_row_error(change: Change, job: Job, failure: JobFailure, count: int) -> ImgshareError:
    """Create the error for a change; where the service gives no reason, a job for it alone may have one.

    Args:
        change: the change.
        job: the job.
        failure: what the job says of it.
        count: how many changes the job was to make.
    """
    if failure is UNSAID:
        said = f"job {job.id} ended with {job.shown_state!r}, says nothing about it, and nothing has changed"
        return RefusedError(f"cannot {change.action}", explanation=said)
    reason = job.failure if failure == JobFailure() else failure
    error = reason.create_error(change.action, job.id)
    if count == 1 or reason != JobFailure():
        return error
    words = (hints.quote_word(change.image_id, "IMAGE"), hints.quote_word(change.member_id, "MEMBER"))
    return error.replace(hint=f"{hints.build_command(change.verb, *words)} may tell the reason")
