"""Listing images: what the query string of `GET /v2/images` means."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from imgshare_cli.sandbox import filters
from imgshare_cli.sandbox.errors import RefusalError
from imgshare_cli.sandbox.sorting import Order

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imgshare_cli.sandbox.filters import Filter
    from imgshare_cli.sandbox.records import Image

_DEFAULT_LIMIT = 25
_MAX_LIMIT = 1000
_ONCE = ("limit", "marker", "member_status")
_REPEATED = ("sort_key", "sort_dir", "tag")


@dataclass(frozen=True, slots=True)
class Query:
    """What to list, in which order, and from where."""

    visibility: str | None
    member_status: str
    filters: list[Filter]
    order: Order
    limit: int
    marker: str | None

    @classmethod
    def parse(cls, pairs: list[tuple[str, str]]) -> Query:
        """Read a query string, and refuse what Glance refuses, in its order."""
        # Of these the first counts, and what is left over is taken for the name of a property; of others the last.
        once = {key: value for key, value in reversed(pairs) if key in _ONCE}
        repeated = {name: [value.strip() for key, value in pairs if key == name] for name in _REPEATED}
        rest = dict(pair for pair in pairs if pair not in once.items() and pair[0] not in _REPEATED)
        return cls(
            visibility=_visibility(rest),
            member_status=_member_status(once),
            limit=_limit(once),
            marker=once.get("marker"),
            order=Order.parse(rest.pop("sort", None), repeated["sort_key"], repeated["sort_dir"]),
            filters=[*map(filters.tagged, repeated["tag"]), *_filters(rest)],
        )

    def page(self, newest_first: Iterable[Image], marker: Image | None, listed: Filter) -> list[Image]:
        """The images of one page: those that are listed to the caller and pass the filters."""

        def wanted(image: Image) -> bool:
            return listed(image) and all(passes(image) for passes in self.filters)

        return list(islice(self.order.sorted(newest_first, marker, wanted), self.limit))


def links(pairs: list[tuple[str, str]], images: list[Image], limit: int) -> dict[str, str]:
    """Where the first and the next page are. Of a repeated key Glance keeps the last, so some tags are lost."""
    params = dict(pairs)
    params.pop("marker", None)
    first = "/v2/images" + (f"?{urlencode(params)}" if params else "")
    found = {"first": first, "schema": "/v2/schemas/images"}
    # There is a next page whenever this one is full, so the last one may be empty.
    if images and len(images) == limit:
        found["next"] = f"/v2/images?{urlencode(params | {'marker': images[-1].id})}"
    return found


def _visibility(params: dict[str, str]) -> str | None:
    visibility = params.pop("visibility", None)
    if visibility and visibility not in {"community", "public", "private", "shared", "all"}:
        raise RefusalError(400, f"Invalid visibility value: {visibility}")
    if params.get("changes-since"):
        raise RefusalError(400, 'The "changes-since" filter is no longer available on v2.')
    return visibility


def _member_status(params: dict[str, str]) -> str:
    member_status = params.get("member_status", "accepted")
    if member_status not in {"pending", "accepted", "rejected", "all"}:
        raise RefusalError(400, f"Invalid status: {member_status}")
    return member_status


def _limit(params: dict[str, str]) -> int:
    try:
        limit = int(params.get("limit", _DEFAULT_LIMIT))
    except ValueError:
        raise RefusalError(400, "limit param must be an integer") from None
    if limit < 0:
        raise RefusalError(400, "limit param must be positive")
    return min(limit, _MAX_LIMIT)


def _filters(params: dict[str, str]) -> Iterable[Filter]:
    yield filters.flag("os_hidden", params.pop("os_hidden", "false").lower())
    if "protected" in params:
        yield filters.flag("protected", params.pop("protected"))
    for key, value in params.items():
        yield filters.matching(key, value)
