"""The paths of images and members, from IDs that may be anything."""

from __future__ import annotations

from urllib.parse import quote

from imgshare_cli.api.models import is_usable_id
from imgshare_cli.errors import UsageError

_EXAMPLES = {"image": "d164b5df-1bc3-4c3f-893e-3e471fd16e64", "project": "7554eb872fc85cd48edb777cd123c21e"}


def build_member_path(image_id: str, member_id: str) -> str:
    """Build the path of a share.

    Raises:
        UsageError: an ID is impossible.
    """
    return f"/v2/images/{quote_segment('image', image_id)}/members/{quote_segment('project', member_id)}"


def quote_segment(what: str, text: str) -> str:
    """Quote an ID for a path.

    Args:
        what: `image` or `project`, for the message.
        text: the ID.

    Raises:
        UsageError: it is impossible.
    """
    if not is_usable_id(text):
        raise UsageError(
            f"{text[:80]!r} is not a valid {what} ID",
            hint=f"use the ID that the cloud shows, such as {_EXAMPLES[what]}",
        )
    return quote(text, safe="")
