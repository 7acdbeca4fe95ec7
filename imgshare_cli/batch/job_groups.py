"""Collects the items of a batch into groups, each for one job: an image is in one group at a time."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from imgshare_cli.api.job_client import MAX_IMAGES
from imgshare_cli.shares.jobs.kept_entries import JobGroup

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.batch.fleet import ProjectAccess
    from imgshare_cli.batch.job_items import JobItem
    from imgshare_cli.batch.outcome import Outcome

IDLE_SECONDS = 0.3  # after so long without another item, a job begins with fewer than it may have
_LOOK_SECONDS = 0.2


@dataclass(eq=False)
class WaitingItem:
    """An item that waits for a job.

    Attributes:
        later: the item.
        give: is called with its outcome, once.
        is_over: whether no more jobs are to be begun.
    """

    later: JobItem
    give: Callable[[Outcome | BaseException], None]
    is_over: Callable[[], bool]


class GroupKey(NamedTuple):
    """What the items of a job have in common: a service, the project's access in a fleet, and the decision."""

    endpoint: str
    access: ProjectAccess | None
    group: JobGroup


@dataclass(eq=False)
class ItemGroup:
    """The items of one job, by their images."""

    key: GroupKey
    images: dict[str, list[WaitingItem]] = field(default_factory=dict)
    added_at: float = 0.0

    @property
    def first(self) -> WaitingItem:
        """The item that was added first."""
        return next(iter(self.images.values()))[0]


class ItemGroups:
    """The items of a batch that have no outcome yet; threads share it.

    Args:
        most_items: how many there may be.
    """

    def __init__(self, most_items: int) -> None:
        self._most_items = most_items
        self._changed = threading.Condition()
        self._open: dict[GroupKey, ItemGroup] = {}
        self._full: deque[ItemGroup] = deque()
        self._by_image: dict[tuple[GroupKey, str], ItemGroup] = {}
        self._items = self._running = 0
        self._has_input_ended = False

    def add(self, waiting: WaitingItem) -> None:
        """Add an item; where too many have no outcome yet, wait."""
        with self._changed:
            while self._items >= self._most_items and not waiting.is_over():
                self._changed.wait(_LOOK_SECONDS)
            self._items += 1
            self.add_again(waiting)

    def add_again(self, waiting: WaitingItem) -> None:
        """Add an item of a group that is done, which goes into another job."""
        decision = waiting.later.decision
        group = JobGroup(decision.member_id, decision.status, decision.vault_id)
        key, image = GroupKey(waiting.later.endpoint, waiting.later.item.access, group), decision.image_id.lower()
        with self._changed:
            if known := self._by_image.get((key, image)):
                known.images[image].append(waiting)
                return
            mine = self._open.setdefault(key, ItemGroup(key))
            mine.images[image], mine.added_at = [waiting], time.monotonic()
            self._by_image[key, image] = mine
            if len(mine.images) == MAX_IMAGES:
                self._full.append(self._open.pop(key))
                self._changed.notify_all()

    def take(self) -> ItemGroup | None:
        """Wait for a group whose job can begin; None where there will be no more. `end_group` follows."""
        with self._changed:
            while True:
                if group := self._pop():
                    self._running += 1
                    return group
                if self._is_complete:
                    return None
                now = time.monotonic()
                idle = min((group.added_at + IDLE_SECONDS - now for group in self._open.values()), default=1.0)
                self._changed.wait(min(idle, _LOOK_SECONDS))

    @property
    def _is_complete(self) -> bool:
        """Whether nothing is added any more; what a job refuses may go into another one."""
        return self._has_input_ended and not self._running

    def _pop(self) -> ItemGroup | None:
        if self._full:
            return self._full.popleft()
        now = time.monotonic()
        for key, group in self._open.items():
            if self._is_complete or now - group.added_at >= IDLE_SECONDS or group.first.is_over():
                return self._open.pop(key)
        return None

    def close(self, group: ItemGroup) -> list[WaitingItem]:
        """Let no more items join a group, and return those that are in it."""
        with self._changed:
            for image in group.images:
                self._by_image.pop((group.key, image), None)
            everything = [waiting for items in group.images.values() for waiting in items]
            group.images.clear()
            return everything

    def end_item(self) -> None:
        """Note that an item has its outcome."""
        with self._changed:
            self._items -= 1

    def end_group(self) -> None:
        """Note that the items of a group have their outcomes, or are in other groups."""
        with self._changed:
            self._running -= 1
            self._changed.notify_all()

    def end_input(self) -> None:
        """Begin what waits for more items: there are no more."""
        with self._changed:
            self._has_input_ended = True
            self._changed.notify_all()
