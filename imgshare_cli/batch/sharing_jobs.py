"""Collects the shares of a batch into jobs, several at once: one image with many projects, or many with one."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from imgshare_cli.api.job_client import MAX_IMAGES
from imgshare_cli.batch.job_groups import IDLE_SECONDS
from imgshare_cli.batch.job_threads import MOST_JOBS, JobThreads

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.batch.outcome import Outcome
    from imgshare_cli.shares.changes import Change, ChangeEnd
    from imgshare_cli.shares.jobs.endpoints import JobEndpoints
    from imgshare_cli.shares.jobs.sharing import JobSharing

_MOST_WAITING = MOST_JOBS * MAX_IMAGES  # and as many in the jobs that go on
_LOOK_SECONDS = 0.1


class PendingChange(NamedTuple):
    """A change that a job will make."""

    jobs: SharingJobs
    change: Change


class ChangeItem(NamedTuple):
    """An item whose outcome a job decides.

    Attributes:
        pending: its change.
        end: creates its outcome.
        leave_out: creates its outcome where no job was begun.
    """

    pending: PendingChange
    end: Callable[[ImageClient, ChangeEnd], Outcome]
    leave_out: Callable[[], Outcome]

    def start(self, give: Callable[[Outcome | BaseException], None], is_over: Callable[[], bool]) -> None:
        """Add it to a job; see `Later`."""
        self.pending.jobs.add(_Waiting(self, give, is_over))


@dataclass(eq=False)
class _Waiting:
    """An item that waits for a job, or for the end of one."""

    item: ChangeItem
    give: Callable[[Outcome | BaseException], None]
    is_over: Callable[[], bool]

    @property
    def change(self) -> Change:
        return self.item.pending.change


class SharingJobs:
    """Makes the changes of a batch by jobs; it is what `FindSharingJobs` finds.

    Args:
        endpoints: knows which services share only by jobs.
        connect: connects to the service.
        sharing: makes the changes of one job.
        jobs: how many jobs there may be at once, up to eight.
    """

    def __init__(
        self, endpoints: JobEndpoints, connect: Callable[[], ImageClient], sharing: JobSharing, jobs: int
    ) -> None:
        self._endpoints = endpoints
        self._connect = connect
        self._sharing = sharing
        self._changed = threading.Condition()
        self._waiting: list[_Waiting] = []
        self._threads = JobThreads(self._work_off, jobs)
        self._added_at = 0.0
        self._has_input_ended = False

    def find(self, endpoint: str, *, is_call_gone: bool = False) -> SharingJobs | None:
        """Return this, where a service shares by jobs; see `FindSharingJobs`."""
        return self if self._endpoints.are_jobs_used(endpoint, is_call_gone=is_call_gone) else None

    def start(self, _client: ImageClient, change: Change) -> PendingChange:
        """Prepare to share an image."""
        return PendingChange(self, change)

    def stop(self, _client: ImageClient, change: Change) -> PendingChange:
        """Prepare to stop sharing an image."""
        return PendingChange(self, change)

    def add(self, waiting: _Waiting) -> None:
        """Add an item to a job; where too many wait already, wait as well.

        Raises:
            RuntimeError: the system allows no thread for it.
        """
        self._threads.start_one()
        with self._changed:
            while len(self._waiting) >= _MOST_WAITING and not waiting.is_over():
                self._changed.wait(_LOOK_SECONDS)
            self._waiting.append(waiting)
            self._added_at = time.monotonic()
            if len(self._waiting) % MAX_IMAGES == 0:
                self._changed.notify_all()

    def end_input(self) -> None:
        """Begin what waits for more items: there are no more."""
        with self._changed:
            self._has_input_ended = True
            self._changed.notify_all()

    def _work_off(self) -> None:
        """Do one job after the other."""
        client: ImageClient | None = None
        while group := self._take():
            try:
                client = client or self._connect()
                self._do(client, group)
            except BaseException as exc:  # noqa: BLE001  (raised by the batch)
                for waiting in group:
                    waiting.give(exc)

    def _take(self) -> list[_Waiting]:
        """Wait for a job that can begin; none where there will be no more."""
        with self._changed:
            while True:
                group = _choose_group(self._waiting)
                if group and (len(group) == MAX_IMAGES or self._is_enough()):
                    chosen = set(group)
                    self._waiting = [waiting for waiting in self._waiting if waiting not in chosen]
                    self._changed.notify_all()
                    return group
                if self._has_input_ended and not group:
                    return []
                self._changed.wait(_LOOK_SECONDS)

    def _is_enough(self) -> bool:
        """Whether jobs begin with fewer items than they may have."""
        is_idle = time.monotonic() - self._added_at >= IDLE_SECONDS
        is_full = len(self._waiting) >= _MOST_WAITING
        return self._has_input_ended or is_idle or is_full or self._waiting[0].is_over()

    def _do(self, client: ImageClient, group: list[_Waiting]) -> None:
        """Do one job, and give each item its outcome, once; it leaves the group with it."""
        if group[0].is_over():
            while group:
                waiting = group.pop()
                waiting.give(waiting.item.leave_out())
            return
        ends = self._sharing.make(client, [waiting.change for waiting in group])
        seen = set[tuple[str, str]]()
        while group:
            change, item = group[0].change, group[0].item
            end = ends[change]
            # What comes twice is changed once.
            outcome = item.end(client, end._replace(is_new=end.is_new and change.share not in seen))
            seen.add(change.share)
            group.pop(0).give(outcome)


def _choose_group(waiting: list[_Waiting]) -> list[_Waiting]:
    """Choose the items of the next job: as many as have the image of the first in common with it, or its project."""
    if not waiting:
        return []
    image_id, member_id = waiting[0].change.share
    same_image = [other for other in waiting if other.change.share[0] == image_id]
    same_member = [other for other in waiting if other.change.share[1] == member_id]
    return max(same_image, same_member, key=len)[:MAX_IMAGES]
