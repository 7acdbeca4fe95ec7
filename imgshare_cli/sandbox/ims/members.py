"""What callers do with the members of images, one at a time: IMS's rules around the store's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.sandbox import policy
from imgshare_cli.sandbox.errors import ApiError
from imgshare_cli.sandbox.ims.demo_images import read_backup_size
from imgshare_cli.sandbox.ims.errors import ImsError, translate_error
from imgshare_cli.sandbox.ims.parameters import check_member_id

if TYPE_CHECKING:
    from imgshare_cli.sandbox.ims.vaults import VaultStore
    from imgshare_cli.sandbox.records import MemberRecord
    from imgshare_cli.sandbox.store import ImageStore
    from imgshare_cli.sandbox.tokens import Caller

_WHOLE_IMAGE_QUOTA = 10


class MemberService:
    """Adds, decides and removes members. Every refusal is an ImsError."""

    def __init__(self, images: ImageStore, vaults: VaultStore) -> None:
        self._images = images
        self._vaults = vaults

    def add(self, caller: Caller, image_id: str, member_id: object, member_type: str = "project") -> MemberRecord:
        """Share an image. Accounts and organizations need not accept it."""
        checked_id = check_member_id(member_id)
        if checked_id == caller.project_id:
            raise ImsError("IMG.0076", "You cannot share the image with yourself.")
        status = "pending" if member_type == "project" else "accepted"
        try:
            self._check_quota(caller, image_id)
            return self._images.add_member(caller, image_id, checked_id, member_type, status)
        except ApiError as error:
            raise translate_error(error) from None

    def set_status(
        self, caller: Caller, image_id: str, member_id: str, status: str, vault_id: object = None
    ) -> MemberRecord:
        """Accept or reject an image. To accept a full-server image needs a vault with room for its backups."""
        try:
            image = self._images.get_image(caller, image_id)
            member = self._images.get_member(caller, image_id, member_id)
            policy.authorize_decision(caller, image)
            size = read_backup_size(image.attributes)
            if size is not None and status == "accepted" != member.status:
                self._vaults.store_backups(member_id, vault_id, size)
            return self._images.set_member_status(caller, image_id, member_id, status)
        except ApiError as error:
            raise translate_error(error) from None

    def remove(self, caller: Caller, image_id: str, member_id: str) -> None:
        """Stop sharing an image."""
        try:
            self._images.remove_member(caller, image_id, member_id)
        except ApiError as error:
            raise translate_error(error) from None

    def _check_quota(self, caller: Caller, image_id: str) -> None:
        image = self._images.get_image(caller, image_id)
        if image.owner != caller.project_id or read_backup_size(image.attributes) is None:
            return
        if len(self._images.list_members(caller, image_id)) >= _WHOLE_IMAGE_QUOTA:
            raise ImsError("IMG.0088", "The quota of members of a shared image is reached.")
