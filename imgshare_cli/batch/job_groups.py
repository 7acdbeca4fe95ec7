"""Collects the items of a batch into jobs, several at once: an image is in one job, and each item has an outcome."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from imgshare_cli.api.job_client import MAX_IMAGES
from imgshare_cli.batch.job_items import JobDecision, JobItem
from imgshare_cli.errors import ImgshareError
from imgshare_cli.shares.decisions import is_call_gone
from imgshare_cli.shares.jobs.decisions import check_job_decision
from imgshare_cli.shares.jobs.kept_jobs import JobGroup

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.batch.fleet import ProjectAccess
    from imgshare_cli.batch.job_items import JobWorker
    from imgshare_cli.batch.outcome import Outcome
    from imgshare_cli.shares.decisions import Decision
    from imgshare_cli.shares.jobs.endpoints import JobEndpoints
    from imgshare_cli.shares.jobs.runner import JobRunner

Tool = TypeVar("Tool")
_MOST_JOBS = 8  # at once
_MOST_ITEMS = 2 * _MOST_JOBS * MAX_IMAGES  # without an outcome: those of the jobs that go on, and of the next ones
_IDLE_SECONDS = 0.3  # after so long without another item, a job begins with fewer than it may have
_LOOK_SECONDS = 0.2


class _Key(NamedTuple):
    endpoint: str
    access: ProjectAccess | None
    group: JobGroup


@dataclass(eq=False)
class _Waiting:
    """An item that waits for a job."""

    later: JobItem
    give: Callable[[Outcome | BaseException], None]
    is_over: Callable[[], bool]


@dataclass(eq=False)
class _Group:
    """The items of one job, by their images."""

    key: _Key
    images: dict[str, list[_Waiting]] = field(default_factory=dict)
    added_at: float = 0.0


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
        self._most_threads = min(jobs, _MOST_JOBS)
        self._looks_first = looks_first
        self._changed = threading.Condition()
        self._open: dict[_Key, _Group] = {}
        self._full: deque[_Group] = deque()
        self._by_image: dict[tuple[_Key, str], _Group] = {}
        self._threads = self._count = 0
        self._has_input_ended = False

    def find(self, endpoint: str, *, is_call_gone: bool = False) -> BatchJobs[Tool] | None:
        """Return this, where a service takes decisions only as jobs; see `FindJobs`."""
        if is_call_gone:
            self._endpoints.remember(endpoint)
        return self if is_call_gone or self._endpoints.takes_only_jobs(endpoint) else None

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
        """Add an item to a job; where too many wait already, wait as well."""
        with self._changed:
            while self._count >= _MOST_ITEMS and not is_over():
                self._changed.wait(_LOOK_SECONDS)
            self._count += 1
            self._add_to_group(_Waiting(later, give, is_over))

    def _add_to_group(self, waiting: _Waiting) -> None:
        later, decision = waiting.later, waiting.later.decision
        group = JobGroup(decision.member_id, decision.status, decision.vault_id)
        key, image = _Key(later.endpoint, later.item.access, group), decision.image_id.lower()
        with self._changed:
            if known := self._by_image.get((key, image)):
                known.images[image].append(waiting)
                return
            mine = self._open.setdefault(key, _Group(key))
            mine.images[image], mine.added_at = [waiting], time.monotonic()
            self._by_image[key, image] = mine
            if len(mine.images) == MAX_IMAGES:
                self._full.append(self._open.pop(key))
                self._changed.notify_all()
            if self._threads < self._most_threads:
                self._threads += 1
                threading.Thread(target=self._work_off, daemon=True).start()

    def end_input(self) -> None:
        """Begin what waits for more items: there are no more."""
        with self._changed:
            self._has_input_ended = True
            self._changed.notify_all()

    def _work_off(self) -> None:
        """Do one job after the other."""
        tool: Tool | None = None
        while group := self._take():
            try:
                tool = tool or self._worker.open_tool()
                self._do(tool, group)
            except BaseException as exc:  # noqa: BLE001  (raised by the batch)
                self._give_all(group, partial(_return_failure, exc))

    def _take(self) -> _Group | None:
        """Wait for a job that can begin; None where there will be no more."""
        with self._changed:
            while True:
                if self._full:
                    return self._full.popleft()
                now = time.monotonic()
                for key, group in self._open.items():
                    is_over = next(iter(group.images.values()))[0].is_over()
                    if self._has_input_ended or is_over or now - group.added_at >= _IDLE_SECONDS:
                        return self._open.pop(key)
                if self._has_input_ended:
                    return None
                idle = min((group.added_at + _IDLE_SECONDS - now for group in self._open.values()), default=1.0)
                self._changed.wait(min(idle, _LOOK_SECONDS))

    def _do(self, tool: Tool, group: _Group) -> None:
        first = next(iter(group.images.values()))[0]
        images = [waiting[0].later.decision.image_id for waiting in list(group.images.values())]
        ends: dict[str, ImgshareError | None] = {}
        client = None
        try:
            if not first.is_over() and (client := self._worker.open_client(tool, first.later.item)):
                runner = self._create_runner(group.key.endpoint, first.is_over)
                ends = {image.lower(): end for image, end in runner.decide(client, group.key.group, images).items()}
        except ImgshareError as exc:
            ends = {image.lower(): exc for image in images}

        def end(waiting: _Waiting) -> Outcome | JobItem:
            later = waiting.later
            image = later.decision.image_id.lower()
            ended = later.end(client, ends[image]) if image in ends else later.leave_out()
            if not isinstance(ended, JobItem):
                self._worker.check_login(tool, ended)
            return ended

        self._give_all(group, end)

    def _give_all(self, group: _Group, end: Callable[[_Waiting], Outcome | JobItem | BaseException]) -> None:
        """Give each item of a group its outcome, once; or add it to another job."""
        with self._changed:
            for image in group.images:
                self._by_image.pop((group.key, image), None)
            everything = [waiting for items in group.images.values() for waiting in items]
            group.images.clear()
        while everything:
            waiting = everything.pop(0)
            try:
                ended = end(waiting)
            except BaseException as exc:  # noqa: BLE001  (raised by the batch)
                ended = exc
            if isinstance(ended, JobItem):
                self._add_to_group(replace(waiting, later=ended))
                continue
            waiting.give(ended)
            with self._changed:
                self._count -= 1
        with self._changed:
            self._changed.notify_all()


def _return_failure(failure: BaseException, _waiting: _Waiting) -> BaseException:
    return failure
