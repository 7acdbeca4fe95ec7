"""Decisions about shares, for one image at a time."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from imgshare_cli.api.models import Status
from imgshare_cli.api.timestamps import parse_http_date, parse_timestamp
from imgshare_cli.errors import ImgshareError, NotFoundError, Reason, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.api.models import Member
    from imgshare_cli.shares.jobs.protocols import Called, Find, FindJobs, Result_co, Used, Way

_MAX_LISTED = 20
# Much more than a request takes, and more than the clocks of a service differ.
_NOT_NOW = 60
_GONE = {404, 410}
_UNKNOWN_CALL = "APIGW.0101"


class Decision(NamedTuple):
    """What is decided about one share."""

    image_id: str
    member_id: str
    status: Status
    vault_id: str | None = None


def decide_share(  # noqa: PLR0913, PLR0917  (what a decision consists of)
    client: ImageClient,
    image_id: str,
    member_id: str | None,
    status: Status,
    vault_id: str | None = None,
    find_jobs: FindJobs[Result_co] | None = None,
) -> Member | Result_co:
    """Set the status of a share; every command that decides calls this.

    Args:
        client: the image service.
        image_id: the image.
        member_id: the project that decides; None is that of the only share that the token can see.
        status: the decision.
        vault_id: the backup vault for a full-server image (IMS); the service is told of it when it is accepted.
        find_jobs: finds the second way to decide; None where there is only the first.
    """
    member_id = member_id or find_only_share(client, image_id).member_id
    decision = Decision(image_id, member_id, status, vault_id if status is Status.ACCEPTED else None)
    return call_or_use_jobs(
        client, find_jobs, lambda: client.set_status(*decision), lambda jobs: jobs.decide(client, decision)
    )


def call_or_use_jobs(
    client: ImageClient,
    find_jobs: Find[Way] | None,
    call: Callable[[], Called],
    use_jobs: Callable[[Way], Used],
) -> Called | Used:
    """Change something by the API's own call, or by jobs where that call is not wanted or is gone.

    Args:
        client: the image service.
        find_jobs: finds what works by jobs; None where nothing does.
        call: makes the change by the API's own call.
        use_jobs: makes it by jobs.
    """
    jobs = find_jobs(client.endpoint) if find_jobs else None
    if jobs is None:
        try:
            return call()
        except ImgshareError as exc:
            jobs = find_jobs(client.endpoint, is_call_gone=True) if find_jobs and is_call_gone(exc) else None
            if jobs is None:
                raise
    return use_jobs(jobs)


def is_call_gone(error: ImgshareError) -> bool:
    """Whether a response says that the service does not have the call at all: its gateway knows no such call."""
    return error.http_status in _GONE and error.service_code == _UNKNOWN_CALL


def was_decided_before(member: Member, seconds: float = 0.0) -> bool:
    """Whether a decision changed nothing, because the share had its status long before the service answered.

    A service sets `updated_at` where a status changes, and leaves it where the same is decided again. Its own clock is
    asked, and ours as well, as a proxy may have a wrong one; in doubt, the decision is new.

    Args:
        member: the share, as the service answers with it.
        seconds: how long the decision took, where that was long.
    """
    updated_at, answered_at = parse_timestamp(member.updated_at), parse_http_date(member.answered_at)
    if updated_at is None or answered_at is None:
        return False
    answered_at = min(answered_at, datetime.now(UTC))
    return (answered_at - updated_at).total_seconds() > _NOT_NOW + seconds


def _count_members(rows: Sequence[Member]) -> str:
    """Count members by what they are: `3 projects`, or `2 projects, 1 account`."""
    counts = Counter(row.kind for row in rows)
    return ", ".join(f"{count} {kind}{'s' if count > 1 else ''}" for kind, count in counts.most_common())


def get_share(client: ImageClient, image_id: str, member_id: str | None) -> Member:
    """Get one share; without a member, the only share that the token can see."""
    return client.get_member(image_id, member_id) if member_id else find_only_share(client, image_id)


def find_only_share(client: ImageClient, image_id: str) -> Member:
    """Find the only share that the token can see: a plain member's token sees exactly its own.

    Raises:
        UsageError: it sees several, as an owner's or an administrator's does.
        NotFoundError: it sees none.
    """
    rows = client.list_members(image_id)
    if not rows:
        from imgshare_cli import hints

        share = hints.build_command("share", hints.quote_word(image_id, "IMAGE"), "MEMBER")
        raise NotFoundError(
            f"image {image_id} is not shared with any project",
            # Only its owner and an administrator see an image without members.
            hint=f"if you own it, {share} shares it",
            reason=Reason.NOT_A_MEMBER,
        )
    if len(rows) > 1:
        from imgshare_cli.truncation import truncate_lines

        raise UsageError(
            f"image {image_id} is shared with {_count_members(rows)}",
            hint="pass the one you mean as MEMBER",
            details=truncate_lines([row.member_id for row in rows], _MAX_LISTED),
            correction={"member": rows[0].member_id},
        )
    return rows[0]
