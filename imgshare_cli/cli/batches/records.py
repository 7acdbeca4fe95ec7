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
        self._take_back = ""  # the command that undoes the decisions, as far as that can be done
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
            self._choose_take_back(outcome.member.status, is_by_job=outcome.is_by_job)
        owner = outcome.image.owner if outcome.image else None
        is_accepted = outcome.result is Result.DONE and outcome.status is Status.ACCEPTED
        if owner and is_accepted and len(self._owners) < MAX_OWNERS:
            self._owners[owner] = None

    def _record(self, outcome: Outcome, member: Member, old_status: Status | None) -> bool:
        item = outcome.item
        return record_decision(
            self._session, member, image=outcome.image, old_status=old_status, rule=item.rule, access=item.access
        )

    def _choose_take_back(self, status: Status, *, is_by_job: bool) -> None:
        if not is_by_job:
            self._take_back = self._take_back or "reset"
        elif status is Status.ACCEPTED:  # jobs cannot reset
            self._take_back = "reject"

    def keep_owners(self) -> None:
        """Remember the owners of the images that were accepted."""
        remember_owners(self._owners, self._session.environ)

    def describe_take_back(self) -> str | None:
        """Say how to undo the decisions; None where there are none, or jobs made them and there is no way."""
        if not self._take_back:
            return None
        command = TypedCommand(self._session.context).build_take_back(self._began_at, self._take_back)
        return f"{command} {'takes this back' if self._take_back == 'reset' else 'hides what was accepted'}"
