"""The share and unshare side of an image's owner."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from imgshare_cli.api.service_kind import ServiceKind
from imgshare_cli.errors import ImgshareError, NotFoundError, RefusedError, UnavailableError, UsageError
from imgshare_cli.shares.changes import Change, Shared, Unshared
from imgshare_cli.shares.decisions import call_or_use_jobs, was_decided_before
from imgshare_cli.shares.not_shared import check_not_shared

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.api.credential import Credential
    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.shares.jobs.protocols import FindSharingJobs, Share_co, Unshare_co

# The second: an image has as many members as it may, of which this can be one; Glance counts before it looks.
_MAY_BE_SHARED = {HTTPStatus.CONFLICT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE}


def start_sharing(
    client: ImageClient, image_id: str, member_id: str, find_jobs: FindSharingJobs[Share_co, Unshare_co] | None = None
) -> Shared | Share_co:
    """Share an image with a project; what is shared already stays as it is, and is no error.

    Args:
        client: the image service.
        image_id: the image.
        member_id: the project.
        find_jobs: finds the second way to share; None where there is only the first.
    """
    return call_or_use_jobs(
        client,
        find_jobs,
        lambda: _share(client, image_id, member_id),
        lambda jobs: jobs.start(client, Change(image_id, member_id)),
    )


def _share(client: ImageClient, image_id: str, member_id: str) -> Shared:
    """Share an image by the API's own call.

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


def stop_sharing(  # noqa: PLR0913, PLR0917  (what unsharing consists of)
    client: ImageClient,
    credential: Credential,
    image_id: str,
    member: str,
    resolve_project_id: Callable[[str], str],
    find_jobs: FindSharingJobs[Share_co, Unshare_co] | None = None,
    kind: str | None = None,
) -> Unshared | Unshare_co:
    """Unshare an image from a project, by its ID or else by its name.

    Args:
        client: the image service.
        credential: the credential of the run.
        image_id: the image.
        member: the project.
        resolve_project_id: returns the ID of a project that has this name, else the text unchanged.
        find_jobs: finds the second way to unshare; None where there is only the first.
        kind: what the member is, in the words of `Member.kind`; None where nobody said it.

    Raises:
        SimilarMemberError: it is shared with a project whose ID is similar.
        NotFoundError: it is not shared with that project, or the token does not see whether it is.
    """
    member_id = member
    try:
        try:
            return _unshare(client, Change(image_id, member, is_unshare=True, kind=kind), find_jobs)
        except (NotFoundError, UsageError):
            # First unchanged: an image that was shared with a name by mistake is unshared from that name.
            if (member_id := resolve_project_id(member)) == member:
                raise
            return _unshare(client, Change(image_id, member_id, is_unshare=True), find_jobs)
    except NotFoundError as exc:
        return check_not_shared(client, credential, image_id, member_id, exc)


def _unshare(
    client: ImageClient, change: Change, find_jobs: FindSharingJobs[Share_co, Unshare_co] | None
) -> Unshared | Unshare_co:
    def unshare() -> Unshared:
        client.unshare_image(change.image_id, change.member_id)
        return Unshared(change.member_id, was_shared=True)

    return call_or_use_jobs(client, find_jobs, unshare, lambda jobs: jobs.stop(client, change))
