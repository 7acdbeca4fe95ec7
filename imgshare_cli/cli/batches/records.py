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
        self._recorded = 0
        self._owners: dict[str, None] = {}  # of the images that were accepted

    def add(self, outcome: Outcome) -> None:
        """Record a decision before its outcome is printed: the reader of the outcomes may be gone."""
        if outcome.member is None:
            return
        # Also of an item that failed after it was decided: what counts is how the share was left.
        item = outcome.item
        self._recorded += record_decision(
            self._session,
            outcome.member,
            image=outcome.image,
            old_status=item.known_status,
            rule=item.rule,
            access=item.access,
        )
        owner = outcome.image.owner if outcome.image else None
        is_accepted = outcome.result is Result.DONE and outcome.status is Status.ACCEPTED
        if owner and is_accepted and len(self._owners) < MAX_OWNERS:
            self._owners[owner] = None

    def keep_owners(self) -> None:
        """Remember the owners of the images that were accepted."""
        remember_owners(self._owners, self._session.environ)

    def describe_take_back(self) -> str | None:
        """Return the command that undoes the decisions; None where nothing was decided."""
        return TypedCommand(self._session.context).build_take_back(self._began_at) if self._recorded else None
