"""The images and the shares: what each call finds, and what it changes."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from imgshare_cli.sandbox import policy
from imgshare_cli.sandbox.errors import RefusalError
from imgshare_cli.sandbox.records import Image, Member

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imgshare_cli.sandbox.query import Query
    from imgshare_cli.sandbox.tokens import Caller

STATUSES = ("pending", "accepted", "rejected")
MEMBER_QUOTA = 128
_ID_LENGTH = 36
_ONLY_SHARED = "Only shared images have members."


class State:
    """All images and shares. Each call is one caller's, and whole: one lock guards everything.

    The checks come in Glance's order, which decides what a caller with several shortcomings hears.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._images: dict[str, Image] = {}
        self._members: dict[str, dict[str, Member]] = {}
        self._latest = 0

    def put(self, image: Image, *members: Member) -> None:
        """Place an image and its shares, asking nobody. It must be newer than those before it."""
        self._images[image.id] = image
        if members:
            self._members[image.id] = {member.member_id: member for member in members}

    def shared_with(self, project_id: str) -> Iterator[tuple[Image, Member]]:
        """The shares of a project, oldest first."""
        with self._lock:
            shares = [
                (self._images[image_id], rows[project_id])
                for image_id, rows in self._members.items()
                if project_id in rows and not rows[project_id].removed
            ]
        return iter(shares)

    def images(self, caller: Caller, query: Query) -> list[Image]:
        """One page of images."""
        policy.must_list(caller)
        with self._lock:
            marker = None if query.marker is None else self._marker(caller, query.marker)
            newest_first = reversed(self._images.values())
            return query.page(newest_first, marker, lambda image: self._lists(caller, image, query))

    def image(self, caller: Caller, image_id: str) -> Image:
        """One image."""
        with self._lock:
            image = self._seen(caller, image_id, "No image found with ID {}")
        policy.must_read(caller)
        return image

    def create(self, caller: Caller, image: Image) -> Image:
        """Make an image."""
        policy.must_create(caller, image)
        with self._lock:
            if image.id in self._images:
                raise RefusalError(409, f"Image ID {image.id} already exists!")
            now = self._now()
            self._images[image.id] = image = replace(image, created_at=now, updated_at=now)
            return image

    def change(self, caller: Caller, image_id: str, changes: dict[str, str | bool | None]) -> Image:
        """Replace fields of an image."""
        with self._lock:
            image = self._seen(caller, image_id, "No image found with ID {}")
            for name, value in changes.items():
                if name == "visibility":
                    policy.must_publish(caller, value)
                policy.must_own(caller, image, "modify_image")
            self._images[image_id] = image = replace(image, updated_at=self._now(), **changes)  # type: ignore[arg-type] # the wire checks them
            return image

    def delete(self, caller: Caller, image_id: str) -> None:
        """Delete an image, and with it all its shares."""
        with self._lock:
            image = self._seen(caller, image_id, "Failed to find image {} to delete")
            policy.must_own(caller, image, "delete_image")
            if image.details.protected:
                raise RefusalError(403, f"Image {image_id} is protected and cannot be deleted.")
            del self._images[image_id]
            self._members.pop(image_id, None)

    def members(self, caller: Caller, image_id: str) -> list[Member]:
        """The shares of an image that the caller may see: all as its owner, their own as a member."""
        with self._lock:
            image = self._seen(caller, image_id, "Image {} not found.")
            if image.visibility != "shared":
                raise RefusalError(403, f"Not allowed to list members for image {image_id}: {_ONLY_SHARED}")
            policy.must_read(caller)
            rows = self._members.get(image_id, {}).values()
            return [row for row in rows if not row.removed and policy.shows(caller, image, row.member_id)]

    def member(self, caller: Caller, image_id: str, member_id: str) -> Member:
        """One share."""
        with self._lock:
            image = self._seen(caller, image_id, "Image {} not found.")
            if image.visibility != "shared":
                raise RefusalError(404, _ONLY_SHARED)
            return self._member(caller, image, member_id)

    def share(self, caller: Caller, image_id: str, member_id: str) -> Member:
        """Share an image with a project, or with anything else: no one checks that the project exists."""
        with self._lock:
            image = self._shared(caller, image_id, "create")
            policy.must_own(caller, image, "add_member")
            rows = self._members.setdefault(image_id, {})
            attempted = 1 + sum(not row.removed for row in rows.values())
            if attempted > MEMBER_QUOTA:
                raise _over_quota(image_id, attempted)
            former = rows.get(member_id)
            if former and not former.removed:
                raise RefusalError(409, f"Member {member_id} is duplicated for image {image_id}")
            if any(ord(character) > 0xFFFF for character in member_id):  # noqa: PLR2004 # the end of the BMP
                raise RefusalError(400, "Member can't contain 4 byte unicode characters.")
            now = self._now()
            # The row of an earlier share comes back, and keeps the time of its first life.
            row = Member(image_id, member_id, "pending", former.created_at if former else now, now)
            rows[member_id] = row
            return row

    def set_status(self, caller: Caller, image_id: str, member_id: str, status: object) -> Member:
        """Decide about a share. The same decision again changes nothing, not even the time."""
        with self._lock:
            image = self._shared(caller, image_id, "update")
            row = self._member(caller, image, member_id)
            policy.must_be_offered(caller, image)
            if status not in STATUSES:
                raise RefusalError(400, 'Incorrect request: Status must be "pending", "accepted" or "rejected".')
            if row.status != status:
                row = replace(row, status=status, updated_at=self._now())
                self._members[image_id][member_id] = row
            return row

    def unshare(self, caller: Caller, image_id: str, member_id: str) -> None:
        """Take a share back."""
        with self._lock:
            image = self._shared(caller, image_id, "delete")
            row = self._member(caller, image, member_id)
            policy.must_own(caller, image, "delete_member")
            self._members[image_id][member_id] = replace(row, removed=True)

    def _shared(self, caller: Caller, image_id: str, doing: str) -> Image:
        image = self._seen(caller, image_id, "Image {} not found.")
        if image.visibility != "shared":
            raise RefusalError(403, f"Not allowed to {doing} members for image {image_id}.")
        return image

    def _member(self, caller: Caller, image: Image, member_id: str) -> Member:
        policy.must_read(caller)
        row = self._members.get(image.id, {}).get(member_id)
        if row is None or row.removed or not policy.shows(caller, image, member_id):
            raise RefusalError(404, f"{member_id} not found in the member list of the image {image.id}.")
        return row

    def _seen(self, caller: Caller, image_id: str, unseen: str) -> Image:
        image = self._images.get(image_id)
        if image is None or not self._sees(caller, image):
            raise RefusalError(404, unseen.format(image_id))
        return image

    def _sees(self, caller: Caller, image: Image) -> bool:
        if caller.is_admin or image.owner == caller.project_id or image.visibility in {"public", "community"}:
            return True
        return image.visibility == "shared" and self._is_member(caller, image)

    def _is_member(self, caller: Caller, image: Image, status: str = "all") -> bool:
        row = self._members.get(image.id, {}).get(caller.project_id)
        return row is not None and not row.removed and status in {"all", row.status}

    def _lists(self, caller: Caller, image: Image, query: Query) -> bool:
        if query.visibility not in {None, "all", image.visibility}:
            return False
        if query.visibility is None and image.visibility == "community" and image.owner != caller.project_id:
            return False
        # What one owns is listed whatever the status asked for, and an admin is asked for none.
        if caller.is_admin or image.owner == caller.project_id or image.visibility in {"public", "community"}:
            return True
        return image.visibility == "shared" and self._is_member(caller, image, query.member_status)

    def _marker(self, caller: Caller, image_id: str) -> Image:
        if len(image_id) > _ID_LENGTH:
            # Word for word: Glance forgets to fill this one in.
            raise RefusalError(400, "Image with the given id %(image_id)s was not found")
        image = self._images.get(image_id)
        if image is None:
            raise RefusalError(400, f"No image found with ID {image_id}")
        if not self._sees(caller, image):
            raise RefusalError(403, f"Forbidding request, image {image_id} not visible")
        return image

    def _now(self) -> int:
        # Never the same twice, so that images have an order.
        self._latest = max(self._latest + 1, time.time_ns() // 1000)
        return self._latest


def _over_quota(image_id: str, attempted: int) -> RefusalError:
    reason = (
        "The limit has been exceeded on the number of allowed image members for this image."
        f" Attempted: {attempted}, Maximum: {MEMBER_QUOTA}"
    )
    return RefusalError(413, f"Image member limit exceeded for image {image_id}: {reason}:")
