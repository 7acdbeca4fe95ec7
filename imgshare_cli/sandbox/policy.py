"""What a caller may do and see: Glance's policies with their new defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.sandbox.errors import AccessDeniedError, ForbiddenError, NotFoundError

if TYPE_CHECKING:
    from imgshare_cli.sandbox.query import ImageQuery
    from imgshare_cli.sandbox.records import ImageRecord, MemberRecord
    from imgshare_cli.sandbox.tokens import Caller


def authorize_read(caller: Caller) -> None:
    """Require the reader role. A caller without it is told that nothing is there."""
    if not caller.can_read:
        raise NotFoundError


def authorize_list(caller: Caller) -> None:
    """Require the reader role. Only for the list, a caller without it is told that this is forbidden."""
    if not caller.can_read:
        raise ForbiddenError("get_images")


def authorize_owner(caller: Caller, image: ImageRecord, action: str) -> None:
    """Require that the caller may change the image and its members: the owner, or an administrator."""
    authorize_read(caller)
    if not caller.is_admin and not (caller.can_write and caller.project_id == image.owner):
        raise ForbiddenError(action)


def authorize_decision(caller: Caller, image: ImageRecord) -> None:
    """Require that the caller may set a member status: the member, or an administrator, but not the owner."""
    if not caller.is_admin and not (caller.can_write and caller.project_id != image.owner):
        raise ForbiddenError("modify_member")


def authorize_create(caller: Caller, image: ImageRecord) -> None:
    """Require that the caller may create the image: in their own project, or as an administrator."""
    if not caller.is_admin and caller.project_id != image.owner:
        raise AccessDeniedError(f"You are not permitted to create images owned by '{image.owner}'")
    if not caller.can_write:
        raise ForbiddenError("add_image")
    authorize_visibility(caller, image.visibility)


def authorize_visibility(caller: Caller, visibility: object) -> None:
    """Require an administrator to make an image public."""
    if visibility == "public" and not caller.is_admin:
        raise ForbiddenError("publicize_image")


def can_see_image(caller: Caller, image: ImageRecord, member: MemberRecord | None) -> bool:
    """Return whether the image exists for this caller, who may be a member of it."""
    if caller.is_admin or image.owner == caller.project_id or image.visibility in {"public", "community"}:
        return True
    return image.visibility == "shared" and member is not None


def can_see_member(caller: Caller, image: ImageRecord, member_id: str) -> bool:
    """Return whether a caller who sees the image also sees this member of it."""
    return caller.is_admin or caller.project_id in {image.owner, member_id}


def is_listed(caller: Caller, image: ImageRecord, member: MemberRecord | None, query: ImageQuery) -> bool:
    """Return whether the query lists the image for this caller, who may be a member of it."""
    if query.visibility not in {None, "all", image.visibility}:
        return False
    if query.visibility is None and image.visibility == "community" and image.owner != caller.project_id:
        return False
    # The member status only selects images that others share with the caller, and none for an administrator.
    if caller.is_admin or image.owner == caller.project_id or image.visibility in {"public", "community"}:
        return True
    is_member = member is not None and query.member_status in {"all", member.status}
    return image.visibility == "shared" and is_member
