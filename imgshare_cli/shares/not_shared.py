"""Whether an image is certainly not shared with a project, and which project was probably meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.api.models import normalize_id
from imgshare_cli.errors import ImgshareError, NotFoundError, Reason
from imgshare_cli.shares.changes import Unshared
from imgshare_cli.shares.token_scope import sees_all_shares
from imgshare_cli.spelling import IDS, find_similar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imgshare_cli.api.credential import Credential
    from imgshare_cli.api.image_client import ImageClient

_SHORTEST_BEGINNING = 6


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


def check_not_shared(
    client: ImageClient, credential: Credential, image_id: str, member_id: str, error: NotFoundError
) -> Unshared:
    """Check that an image is certainly not shared with a project; else raise the error, or a better one.

    Args:
        client: the image service.
        credential: the credential of the run.
        image_id: the image.
        member_id: the project.
        error: what says that it is not.
    """
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
    return Unshared(member_id, was_shared=error.may_have_arrived)


def _find_similar_id(text: str, ids: Sequence[str]) -> str | None:
    """Find an ID that was probably meant: in other capitals, without a digit, with two swapped, or only begun."""
    by_form = {normalize_id(id_): id_ for id_ in ids}
    form = normalize_id(text.strip())
    begun = [id_ for other, id_ in by_form.items() if len(form) >= _SHORTEST_BEGINNING and other.startswith(form)]
    similar = find_similar(form, by_form, cutoff=IDS)
    return by_form[similar] if similar else begun[0] if len(begun) == 1 else None
