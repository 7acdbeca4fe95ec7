"""Why the service said no: a few more reads after a refusal, never after a success."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from imgshare_cli.diagnosis import findings as explanations
from imgshare_cli.diagnosis import other_projects as elsewhere
from imgshare_cli.errors import ForbiddenError, ImgshareError, NotFoundError
from imgshare_cli.shares import token_scope as standing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.api.images import Image
    from imgshare_cli.api.models import Member
    from imgshare_cli.diagnosis.findings import Attempt, Finding
    from imgshare_cli.diagnosis.probe import Doors


def explain(error: ImgshareError, attempt: Attempt, doors: Doors) -> None:
    """Give an error its reason, and a sentence and a hint that name it; none where nothing is found out.

    Args:
        error: what the service refused.
        attempt: what was tried.
        doors: where more can be asked.
    """
    try:
        finding = _finding(error, attempt, doors)
    except ImgshareError:
        return  # where we cannot look any further, the service's own words stand
    if finding:
        error.explain(*finding)


def _finding(error: ImgshareError, attempt: Attempt, doors: Doors) -> Finding | None:
    if attempt.image_id is None:  # it was given by its name, and the list was refused
        return explanations.no_role(attempt.project) if isinstance(error, ForbiddenError) else None
    images = doors.images()
    try:
        image = images.image(attempt.image_id)
    except NotFoundError:
        return _of_unseen(attempt, attempt.image_id, images, doors)
    return _of_seen(error, attempt, image, images, doors)


def _of_unseen(attempt: Attempt, image_id: str, images: ImageClient, doors: Doors) -> Finding | None:
    if not _may_list(images):
        return explanations.no_role(attempt.project)
    small = image_id.lower()
    if small != image_id and _is_there(images, small):
        return explanations.image_spelled_otherwise(attempt, small)
    found = elsewhere.found(attempt, image_id, doors)
    return found or (explanations.not_found(attempt) if attempt.status == HTTPStatus.NOT_FOUND else None)


def _may_list(images: ImageClient) -> bool:
    try:
        images.images({"limit": "1"})
    except ForbiddenError:
        return False
    except ImgshareError:
        return True  # at least nobody said that we may not
    return True


def _is_there(images: ImageClient, image_id: str) -> bool:
    try:
        images.image(image_id)
    except ImgshareError:
        return False
    return True


@dataclass(frozen=True)
class _Seen:
    """An image that we see, the shares of it that we see, and who could tell more."""

    image: Image
    rows: Sequence[Member]
    attempt: Attempt
    images: ImageClient
    doors: Doors


def _of_seen(error: ImgshareError, attempt: Attempt, image: Image, images: ImageClient, doors: Doors) -> Finding | None:
    # Clouds older than Ocata, and IMS, call a shared image `private`, so that alone says nothing.
    if image.visibility in {"public", "community"}:
        return explanations.visibility(attempt, image.visibility)
    try:
        rows = images.members(image.id)
    except ForbiddenError:
        return explanations.visibility(attempt, image.visibility) if image.visibility == "private" else None
    seen = _Seen(image, rows, attempt, images, doors)
    is_locked = image.status == "deactivated"
    # Glance lets its members decide about a deactivated image, too, and names the rule that forbids it to a reader.
    may_be_locked = is_locked and "modify_member" not in error.because
    found = _of_all(seen) if _sees_all(seen) else _of_own(seen, may_be_locked=may_be_locked)
    return found or (explanations.deactivated(error.because) if is_locked else None)


def _sees_all(seen: _Seen) -> bool:
    """Whether we are shown every share of the image, as its owner and an administrator are."""
    grant, image, rows = seen.doors.grant, seen.image, seen.rows
    if grant.project_id and (grant.roles or grant.project_id == image.owner):
        return grant.project_id == image.owner or "admin" in grant.roles
    if len(rows) != 1:
        return True
    # A member finds the image under its own decision alone, the owner and an administrator under every one.
    return standing.comes_always(seen.images, image, rows[0].status.value)


def _of_all(seen: _Seen) -> Finding | None:
    attempt, image = seen.attempt, seen.image
    ids = [row.member_id for row in seen.rows]
    member = attempt.member or (ids[0] if len(ids) == 1 else None)
    if member is None:
        return None
    # An administrator decides for everybody: whoever sees the shares of others and is forbidden to is the owner.
    forbidden = bool(ids) and attempt.status == HTTPStatus.FORBIDDEN
    is_ours = attempt.project == image.owner if attempt.project else forbidden
    alike = [one for one in ids if explanations.are_alike(one, member)]
    if not alike:
        if image.owner and explanations.are_alike(image.owner, member):
            return explanations.own_image(attempt)
        return explanations.not_a_member(attempt, is_ours=is_ours)
    if is_ours:
        exact = member if member in alike else alike[0]
        return explanations.owner(attempt, exact, is_own=exact == image.owner)
    return None if member in alike else explanations.member_spelled_otherwise(attempt, alike[0])


def _of_own(seen: _Seen, *, may_be_locked: bool) -> Finding | None:
    if len(seen.rows) != 1:
        return None
    attempt, own = seen.attempt, seen.rows[0].member_id
    member = attempt.member or own
    if member == own:
        roles = seen.doors.grant.roles
        if attempt.status != HTTPStatus.FORBIDDEN or "member" in roles or (may_be_locked and not roles):
            return None
        return explanations.role(own, roles)
    if explanations.are_alike(member, own):
        return explanations.member_spelled_otherwise(attempt, own)
    there = elsewhere.found_in_named_project(attempt, seen.image.id, seen.doors)
    return there or explanations.wrong_member(attempt, own, seen.doors.grant.project_name)
