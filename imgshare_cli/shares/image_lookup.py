"""Looks up images by their names, which are not unique."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from imgshare_cli import hints
from imgshare_cli.api.models import MAX_NAME, Status
from imgshare_cli.api.pagination import read_named
from imgshare_cli.api.service_kind import ServiceKind
from imgshare_cli.errors import NotFoundError, NotYetError, Reason, UsageError
from imgshare_cli.truncation import truncate_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.api.images import Image

_MAX_LISTED = 20


class Candidate(NamedTuple):
    """An image that may be meant, and the status of its share with us where that is known."""

    image: Image
    status: Status | None


class AmbiguousNameError(UsageError):
    """Several images have the name.

    Args:
        name: the name.
        candidates: the images that have it.
    """

    def __init__(self, name: str, candidates: Sequence[Candidate]) -> None:
        super().__init__(
            f"{len(candidates)} images are named {name[:200]!r}",
            hint="use the ID of the one you mean",
        )
        self.candidates = candidates


def find_named_image(  # noqa: PLR0913  (what the image must be, and how errors describe others)
    client: ImageClient,
    name: str,
    project_id: str | None,
    *,
    owner: str | None,
    own: bool,
    with_members: bool = False,
    describe_owner: Callable[[str | None], str],
) -> Image:
    """Find the one image that has a name: shared images come before our own and public ones.

    Args:
        client: the image service.
        name: the image's whole name.
        project_id: our project, if it is known.
        owner: the project that it must be from.
        own: whether our own images come first.
        with_members: whether it must be one that can have members, if any of them is.
        describe_owner: what errors show for the ID of an owner.

    Raises:
        AmbiguousNameError: several images have the name.
        UsageError: no image can have it.
        NotFoundError: no image has it.
        NotYetError: no image from this owner has it.
    """
    _check_name(name)
    candidates = _list_candidates(client, name)
    # A database may take another case, an accent or a space at the end for the same name. It is another's image.
    named = [image for image in candidates if image.name == name]
    matching = [image for image in named if owner is None or image.owner == owner]
    if not named:
        raise _create_not_found_error(name, candidates, describe_owner, own=own)
    if not matching:
        raise NotYetError(
            f"no image named {name[:200]!r} belongs to project {describe_owner(owner)}",
            hint=f"nothing was changed; these images have that name, and {hints.build_command('show', 'ID')} shows one",
            details=truncate_lines(
                [f"{image.id}  owner {describe_owner(image.owner)}" for image in named], _MAX_LISTED
            ),
        )
    if with_members:  # our private image must not hide a shared one; clouds that call both private show no difference
        matching = [image for image in matching if image.visibility == "shared"] or matching
    return _choose_image(client, matching, name, project_id, own=own)


def _check_name(name: str) -> None:
    if not name.isprintable() or not name.strip() or len(name) > MAX_NAME:
        raise UsageError(
            f"{name[:80]!r} is not a valid image ID or name",
            hint=f"{hints.build_command('list')} shows both",
        )


def list_named_images(client: ImageClient, name: str) -> list[Image]:
    """List all images that have exactly this name."""
    return [image for image in _list_candidates(client, name) if image.name == name]


def _list_candidates(client: ImageClient, name: str) -> list[Image]:
    """List what the service gives for a name, each image once."""
    candidates: dict[int, Image] = {}
    for query in _build_name_queries(client):
        for image in read_named(client, name, query):
            if image.os_hidden == (query.get("os_hidden") == "true"):
                # One of the first is usually the image that is meant; all of the others would take much memory.
                is_kept_whole = image.name == name and len(candidates) < _MAX_LISTED
                candidates.setdefault(image.number, image if is_kept_whole else image.copy_without_raw())
    return list(candidates.values())


def _build_name_queries(client: ImageClient) -> Iterator[dict[str, str]]:
    """Yield the queries that together list all images; the first response may tell the kind of the service."""
    # `member_status=all`, because the API shows what is accepted otherwise; IMS then lists what is not shared.
    yield {"member_status": "all", "os_hidden": "false"}
    if client.service_kind is ServiceKind.IMS:
        for status in Status:
            yield {"visibility": "shared", "member_status": status.value}
    else:
        yield {"member_status": "all", "os_hidden": "true"}  # hidden images take a request of their own


def _create_not_found_error(
    name: str, candidates: Sequence[Image], describe_owner: Callable[[str | None], str], *, own: bool
) -> NotFoundError:
    alike = [image for image in candidates if _simplify_name(image.name or "") == _simplify_name(name)]
    # What looks the same must not read the same here.
    show = ascii if name.isascii() else repr
    other = "; these names are similar, but not the same" if alike else ""
    listed = f"{hints.build_command('list', '--status', 'all')} shows what is shared with you"
    if own:
        listed = f"'openstack image list' shows your own images, and {listed}"
    return NotFoundError(
        f"no image named {name[:200]!r} found (searched shared, own, public and hidden images){other}",
        hint=f"{listed}; or use an image ID",
        reason=Reason.NOT_FOUND,
        details=truncate_lines(
            [f"{image.id}  {show(image.name)}  owner {describe_owner(image.owner)}" for image in alike], _MAX_LISTED
        ),
    )


def _simplify_name(name: str) -> str:
    """Remove case, accents, spaces, punctuation and invisible characters from a name."""
    import unicodedata

    # A text longer than any name is not similar to one, and would take long.
    short = name[: MAX_NAME + 1]
    return "".join(c for c in unicodedata.normalize("NFKD", short).casefold() if c.isalnum())


def _choose_image(
    client: ImageClient, images: Sequence[Image], name: str, project_id: str | None, *, own: bool
) -> Image:
    """Choose the only image of the best kind: shared with us, our own, or any other."""
    shared = [image for image in images if image.may_be_shared and image.owner != project_id]
    ours = [image for image in images if image.owner == project_id]
    best = (ours or shared if own else shared or ours) or images
    statuses: dict[int, Status | None] = {}
    if 1 < len(best) <= _MAX_LISTED and best is shared and project_id:
        statuses = {image.number: find_share_status(client, image, project_id) for image in shared}
        # An administrator sees images that are shared with others, too.
        best = [image for image in shared if statuses[image.number]] or shared
    if len(best) > 1:
        raise AmbiguousNameError(name, [Candidate(image, statuses.get(image.number)) for image in best])
    return best[0]


def find_share_status(client: ImageClient, image: Image, project_id: str | None) -> Status | None:
    """Find the status of the share of an image with a project; None where there is none."""
    try:
        return client.get_member(image.id, project_id).status if project_id else None
    except NotFoundError:
        return None
