"""The rules that may match the images of one owner, and the one that comes nearest where none does."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from imgshare_cli.rules.conditions import Condition, Facts, build_conditions
from imgshare_cli.rules.model import Rule, Ruling

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class CompiledRule(NamedTuple):
    """A rule that is ready to be compared with many images.

    Attributes:
        place: where it is in the file.
        rule: the rule.
        conditions: its conditions; that about the owner, if it has one, is the first.
        ruling: what it says where all of them are met.
    """

    place: int
    rule: Rule
    conditions: tuple[Condition, ...]
    ruling: Ruling


def compile_rule(place: int, rule: Rule) -> CompiledRule:
    """Make a rule ready."""
    conditions = build_conditions(rule)
    reason = ", ".join(condition.text for condition in conditions) or "any image"
    return CompiledRule(place, rule, conditions, Ruling(rule.then, rule.name, reason))


def describe_conditions(rule: Rule) -> str:
    """Describe what a rule asks for."""
    return compile_rule(0, rule).ruling.reason


class Candidates(NamedTuple):
    """The rules, as they are for the images of one owner.

    Attributes:
        possible: those that may match, in their order.
        others: those of other owners, in their order.
    """

    possible: tuple[CompiledRule, ...]
    others: tuple[CompiledRule, ...]

    def explain_nearest(self, facts: Facts) -> str:
        """Name the rule with the most conditions met, of several the first, and its first condition that failed.

        Args:
            facts: what no rule matches.
        """
        nearest, most = _find_nearest(self.possible, facts, None, 0)
        nearest, most = _find_nearest(self.others, facts, nearest, most, known=1)
        if nearest is None:
            return "there are no rules"
        failed = next(condition for condition in nearest.conditions if not condition.is_met(facts))
        return f"{nearest.rule.name}: {failed.explain(facts)}"


def _find_nearest(
    compiled: Sequence[CompiledRule], facts: Facts, nearest: CompiledRule | None, most: int, *, known: int = 0
) -> tuple[CompiledRule | None, int]:
    """Find the rule that comes nearest, and how many of its conditions are met; a rule is left as soon as it cannot be.

    Args:
        compiled: the rules.
        facts: what they do not match.
        nearest: the nearest of the rules before.
        most: how many of its conditions are met.
        known: how many conditions of each, from the first, are known to have failed.
    """
    for one in compiled:
        count = len(one.conditions)
        needed = most + 1 if nearest and nearest.place < one.place else most
        spare = count - known - needed  # how many of the others may fail
        if spare < 0:
            continue
        for condition in one.conditions[known:]:
            if not condition.is_met(facts):
                spare -= 1
                if spare < 0:
                    break
        else:
            nearest, most = one, needed + spare
    return nearest, most


def build_candidates(compiled: Iterable[CompiledRule], owner_id: str | None) -> Candidates:
    """Choose among rules for the images of an owner.

    Args:
        compiled: the rules.
        owner_id: the owner; None for one that no rule names.
    """
    rules = list(compiled)
    is_possible = [one.rule.owner_id in {None, owner_id} for one in rules]
    return Candidates(
        tuple(one for one, possible in zip(rules, is_possible, strict=True) if possible),
        tuple(one for one, possible in zip(rules, is_possible, strict=True) if not possible),
    )
