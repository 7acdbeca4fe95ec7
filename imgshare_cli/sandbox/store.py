"""The images and their members in memory, with the permission checks of each operation."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from imgshare_cli.sandbox import member_checks, policy
from imgshare_cli.sandbox.errors import ApiError, NotFoundError
from imgshare_cli.sandbox.records import ImageRecord, MemberRecord

if TYPE_CHECKING:
    from imgshare_cli.sandbox.query import ImageQuery
    from imgshare_cli.sandbox.tokens import Caller

_ID_LENGTH = 36
_ACTIONS = {"deactivate": "deactivated", "reactivate": "active"}
_ONLY_SHARED = "Only shared images have members."


class ImageStore:
    """All images and members. Each call is made by one caller and is atomic: one lock guards everything.

    The checks are in Glance's order, which decides which error a caller gets if several apply. An image can have as
    many members as the quota says.
    """

    def __init__(self, member_quota: int = 128) -> None:
        self._member_quota = member_quota
        self._lock = threading.RLock()  # a filter of a list may ask for the members of an image
        self._images: dict[str, ImageRecord] = {}
        self._members: dict[str, dict[str, MemberRecord]] = {}
        self._last_timestamp = 0

    def clear(self) -> None:
        """Remove all images and members."""
        self._images.clear()
        self._members.clear()

    def load_image(self, image: ImageRecord, *members: MemberRecord) -> None:
        """Add an image and its members without any check. It must be newer than those before it."""
        self._images[image.id] = image
        if members:
            self._members[image.id] = {member.member_id: member for member in members}

    def find_shares(self, project_id: str) -> list[tuple[ImageRecord, MemberRecord]]:
        """Return the images that are shared with a project, oldest first."""
        with self._lock:
            return [
                (self._images[image_id], members[project_id])
                for image_id, members in self._members.items()
                if project_id in members and not members[project_id].removed
            ]

    def list_images(self, caller: Caller, query: ImageQuery) -> list[ImageRecord]:
        """Return one page of images."""
        policy.authorize_list(caller)
        with self._lock:
            marker = None if query.marker is None else self._get_marker(caller, query.marker)
            newest_first = reversed(self._images.values())
            return query.select_page(newest_first, marker, lambda image: self._is_listed(caller, image, query))

    def get_image(self, caller: Caller, image_id: str) -> ImageRecord:
        """Return one image."""
        with self._lock:
            image = self._get_visible_image(caller, image_id, "No image found with ID {}")
        policy.authorize_read(caller)
        return image

    def create_image(self, caller: Caller, image: ImageRecord) -> ImageRecord:
        """Create an image."""
        policy.authorize_create(caller, image)
        with self._lock:
            if image.id in self._images:
                raise ApiError(409, f"Image ID {image.id} already exists!")
            now = self._create_timestamp()
            self._images[image.id] = image = replace(image, created_at=now, updated_at=now)
            return image

    def update_image(self, caller: Caller, image_id: str, changes: dict[str, str | bool | None]) -> ImageRecord:
        """Replace fields of an image."""
        with self._lock:
            image = self._get_visible_image(caller, image_id, "No image found with ID {}")
            for name, value in changes.items():
                if name == "visibility":
                    policy.authorize_visibility(caller, value)
                policy.authorize_owner(caller, image, "modify_image")
            now = self._create_timestamp()
            self._images[image_id] = image = replace(image, updated_at=now, **changes)  # type: ignore[arg-type] # checked by request_body
            return image

    def set_image_status(self, caller: Caller, image_id: str, action: str) -> None:
        """Deactivate or reactivate an image, which must have its data."""
        with self._lock:
            image = self._get_visible_image(caller, image_id, "No image found with ID {}")
            policy.authorize_owner(caller, image, action)
            if image.attributes.status not in _ACTIONS.values():
                raise ApiError(403, f"Not allowed to {action} image in status '{image.attributes.status}'")
            attributes = replace(image.attributes, status=_ACTIONS[action])
            self._images[image_id] = replace(image, updated_at=self._create_timestamp(), attributes=attributes)

    def delete_image(self, caller: Caller, image_id: str) -> None:
        """Delete an image and all its members."""
        with self._lock:
            image = self._get_visible_image(caller, image_id, "Failed to find image {} to delete")
            policy.authorize_owner(caller, image, "delete_image")
            if image.attributes.protected:
                raise ApiError(403, f"Image {image_id} is protected and cannot be deleted.")
            del self._images[image_id]
            self._members.pop(image_id, None)

    def list_members(self, caller: Caller, image_id: str) -> list[MemberRecord]:
        """Return the members that the caller may see: all of them for the owner, only itself for a member."""
        with self._lock:
            image = self._get_visible_image(caller, image_id, "Image {} not found.")
            if image.visibility != "shared":
                raise ApiError(403, f"Not allowed to list members for image {image_id}: {_ONLY_SHARED}")
            policy.authorize_read(caller)
            members = self._members.get(image_id, {}).values()
            return [row for row in members if not row.removed and policy.can_see_member(caller, image, row.member_id)]

    def get_member(self, caller: Caller, image_id: str, member_id: str) -> MemberRecord:
        """Return one member."""
        with self._lock:
            image = self._get_visible_image(caller, image_id, "Image {} not found.")
            if image.visibility != "shared":
                raise NotFoundError(_ONLY_SHARED)
            return self._get_visible_member(caller, image, member_id)

    def has_members(self, image_id: str) -> bool:
        """Return whether an image is shared with anybody."""
        with self._lock:
            return not all(member.removed for member in self._members.get(image_id, {}).values())

    def add_member(
        self, caller: Caller, image_id: str, member_id: str, member_type: str = "project", status: str = "pending"
    ) -> MemberRecord:
        """Share an image. As in Glance, nothing checks that the member exists."""
        with self._lock:
            image = self._get_shared_image(caller, image_id, "create")
            policy.authorize_owner(caller, image, "add_member")
            members = self._members.setdefault(image_id, {})
            member_checks.check_new_member(members, image_id, member_id, self._member_quota)
            now = self._create_timestamp()
            # Sharing again restores the earlier member with its creation time.
            created_at = members[member_id].created_at if member_id in members else now
            members[member_id] = MemberRecord(image_id, member_id, status, created_at, now, member_type=member_type)
            return members[member_id]

    def set_member_status(self, caller: Caller, image_id: str, member_id: str, status: object) -> MemberRecord:
        """Set the status of a member. Setting the same status again changes nothing, not even the time."""
        with self._lock:
            image = self._get_shared_image(caller, image_id, "update")
            member = self._get_visible_member(caller, image, member_id)
            policy.authorize_decision(caller, image)
            new_status = member_checks.parse_status(status)
            if member.status != new_status:
                member = replace(member, status=new_status, updated_at=self._create_timestamp())
                self._members[image_id][member_id] = member
            return member

    def remove_member(self, caller: Caller, image_id: str, member_id: str) -> None:
        """Stop sharing an image with a project."""
        with self._lock:
            image = self._get_shared_image(caller, image_id, "delete")
            member = self._get_visible_member(caller, image, member_id)
            policy.authorize_owner(caller, image, "delete_member")
            self._members[image_id][member_id] = replace(member, removed=True)

    def _get_visible_image(self, caller: Caller, image_id: str, not_found: str) -> ImageRecord:
        image = self._images.get(image_id)
        if image is None or not self._can_see(caller, image):
            raise NotFoundError(not_found.format(image_id))
        return image

    def _get_shared_image(self, caller: Caller, image_id: str, action: str) -> ImageRecord:
        image = self._get_visible_image(caller, image_id, "Image {} not found.")
        if image.visibility != "shared":
            raise ApiError(403, f"Not allowed to {action} members for image {image_id}.")
        return image

    def _get_visible_member(self, caller: Caller, image: ImageRecord, member_id: str) -> MemberRecord:
        policy.authorize_read(caller)
        member = self._find_member(image.id, member_id)
        if member is None or not policy.can_see_member(caller, image, member_id):
            raise NotFoundError(f"{member_id} not found in the member list of the image {image.id}.")
        return member

    def _get_marker(self, caller: Caller, image_id: str) -> ImageRecord:
        if len(image_id) > _ID_LENGTH:
            # Word for word: Glance forgets to fill in the ID.
            raise ApiError(400, "Image with the given id %(image_id)s was not found")
        image = self._images.get(image_id)
        if image is None:
            raise ApiError(400, f"No image found with ID {image_id}")
        if not self._can_see(caller, image):
            raise ApiError(403, f"Forbidding request, image {image_id} not visible")
        return image

    def _can_see(self, caller: Caller, image: ImageRecord) -> bool:
        return policy.can_see_image(caller, image, self._find_member(image.id, caller.project_id))

    def _is_listed(self, caller: Caller, image: ImageRecord, query: ImageQuery) -> bool:
        return policy.is_listed(caller, image, self._find_member(image.id, caller.project_id), query)

    def _find_member(self, image_id: str, member_id: str) -> MemberRecord | None:
        member = self._members.get(image_id, {}).get(member_id)
        return None if member is None or member.removed else member

    def _create_timestamp(self) -> int:
        # Never the same twice, so that images have an order.
        self._last_timestamp = max(self._last_timestamp + 1, time.time_ns() // 1000)
        return self._last_timestamp
