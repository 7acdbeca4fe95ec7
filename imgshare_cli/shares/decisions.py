"""Decisions about shares, and the share and unshare side of an owner, for one image at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from imgshare_cli.api.models import Status
from imgshare_cli.errors import (
    ForbiddenError,
    ImgshareError,
    NotFoundError,
    PartialError,
    Reason,
    RefusedError,
    UsageError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.api.models import Member

_MAX_LISTED = 5
Result = TypeVar("Result")


def decide_share(
    client: ImageClient, image_id: str, member_id: str | None, status: Status, vault_id: str | None = None
) -> Member:
    """Set the status of a share; every command that decides calls this.

    Args:
        client: the image service.
        image_id: the image.
        member_id: the project that decides; None is that of the only share that the token can see.
        status: the decision.
        vault_id: the backup vault for a full-server image (IMS); the service is told of it when it is accepted.
    """
    member_id = member_id or find_only_share(client, image_id).member_id
    return client.set_status(image_id, member_id, status, vault_id if status is Status.ACCEPTED else None)


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
        some = ", ".join(row.member_id for row in rows[:_MAX_LISTED]) + (", …" if len(rows) > _MAX_LISTED else "")
        raise UsageError(
            f"image {image_id} is shared with {len(rows)} projects: {some}", hint="pass the one you mean as MEMBER"
        )
    return rows[0]


def stop_sharing(client: ImageClient, image_id: str, member: str, resolve_project_id: Callable[[str], str]) -> str:
    """Unshare an image from a project, by its ID or else by its name; return the ID that it was shared with."""
    try:
        client.unshare_image(image_id, member)
    except (NotFoundError, UsageError):
        member_id = resolve_project_id(member)
        if member_id == member:
            raise
        client.unshare_image(image_id, member_id)
        return member_id
    return member


def run_for_each_member(
    members: Sequence[str], work: Callable[[str], Result], report_failure: Callable[[ImgshareError], None]
) -> Iterator[Result]:
    """Do something for each member; where one is refused, report it and go on.

    Args:
        members: the IDs or names of the projects.
        work: what to do for each.
        report_failure: called with each refusal, unless there is only one member.

    Raises:
        PartialError: some were refused.
        ImgshareError: the only one was refused, or it makes no sense to go on; what was not tried is told.
    """
    refused = 0
    for number, member in enumerate(members):
        try:
            yield work(member)
        except (ForbiddenError, NotFoundError, RefusedError, UsageError) as exc:
            if len(members) == 1:
                raise
            report_failure(exc)
            refused += 1
        except ImgshareError as exc:
            if rest := members[number + 1 :]:
                raise exc.replace(note=f"not tried: {', '.join(rest)}") from exc
            raise
    if refused:
        others = "none succeeded" if refused == len(members) else "the others succeeded"
        raise PartialError(f"{refused} of {len(members)} projects failed, {others}")
