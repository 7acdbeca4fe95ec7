"""What a decision or an owner's command did, in a line for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.api.models import Status
from imgshare_cli.terminal.colours import colour_text, get_status_colours
from imgshare_cli.terminal.format import format_size
from imgshare_cli.terminal.owners import name_image, name_owner, name_owner_briefly

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

    from imgshare_cli.api.images import Image
    from imgshare_cli.api.models import Member
    from imgshare_cli.config.owners import OwnerNames

_CHECK, _CROSS = "✓", "✗"
_PAST = {Status.ACCEPTED: "Accepted", Status.REJECTED: "Rejected", Status.PENDING: "Reset"}


def describe_decision(  # noqa: PLR0913  (what a sentence is made of)
    member: Member, image: Image | None, shown_id: str, owners: OwnerNames, *, is_own: bool, was_decided_before: bool
) -> str:
    """Describe a decision with what is known of the image.

    Args:
        member: the share after the decision.
        image: the image, or None where the service does not show it.
        shown_id: what is shown of the image's ID beside a name.
        owners: the names of owners.
        is_own: whether the project that decided is that of the user.
        was_decided_before: whether it had this status already.
    """
    project = "" if is_own else f"for {member.kind} {name_owner(member.member_id, owners)}"
    name = name_image(image, member.image_id, shown_id)
    if was_decided_before:
        return f"{name} was already {member.status.value} {project}".rstrip()
    source = f" from {name_owner_briefly(image.owner, owners)}" if image and image.owner else ""
    size = f", {format_size(image.size)}" if image and image.size is not None else ""
    target = f"{',' if source or size else ''} {project}" if project else ""
    again = ": it is pending again" if member.status is Status.PENDING else ""
    return f"{_PAST[member.status]} {name}{source}{size}{target}{again}"


def describe_sharing(member: Member, image: Image | None, shown_id: str, owners: OwnerNames, *, is_new: bool) -> str:
    """Describe a share with what is known of the image.

    Args:
        member: the share.
        image: the image, or None where it was not looked at.
        shown_id: what is shown of the image's ID beside a name.
        owners: the names of owners.
        is_new: whether the image was not shared with the project before.
    """
    name, project = name_image(image, member.image_id, shown_id), name_owner(member.member_id, owners)
    if is_new:
        return f"Shared {name} with {project}"
    return f"{name} was already shared with {project}: {member.status.value}"


def describe_unsharing(  # noqa: PLR0913  (what a sentence is made of)
    image_id: str,
    member_id: str,
    image: Image | None,
    shown_id: str,
    owners: OwnerNames,
    *,
    was_shared: bool,
    kind: str = "project",
) -> str:
    """Describe the end of a share with what is known of the image.

    Args:
        image_id: the image.
        member_id: the project.
        image: the image, or None where it was not looked at.
        shown_id: what is shown of the image's ID beside a name.
        owners: the names of owners.
        was_shared: whether the image was shared with the project before.
        kind: what it is, where it is no project.
    """
    name, project = name_image(image, image_id, shown_id), name_owner(member_id, owners)
    project = project if kind == "project" else f"{kind} {project}"
    return f"Stopped sharing {name} with {project}" if was_shared else f"{name} was not shared with {project}"


def draw_mark(stream: TextIO | None, environ: Mapping[str, str], *, failed: bool) -> str:
    """Draw the mark of a success or failure, with the space behind it; nothing where the stream cannot show it."""
    mark, status = (_CROSS, "rejected") if failed else (_CHECK, "accepted")
    try:
        mark.encode(getattr(stream, "encoding", None) or "ascii")
    except (UnicodeError, LookupError):
        return ""
    colours = get_status_colours(environ, at_terminal=True)
    return colour_text(mark, {mark: colours[status]} if colours else {}) + " "
