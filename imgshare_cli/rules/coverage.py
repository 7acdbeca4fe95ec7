"""Rules that could never match: because of what they say themselves, or because an earlier rule takes it all."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imgshare_cli.rules.model import Rule

# What `fnmatch` writes for a set with no character in it, such as `[z-a]`.
_NOTHING = "(?!)"


def can_match(pattern: str) -> bool:
    """Whether there is a name that a pattern matches; an image without a name is not meant by an empty one."""
    return bool(pattern) and _NOTHING not in fnmatch.translate(pattern)


def find_covering_rule(earlier: Iterable[Rule], rule: Rule) -> Rule | None:
    """Find a rule that matches whatever a later one could, so that the later one never decides."""
    return next((other for other in earlier if _covers(other, rule)), None)


def _covers(one: Rule, other: Rule) -> bool:
    """Whether each condition of a rule is met wherever those of the other are; not all such cases are found."""
    return (
        (one.owner is None or (one.owner_id == other.owner_id and one.is_about_mine == other.is_about_mine))
        and (one.image is None or (other.image is not None and _covers_pattern(one.image, other.image)))
        and (one.hashes is None or (other.hashes is not None and one.hashes.hashes >= other.hashes.hashes))
        and _list_properties(one) <= _list_properties(other)
        and (one.older_than is None or (other.older_than is not None and one.older_than <= other.older_than))
        and (one.newer_than is None or (other.newer_than is not None and one.newer_than >= other.newer_than))
    )


def _list_properties(rule: Rule) -> set[tuple[str, type, object]]:
    return {(name, type(value), value) for name, value in rule.properties.items()}  # to Python, 1 is True


def _covers_pattern(one: str, other: str) -> bool:
    if one == other:
        return True
    if set(other) & set("[") or (set(other) & set("*?") and set(one) & set("?[")):
        return False
    # Here a wildcard of the other is compared like a letter, so only a `*` can match it, and that matches whatever
    # the wildcard does.
    return fnmatch.fnmatchcase(other, one)
