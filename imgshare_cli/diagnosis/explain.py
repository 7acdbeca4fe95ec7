"""Finds out why the service refused: sends a few more requests after a refusal, never after a success."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from imgshare_cli.api.models import normalize_id
from imgshare_cli.api.service_kind import ServiceKind
from imgshare_cli.diagnosis import findings
from imgshare_cli.diagnosis.other_projects import find_in_other_projects
from imgshare_cli.diagnosis.other_regions import find_in_other_regions
from imgshare_cli.errors import ForbiddenError, ImgshareError, NotFoundError, Reason
from imgshare_cli.shares.token_scope import sees_all_shares

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imgshare_cli.api.identity_client import IdentityClient
    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.api.images import Image
    from imgshare_cli.api.models import Member
    from imgshare_cli.diagnosis.attempt import Attempt
    from imgshare_cli.diagnosis.findings import Finding
    from imgshare_cli.diagnosis.probe import ProbeClients


def explain_refusal(error: ImgshareError, attempt: Attempt, clients: ProbeClients) -> ImgshareError | None:
    """Create a copy of an error that says why the service refused, or None where that cannot be found out.

    Args:
        error: the refusal.
        attempt: the command that was refused.
        clients: the clients for further requests.
    """
    try:
        finding = _find_reason(error, attempt, clients)
    except ImgshareError:
        return None  # the service's own explanation is the best there is
    if finding is None:
        return None
    return error.replace(reason=finding.reason, explanation=finding.explanation, hint=finding.hint)


def _find_reason(error: ImgshareError, attempt: Attempt, clients: ProbeClients) -> Finding | None:
    if attempt.image_id is None:  # it was given by its name, and listing images was refused
        return findings.explain_no_role(attempt.project_id) if isinstance(error, ForbiddenError) else None
    images = clients.create_image_client()
    try:
        image = images.get_image(attempt.image_id)
    except NotFoundError:
        finding = _explain_unseen_image(attempt, attempt.image_id, images, clients)
    else:
        finding = _explain_seen_image(error, attempt, image, images, clients)
    if finding and finding.reason is Reason.ROLE and images.service_kind is ServiceKind.IMS:
        # IMS knows permissions, and no roles; the code of its error may have said so already.
        return None if error.reason is Reason.ROLE else findings.explain_missing_permission()
    return finding


def _explain_unseen_image(
    attempt: Attempt, image_id: str, images: ImageClient, clients: ProbeClients
) -> Finding | None:
    """Explain a refusal about an image that the token cannot see: a missing role, a typo, or it is elsewhere."""
    if not _may_list_images(images):
        return findings.explain_no_role(attempt.project_id)
    lowered = image_id.lower()
    if lowered != image_id and _is_visible(images, lowered):
        return findings.explain_image_spelling(attempt, lowered)
    finding = None
    if identity := _open_identity_client(clients):
        finding = find_in_other_projects(attempt, image_id, clients, identity) or find_in_other_regions(
            attempt, image_id, clients, identity
        )
    return finding or (findings.explain_not_found(attempt) if attempt.status == HTTPStatus.NOT_FOUND else None)


def _may_list_images(images: ImageClient) -> bool:
    try:
        images.list_images({"limit": "1"})
    except ForbiddenError:
        return False
    except ImgshareError:
        return True  # another error does not mean that it is forbidden
    return True


def _is_visible(images: ImageClient, image_id: str) -> bool:
    try:
        images.get_image(image_id)
    except ImgshareError:
        return False
    return True


def _open_identity_client(clients: ProbeClients) -> IdentityClient | None:
    try:
        return clients.create_identity_client()
    except ImgshareError:
        return None


@dataclass(frozen=True)
class _SeenImage:
    """An image that the token can see, with the members that it shows us."""

    image: Image
    members: Sequence[Member]
    attempt: Attempt
    images: ImageClient
    clients: ProbeClients


def _explain_seen_image(
    error: ImgshareError, attempt: Attempt, image: Image, images: ImageClient, clients: ProbeClients
) -> Finding | None:
    """Explain a refusal about an image that the token can see, by its visibility, members and status."""
    # Clouds older than Ocata, and IMS, call a shared image `private`, so that value alone says nothing.
    if image.visibility in {"public", "community"}:
        return findings.explain_visibility(attempt, image.visibility)
    try:
        members = images.list_members(image.id)
    except ForbiddenError:
        is_private = image.visibility == "private" and images.service_kind is not ServiceKind.IMS
        return findings.explain_visibility(attempt, "private") if is_private else None
    seen = _SeenImage(image, members, attempt, images, clients)
    is_deactivated = image.status == "deactivated"
    # Glance lets members decide about a deactivated image, too, and names `modify_member` where the role forbids it.
    may_be_the_cause = is_deactivated and "modify_member" not in error.explanation
    if _sees_all_members(seen):
        finding = _explain_to_owner_or_admin(seen)
    else:
        finding = _explain_to_member(seen, may_be_deactivated=may_be_the_cause)
    return finding or (findings.explain_deactivated(error.explanation) if is_deactivated else None)


def _sees_all_members(seen: _SeenImage) -> bool:
    """Whether the members list shows every member, as it does to the owner and to an administrator."""
    return sees_all_shares(seen.images, seen.clients.credential, seen.image, seen.members)


def _explain_to_owner_or_admin(seen: _SeenImage) -> Finding | None:
    """Explain a refusal to a token that sees all members of the image."""
    attempt, image = seen.attempt, seen.image
    ids = [member.member_id for member in seen.members]
    member = attempt.member or (ids[0] if len(ids) == 1 else None)
    if member is None:
        return None
    # An administrator decides for every project: a token that sees other members and gets a 403 is the owner's.
    is_forbidden_to_owner = bool(ids) and attempt.status == HTTPStatus.FORBIDDEN
    is_ours = attempt.project_id == image.owner if attempt.project_id else is_forbidden_to_owner
    similar = [member_id for member_id in ids if _are_similar_ids(member_id, member)]
    if not similar:
        if image.owner and _are_similar_ids(image.owner, member):
            return findings.explain_own_image(attempt, is_shared=bool(ids))
        return findings.explain_not_a_member(attempt, is_ours=is_ours)
    if is_ours:
        exact = member if member in similar else similar[0]
        return findings.explain_owner(attempt, exact, is_own=exact == image.owner)
    return None if member in similar else findings.explain_member_spelling(attempt, similar[0])


def _explain_to_member(seen: _SeenImage, *, may_be_deactivated: bool) -> Finding | None:
    """Explain a refusal to a token that sees only its own project among the members."""
    if len(seen.members) != 1:
        return None
    attempt, own = seen.attempt, seen.members[0].member_id
    member = attempt.member or own
    if member == own:
        roles = seen.clients.credential.roles
        if attempt.status != HTTPStatus.FORBIDDEN or "member" in roles or (may_be_deactivated and not roles):
            return None
        return findings.explain_role(own, roles)
    if _are_similar_ids(member, own):
        return findings.explain_member_spelling(attempt, own)
    if identity := _open_identity_client(seen.clients):
        finding = find_in_other_projects(attempt, seen.image.id, seen.clients, identity, only_named=True)
        if finding:
            return finding
    return findings.explain_wrong_member(attempt, own, seen.clients.credential.project_name)


def _are_similar_ids(one: str, other: str) -> bool:
    """Whether two IDs differ at most in capitals and dashes."""
    return normalize_id(one) == normalize_id(other)
