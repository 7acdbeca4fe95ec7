"""The order of a list of shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imgshare_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from imgshare_cli.api.images import Share

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
    """What to sort by; without a key shares stay as they are read: newest first, by status, hidden images last."""

    key: str | None = None
    descending: bool = False

    @property
    def needs_member(self) -> bool:
        """Whether each share itself must be asked for."""
        return self.key == "shared"

    def sort_shares(self, shares: Iterable[Share]) -> Iterable[Share]:
        """Sort shares, which reads all of them first; without a key they pass as they come."""
        return sorted(shares, key=SORT_KEYS[self.key], reverse=self.descending) if self.key else shares


def sort_newest_first(shares: Iterable[Share]) -> Iterator[Share]:
    """Yield shares with the newest image first; what was read before a failure is yielded as well."""
    read: list[Share] = []
    try:
        read.extend(shares)
    finally:
        yield from sorted(read, key=SORT_KEYS["created"], reverse=True)


def parse_sort_order(text: str | None) -> SortOrder:
    """Parse `KEY`, `KEY:asc` or `KEY:desc`.

    Raises:
        UsageError: the text is not an order.
    """
    if text is None:
        return SortOrder()
    key, _, direction = text.partition(":")
    if key not in SORT_KEYS or direction not in {"", "asc", "desc"}:
        raise UsageError(
            f"unknown sort key {text[:40]!r}", hint=f"known keys: {', '.join(SORT_KEYS)}; add :desc to reverse"
        )
    return SortOrder(key, descending=direction == "desc")
