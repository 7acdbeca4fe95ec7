"""The query string of `GET /v2/images`: filters, order and pages."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from imgshare_cli.sandbox.errors import ApiError
from imgshare_cli.sandbox.filters import build_boolean_filter, build_filter, build_tag_filter
from imgshare_cli.sandbox.sorting import SortOrder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imgshare_cli.sandbox.filters import Filter
    from imgshare_cli.sandbox.records import ImageRecord

_DEFAULT_LIMIT = 25
_MAX_LIMIT = 1000
_SINGLE_KEYS = ("limit", "marker", "member_status")
_REPEATED_KEYS = ("sort_key", "sort_dir", "tag")


@dataclass(frozen=True, slots=True)
class ImageQuery:
    """Which images to list, in which order, and after which one."""

    visibility: str | None
    member_status: str
    filters: list[Filter]
    order: SortOrder
    limit: int
    marker: str | None

    @classmethod
    def parse(cls, params: list[tuple[str, str]]) -> ImageQuery:
        """Parse the parameters, and reject what Glance rejects, in its order."""
        # The first of a single key counts, and any other is a filter by a property of this name; of all other keys
        # the last counts.
        single = {key: value for key, value in reversed(params) if key in _SINGLE_KEYS}
        repeated = {name: [value.strip() for key, value in params if key == name] for name in _REPEATED_KEYS}
        other = dict(param for param in params if param not in single.items() and param[0] not in _REPEATED_KEYS)
        return cls(
            visibility=_pop_visibility(other),
            member_status=_get_member_status(single),
            limit=_parse_limit(single),
            marker=single.get("marker"),
            order=SortOrder.parse(other.pop("sort", None), repeated["sort_key"], repeated["sort_dir"]),
            filters=[*map(build_tag_filter, repeated["tag"]), *_build_filters(other)],
        )

    def select_page(
        self, newest_first: Iterable[ImageRecord], marker: ImageRecord | None, is_listed: Filter
    ) -> list[ImageRecord]:
        """Select the images of one page: those that the caller may list and that pass the filters."""

        def matches(image: ImageRecord) -> bool:
            return is_listed(image) and all(passes(image) for passes in self.filters)

        return list(islice(self.order.sort_images(newest_first, marker, matches), self.limit))


def parse_query_string(target: str) -> list[tuple[str, str]]:
    """Parse the query string of a request target."""
    text = target.partition("?")[2].replace(";", "&")
    try:
        # Here bytes are UTF-8, whether they are escaped or not.
        return parse_qsl(text.encode("latin-1").decode(), keep_blank_values=True, errors="strict")
    except ValueError:
        raise ApiError(
            400,
            "Error decoding your request. Either the URL or the request body contained characters that could not be"
            " decoded by Glance",
        ) from None


def build_page_links(params: list[tuple[str, str]], images: list[ImageRecord], limit: int) -> dict[str, str]:
    """Build the links to the first and the next page. Glance keeps the last of a repeated key, so it loses tags."""
    link_params = dict(params)
    link_params.pop("marker", None)
    first = "/v2/images" + (f"?{urlencode(link_params)}" if link_params else "")
    links = {"first": first, "schema": "/v2/schemas/images"}
    # A full page always has a next one, so the last page may be empty.
    if images and len(images) == limit:
        links["next"] = f"/v2/images?{urlencode(link_params | {'marker': images[-1].id})}"
    return links


def _pop_visibility(params: dict[str, str]) -> str | None:
    visibility = params.pop("visibility", None)
    if visibility and visibility not in {"community", "public", "private", "shared", "all"}:
        raise ApiError(400, f"Invalid visibility value: {visibility}")
    if params.get("changes-since"):
        raise ApiError(400, 'The "changes-since" filter is no longer available on v2.')
    return visibility


def _get_member_status(params: dict[str, str]) -> str:
    member_status = params.get("member_status", "accepted")
    if member_status not in {"pending", "accepted", "rejected", "all"}:
        raise ApiError(400, f"Invalid status: {member_status}")
    return member_status


def _parse_limit(params: dict[str, str]) -> int:
    try:
        limit = int(params.get("limit", _DEFAULT_LIMIT))
    except ValueError:
        raise ApiError(400, "limit param must be an integer") from None
    if limit < 0:
        raise ApiError(400, "limit param must be positive")
    return min(limit, _MAX_LIMIT)


def _build_filters(params: dict[str, str]) -> Iterable[Filter]:
    yield build_boolean_filter("os_hidden", params.pop("os_hidden", "false").lower())
    if "protected" in params:
        yield build_boolean_filter("protected", params.pop("protected"))
    for key, value in params.items():
        yield build_filter(key, value)
