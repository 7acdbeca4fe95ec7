"""What a batch of an owner's commands does with one item: share an image with a project, or stop sharing it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING

from imgshare_cli.batch.name_cache import NameCache
from imgshare_cli.batch.outcome import Outcome, Result
from imgshare_cli.batch.shard import is_of_other_shard
from imgshare_cli.errors import ImgshareError, NotFoundError
from imgshare_cli.shares.changes import Shared, Unshared
from imgshare_cli.shares.not_shared import check_not_shared
from imgshare_cli.shares.sharing import start_sharing, stop_sharing

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.api.credential import Credential
    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.api.images import Image
    from imgshare_cli.batch.items import Item
    from imgshare_cli.batch.outcome import Later
    from imgshare_cli.batch.shard import Shard
    from imgshare_cli.batch.sharing_jobs import PendingChange
    from imgshare_cli.shares.changes import Change, ChangeEnd
    from imgshare_cli.shares.jobs.protocols import FindSharingJobs

_MAX_FULL = 10_000


class _FullImages:
    """The images that have as many members as the service allows; the newest, so that memory is bounded."""

    def __init__(self) -> None:
        self._ids: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()

    def add(self, image_id: str) -> None:
        with self._lock:
            self._ids[image_id] = None
            if len(self._ids) > _MAX_FULL:
                self._ids.popitem(last=False)

    def __contains__(self, image_id: str) -> bool:
        return image_id in self._ids


@dataclass(frozen=True)
class SharingTask:
    """Shares the image of each item with its project, or stops that.

    Attributes:
        open_tool: opens a connection to the image service, one for each thread.
        find_image: looks up one of our own images by its name.
        credential: the credential of the run.
        is_unshare: whether sharing is stopped.
        is_dry_run: whether nothing is changed.
        names: the images that names stand for.
        full: the images that cannot be shared with any more projects.
        shard: the part of the batch that is ours; None is all of it.
        find_jobs: finds what shares by jobs; None where nothing does.
    """

    open_tool: Callable[[], ImageClient]
    find_image: Callable[[ImageClient, str], Image]
    credential: Credential
    is_unshare: bool = False
    is_dry_run: bool = False
    names: NameCache = field(default_factory=NameCache)
    full: _FullImages = field(default_factory=_FullImages)
    shard: Shard | None = None
    find_jobs: FindSharingJobs[PendingChange, PendingChange] | None = None

    def attempt(self, tool: ImageClient, item: Item) -> Outcome | Later | None:
        """Share one image with one project, or stop that, or take it for a job; whatever happens is its outcome."""
        if item.error or item.is_done:
            return self.leave_out(item)
        image_id = item.image_id
        try:
            image = self._find_image(tool, item)
            image_id = image.id if image else item.image or ""
            if item.is_name and self.shard and not self.shard.takes(image_id, item.member_id or ""):
                return None
            if image_id in self.full or self.is_dry_run:
                result = Result.NOT_TRIED if image_id in self.full else Result.PLANNED
                return Outcome(item, result, image_id, item.member_id, image=image)
            return self._change(tool, item, image, image_id)
        except ImgshareError as exc:
            if is_of_other_shard(item, exc, self.shard, None):
                return None
            if image_id and not self.is_unshare and exc.http_status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
                self.full.add(image_id)
            return _create_failure(item, image_id, exc)

    def leave_out(self, item: Item) -> Outcome:
        """Return the outcome of an item that is not tried."""
        result = Result.FAILED if item.error else Result.SKIPPED if item.is_done else Result.NOT_TRIED
        return Outcome(item, result, item.image_id, item.member_id, error=item.error)

    def _find_image(self, client: ImageClient, item: Item) -> Image | None:
        if not item.is_name or item.image is None:
            return item.known_image
        name = item.image
        return self.names.find_image(name, lambda: self.find_image(client, name))

    def _change(self, client: ImageClient, item: Item, image: Image | None, image_id: str) -> Outcome | Later:
        member_id = item.member_id or ""
        done: Shared | Unshared | PendingChange
        if self.is_unshare:
            done = stop_sharing(client, self.credential, image_id, member_id, str, self.find_jobs)
        else:
            done = start_sharing(client, image_id, member_id, self.find_jobs)
        if isinstance(done, Shared | Unshared):
            return _create_outcome(item, image, image_id, done)
        from imgshare_cli.batch.sharing_jobs import ChangeItem

        leave_out = partial(Outcome, item, Result.NOT_TRIED, image_id, member_id)
        return ChangeItem(done, partial(self._end_change, item, image, done.change), leave_out)

    def _end_change(
        self, item: Item, image: Image | None, change: Change, client: ImageClient, end: ChangeEnd
    ) -> Outcome:
        """Create the outcome of an item after its job."""
        from imgshare_cli.shares.single_sharing import create_shared

        image_id, member_id = change.image_id, change.member_id
        done: Shared | Unshared
        try:
            if change.is_unshare and isinstance(end.error, NotFoundError):
                done = check_not_shared(client, self.credential, image_id, member_id, end.error)
            elif end.error:
                return _create_failure(item, image_id, end.error)
            elif change.is_unshare:
                done = Unshared(member_id, was_shared=end.is_new)
            else:
                done = create_shared(change, end)
        except ImgshareError as exc:
            return _create_failure(item, image_id, exc)
        return _create_outcome(item, image, image_id, done)


def _create_failure(item: Item, image_id: str | None, error: ImgshareError) -> Outcome:
    return Outcome(item, Result.FAILED, image_id, item.member_id, error=error)


def _create_outcome(item: Item, image: Image | None, image_id: str, done: Shared | Unshared) -> Outcome:
    if isinstance(done, Unshared):
        return Outcome(item, Result.DONE, image_id, item.member_id, image=image, is_unchanged=not done.was_shared)
    member, is_old = done.member, not done.is_new
    return Outcome(
        item,
        Result.DONE,
        image_id,
        item.member_id,
        status=member.status,
        member=member,
        image=image,
        is_unchanged=is_old,
    )
