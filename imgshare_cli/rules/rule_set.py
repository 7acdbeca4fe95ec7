"""All rules of a file: the first one that matches a share decides."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from imgshare_cli.api.models import Status
from imgshare_cli.api.timestamps import parse_timestamp
from imgshare_cli.rules.conditions import Condition, Facts, build_conditions
from imgshare_cli.rules.model import Rule, Ruling, Verdict

if TYPE_CHECKING:
    from datetime import datetime, timedelta
    from pathlib import Path

    from imgshare_cli.api.images import Share


class _CompiledRule(NamedTuple):
    rule: Rule
    conditions: tuple[Condition, ...]
    ruling: Ruling


@dataclass(frozen=True)
class RuleSet:
    """The rules of a file, in its order.

    Attributes:
        rules: the rules.
        path: the file.
        trusts_hashes: whether the hashes that the service states are trusted, so that one alone may accept an image.
    """

    rules: tuple[Rule, ...]
    path: Path | None = field(default=None, compare=False)
    trusts_hashes: bool = False

    @property
    def needs_age(self) -> bool:
        """Whether a rule asks when an image was shared, which takes a request for each share."""
        return any(rule.has_age for rule in self.rules)

    @property
    def uses_mine(self) -> bool:
        """Whether a rule is about the user's own projects, which the identity service knows."""
        return any(rule.is_about_mine for rule in self.rules)

    def judge(self, share: Share, now: datetime, own_projects: frozenset[str] = frozenset()) -> Ruling:
        """Say what the rules want for a share, whatever its status.

        Args:
            share: the share; its image needs `raw` where rules have properties, and its member where they have ages.
            now: the time; for a share that was decided about, that of its decision tells what the rules said then.
            own_projects: the IDs of the user's own projects.
        """
        image = share.image
        facts = Facts(image, compute_age(share, now), own_projects)
        for compiled in self._by_owner.get(image.owner or "", self._of_any_owner):
            for condition in compiled.conditions:
                if not condition.is_met(facts):
                    break
            else:
                return compiled.ruling
        return Ruling(Verdict.NONE, None, self._explain_nearest(facts))

    @cached_property
    def _compiled(self) -> tuple[_CompiledRule, ...]:
        return tuple(_compile_rule(rule) for rule in self.rules)

    @cached_property
    def _of_any_owner(self) -> tuple[_CompiledRule, ...]:
        """The rules that may match an image of an owner whom no rule names."""
        return tuple(one for one in self._compiled if one.rule.owner_id is None)

    @cached_property
    def _by_owner(self) -> dict[str, tuple[_CompiledRule, ...]]:
        """The rules that may match an image of an owner, in their order."""
        return {
            owner_id: tuple(one for one in self._compiled if one.rule.owner_id in {None, owner_id})
            for rule in self.rules
            if (owner_id := rule.owner_id)
        }

    def _explain_nearest(self, facts: Facts) -> str:
        """Name the rule with the most conditions met, of several the first, and its first condition that failed."""
        if not self._compiled:
            return "there are no rules"
        counts = [sum(condition.is_met(facts) for condition in one.conditions) for one in self._compiled]
        nearest = self._compiled[counts.index(max(counts))]
        failed = next(condition for condition in nearest.conditions if not condition.is_met(facts))
        return f"{nearest.rule.name}: {failed.explain(facts)}"


def _compile_rule(rule: Rule) -> _CompiledRule:
    conditions = build_conditions(rule)
    reason = ", ".join(condition.text for condition in conditions) or "any image"
    return _CompiledRule(rule, conditions, Ruling(rule.then, rule.name, reason))


def describe_conditions(rule: Rule) -> str:
    """Describe what a rule asks for."""
    return _compile_rule(rule).ruling.reason


def compute_age(share: Share, now: datetime) -> timedelta | None:
    """Compute how long ago an image was shared; None where that is not known.

    The time of a member's last change is that of the sharing while it is pending, and of the decision afterwards.
    """
    member = share.member
    if member is None:
        return None
    since = parse_timestamp(member.updated_at if share.status is Status.PENDING else member.created_at)
    return now - since if since else None
