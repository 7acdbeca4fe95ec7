"""The inbox: the images that are shared with a project, and what it has decided about each."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING

from imgshare_cli.api.images import Share, build_exact_filter
from imgshare_cli.api.models import Status
from imgshare_cli.api.pagination import LIMIT, read_pages
from imgshare_cli.api.timestamps import parse_timestamp
from imgshare_cli.errors import NotFoundError, UnavailableError
from imgshare_cli.shares.token_scope import detect_scope
from imgshare_cli.shares.worker_pool import WorkerPool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.api.images import Image
    from imgshare_cli.shares.token_scope import TokenScope

_MOST_GUESSES = 10  # pages
_AGES = timedelta(days=20 * 365)  # older than Glance; and calendars have a beginning


@dataclass(frozen=True)
class ShareFilter:
    """Which shares.

    Attributes:
        statuses: what was decided about them.
        owner: the project that shares them.
        name: the image's name, with `*`, `?` and `[…]` as in file names.
        older_than: shared or decided about at least so long ago.
        newer_than: shared or decided about at most so long ago.
        with_member: whether each share itself is asked for.
        few: how many are enough, where that is known: a service takes its time for a page of a thousand.
    """

    statuses: tuple[Status, ...] = (Status.PENDING,)
    owner: str | None = None
    name: str | None = None
    older_than: timedelta | None = None
    newer_than: timedelta | None = None
    with_member: bool = False
    few: int | None = None

    @property
    def is_by_age(self) -> bool:
        """Whether it matters when each was shared or decided about."""
        return self.older_than is not None or self.newer_than is not None

    @property
    def is_narrowed(self) -> bool:
        """Whether more is asked for than what was decided."""
        return bool(self.owner or self.name or self.is_by_age)


class Inbox:
    """What is shared with a project, read rightly where the API's own list is wrong (images-sharing, api-ref).

    Args:
        client: the image service.
        another: makes further connections to it.
        place: our project and whether we see everybody's images, where a login has said so.
        project_id: the project that was asked for, if one was.
    """

    def __init__(
        self,
        client: ImageClient,
        another: Callable[[], ImageClient],
        place: TokenScope | None,
        project_id: str | None,
    ) -> None:
        self._client = client
        self._workers = WorkerPool(another)
        self._place = place
        self._project_id = project_id
        self._guesses = 0

    def shares(self, wanted: ShareFilter) -> Iterator[Share]:
        """Those shares, each once, as they are read: the first before the last page is asked for.

        Raises:
            ConfigError: nobody can know whose inbox it is.
            ForbiddenError: the token has no role that may list images.
        """
        found = self._found(wanted)
        first = next(found, None)  # only now do we know where we stand
        if first is None:
            return
        found = chain([first], found)
        if not (wanted.is_by_age or wanted.with_member or (self._place and self._place.sees_all)):
            yield from found
            return
        now = datetime.now(UTC)
        for share in self._workers.map_in_order(_read_share, found):
            if share and share.status in wanted.statuses and _is_of_age(share, wanted, now):
                yield share

    def _found(self, wanted: ShareFilter) -> Iterator[Share]:
        # Its status, and whether it is hidden, may change while we read.
        seen: set[int] = set()
        for status in wanted.statuses:
            for hidden in (False, True):  # the API shows the one or the other
                for image in self._images(wanted, status, hidden=hidden):
                    if self._place and image.owner != self._place.project_id and image.number not in seen:
                        seen.add(image.number)
                        yield Share(image, self._place.project_id, status)
            if self._place and self._place.sees_all:
                return  # the others would bring the same images again

    def _images(self, wanted: ShareFilter, status: Status, *, hidden: bool) -> Iterator[Image]:
        # A list for each status, because an image does not say what was decided about it.
        query = {"visibility": "shared", "member_status": status.value, "os_hidden": "true" if hidden else "false"}
        made_before = _latest_creation(wanted)
        query |= _build_query(wanted, made_before)
        # Our own images come with them, and some do not match.
        size = LIMIT if wanted.few is None else max(25, 4 * wanted.few)
        for page in read_pages(self._client, query, size):
            # A service may ignore a filter, or compare as its database does.
            images = [image for image in page if image.may_be_shared and image.os_hidden is hidden]
            images = [image for image in images if _is_asked_for(image, wanted, made_before)]
            if self._place is None:
                self._guesses += 1
                if self._guesses > _MOST_GUESSES:
                    raise UnavailableError("the service lists images that are shared with nobody, page after page")
                self._place = detect_scope(self._client, images, query, self._project_id)
            for image in images:
                if wanted.name in {None, image.name} or fnmatch.fnmatchcase(image.name or "", str(wanted.name)):
                    yield image


def _build_query(wanted: ShareFilter, made_before: datetime | None) -> dict[str, str]:
    narrowed = {}
    if wanted.owner:
        narrowed["owner"] = wanted.owner
    if wanted.name and not _is_pattern(wanted.name):
        narrowed["name"] = build_exact_filter(wanted.name)
    if made_before:
        narrowed["created_at"] = f"lt:{made_before:%Y-%m-%dT%H:%M:%SZ}"
    return narrowed


def _latest_creation(wanted: ShareFilter) -> datetime | None:
    if wanted.older_than is None or wanted.older_than >= _AGES:
        return None
    # A share is never older than its image; and the format drops a part of a second.
    return datetime.now(UTC) - wanted.older_than + timedelta(seconds=1)


def _is_asked_for(image: Image, wanted: ShareFilter, made_before: datetime | None) -> bool:
    """Whether an image is what `_narrowed` asks for."""
    if wanted.owner and image.owner != wanted.owner:
        return False
    if wanted.name and not _is_pattern(wanted.name) and image.name != wanted.name:
        return False
    made = parse_timestamp(image.created_at) if made_before else None
    return made is None or made_before is None or made < made_before


def _is_pattern(name: str) -> bool:
    return bool(set(name) & set("*?["))


def _read_share(client: ImageClient, share: Share) -> Share | None:
    try:
        member = client.get_member(share.image.id, share.member_id)
    except NotFoundError:
        return None  # unshared meanwhile, or an image of somebody else's that an administrator sees
    return replace(share, status=member.status, member=replace(member, raw={}))


def _is_of_age(share: Share, wanted: ShareFilter, now: datetime) -> bool:
    # Not created_at: an image that is shared again keeps the time of the first share.
    since = parse_timestamp(share.member.updated_at) if share.member else None
    if since is None:
        return not wanted.is_by_age
    age = now - since
    return (wanted.older_than is None or age >= wanted.older_than) and (
        wanted.newer_than is None or age <= wanted.newer_than
    )
