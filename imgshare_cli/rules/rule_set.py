"""All rules of a file: the first one that matches a share decides."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from imgshare_cli.api.models import Status
from imgshare_cli.api.timestamps import parse_timestamp
from imgshare_cli.rules.candidates import Candidates, CompiledRule, build_candidates, compile_rule
from imgshare_cli.rules.conditions import Facts
from imgshare_cli.rules.model import Rule, Ruling, Verdict

if TYPE_CHECKING:
    from datetime import datetime, timedelta
    from pathlib import Path

    from imgshare_cli.api.images import Share


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
        facts = Facts(share.image, compute_age(share, now), own_projects)
        candidates = self._candidates.get(share.image.owner or "", self._other_candidates)
        for compiled in candidates.possible:
            for condition in compiled.conditions:
                if not condition.is_met(facts):
                    break
            else:
                return compiled.ruling
        return Ruling(Verdict.NONE, None, candidates.explain_nearest(facts))

    @cached_property
    def _compiled(self) -> tuple[CompiledRule, ...]:
        return tuple(compile_rule(place, rule) for place, rule in enumerate(self.rules))

    @cached_property
    def _candidates(self) -> dict[str, Candidates]:
        """What may match an image of each owner that a rule names."""
        return {
            owner_id: build_candidates(self._compiled, owner_id) for rule in self.rules if (owner_id := rule.owner_id)
        }

    @cached_property
    def _other_candidates(self) -> Candidates:
        """What may match an image of any other owner."""
        return build_candidates(self._compiled, None)


def compute_age(share: Share, now: datetime) -> timedelta | None:
    """Compute how long ago an image was shared; None where that is not known.

    The time of a member's last change is that of the sharing while it is pending, and of the decision afterwards.
    """
    member = share.member
    if member is None:
        return None
    since = parse_timestamp(member.updated_at if share.status is Status.PENDING else member.created_at)
    return now - since if since else None
