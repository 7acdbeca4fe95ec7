"""A part of a batch, so that several machines do it without talking to each other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from imgshare_cli.batch.items import Item
    from imgshare_cli.errors import ImgshareError

MAX_SHARDS = 100_000


@dataclass(frozen=True)
class Shard:
    """The items that fall to one of several runs.

    Attributes:
        index: which run it is, from 0.
        count: how many runs there are.
    """

    index: int
    count: int

    def takes(self, image_id: str, member_id: str) -> bool:
        """Whether this run does the item: exactly one of all runs does."""
        from hashlib import sha256

        digest = sha256(f"{image_id}/{member_id}".encode())
        return int(digest.hexdigest(), 16) % self.count == self.index


def parse_shard(text: str) -> Shard:
    """Parse `I/N`, for example `0/4`.

    Raises:
        UsageError: it has another form, or there is no such shard.
    """
    match = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", text.strip())
    if match is None:
        raise UsageError(
            f"--shard {hints.quote_text(text)} is not I/N", hint="the first of four shards is 0/4, the last 3/4"
        )
    index, count = int(match[1]), int(match[2])
    if not 1 <= count <= MAX_SHARDS:
        raise UsageError(f"--shard {match[0]}: the number of shards must be from 1 to {MAX_SHARDS}")
    if index >= count:
        raise UsageError(
            f"--shard {match[0]}: there is no shard {index} of {count}",
            hint=f"shards count from 0: the last one is {count - 1}/{count}",
        )
    return Shard(index, count)


def select_items(items: Iterable[Item], shard: Shard, own_project_id: str | None) -> Iterator[Item]:
    """Select the items that fall to a shard; a name is left to the worker that looks it up.

    A malformed line, and one whose project is not known by its ID, falls to the first shard.

    Args:
        items: the items of all shards.
        shard: the shard.
        own_project_id: the project of items that name none.

    Raises:
        UsageError: an item names no project, and that of the run is not known.
    """
    for item in items:
        if item.error:
            is_ours = shard.index == 0
        else:
            member_id = item.member_id or own_project_id
            if member_id is None:
                raise UsageError(
                    "--shard needs MEMBER: the project of the token is not known", hint="pass it with --project ID"
                )
            is_ours = item.is_name or shard.takes(item.image or "", member_id)
        if is_ours:
            yield item


def is_of_other_shard(item: Item, error: ImgshareError, shard: Shard | None, own_project_id: str | None) -> bool:
    """Whether another shard reports a failure: a name without an image falls to that of the name itself.

    Args:
        item: the item.
        error: why it failed.
        shard: our shard; None has all items.
        own_project_id: the project of an item that names none.
    """
    is_refused_by_service = error.http_status is not None
    is_unknown_name = isinstance(error, NotFoundError | UsageError) and not is_refused_by_service
    if shard is None or not (item.is_name and is_unknown_name):
        return False
    return not shard.takes(item.image or "", item.member_id or own_project_id or "")
