"""Images and members read from responses, each checked to be what was asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from imgshare_cli.api.models import Member, is_same_id
from imgshare_cli.api.response import MAX_ONE, create_mismatch_error, parse_object

if TYPE_CHECKING:
    from imgshare_cli.api.images import Image
    from imgshare_cli.api.response import Response

_MAX_IMAGES = 10_000  # in one page: ten times the most that Glance gives


class Page(NamedTuple):
    """Some images of a list, whether there may be more, and how many bytes they took."""

    images: list[Image]
    more: bool
    size: int


def read_member(response: Response, body: Any, image_id: str, member_id: str | None = None) -> Member:
    """Read a member of this image.

    Args:
        response: the response, for errors.
        body: the member object.
        image_id: the image that was asked about.
        member_id: the member that was asked about, if one was.

    Raises:
        UnavailableError: it is something else.
    """
    try:
        member = Member.from_json(body if isinstance(body, dict) else {}, response.date, response.request_id)
    except ValueError as exc:
        raise create_mismatch_error(response, f"a member {exc}") from exc
    if not is_same_id(member.image_id, image_id):
        raise create_mismatch_error(response, f"a member of another image, {member.image_id}")
    if member_id and not is_same_id(member.member_id, member_id):
        raise create_mismatch_error(response, f"another member, {member.member_id}")
    return member


def read_members(response: Response, image_id: str) -> list[Member]:
    """Read the list of the members of this image, each once.

    Raises:
        UnavailableError: it is something else.
    """
    rows = parse_object(response).get("members")
    if not isinstance(rows, list):
        raise create_mismatch_error(response, "an object without a list of members")
    members = [read_member(response, row, image_id) for row in rows]
    if len({member.member_id for member in members}) < len(members):
        raise create_mismatch_error(response, "a list with the same member twice")
    return members


def read_image(response: Response, body: Any) -> Image:
    """Read an image.

    Raises:
        UnavailableError: it is something else.
    """
    from imgshare_cli.api.images import Image

    try:
        return Image.from_json(body if isinstance(body, dict) else {})
    except ValueError as exc:
        raise create_mismatch_error(response, f"an image {exc}") from exc


def read_page(response: Response) -> Page:
    """Read one page of a list of images.

    Raises:
        UnavailableError: it is something else, or too large.
    """
    body = parse_object(response)
    rows = body.get("images")
    if not isinstance(rows, list):
        raise create_mismatch_error(response, "an object without a list of images")
    if len(rows) > _MAX_IMAGES:  # each takes much more as an image than as text
        raise create_mismatch_error(response, f"a page of {len(rows)} images")
    if len(response.body) > MAX_ONE and any(len(json.dumps(row)) > MAX_ONE for row in rows):
        raise create_mismatch_error(response, f"a list with an image of more than {MAX_ONE >> 20} MiB")
    # Whether there is more, not where: `next` has no path prefix, and loses all but one of several tags.
    return Page([read_image(response, row) for row in rows], bool(body.get("next")), len(response.body))
