"""The order of a list of shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from imgshare_cli.errors import UsageError
from imgshare_cli.spelling import find_close

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from imgshare_cli.api.images import Share

Row = TypeVar("Row")

SORT_KEYS: dict[str, Callable[[Share], str | int]] = {
    "name": lambda share: (share.image.name or "").casefold(),
    "owner": lambda share: share.image.owner or "",
    "status": lambda share: share.status.value,
    "size": lambda share: share.image.size or 0,
    "created": lambda share: share.image.created_at or "",
    "shared": lambda share: (share.member and share.member.updated_at) or "",
}


@dataclass(frozen=True)
class SortOrder:
    """What to sort by; without a key shares stay as they are read: newest first, by status, hidden images last.

    Attributes:
        key: what to sort by.
        descending: whether the greatest comes first.
        keeps_read: whether what was read before a failure is sorted and passed on, too.
    """

    key: str | None = None
    descending: bool = False
    keeps_read: bool = False

    @property
    def needs_member(self) -> bool:
        """Whether each share itself must be asked for."""
        return self.key == "shared"

    def sort_shares(self, shares: Iterable[Share]) -> Iterable[Share]:
        """Sort shares, which reads all of them first; without a key they pass as they come."""
        return self.sort_rows(shares, lambda share: share)

    def sort_rows(self, rows: Iterable[Row], get_share: Callable[[Row], Share]) -> Iterable[Row]:
        """Sort rows by the share of each; without a key they pass as they come."""
        if not self.key:
            return rows
        return self._sort_read(rows, get_share) if self.keeps_read else self._sort(rows, get_share)

    def _sort(self, rows: Iterable[Row], get_share: Callable[[Row], Share]) -> list[Row]:
        get_key = SORT_KEYS[self.key or "created"]
        return sorted(rows, key=lambda row: get_key(get_share(row)), reverse=self.descending)

    def _sort_read(self, rows: Iterable[Row], get_share: Callable[[Row], Share]) -> Iterator[Row]:
        read: list[Row] = []
        try:
            read.extend(rows)
        finally:
            yield from self._sort(read, get_share)


NEWEST_FIRST = SortOrder("created", descending=True, keeps_read=True)


def parse_sort_order(text: str | None) -> SortOrder:
    """Parse `KEY`, `KEY:asc` or `KEY:desc`.

    Raises:
        UsageError: the text is not an order.
    """
    if text is None:
        return SortOrder()
    key, _, direction = text.partition(":")
    if key not in SORT_KEYS or direction not in {"", "asc", "desc"}:
        orders = [key + ending for key in SORT_KEYS for ending in ("", ":asc", ":desc")]
        close = find_close(text, orders, count=1)
        raise UsageError(
            f"unknown sort key {text[:40]!r}",
            hint=f"known keys: {', '.join(SORT_KEYS)}; add :desc to reverse",
            correction={"--sort": close[0]} if close else None,
        )
    return SortOrder(key, descending=direction == "desc")
