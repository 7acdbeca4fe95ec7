"""What imgshare does about shares, without saying how it is asked or how the answer is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

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
    from imgshare_cli.api.models import Member, Status

_LISTED = 5
Result = TypeVar("Result")


def set_share_status(
    client: ImageClient, image_id: str, member_id: str | None, status: Status, vault_id: str | None = None
) -> Member:
    """Set the status of a share; without a member, of the one share that we can see."""
    member_id = member_id or find_only_share(client, image_id).member_id
    return client.set_status(image_id, member_id, status, vault_id)


def get_share(client: ImageClient, image_id: str, member_id: str | None) -> Member:
    """One share; without a member, the one that we can see."""
    return client.get_member(image_id, member_id) if member_id else find_only_share(client, image_id)


def find_only_share(client: ImageClient, image_id: str) -> Member:
    """The share that the members list shows: a plain member's token sees exactly its own row.

    Raises:
        UsageError: it shows several, as it does to an owner or an administrator.
        NotFoundError: it shows none.
    """
    rows = client.list_members(image_id)
    if not rows:
        from imgshare_cli import hints

        share = hints.build_command("share", hints.quote_word(image_id, "IMAGE"), "MEMBER")
        raise NotFoundError(
            f"image {image_id} is shared with no project",
            # Only its owner and an administrator see an image without members.
            hint=f"if it is yours, {share} shares it",
            reason=Reason.NOT_A_MEMBER,
        )
    if len(rows) > 1:
        some = ", ".join(row.member_id for row in rows[:_LISTED]) + (", …" if len(rows) > _LISTED else "")
        raise UsageError(
            f"image {image_id} is shared with {len(rows)} projects: {some}", hint="pass the one you mean as MEMBER"
        )
    return rows[0]


def stop_sharing(client: ImageClient, image_id: str, member: str, id_of: Callable[[str], str]) -> str:
    """Take a share back, and return whose it was; where nobody has it, that of the project of this name."""
    try:
        client.unshare_image(image_id, member)
    except (NotFoundError, UsageError):
        member_id = id_of(member)
        if member_id == member:
            raise
        client.unshare_image(image_id, member_id)
        return member_id
    return member


def run_for_each_member(
    members: Sequence[str], work: Callable[[str], Result], failed: Callable[[ImgshareError], None]
) -> Iterator[Result]:
    """Do something for each member; where one is refused, say so and go on.

    Args:
        members: for whom.
        work: what to do.
        failed: told of each refusal, unless there is only one member.

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
            failed(exc)
            refused += 1
        except ImgshareError as exc:
            if rest := members[number + 1 :]:
                exc.message += f"; not tried: {', '.join(rest)}"
            raise
    if refused:
        others = "none is done" if refused == len(members) else "the others are done"
        raise PartialError(f"{refused} of {len(members)} projects failed, {others}")
