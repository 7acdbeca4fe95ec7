"""Check the members that a caller adds, and the status that a caller sets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.sandbox.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imgshare_cli.sandbox.records import MemberRecord

_STATUSES = ("pending", "accepted", "rejected")


def check_new_member(members: Mapping[str, MemberRecord], image_id: str, member_id: str, quota: int) -> None:
    """Raise an error unless the member can be added to these members of the image."""
    attempted = 1 + len([member for member in members.values() if not member.removed])
    if attempted > quota:
        reason = (
            "The limit has been exceeded on the number of allowed image members for this image."
            f" Attempted: {attempted}, Maximum: {quota}"
        )
        raise ApiError(413, f"Image member limit exceeded for image {image_id}: {reason}:")
    if member_id in members and not members[member_id].removed:
        raise ApiError(409, f"Member {member_id} is duplicated for image {image_id}")
    if any(ord(character) > 0xFFFF for character in member_id):  # noqa: PLR2004 # the end of the BMP
        raise ApiError(400, "Member can't contain 4 byte unicode characters.")


def parse_status(status: object) -> str:
    """Return the status, and raise an error if a member cannot have it."""
    if status not in _STATUSES:
        raise ApiError(400, 'Incorrect request: Status must be "pending", "accepted" or "rejected".')
    return status
