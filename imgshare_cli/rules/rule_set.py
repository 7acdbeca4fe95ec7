"""All rules of a file: the first one that matches a share decides."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import TYPE_CHECKING

from imgshare_cli.api.models import Status
from imgshare_cli.api.timestamps import parse_timestamp
from imgshare_cli.rules.candidates import build_candidates, compile_rule
from imgshare_cli.rules.conditions import Facts

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta
    from pathlib import Path

    from imgshare_cli.api.images import Share
    from imgshare_cli.rules.candidates import Candidates
    from imgshare_cli.rules.model import Rule, Ruling


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
        owner_id = share.image.owner if share.image.owner in self._owner_ids else None
        return self._get_candidates(owner_id).judge(facts)

    @cached_property
    def _owner_ids(self) -> frozenset[str | None]:
        return frozenset(rule.owner_id for rule in self.rules)

    @cached_property
    def _get_candidates(self) -> Callable[[str | None], Candidates]:
        """Build what may match the images of an owner, None for one that no rule names, when the first is judged."""
        compiled = tuple(map(compile_rule, self.rules))
        return cache(lambda owner_id: build_candidates(compiled, owner_id))


def compute_age(share: Share, now: datetime) -> timedelta | None:
    """Compute how long ago an image was shared; None where that is not known.

    The time of a member's last change is that of the sharing while it is pending, and of the decision afterwards.
    """
    member = share.member
    if member is None:
        return None
    since = parse_timestamp(member.updated_at if share.status is Status.PENDING else member.created_at)
    return now - since if since else None
