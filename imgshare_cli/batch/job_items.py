"""The items of a batch whose outcomes jobs decide, and what opens the services for those jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from imgshare_cli.batch.outcome import Outcome, Result
from imgshare_cli.errors import ImgshareError, ServiceError
from imgshare_cli.shares.jobs.decisions import create_member

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.api.images import Image
    from imgshare_cli.api.models import Member
    from imgshare_cli.batch.items import Item
    from imgshare_cli.batch.job_decisions import BatchJobs
    from imgshare_cli.shares.decisions import Decision

Tool = TypeVar("Tool")


class JobWorker(Protocol[Tool]):
    """Opens the services for the threads that wait for jobs."""

    def open_tool(self) -> Tool:
        """Open what one thread needs."""

    def open_client(self, tool: Tool, item: Item) -> ImageClient | None:
        """Open the service that an item is about; None where there is no use in it any more."""

    def check_login(self, tool: Tool, outcome: Outcome) -> None:
        """Find out whether an outcome means that a login is lost."""


class OwnWorker(NamedTuple):
    """Opens the one service of a run.

    Attributes:
        connect: connects to it.
    """

    connect: Callable[[], ImageClient]

    def open_tool(self) -> ImageClient:
        """Open a connection."""
        return self.connect()

    def open_client(self, tool: ImageClient, item: Item) -> ImageClient | None:  # noqa: ARG002
        """Return the connection."""
        return tool

    def check_login(self, tool: ImageClient, outcome: Outcome) -> None:
        """Do nothing: every outcome is about the same login."""


class JobDecision(NamedTuple):
    """A decision that a job will make."""

    jobs: BatchJobs[Any]
    endpoint: str
    decision: Decision

    def create_later(
        self,
        item: Item,
        image: Image | None,
        leave_out: Callable[[Item], Outcome],
        decide_again: Callable[[ImageClient, Decision, ServiceError], Member | JobDecision],
        confirm: Callable[[ImageClient, Outcome], Outcome],
    ) -> JobItem:
        """Create the later outcome of an item.

        Args:
            item: the item.
            image: the image, where more than its ID is known.
            leave_out: returns the outcome where no job is begun.
            decide_again: decides again after a refusal, or raises the error.
            confirm: looks at what the job did, and returns the outcome, or another one.
        """
        return JobItem(self.jobs, self.endpoint, self.decision, item, image, leave_out, decide_again, confirm)


class JobItem(NamedTuple):
    """An item whose outcome a job decides."""

    jobs: BatchJobs[Any]
    endpoint: str
    decision: Decision
    item: Item
    image: Image | None
    leave: Callable[[Item], Outcome]
    decide_again: Callable[[ImageClient, Decision, ServiceError], Member | JobDecision]
    confirm: Callable[[ImageClient, Outcome], Outcome]

    def start(self, give: Callable[[Outcome | BaseException], None], is_over: Callable[[], bool]) -> None:
        """Add it to a job; see `Later`."""
        self.jobs.add(self, give, is_over)

    def end(self, client: ImageClient | None, error: ImgshareError | None) -> Outcome | JobItem:
        """Return the outcome of a job that has ended, or what goes into another job, which has what this one lacked.

        Args:
            client: the service; None where it cannot be reached.
            error: why the job failed; None where it succeeded.
        """
        image_id, member_id = self.decision.image_id, self.decision.member_id
        member = create_member(self.decision)
        if client and isinstance(error, ServiceError):
            try:
                decided = self.decide_again(client, self.decision, error)
            except ImgshareError as exc:
                error = exc
            else:
                if isinstance(decided, JobDecision):
                    return self._replace(decision=decided.decision)
                member, error = decided, None
        if error:
            return Outcome(self.item, Result.FAILED, image_id, member_id, error=error)
        outcome = Outcome(
            self.item,
            Result.DONE,
            image_id,
            member_id,
            status=member.status,
            member=member,
            image=self.image,
            is_by_job=True,
        )
        return self.confirm(client, outcome) if client else outcome

    def leave_out(self) -> Outcome:
        """Create the outcome where no job was begun."""
        return self.leave(self.item)
