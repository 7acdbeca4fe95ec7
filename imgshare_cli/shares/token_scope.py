"""Where we stand: which project the token is for, and whether the service shows it everybody's images."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.api.pagination import LIMIT
from imgshare_cli.errors import ConfigError, ForbiddenError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imgshare_cli.api.credential import Credential
    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.api.images import Image

_MOST_OWNERS = 50  # each takes two requests
_NEEDED = ("visibility", "member_status", "os_hidden")


@dataclass(frozen=True)
class TokenScope:
    """Our place in the cloud.

    Attributes:
        project_id: whose inbox we read.
        sees_all: whether `member_status` means nothing to the token, as to an administrator's: Glance then lists
            every image of the cloud, and each share must be asked for.
    """

    project_id: str
    sees_all: bool


def read_login_scope(credential: Credential, project_id: str | None) -> TokenScope | None:
    """What the login said, or None where nobody logged in: a token alone tells nothing.

    Args:
        credential: what lets us in.
        project_id: the project that was asked for, if one was.

    Raises:
        ConfigError: the token is for another project than that.
    """
    if not credential.project_id or not credential.roles:
        return None
    sees_all = "admin" in credential.roles
    if not sees_all:
        _check_project(credential.project_id, project_id)
    return TokenScope(project_id or credential.project_id, sees_all)


def detect_scope(
    client: ImageClient, images: list[Image], query: Mapping[str, str], project_id: str | None
) -> TokenScope | None:
    """Find out from a page of images, or None where it has none that could tell.

    Our own images come with every `member_status`, those of others with that of their share alone; only to an
    administrator do images of several owners come with each.

    Args:
        client: the image service.
        images: the page.
        query: the parameters it was asked for with.
        project_id: the project that was asked for, if one was.

    Raises:
        ConfigError: the token is for another project than that, or nobody can know for which.
    """
    always: list[str | None] = []
    for owner, image in islice({image.owner: image for image in reversed(images)}.items(), _MOST_OWNERS):
        if owner and owner == project_id:
            continue
        try:
            if is_always_listed(client, image, query["member_status"]):
                always.append(owner)
                if len(always) > 1:
                    return _create_admin_scope(project_id)
                continue
            rows = client.list_members(image.id)
        except (ForbiddenError, NotFoundError):
            continue  # unshared meanwhile
        if len(rows) == 1:
            _check_project(rows[0].member_id, project_id)
            return TokenScope(rows[0].member_id, sees_all=False)
    if not always or not always[0]:
        return None
    whole = {name: query[name] for name in _NEEDED}
    if query.keys() - {*_NEEDED, "limit"}:  # a filter may have left us one owner of many
        page = client.list_images({**whole, "limit": str(LIMIT)}).images
        images = [image for image in page if image.may_be_shared and image.os_hidden == (whole["os_hidden"] == "true")]
        return detect_scope(client, images, whole, project_id)
    if project_id:
        raise ConfigError(
            f"the token is for project {always[0]}, or an administrator's, and nothing says which of the two",
            hint=f"log in with OS_CLOUD or {hints.build_command('login')}, which tells; or leave --project out",
        )
    return TokenScope(always[0], sees_all=False)


def is_always_listed(client: ImageClient, image: Image, member_status: str) -> bool:
    """Whether an image is listed under another `member_status` too, as to its owner and to an administrator.

    Args:
        client: the image service.
        image: the image.
        member_status: the one that it was listed under, or that its share has.
    """
    other = "accepted" if member_status == "pending" else "pending"
    hidden = "true" if image.os_hidden else "false"
    query = {"visibility": "shared", "member_status": other, "os_hidden": hidden, "id": image.id}
    return any(other.number == image.number for other in client.list_images(query).images)


def _create_admin_scope(project_id: str | None) -> TokenScope:
    if not project_id:
        raise ConfigError(
            "the token sees the images of every project, and nothing says which project is yours",
            hint="pass --project ID, or set IMGSHARE_PROJECT_ID",
        )
    return TokenScope(project_id, sees_all=True)


def _check_project(project_id: str, wanted: str | None) -> None:
    if wanted and wanted != project_id:
        raise ConfigError(
            f"the token is for project {project_id}, and does not show what is shared with {wanted}",
            hint=f"log in to project {wanted}, or leave --project and IMGSHARE_PROJECT_ID out",
        )
