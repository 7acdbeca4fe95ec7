"""Shares an image with an account or an organization, as only IMS can, and only by a job."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from imgshare_cli.api.job_client import NoJobsError
from imgshare_cli.api.jobs import MEMBER_KEYS, JobState
from imgshare_cli.api.models import is_same_id, is_usable_id
from imgshare_cli.api.service_kind import ServiceKind
from imgshare_cli.errors import ImgshareError, RefusedError, UsageError

if TYPE_CHECKING:
    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.api.models import Member
    from imgshare_cli.shares.jobs.poll import JobPoll


class Receiver(NamedTuple):
    """Who gets an image.

    Attributes:
        kind: `account` or `organization`.
        id: its ID.
    """

    kind: str
    id: str

    def __str__(self) -> str:
        """As people are told of it."""
        return f"{self.kind} {self.id}"


class ReceiverShare(NamedTuple):
    """A share with an account or an organization.

    Attributes:
        member: the share; None where the list of the image's members does not show it.
        is_new: whether it was not there before.
    """

    member: Member | None
    is_new: bool


def share_with_receiver(
    client: ImageClient, poll: JobPoll, image_id: str, receiver: Receiver, project_id: str | None
) -> ReceiverShare:
    """Share an image with an account or an organization; what is shared already stays as it is, and is no error.

    Args:
        client: the image service.
        poll: how the job is waited for.
        image_id: the image.
        receiver: who gets it.
        project_id: the project that shares it, where it is known.

    Raises:
        UsageError: the ID is impossible.
        ImgshareError: the service is not IMS, or refuses.
    """
    if not is_usable_id(receiver.id):
        raise UsageError(f"{receiver.id[:80]!r} is not a valid {receiver.kind} ID")
    action = f"share image {image_id} with {receiver}"
    if client.service_kind is ServiceKind.GLANCE:
        raise _create_glance_error(action)
    try:
        job_id = client.jobs.submit_sharing([image_id], {MEMBER_KEYS[receiver.kind]: [receiver.id]}, action)
    except NoJobsError as exc:
        raise _create_glance_error(action, exc) from exc
    except ImgshareError as exc:
        if exc.may_have_arrived and (member := _find_member(client, image_id, receiver)):
            return ReceiverShare(member, is_new=True)
        raise
    job = poll.wait(client.jobs, project_id, job_id)
    failure = job.results.get(image_id.lower(), job.failure if job.state is JobState.FAILED else None)
    member = _find_member(client, image_id, receiver)
    if failure and member and member.kind == receiver.kind:
        return ReceiverShare(member, is_new=False)  # no code is documented for what is shared already
    if failure:
        raise job.find_reason(failure).create_error(action, job_id)
    return ReceiverShare(member, is_new=True)


def _find_member(client: ImageClient, image_id: str, receiver: Receiver) -> Member | None:
    try:
        members = client.list_members(image_id)
    except ImgshareError:
        return None
    return next((member for member in members if is_same_id(member.member_id, receiver.id)), None)


def _create_glance_error(action: str, cause: NoJobsError | None = None) -> RefusedError:
    return RefusedError(
        f"cannot {action}",
        explanation="only the image service of Huawei-style clouds (IMS) shares with accounts and organizations",
        http_status=cause.http_status if cause else None,
        request_id=cause.request_id if cause else None,
    )
