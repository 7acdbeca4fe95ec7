"""Decides about the items of a batch by jobs, several at once; each item has one outcome."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

from imgshare_cli.api.job_client import MAX_IMAGES
from imgshare_cli.batch.job_groups import ItemGroups, WaitingItem
from imgshare_cli.batch.job_items import JobDecision, JobItem
from imgshare_cli.batch.job_threads import MOST_JOBS, JobThreads
from imgshare_cli.errors import ImgshareError
from imgshare_cli.shares.decisions import is_call_gone
from imgshare_cli.shares.jobs.decisions import check_job_decision

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.batch.job_groups import ItemGroup
    from imgshare_cli.batch.job_items import JobWorker
    from imgshare_cli.batch.outcome import Outcome
    from imgshare_cli.shares.decisions import Decision
    from imgshare_cli.shares.jobs.endpoints import JobEndpoints
    from imgshare_cli.shares.jobs.runner import JobRunner

Tool = TypeVar("Tool")
_MOST_ITEMS = 2 * MOST_JOBS * MAX_IMAGES  # without an outcome: those of the jobs that go on, and of the next ones


class BatchJobs(Generic[Tool]):
    """Decides about the items of a batch by jobs; it is what `FindJobs` finds.

    Args:
        endpoints: knows which services take decisions only as jobs.
        worker: opens the services.
        create_runner: creates what decides by jobs at a service; it is told when no more jobs are to be begun.
        jobs: how many jobs there may be at once, up to eight.
        looks_first: whether a share is looked at before its job, because it may not be there yet.
    """

    def __init__(
        self,
        endpoints: JobEndpoints,
        worker: JobWorker[Tool],
        create_runner: Callable[[str, Callable[[], bool]], JobRunner],
        jobs: int,
        *,
        looks_first: bool = False,
    ) -> None:
        self._endpoints = endpoints
        self._worker = worker
        self._create_runner = create_runner
        self._looks_first = looks_first
        self._groups = ItemGroups(_MOST_ITEMS)
        self._threads = JobThreads(self._work_off, jobs)

    def find(self, endpoint: str, *, is_call_gone: bool = False) -> BatchJobs[Tool] | None:
        """Return this, where a service takes decisions only as jobs; see `FindJobs`."""
        return self if self._endpoints.are_jobs_used(endpoint, is_call_gone=is_call_gone) else None

    def decide(self, client: ImageClient, decision: Decision) -> JobDecision:
        """Prepare a decision.

        Raises:
            ImgshareError: jobs cannot decide so, or the share is not there yet.
        """
        check_job_decision(decision)
        if self._looks_first:
            try:
                client.get_member(decision.image_id, decision.member_id)
            except ImgshareError as exc:
                if not is_call_gone(exc):
                    raise
        return JobDecision(self, client.endpoint, decision)

    def add(self, later: JobItem, give: Callable[[Outcome | BaseException], None], is_over: Callable[[], bool]) -> None:
        """Add an item to a job; where too many wait already, wait as well.

        Raises:
            RuntimeError: the system allows no thread for it.
        """
        self._threads.start_one()
        self._groups.add(WaitingItem(later, give, is_over))

    def end_input(self) -> None:
        """Begin what waits for more items: there are no more."""
        self._groups.end_input()

    def _work_off(self) -> None:
        """Do one job after the other."""
        tool: Tool | None = None
        while group := self._groups.take():
            try:
                tool = tool or self._worker.open_tool()
                self._do(tool, group)
            except BaseException as exc:  # noqa: BLE001  (raised by the batch)
                self._give_all(group, partial(_return_failure, exc))
            finally:
                self._groups.end_group()

    def _do(self, tool: Tool, group: ItemGroup) -> None:
        first = group.first
        # Of each, the first: another item may join it meanwhile.
        images = [items[0].later.decision.image_id for items in list(group.images.values())]
        ends: dict[str, ImgshareError | None] = {}
        client = None
        try:
            if not first.is_over() and (client := self._worker.open_client(tool, first.later.item)):
                runner = self._create_runner(group.key.endpoint, first.is_over)
                ends = {image.lower(): end for image, end in runner.decide(client, group.key.group, images).items()}
        except ImgshareError as exc:
            ends = {image.lower(): exc for image in images}
        self._give_all(group, partial(self._end_item, tool, client, ends))

    def _end_item(
        self,
        tool: Tool,
        client: ImageClient | None,
        ends: Mapping[str, ImgshareError | None],
        later: JobItem,
    ) -> Outcome | JobItem:
        image = later.decision.image_id.lower()
        ended = later.end(client, ends[image]) if image in ends else later.leave_out()
        if not isinstance(ended, JobItem):
            self._worker.check_login(tool, ended)
        return ended

    def _give_all(self, group: ItemGroup, end: Callable[[JobItem], Outcome | JobItem | BaseException]) -> None:
        """Give each item of a group its outcome, once; or add it to another job."""
        for waiting in self._groups.close(group):
            try:
                ended = end(waiting.later)
            except BaseException as exc:  # noqa: BLE001  (raised by the batch)
                ended = exc
            if isinstance(ended, JobItem):
                self._groups.add_again(replace(waiting, later=ended))
            else:
                waiting.give(ended)
                self._groups.end_item()


def _return_failure(failure: BaseException, _later: JobItem) -> BaseException:
    return failure
