"""The rules that may match the images of one owner, and the one that comes nearest where none does."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from imgshare_cli.rules.conditions import Condition, Facts, build_conditions
from imgshare_cli.rules.model import Rule, Ruling, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Tests = tuple[Callable[[Facts], bool], ...]


class CompiledRule(NamedTuple):
    """A rule that is ready to be compared with many images.

    Attributes:
        rule: the rule.
        conditions: its conditions; that about the owner, if it has one, is the first.
        ruling: what it says where all of them are met.
    """

    rule: Rule
    conditions: tuple[Condition, ...]
    ruling: Ruling

    @property
    def tests(self) -> Tests:
        """What tells of each condition whether it is met."""
        return tuple(condition.is_met for condition in self.conditions)


def compile_rule(rule: Rule) -> CompiledRule:
    """Make a rule ready."""
    conditions = build_conditions(rule)
    reason = ", ".join(condition.text for condition in conditions) or "any image"
    return CompiledRule(rule, conditions, Ruling(rule.then, rule.name, reason))


def describe_conditions(rule: Rule) -> str:
    """Describe what a rule asks for."""
    return compile_rule(rule).ruling.reason


class Candidates(NamedTuple):
    """The rules, as they are for the images of one owner.

    Attributes:
        possible: what the rules say that may match, in their order, each with its tests.
        nearest: all rules in their order, each with the tests that are not known to fail.
    """

    possible: tuple[tuple[Ruling, Tests], ...]
    nearest: tuple[tuple[CompiledRule, Tests], ...]

    def judge(self, facts: Facts) -> Ruling:
        """Say what the first rule says whose tests all succeed, or why none does."""
        for ruling, tests in self.possible:
            for is_met in tests:
                if not is_met(facts):
                    break
            else:
                return ruling
        return Ruling(Verdict.NONE, None, self._explain_nearest(facts))

    def _explain_nearest(self, facts: Facts) -> str:
        """Name the rule with the most conditions met, of several the first, and its first condition that failed."""
        nearest = self._find_nearest(facts)
        if nearest is None:
            return "there are no rules"
        failed = next(condition for condition in nearest.conditions if not condition.is_met(facts))
        return f"{nearest.rule.name}: {failed.explain(facts)}"

    def _find_nearest(self, facts: Facts) -> CompiledRule | None:
        nearest, most = None, -1
        for compiled, tests in self.nearest:
            spare = len(tests) - most - 1  # how many may fail, if it is to be nearer than those before
            if spare < 0:
                continue
            for is_met in tests:
                if not is_met(facts):
                    spare -= 1
                    if spare < 0:
                        break
            else:
                nearest, most = compiled, most + 1 + spare
        return nearest


def build_candidates(rules: Iterable[CompiledRule], owner_id: str | None) -> Candidates:
    """Prepare the rules for the images of an owner.

    Args:
        rules: the rules.
        owner_id: the owner; None for one that no rule names.
    """
    possible: list[tuple[Ruling, Tests]] = []
    nearest: list[tuple[CompiledRule, Tests]] = []
    for compiled in rules:
        tests = compiled.tests
        if compiled.rule.owner_id in {None, owner_id}:
            possible.append((compiled.ruling, tests))
        else:
            tests = tests[1:]  # that about the owner fails
        nearest.append((compiled, tests))
    return Candidates(tuple(possible), tuple(nearest))
