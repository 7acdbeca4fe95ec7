"""What was decided here last about each share, from the decision log."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from imgshare_cli.api.models import Status, fold_id
from imgshare_cli.config.service_url import check_service_url
from imgshare_cli.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from imgshare_cli.log.entry import LogEntry


class DecisionHistory:
    """The last decision about each share of an image service.

    Args:
        entries: the decisions, the oldest first.
        endpoint: the normalized address of the service; decisions at other services are left out.
    """

    def __init__(self, entries: Iterable[LogEntry], endpoint: str) -> None:
        self._last: dict[tuple[str, str], LogEntry] = {}
        for entry in entries:
            if entry.endpoint is None or _normalize_address(entry.endpoint) == endpoint:
                self._last[_build_key(entry.image_id, entry.member_id)] = entry

    def find_accept(self, image_id: str, member_id: str) -> LogEntry | None:
        """Find the decision that accepted a share; None where the last one was another."""
        entry = self._last.get(_build_key(image_id, member_id))
        return entry if entry and entry.new_status == Status.ACCEPTED else None

    def list_accepts(self) -> Iterator[LogEntry]:
        """Yield the decision that accepted each share, where no other followed."""
        return (entry for entry in self._last.values() if entry.new_status == Status.ACCEPTED)


def _build_key(image_id: str, member_id: str) -> tuple[str, str]:
    return image_id.lower(), fold_id(member_id)


@lru_cache(maxsize=64)
def _normalize_address(address: str) -> str | None:
    try:
        return check_service_url(address, insecure_http=True)
    except ConfigError:
        return None
