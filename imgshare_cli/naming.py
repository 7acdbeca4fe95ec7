"""Images by their names, which are not unique."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli import hints, pages
from imgshare_cli.errors import NotFoundError, NotYetError, Reason, UsageError
from imgshare_cli.images import exactly

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imgshare_cli.client import ImageClient
    from imgshare_cli.images import Image

_SHOWN = 20
_LONGEST = 255  # the schema of the image, `name`


def looked_up(
    client: ImageClient, name: str, project_id: str | None, *, owner: str | None = None, own: bool = False
) -> str:
    """The ID of the one image of this name: what is shared with us comes before our own and what is public.

    Args:
        client: the image service.
        name: the image's whole name.
        project_id: our project, if it is known.
        owner: the project that it must be from.
        own: whether our own comes first.

    Raises:
        UsageError: there are several, or there can be none.
        NotFoundError: there is none.
        NotYetError: there is none from this owner.
    """
    if not name.isprintable() or not name.strip() or len(name) > _LONGEST:
        raise UsageError(
            f"{name[:80]!r} is neither the ID nor the name of an image", hint=f"{hints.command('list')} shows both"
        )
    # `member_status=all`, because the API shows what is accepted otherwise; and what is hidden takes its own pass.
    found = [image for hidden in ("false", "true") for image in _called(client, name, hidden)]
    wanted = [image for image in found if owner in {None, image.owner}]
    if not found:
        raise NotFoundError(
            f"no image is called {name[:200]!r}: none that is shared with you, accepted or not, none of yours, no "
            "public one; hidden ones were looked at, too",
            hint=f"{hints.command('list', '--status', 'all')} shows what is shared with you; an image ID does as well",
            reason=Reason.NOT_FOUND,
        )
    if not wanted:
        raise NotYetError(
            f"no image called {name[:200]!r} is from project {owner}",
            hint="nothing was changed; these are the images of this name",
            details=[f"{image.id}  owner {image.owner}" for image in found[:_SHOWN]],
        )
    return _best(client, wanted, name, project_id, own=own).id


def _called(client: ImageClient, name: str, hidden: str) -> list[Image]:
    query = {"name": exactly(name), "member_status": "all", "os_hidden": hidden, "limit": str(pages.LIMIT)}
    return client.images(query).images


def _best(client: ImageClient, images: Sequence[Image], name: str, project_id: str | None, *, own: bool) -> Image:
    shared = [image for image in images if image.visibility in {"shared", "private"} and image.owner != project_id]
    ours = [image for image in images if image.owner == project_id]
    best = (ours or shared if own else shared or ours) or images
    if 1 < len(best) <= _SHOWN and best is shared and project_id:
        # An administrator sees other people's images, too.
        best = [image for image in shared if _is_with(client, image, project_id)] or shared
    if len(best) > 1:
        raise UsageError(
            f"{len(best)} images are called {name[:200]!r}",
            hint="give the ID of the one you mean",
            details=[f"{image.id}  owner {image.owner}" for image in best[:_SHOWN]],
        )
    return best[0]


def _is_with(client: ImageClient, image: Image, project_id: str) -> bool:
    try:
        client.member(image.id, project_id)
    except NotFoundError:
        return False
    return True
