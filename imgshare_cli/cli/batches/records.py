"""What is kept of the decisions of a batch: their lines in the log, and the owners of accepted images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.api.models import Status
from imgshare_cli.api.timestamps import format_now
from imgshare_cli.batch.outcome import Result
from imgshare_cli.cli.decision_records import record_decision
from imgshare_cli.cli.typed_command import TypedCommand
from imgshare_cli.shares.known_owners import MAX_OWNERS, remember_owners

if TYPE_CHECKING:
    from imgshare_cli.api.models import Member
    from imgshare_cli.batch.outcome import Outcome
    from imgshare_cli.cli.session import Session


class BatchRecords:
    """Records the decisions of a batch.

    Args:
        session: the run.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._began_at = format_now()
        self._statuses: set[Status] = set()  # that were set
        self._has_jobs = False
        self._owners: dict[str, None] = {}  # of the images that were accepted

    def add(self, outcome: Outcome) -> None:
        """Record a decision before its outcome is printed: the reader of the outcomes may be gone."""
        if outcome.member is None:
            return
        if outcome.taken_back:
            self._record(outcome, outcome.taken_back, outcome.item.known_status)
            self._record(outcome, outcome.member, outcome.taken_back.status)
            return
        # Also of an item that failed after it was decided: what counts is how the share was left.
        if self._record(outcome, outcome.member, outcome.item.known_status):
            self._statuses.add(outcome.member.status)
            self._has_jobs |= outcome.is_by_job
        owner = outcome.image.owner if outcome.image else None
        is_accepted = outcome.result is Result.DONE and outcome.status is Status.ACCEPTED
        if owner and is_accepted and len(self._owners) < MAX_OWNERS:
            self._owners[owner] = None

    def _record(self, outcome: Outcome, member: Member, old_status: Status | None) -> bool:
        item = outcome.item
        return record_decision(
            self._session, member, image=outcome.image, old_status=old_status, rule=item.rule, access=item.access
        )

    def keep_owners(self) -> None:
        """Remember the owners of the images that were accepted."""
        remember_owners(self._owners, self._session.environ)

    def describe_take_back(self) -> str | None:
        """Say how to undo the decisions; None where there are none, or there is no way."""
        # IMS makes no share pending again.
        is_ims = self._has_jobs or self._session.connections.lead_to_ims
        if not self._statuses or (is_ims and Status.ACCEPTED not in self._statuses):
            return None
        verb, effect = ("reject", "hides what was accepted") if is_ims else ("reset", "takes this back")
        return f"{TypedCommand(self._session.context).build_take_back(self._began_at, verb)} {effect}"
