"""The shares that have arrived since an inbox was read before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from imgshare_cli.api.images import Share
    from imgshare_cli.shares.seen_shares import SeenShares


class Arrivals:
    """Reads an inbox again and again, and tells what is new in it.

    A share may be told twice, after a run that was ended in the middle, and is never left out. One that goes and
    comes back is new.

    Args:
        read_shares: reads the shares that wait now.
        open_seen: opens what earlier runs have seen of a project.
        project_id: the project, where that is known before the first share.
    """

    def __init__(
        self,
        read_shares: Callable[[], Iterator[Share]],
        open_seen: Callable[[str], SeenShares],
        project_id: str | None,
    ) -> None:
        self._read_shares = read_shares
        self._open_seen = open_seen
        self._store = open_seen(project_id) if project_id else None
        self._seen: set[int] | None = self._store.read() if self._store else None

    def read(self) -> Iterator[Share]:
        """Yield the shares that are new; what was yielded counts as seen when the next is asked for.

        Raises:
            ImgshareError: the inbox cannot be read.
        """
        found: set[int] = set()
        try:
            for share in self._read_shares():
                if share.image.number not in self._get_seen(share):
                    yield share
                found.add(share.image.number)
        except UnavailableError:
            if self._seen is not None:
                self._remember(found | self._seen)  # what has not been read may still be there
            raise
        self._remember(found)

    def _get_seen(self, share: Share) -> set[int]:
        if self._store is None:
            self._store = self._open_seen(share.member_id)
        if self._seen is None:
            self._seen = self._store.read()
        return self._seen

    def _remember(self, numbers: set[int]) -> None:
        if numbers != self._seen and self._store:
            self._store.write(sorted(numbers))
        self._seen = numbers
