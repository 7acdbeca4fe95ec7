"""The images of a project that may be shared, and the members of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.api.models import Status
from imgshare_cli.api.pagination import read_pages
from imgshare_cli.api.service_kind import ServiceKind
from imgshare_cli.errors import ConfigError, ForbiddenError, NotFoundError
from imgshare_cli.shares.token_scope import ListPage, resolve_scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imgshare_cli.api.credential import Credential
    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.api.images import Image
    from imgshare_cli.api.models import Member


def find_own_project(client: ImageClient, credential: Credential) -> str:
    """Find out which project a token is for, where neither the login nor the settings say it.

    Raises:
        ConfigError: the images that the token sees do not show it.
    """
    query = {"visibility": "shared", "member_status": Status.PENDING.value, "os_hidden": "false"}
    pages = (ListPage(Status.PENDING, query, images) for images in read_pages(client, query))
    scope, _ = resolve_scope(client, credential, None, iter([pages]))
    if scope is None:
        raise ConfigError(
            "your project is not known: the token does not name it, and no image shows it",
            hint="pass --project ID, or set IMGSHARE_PROJECT_ID",
        )
    return scope.project_id


def read_own_images(client: ImageClient, project_id: str) -> Iterator[Image]:
    """Yield the images of a project that can have members, visible ones first, each once.

    Args:
        client: the image service.
        project_id: the project; an administrator may ask for another's.
    """
    seen: set[int] = set()
    for hidden in ("false", "true"):
        # Not `visibility=shared`: clouds older than Ocata, and IMS, call our own shared images private.
        query = {"owner": project_id, "member_status": "all", "os_hidden": hidden}
        for images in read_pages(client, query):
            for image in images:
                if image.owner == project_id and image.may_be_shared and image.number not in seen:
                    seen.add(image.number)
                    yield image


class MemberLists:
    """Reads the members of images; several threads may use it.

    Attributes:
        private_has_members: whether an image that is called private may have members, as far as is known.
    """

    def __init__(self) -> None:
        self.private_has_members = True

    def read(self, client: ImageClient, image: Image) -> list[Member]:
        """Read the members of an image; none where it was deleted, or cannot have any."""
        is_private = image.visibility == "private"
        if is_private and not self.private_has_members:
            return []
        try:
            return client.list_members(image.id)
        except NotFoundError:
            return []  # deleted meanwhile
        except ForbiddenError:
            if not is_private:
                raise
            # Glance since Ocata: "Only shared images have members."
            self.private_has_members = client.service_kind is not ServiceKind.GLANCE
            return []
