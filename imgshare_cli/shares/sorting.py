"""The order that a list is asked for in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imgshare_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from imgshare_cli.api.images import Share

KEYS: dict[str, Callable[[Share], str | int]] = {
    "name": lambda share: (share.image.name or "").casefold(),
    "owner": lambda share: share.image.owner or "",
    "status": lambda share: share.status.value,
    "size": lambda share: share.image.size or 0,
    "created": lambda share: share.image.created_at or "",
    "shared": lambda share: (share.member and share.member.updated_at) or "",
}


@dataclass(frozen=True)
class SortOrder:
    """By what to sort; by nothing is as the service lists them, newest first."""

    key: str | None = None
    descending: bool = False

    @property
    def needs_member(self) -> bool:
        """Whether the shares themselves must be known."""
        return self.key == "shared"

    def applied(self, shares: Iterable[Share]) -> Iterable[Share]:
        """The shares in this order: the last must be read before the first is known, unless there is none."""
        return sorted(shares, key=KEYS[self.key], reverse=self.descending) if self.key else shares


def parse_sort_order(text: str | None) -> SortOrder:
    """The order that `KEY`, `KEY:asc` or `KEY:desc` means.

    Raises:
        UsageError: it is none.
    """
    if text is None:
        return SortOrder()
    key, _, direction = text.partition(":")
    if key not in KEYS or direction not in {"", "asc", "desc"}:
        raise UsageError(f"--sort {text[:40]!r} is no order", hint=f"by {', '.join(KEYS)}, with :desc to turn it round")
    return SortOrder(key, descending=direction == "desc")
