"""Who may do what: Glance's policies with their new defaults, as refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.sandbox.errors import NOT_FOUND, RefusalError, denied, forbidden

if TYPE_CHECKING:
    from imgshare_cli.sandbox.records import Image
    from imgshare_cli.sandbox.tokens import Caller


def must_read(caller: Caller) -> None:
    """Who may not even read is told that there is nothing."""
    if not caller.may_read:
        raise RefusalError(404, NOT_FOUND)


def must_list(caller: Caller) -> None:
    """The list alone is forbidden to them."""
    if not caller.may_read:
        raise forbidden("get_images")


def must_own(caller: Caller, image: Image, action: str) -> None:
    """An image, and whom it is shared with, is its owner's to change."""
    must_read(caller)
    if not caller.is_admin and not (caller.may_write and caller.project_id == image.owner):
        raise forbidden(action)


def must_be_offered(caller: Caller, image: Image) -> None:
    """A share is the member's to decide about, and the owner is no member even of their own list."""
    if not caller.is_admin and not (caller.may_write and caller.project_id != image.owner):
        raise forbidden("modify_member")


def must_create(caller: Caller, image: Image) -> None:
    """Images are made for one's own project."""
    if not caller.is_admin and caller.project_id != image.owner:
        raise denied(f"You are not permitted to create images owned by '{image.owner}'")
    if not caller.may_write:
        raise forbidden("add_image")
    must_publish(caller, image.visibility)


def must_publish(caller: Caller, visibility: object) -> None:
    """What everybody shall see is an admin's to say."""
    if visibility == "public" and not caller.is_admin:
        raise forbidden("publicize_image")


def shows(caller: Caller, image: Image, member_id: str) -> bool:
    """Whether a caller who sees the image sees this share of it."""
    return caller.is_admin or caller.project_id in {image.owner, member_id}
