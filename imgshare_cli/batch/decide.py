"""What a batch of decisions does with one item: the same as for one image, with the same checks."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from imgshare_cli.api.models import Member, Status
from imgshare_cli.batch.name_cache import NameCache
from imgshare_cli.batch.outcome import Outcome, Result, keep_outcome
from imgshare_cli.batch.shard import is_of_other_shard
from imgshare_cli.errors import ImgshareError
from imgshare_cli.shares.decisions import decide_share, get_share, was_decided_before
from imgshare_cli.shares.image_lookup import AmbiguousNameError, find_named_image
from imgshare_cli.shares.vaults.decisions import VaultPlace
from imgshare_cli.shares.wait import wait_for_share

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.api.images import Image
    from imgshare_cli.batch.items import Item
    from imgshare_cli.batch.job_items import JobDecision
    from imgshare_cli.batch.outcome import Later
    from imgshare_cli.batch.shard import Shard
    from imgshare_cli.errors import ServiceError
    from imgshare_cli.shares.decisions import Decision
    from imgshare_cli.shares.image_checks import ImageCheck
    from imgshare_cli.shares.jobs.protocols import FindJobs
    from imgshare_cli.shares.vaults.decisions import VaultDecisions


@dataclass(frozen=True)
class DecisionTask:
    """Decides about the share of each item.

    Attributes:
        open_tool: opens a connection to the image service, one for each thread.
        status: the decision; None only looks at the share.
        member_id: the project of the run, if it is known.
        describe_owner: what errors show for the ID of an owner.
        pause_for: waits for some seconds, and returns whether the batch was stopped meanwhile.
        image_check: what each image must be.
        vaults: accepts with backup vaults, for full-server images (IMS); None decides without.
        deadline: until when shares that are not there are waited for, on the clock of time.monotonic().
        is_dry_run: whether nothing is changed.
        names: the images that names stand for.
        shard: the part of the batch that is ours; None is all of it.
        find_jobs: finds what decides by jobs; None where nothing does.
        confirm: looks at what was decided once more, and returns the outcome, or another one.
    """

    open_tool: Callable[[], ImageClient]
    status: Status | None
    member_id: str | None
    describe_owner: Callable[[str | None], str]
    pause_for: Callable[[float], bool]
    image_check: ImageCheck | None = None
    vaults: VaultDecisions[JobDecision] | None = None
    deadline: float | None = None
    is_dry_run: bool = False
    names: NameCache = field(default_factory=NameCache)
    shard: Shard | None = None
    find_jobs: FindJobs[JobDecision] | None = None
    confirm: Callable[[ImageClient, Outcome], Outcome] = keep_outcome

    def enter_project(self, member_id: str | None, names: NameCache) -> DecisionTask:
        """Return the task for a project of a fleet.

        Args:
            member_id: the project.
            names: the images that names stand for there.
        """
        return replace(self, member_id=member_id, names=names)

    def attempt(self, tool: ImageClient, item: Item) -> Outcome | Later | None:
        """Decide about one item, or take it for a job; whatever happens is its outcome."""
        if item.error or item.is_done:
            return self.leave_out(item)
        try:
            if self.vaults and not self.is_dry_run:  # a vault that cannot be found is not waited for
                self.vaults.find_given_id(tool, self._find_place(item))
            remaining = self.deadline - time.monotonic() if self.deadline is not None else 0
            if remaining <= 0:
                return self._decide(tool, item)
            return wait_for_share(lambda: self._decide(tool, item), timedelta(seconds=remaining), self.pause_for)
        except ImgshareError as exc:
            if is_of_other_shard(item, exc, self.shard, self.member_id):
                return None
            return self._create_outcome(item, Result.FAILED, error=exc)

    def leave_out(self, item: Item) -> Outcome:
        """Return the outcome of an item that is not tried."""
        if item.error:
            return self._create_outcome(item, Result.FAILED, error=item.error)
        if item.is_done:
            return self._create_outcome(item, Result.SKIPPED, status=self.status)
        return self._create_outcome(item, Result.NOT_TRIED)

    def _create_outcome(
        self, item: Item, result: Result, *, status: Status | None = None, error: ImgshareError | None = None
    ) -> Outcome:
        return Outcome(item, result, item.image_id, item.member_id or self.member_id, status=status, error=error)

    def _decide(self, client: ImageClient, item: Item) -> Outcome | Later | None:
        member_id = item.member_id or self.member_id
        image = item.known_image
        if item.is_name and item.image:
            image = self._find_image(client, item.image)
            if self.shard and not self.shard.takes(image.id, member_id or ""):
                return None
        image_id = image.id if image else item.image or ""
        if self.image_check:
            known = None if self.image_check.has_hash else image
            self.image_check.check(known or client.get_image(image_id), self.describe_owner)
        if self.is_dry_run:
            return Outcome(item, Result.PLANNED, image_id, member_id, image=image)
        if self.status is None:
            member = get_share(client, image_id, member_id)
        else:
            decided = self._decide_share(client, image_id, item)
            if not isinstance(decided, Member):
                return decided.create_later(
                    item, image, self.leave_out, partial(self._decide_again, item), self.confirm
                )
            member = decided
        outcome = Outcome(
            item,
            Result.DONE,
            member.image_id,
            member.member_id,
            status=member.status,
            member=member,
            image=image,
            is_unchanged=self.status is not None and was_decided_before(member),
        )
        return self.confirm(client, outcome)

    def _decide_share(self, client: ImageClient, image_id: str, item: Item) -> Member | JobDecision:
        if self.vaults:
            return self.vaults.accept(client, image_id, self._find_place(item))
        member_id = item.member_id or self.member_id
        return decide_share(client, image_id, member_id, self.status or Status.PENDING, find_jobs=self.find_jobs)

    def _decide_again(
        self, item: Item, client: ImageClient, decision: Decision, error: ServiceError
    ) -> Member | JobDecision:
        """Decide again after a job refused, where that may need a backup vault; else raise the error."""
        if self.vaults is None:
            raise error
        place = self._find_place(item)._replace(member_id=decision.member_id)
        return self.vaults.handle_refusal(client, decision.image_id, place, decision.vault_id, error)

    def _find_place(self, item: Item) -> VaultPlace:
        return VaultPlace(item.member_id or self.member_id, item.access.project if item.access else None)

    def _find_image(self, client: ImageClient, name: str) -> Image:
        owner = self.image_check.owner if self.image_check else None

        def look_up() -> Image:
            return find_named_image(
                client, name, self.member_id, owner=owner, own=False, describe_owner=self.describe_owner
            )

        try:
            return self.names.find_image(name, look_up, may_come=self.deadline is not None)
        except AmbiguousNameError as exc:
            raise exc.replace(details=[candidate.image.id for candidate in exc.candidates]) from exc
