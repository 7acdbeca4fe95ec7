"""What a rule is, and what the rules say about a share."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from imgshare_cli.config.durations import format_duration
from imgshare_cli.config.owners import MINE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta


class Verdict(StrEnum):
    """What is to be done with a share, as `decision` in the JSON of a plan."""

    ACCEPT = "accept"
    REJECT = "reject"
    ASK = "ask"
    NONE = "none"


class Ruling(NamedTuple):
    """What the rules say about a share.

    Attributes:
        verdict: what is to be done.
        rule: the name of the rule that says so; None where no rule matches.
        reason: why, for people; it may have text of the image's owner in it.
    """

    verdict: Verdict
    rule: str | None
    reason: str


class HashList(NamedTuple):
    """The hashes that an image may have.

    Attributes:
        source: what the rule says: a hash, or the name of a file.
        hashes: the hashes, each as `Image.hash` is.
        is_file: whether they are from a file.
    """

    source: str
    hashes: frozenset[str]
    is_file: bool = False


@dataclass(frozen=True)
class Rule:
    """A rule: what is to be done with the shares that meet all of its conditions; a condition that is None is met.

    Attributes:
        name: its name, which no other rule has.
        then: what is to be done.
        owner: the owner as the file has it: a project ID, a name in [owners], or `mine`.
        owner_id: the project ID of that owner; None for `mine`.
        image: the pattern that the image's name matches.
        hashes: the hashes of which the image has one.
        older_than: how long ago the image was shared, at least.
        newer_than: how long ago the image was shared, at most.
        properties: the properties that the image has, and their values.
    """

    name: str
    then: Verdict
    owner: str | None = None
    owner_id: str | None = None
    image: str | None = None
    hashes: HashList | None = None
    older_than: timedelta | None = None
    newer_than: timedelta | None = None
    properties: Mapping[str, str | int | bool] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def is_about_mine(self) -> bool:
        """Whether the owner is one of the user's own projects."""
        return self.owner == MINE

    @property
    def has_age(self) -> bool:
        """Whether it matters when the image was shared."""
        return self.older_than is not None or self.newer_than is not None

    def to_json(self) -> dict[str, Any]:
        """Return the rule as it was understood; what it has no condition about is null."""
        hashes = self.hashes
        return {
            "name": self.name,
            "then": self.then.value,
            "owner": self.owner,
            "owner_id": self.owner_id,
            "image": self.image,
            "hash": hashes.source if hashes and not hashes.is_file else None,
            "hashes": hashes.source if hashes and hashes.is_file else None,
            "hash_count": len(hashes.hashes) if hashes else None,
            "properties": dict(self.properties) or None,
            "older_than": format_duration(self.older_than) if self.older_than is not None else None,
            "newer_than": format_duration(self.newer_than) if self.newer_than is not None else None,
        }
