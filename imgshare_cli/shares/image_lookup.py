"""Images by their names, which are not unique."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.api.models import MAX_NAME
from imgshare_cli.api.pagination import read_named
from imgshare_cli.errors import NotFoundError, NotYetError, Reason, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.api.images import Image

_SHOWN = 20


def resolve_image_name(
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
    if not name.isprintable() or not name.strip() or len(name) > MAX_NAME:
        raise UsageError(
            f"{name[:80]!r} is neither the ID nor the name of an image",
            hint=f"{hints.build_command('list')} shows both",
        )
    given = _given(client, name)
    # A database may take another case, an accent or a space at the end for the same name. It is another's image.
    found = [image for image in given if image.name == name]
    wanted = [image for image in found if owner in {None, image.owner}]
    if not found:
        raise _none_called(name, given)
    if not wanted:
        raise NotYetError(
            f"no image called {name[:200]!r} is from project {owner}",
            hint="nothing was changed; these are the images of this name",
            details=[f"{image.id}  owner {image.owner}" for image in found[:_SHOWN]],
        )
    return _best(client, wanted, name, project_id, own=own).id


def _given(client: ImageClient, name: str) -> list[Image]:
    """What the service gives for a name, each image once."""
    given: dict[int, Image] = {}
    for hidden in ("false", "true"):  # what is hidden takes its own pass
        # `member_status=all`, because the API shows what is accepted otherwise.
        for image in read_named(client, name, {"member_status": "all", "os_hidden": hidden}):
            if image.os_hidden == (hidden == "true"):
                given.setdefault(image.number, image.without_raw())
    return list(given.values())


def _none_called(name: str, given: Sequence[Image]) -> NotFoundError:
    alike = [image for image in given if _skeleton(image.name or "") == _skeleton(name)]
    # What looks the same must not read the same here.
    show = ascii if name.isascii() else repr
    other = "; these names are alike, but not the same" if alike else ""
    return NotFoundError(
        f"no image is called {name[:200]!r}: none that is shared with you, accepted or not, none of yours, no "
        f"public one; hidden ones were looked at, too{other}",
        hint=f"{hints.build_command('list', '--status', 'all')} shows what is shared with you; "
        "an image ID does as well",
        reason=Reason.NOT_FOUND,
        details=[f"{image.id}  {show(image.name)}  owner {image.owner}" for image in alike[:_SHOWN]],
    )


def _skeleton(name: str) -> str:
    """What is left of a name without case, accents, spaces, punctuation and what cannot be seen."""
    import unicodedata

    # What is longer than a name can be is not alike; and a long one would take its time.
    short = name[: MAX_NAME + 1]
    return "".join(c for c in unicodedata.normalize("NFKD", short).casefold() if c.isalnum())


def _best(client: ImageClient, images: Sequence[Image], name: str, project_id: str | None, *, own: bool) -> Image:
    shared = [image for image in images if image.may_be_shared and image.owner != project_id]
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
        client.get_member(image.id, project_id)
    except NotFoundError:
        return False
    return True
