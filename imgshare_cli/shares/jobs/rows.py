"""What a job says of each image or share in it, and the errors for what failed."""

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
    """Create the error for a change.

    Args:
        change: the change.
        job: the job.
        failure: what the job says of it.
        count: how many changes the job was to make.
    """
    if failure is UNSAID:
        said = f"job {job.id} ended with {job.shown_state!r}, says nothing about it, and nothing has changed"
        return RefusedError(f"cannot {change.action}", explanation=said)
    alone = change.verb, change.image_id, change.member_id
    return create_failure_error(job, failure, change.action, alone, count)


def create_failure_error(
    job: Job, failure: JobFailure, action: str, alone: tuple[str, str, str], count: int
) -> ImgshareError:
    """Create the error for what failed in a job; where the service gives no reason, a job for it alone may have one.

    Args:
        job: the job.
        failure: what its row says, or the job itself.
        action: what could not be done, in words that follow "cannot".
        alone: the command that does it alone: its name, the image and the member.
        count: how many things the job was to do.
    """
    reason = job.find_reason(failure)
    error = reason.create_error(action, job.id)
    if count == 1 or reason != JobFailure():
        return error
    verb, image_id, member_id = alone
    words = (hints.quote_word(image_id, "IMAGE"), hints.quote_word(member_id, "MEMBER"))
    return error.replace(hint=f"{hints.build_command(verb, *words)} may tell the reason")
