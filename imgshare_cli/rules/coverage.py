"""Rules that could never match, because an earlier one takes all that they could."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.rules.name_patterns import covers_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imgshare_cli.rules.model import Rule


def find_covering_rule(earlier: Iterable[Rule], rule: Rule) -> Rule | None:
    """Find a rule that matches whatever a later one could, so that the later one never decides."""
    return next((other for other in earlier if _covers(other, rule)), None)


def _covers(one: Rule, other: Rule) -> bool:
    """Whether each condition of a rule is met wherever those of the other are; not all such cases are found."""
    return (
        (one.owner is None or (one.owner_id == other.owner_id and one.is_about_mine == other.is_about_mine))
        and (one.image is None or (other.image is not None and covers_pattern(one.image, other.image)))
        and (one.hashes is None or (other.hashes is not None and one.hashes.hashes >= other.hashes.hashes))
        and _list_properties(one) <= _list_properties(other)
        and (one.older_than is None or (other.older_than is not None and one.older_than <= other.older_than))
        and (one.newer_than is None or (other.newer_than is not None and one.newer_than >= other.newer_than))
    )


def _list_properties(rule: Rule) -> set[tuple[str, type, object]]:
    return {(name, type(value), value) for name, value in rule.properties.items()}  # to Python, 1 is True
