"""The members of an image: Glance gives them all at once, IMS 500 at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from imgshare_cli.api.image_paths import quote_segment
from imgshare_cli.api.image_responses import read_members
from imgshare_cli.api.response import MAX_MANY, create_mismatch_error, parse_object

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.api.models import Member
    from imgshare_cli.api.response import Response

# IMS allows 256, Glance 128 unless its operators say otherwise; each takes more than a kilobyte of memory.
_MOST = 50_000
_MOST_PAGES = 1_000
_MOST_BYTES = 64 << 20  # of all pages: what came is kept, and takes more as objects
_LONGEST_MARKER = 1_024


def read_all_members(call: Callable[..., Response], image_id: str) -> list[Member]:
    """Read the members of an image, page by page where there are pages, each member once.

    Args:
        call: sends a request to the image service.
        image_id: the image.

    Raises:
        UnavailableError: the list does not end, has too many members, or is none.
    """
    path = f"/v2/images/{quote_segment('image', image_id)}/members"

    def read(query: str = "") -> Response:
        return call("GET", path + query, f"look up image {image_id}", hints_of="members", limit=MAX_MANY)

    response = read()
    known = {member.member_id: member for member in read_members(response, image_id)}
    if b"page_info" not in response.body:
        return list(known.values())
    markers: set[str] = set()
    size = len(response.body)
    while marker := _read_marker(response):
        if marker in markers or len(markers) >= _MOST_PAGES:
            raise create_mismatch_error(response, f"a list of members that does not end after {len(known)}")
        markers.add(marker)
        response = read(f"?{urlencode({'marker': marker}, errors='replace', quote_via=quote)}")
        # One that was shared meanwhile may move others to the next page.
        for member in read_members(response, image_id):
            known.setdefault(member.member_id, member)
        size += len(response.body)
        if len(known) > _MOST or size > _MOST_BYTES:
            raise create_mismatch_error(response, f"a list of more than {_MOST} members, or with too much in it")
    return list(known.values())


def _read_marker(response: Response) -> str | None:
    """Read the marker of the next page; None on the last one."""
    page = parse_object(response).get("page_info", {})
    marker = page.get("next_marker", "") if isinstance(page, dict) else page
    if marker is None:
        return None
    if not (isinstance(page, dict) and isinstance(marker, str)) or len(marker) > _LONGEST_MARKER:
        raise create_mismatch_error(response, "a list of members whose next page cannot be asked for")
    return marker or None
