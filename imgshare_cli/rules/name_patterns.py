"""Patterns of names, such as `golden-*`, made ready to be compared with many names."""

from __future__ import annotations

import fnmatch
import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# What `fnmatch` writes for a set with no character in it, such as `[z-a]`.
_NOTHING = "(?!)"


# Each pattern is compared with all later ones, and making its test takes much longer than using it.
@lru_cache(maxsize=1024)
def build_name_test(pattern: str) -> Callable[[str], bool]:
    """Build what tells whether a name is the pattern or matches it, as `fnmatch.fnmatchcase` does.

    Most patterns have a `*` at one end or at both, and need no regular expression, which takes several times as long.
    """
    start, star, rest = pattern.partition("*")
    has_two = rest.endswith("*")
    if set(pattern) & set("?[") or "*" in rest[:-1] or (has_two and start):
        matches = re.compile(fnmatch.translate(pattern)).match
        return lambda name: name == pattern or matches(name) is not None
    if not star:
        return pattern.__eq__
    if has_two:
        return lambda name: rest[:-1] in name
    return lambda name: name.startswith(start) and name.endswith(rest) and len(name) >= len(start) + len(rest)


def can_match(pattern: str) -> bool:
    """Whether there is a name that a pattern matches; an image without a name is not meant by an empty one."""
    return bool(pattern) and _NOTHING not in fnmatch.translate(pattern)


def covers_pattern(one: str, other: str) -> bool:
    """Whether a pattern matches whatever another one does; not all such cases are found."""
    if one == other:
        return True
    if "[" in other or (set(other) & set("*?") and set(one) & set("?[")):
        return False
    # Here a wildcard of the other is compared like a letter, so only a `*` can match it, and that matches whatever
    # the wildcard does.
    return build_name_test(one)(other)
