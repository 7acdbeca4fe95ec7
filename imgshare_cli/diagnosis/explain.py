"""Why the service said no: a few more reads after a refusal, never after a success."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from imgshare_cli.diagnosis.findings import (
    are_similar_ids,
    explain_deactivated,
    explain_image_spelling,
    explain_member_spelling,
    explain_no_role,
    explain_not_a_member,
    explain_not_found,
    explain_own_image,
    explain_owner,
    explain_role,
    explain_visibility,
    explain_wrong_member,
)
from imgshare_cli.diagnosis.other_projects import find_elsewhere, find_in_named_project
from imgshare_cli.errors import ForbiddenError, ImgshareError, NotFoundError
from imgshare_cli.shares.token_scope import is_always_listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.api.images import Image
    from imgshare_cli.api.models import Member
    from imgshare_cli.diagnosis.findings import Attempt, Finding
    from imgshare_cli.diagnosis.probe import ProbeClients


def explain_refusal(error: ImgshareError, attempt: Attempt, clients: ProbeClients) -> None:
    """Give an error its reason, and a sentence and a hint that name it; none where nothing is found out.

    Args:
        error: what the service refused.
        attempt: what was tried.
        clients: where more can be asked.
    """
    try:
        finding = _finding(error, attempt, clients)
    except ImgshareError:
        return  # where we cannot look any further, the service's own words stand
    if finding:
        error.explain(*finding)


def _finding(error: ImgshareError, attempt: Attempt, clients: ProbeClients) -> Finding | None:
    if attempt.image_id is None:  # it was given by its name, and the list was refused
        return explain_no_role(attempt.project) if isinstance(error, ForbiddenError) else None
    images = clients.images()
    try:
        image = images.get_image(attempt.image_id)
    except NotFoundError:
        return _of_unseen(attempt, attempt.image_id, images, clients)
    return _of_seen(error, attempt, image, images, clients)


def _of_unseen(attempt: Attempt, image_id: str, images: ImageClient, clients: ProbeClients) -> Finding | None:
    if not _may_list(images):
        return explain_no_role(attempt.project)
    small = image_id.lower()
    if small != image_id and _is_there(images, small):
        return explain_image_spelling(attempt, small)
    found = find_elsewhere(attempt, image_id, clients)
    return found or (explain_not_found(attempt) if attempt.status == HTTPStatus.NOT_FOUND else None)


def _may_list(images: ImageClient) -> bool:
    try:
        images.list_images({"limit": "1"})
    except ForbiddenError:
        return False
    except ImgshareError:
        return True  # at least nobody said that we may not
    return True


def _is_there(images: ImageClient, image_id: str) -> bool:
    try:
        images.get_image(image_id)
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
    clients: ProbeClients


def _of_seen(
    error: ImgshareError, attempt: Attempt, image: Image, images: ImageClient, clients: ProbeClients
) -> Finding | None:
    # Clouds older than Ocata, and IMS, call a shared image `private`, so that alone says nothing.
    if image.visibility in {"public", "community"}:
        return explain_visibility(attempt, image.visibility)
    try:
        rows = images.list_members(image.id)
    except ForbiddenError:
        return explain_visibility(attempt, image.visibility) if image.visibility == "private" else None
    seen = _Seen(image, rows, attempt, images, clients)
    is_locked = image.status == "deactivated"
    # Glance lets its members decide about a deactivated image, too, and names the rule that forbids it to a reader.
    may_be_locked = is_locked and "modify_member" not in error.because
    found = _of_all(seen) if _sees_all(seen) else _of_own(seen, may_be_locked=may_be_locked)
    return found or (explain_deactivated(error.because) if is_locked else None)


def _sees_all(seen: _Seen) -> bool:
    """Whether we are shown every share of the image, as its owner and an administrator are."""
    credential, image, rows = seen.clients.credential, seen.image, seen.rows
    if credential.project_id and (credential.roles or credential.project_id == image.owner):
        return credential.project_id == image.owner or "admin" in credential.roles
    if len(rows) != 1:
        return True
    # A member finds the image under its own decision alone, the owner and an administrator under every one.
    return is_always_listed(seen.images, image, rows[0].status.value)


def _of_all(seen: _Seen) -> Finding | None:
    attempt, image = seen.attempt, seen.image
    ids = [row.member_id for row in seen.rows]
    member = attempt.member or (ids[0] if len(ids) == 1 else None)
    if member is None:
        return None
    # An administrator decides for everybody: whoever sees the shares of others and is forbidden to is the owner.
    forbidden = bool(ids) and attempt.status == HTTPStatus.FORBIDDEN
    is_ours = attempt.project == image.owner if attempt.project else forbidden
    alike = [one for one in ids if are_similar_ids(one, member)]
    if not alike:
        if image.owner and are_similar_ids(image.owner, member):
            return explain_own_image(attempt)
        return explain_not_a_member(attempt, is_ours=is_ours)
    if is_ours:
        exact = member if member in alike else alike[0]
        return explain_owner(attempt, exact, is_own=exact == image.owner)
    return None if member in alike else explain_member_spelling(attempt, alike[0])


def _of_own(seen: _Seen, *, may_be_locked: bool) -> Finding | None:
    if len(seen.rows) != 1:
        return None
    attempt, own = seen.attempt, seen.rows[0].member_id
    member = attempt.member or own
    if member == own:
        roles = seen.clients.credential.roles
        if attempt.status != HTTPStatus.FORBIDDEN or "member" in roles or (may_be_locked and not roles):
            return None
        return explain_role(own, roles)
    if are_similar_ids(member, own):
        return explain_member_spelling(attempt, own)
    there = find_in_named_project(attempt, seen.image.id, seen.clients)
    return there or explain_wrong_member(attempt, own, seen.clients.credential.project_name)
