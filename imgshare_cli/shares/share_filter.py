"""The filter for shares: the query that is sent, and the checks on the images that come back."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from imgshare_cli.api.images import build_exact_filter
from imgshare_cli.api.models import Status
from imgshare_cli.api.pagination import LIMIT
from imgshare_cli.api.timestamps import parse_timestamp

if TYPE_CHECKING:
    from datetime import datetime

    from imgshare_cli.api.images import Image, Share

_AGES = timedelta(days=20 * 365)  # older than Glance; and calendars have a beginning


@dataclass(frozen=True)
class ShareFilter:
    """The conditions that a share must meet.

    Attributes:
        statuses: what was decided about it.
        owner: the project that shares it.
        name: the image's name, with `*`, `?` and `[…]` as in file names.
        older_than: it was shared or decided at least this long ago.
        newer_than: it was shared or decided at most this long ago.
        with_member: whether each share itself is asked for, as its times are not in the image list.
        limit: how many are enough, where that is known: a service takes its time for a page of a thousand.
    """

    statuses: tuple[Status, ...] = (Status.PENDING,)
    owner: str | None = None
    name: str | None = None
    older_than: timedelta | None = None
    newer_than: timedelta | None = None
    with_member: bool = False
    limit: int | None = None

    @property
    def has_age(self) -> bool:
        """Whether it matters when each was shared or decided."""
        return self.older_than is not None or self.newer_than is not None

    @property
    def needs_member(self) -> bool:
        """Whether the image list is not enough, and each share must be asked for."""
        return self.with_member or self.has_age

    @property
    def is_narrowed(self) -> bool:
        """Whether there is a condition besides the status."""
        return bool(self.owner or self.name or self.has_age)

    @property
    def page_size(self) -> int:
        """How many images to ask for at once."""
        # Our own images come with them, and some do not match.
        return LIMIT if self.limit is None else max(25, 4 * self.limit)

    def compute_latest_creation(self, now: datetime) -> datetime | None:
        """Compute the time before which a matching image was created: a share is never older than its image."""
        if self.older_than is None or self.older_than >= _AGES:
            return None
        return now - self.older_than + timedelta(seconds=1)  # the format drops a part of a second

    def build_query(self, status: Status, created_before: datetime | None, *, hidden: bool) -> dict[str, str]:
        """Build the parameters of the image list; the API lists either hidden images or the others."""
        query = {"visibility": "shared", "member_status": status.value, "os_hidden": "true" if hidden else "false"}
        if self.owner:
            query["owner"] = self.owner
        if self.name and not _is_pattern(self.name):
            query["name"] = build_exact_filter(self.name)
        if created_before:
            query["created_at"] = f"lt:{created_before:%Y-%m-%dT%H:%M:%SZ}"
        return query

    def matches_query(self, image: Image, created_before: datetime | None, *, hidden: bool) -> bool:
        """Whether an image is what the query asks for; a service may ignore parts, or compare as its database does."""
        if not image.may_be_shared or image.os_hidden is not hidden:
            return False
        if self.owner and image.owner != self.owner:
            return False
        if self.name and not _is_pattern(self.name) and image.name != self.name:
            return False
        created = parse_timestamp(image.created_at) if created_before else None
        return created is None or created_before is None or created < created_before

    def matches_name(self, image: Image) -> bool:
        """Whether an image has the name, or one that fits the pattern."""
        return self.matches_text(image.name)

    def matches_text(self, name: str | None) -> bool:
        """Whether a text is the name, or fits the pattern."""
        return self.name is None or name == self.name or fnmatch.fnmatchcase(name or "", self.name)

    def matches_age(self, share: Share, now: datetime) -> bool:
        """Whether a share, of which the share itself is known, was shared or decided at the right time."""
        # Not created_at: an image that is shared again keeps the time of the first share.
        since = parse_timestamp(share.member.updated_at) if share.member else None
        return not self.has_age if since is None else self.matches_time(since, now)

    def matches_time(self, since: datetime, now: datetime) -> bool:
        """Whether what was shared or decided at a time was so at the right time."""
        is_too_new = self.older_than is not None and now - since < self.older_than
        is_too_old = self.newer_than is not None and now - since > self.newer_than
        return not is_too_new and not is_too_old


def _is_pattern(name: str) -> bool:
    return bool(set(name) & set("*?["))
