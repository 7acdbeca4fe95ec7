"""The share and unshare side of an image's owner."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from imgshare_cli.api.models import normalize_id
from imgshare_cli.api.service_kind import ServiceKind
from imgshare_cli.errors import (
    ForbiddenError,
    ImgshareError,
    NotFoundError,
    PartialError,
    Reason,
    RefusedError,
    UnavailableError,
    UsageError,
)
from imgshare_cli.shares.decisions import was_decided_before
from imgshare_cli.shares.token_scope import sees_all_shares
from imgshare_cli.spelling import IDS, find_similar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from imgshare_cli.api.credential import Credential
    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.api.models import Member

Result = TypeVar("Result")

_SHORTEST_BEGINNING = 6
# The second: an image has as many members as it may, of which this can be one; Glance counts before it looks.
_MAY_BE_SHARED = {HTTPStatus.CONFLICT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE}


class SimilarMemberError(NotFoundError):
    """An image is not shared with a project, but with one whose ID is similar.

    Args:
        image_id: the image.
        member_id: the project that it is not shared with.
        similar_id: the project that it is shared with.
        response: the error for the response that said so.
    """

    def __init__(self, image_id: str, member_id: str, similar_id: str, response: NotFoundError) -> None:
        super().__init__(
            f"image {image_id} is not shared with project {member_id}",
            explanation=f"it is shared with {similar_id}",
            http_status=response.http_status,
            request_id=response.request_id,
            reason=Reason.NOT_A_MEMBER,
        )
        self.similar_id = similar_id


class Shared(NamedTuple):
    """A share, and whether it is new."""

    member: Member
    is_new: bool


class Unshared(NamedTuple):
    """The project that an image is no longer shared with, and whether it was before."""

    member_id: str
    was_shared: bool


def start_sharing(client: ImageClient, image_id: str, member_id: str) -> Shared:
    """Share an image with a project; what is shared already stays as it is, and is no error.

    Where the request failed, or was refused after an earlier try, and the share is there, then that made it; unless the
    share is older.
    """
    try:
        return Shared(client.share_image(image_id, member_id), is_new=True)
    except (RefusedError, UnavailableError) as exc:
        # IMS documents no 409, and says most things with 400.
        is_ims = client.service_kind is ServiceKind.IMS and exc.http_status == HTTPStatus.BAD_REQUEST
        if exc.http_status in _MAY_BE_SHARED or is_ims:
            try:
                member = client.get_member(image_id, member_id)
            except ImgshareError:
                raise exc from None  # it was refused for another reason
        elif found := client.find_after(exc, image_id, member_id):
            member = found
        else:
            raise
        return Shared(member, is_new=exc.may_have_arrived and not was_decided_before(member))


def stop_sharing(
    client: ImageClient,
    credential: Credential,
    image_id: str,
    member: str,
    resolve_project_id: Callable[[str], str],
) -> Unshared:
    """Unshare an image from a project, by its ID or else by its name.

    Args:
        client: the image service.
        credential: the credential of the run.
        image_id: the image.
        member: the project.
        resolve_project_id: returns the ID of a project that has this name, else the text unchanged.

    Raises:
        SimilarMemberError: it is shared with a project whose ID is similar.
        NotFoundError: it is not shared with that project, or the token does not see whether it is.
    """
    member_id = member
    try:
        try:
            client.unshare_image(image_id, member)
        except (NotFoundError, UsageError):
            # First unchanged: an image that was shared with a name by mistake is unshared from that name.
            if (member_id := resolve_project_id(member)) == member:
                raise
            client.unshare_image(image_id, member_id)
    except NotFoundError as exc:
        _check_not_shared(client, credential, image_id, member_id, exc)
        return Unshared(member_id, was_shared=exc.may_have_arrived)
    return Unshared(member_id, was_shared=True)


def _check_not_shared(
    client: ImageClient, credential: Credential, image_id: str, member_id: str, error: NotFoundError
) -> None:
    """Check that an image is certainly not shared with a project; else raise the error, or a better one."""
    try:
        shares = client.list_members(image_id)
        # To a member the service says the same of every other project, whether the image is shared with it or not.
        is_certain = sees_all_shares(client, credential, client.get_image(image_id), shares)
    except ImgshareError:
        is_certain = False
    members = [share.member_id for share in shares] if is_certain else [member_id]
    if member_id in members:
        raise error
    if not error.may_have_arrived and (similar := _find_similar_id(member_id, members)):
        raise SimilarMemberError(image_id, member_id, similar, error) from error


def _find_similar_id(text: str, ids: Sequence[str]) -> str | None:
    """Find an ID that was probably meant: in other capitals, without a digit, with two swapped, or only begun."""
    by_form = {normalize_id(id_): id_ for id_ in ids}
    form = normalize_id(text.strip())
    begun = [id_ for other, id_ in by_form.items() if len(form) >= _SHORTEST_BEGINNING and other.startswith(form)]
    similar = find_similar(form, by_form, cutoff=IDS)
    return by_form[similar] if similar else begun[0] if len(begun) == 1 else None


def run_for_each_member(
    members: Sequence[str], work: Callable[[str], Result], report_failure: Callable[[ImgshareError], None]
) -> Iterator[Result]:
    """Do something for each member; where one is refused, report it and go on.

    Args:
        members: the IDs or names of the projects.
        work: what to do for each.
        report_failure: called with each refusal, unless there is only one member.

    Raises:
        PartialError: some were refused.
        ImgshareError: the only one was refused, or it makes no sense to go on; what was not tried is told.
    """
    refused = 0
    for number, member in enumerate(members):
        try:
            yield work(member)
        except (ForbiddenError, NotFoundError, RefusedError, UsageError) as exc:
            if len(members) == 1:
                raise
            report_failure(exc)
            refused += 1
        except ImgshareError as exc:
            if rest := members[number + 1 :]:
                raise exc.replace(note=f"not tried: {', '.join(rest)}") from exc
            raise
    if refused == len(members):
        raise PartialError(f"all {refused} projects failed")
    if refused:
        raise PartialError(f"{refused} of {len(members)} projects failed, the others succeeded")
