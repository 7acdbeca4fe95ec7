"""A part of a batch, so that several machines do it without talking to each other."""

from __future__ import annotations

import re
from dataclasses import dataclass

from imgshare_cli import hints
from imgshare_cli.errors import UsageError

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
