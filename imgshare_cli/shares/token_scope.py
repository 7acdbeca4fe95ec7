"""Token scope: which project a token is for, and whether the service shows it everybody's images."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

from imgshare_cli import hints
from imgshare_cli.api.pagination import LIMIT
from imgshare_cli.errors import ConfigError, ForbiddenError, NotFoundError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from imgshare_cli.api.credential import Credential
    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.api.images import Image
    from imgshare_cli.api.models import Member, Status

_MAX_UNTELLING_PAGES = 10
_MAX_OWNERS = 50  # each takes two requests
_LIST_PARAMETERS = ("visibility", "member_status", "os_hidden")


@dataclass(frozen=True)
class TokenScope:
    """What a token is for.

    Attributes:
        project_id: the project whose inbox we read.
        sees_all: whether `member_status` means nothing to the token, as to an administrator's: Glance then lists
            every image of the cloud, and each share must be asked for.
    """

    project_id: str
    sees_all: bool


class ListPage(NamedTuple):
    """A page of an image list: the `member_status` and all parameters that it was asked for with, and its images."""

    status: Status
    query: Mapping[str, str]
    images: list[Image]


def resolve_scope(
    client: ImageClient, credential: Credential, project_id: str | None, lists: Iterator[Iterator[ListPage]]
) -> tuple[TokenScope | None, Iterator[ListPage]]:
    """Find out what the token is for: from the login, or without one from the first page that shows it.

    It takes the lists and returns the pages of the current one, because what it reads to find out is also the first
    of what the caller reads: no page is requested twice.

    Args:
        client: the image service.
        credential: the credential of the run.
        project_id: the project that was asked for, if one was.
        lists: the image lists, each page by page; only as many pages are read as are needed.

    Returns:
        The scope, and the pages of the current list, from the one that shows the scope; None where no page of any
        list shows it, so that nothing is shared with us.

    Raises:
        ConfigError: the token is for another project than that, or its project cannot be known.
        UnavailableError: no page shows it, and they do not end.
    """
    if scope := _read_login_scope(credential, project_id):
        return scope, next(lists, iter(()))
    for number, (page, rest) in enumerate((page, pages) for pages in lists for page in pages):
        if number >= _MAX_UNTELLING_PAGES:
            raise UnavailableError("the service returns page after page of images that are not shared with anyone")
        if scope := _detect_scope(client, page.images, page.query, project_id):
            return scope, chain([page], rest)
    return None, iter(())


def sees_all_shares(client: ImageClient, credential: Credential, image: Image, shares: Sequence[Member]) -> bool:
    """Whether the token is shown every share of an image, as its owner's and an administrator's are.

    Args:
        client: the image service.
        credential: the credential of the run.
        image: the image.
        shares: those of its shares that the service shows.
    """
    if credential.project_id and credential.project_id == image.owner:
        return True
    if _is_login_telling(credential):
        return _is_administrator(credential)
    if len(shares) != 1:
        return True
    # A member finds the image under its own decision alone, the owner and an administrator under every one.
    return _is_always_listed(client, image, shares[0].status.value)


def _read_login_scope(credential: Credential, project_id: str | None) -> TokenScope | None:
    """Read the scope that the login returned, or None without a login: a token alone does not say."""
    if not credential.project_id or not _is_login_telling(credential):
        return None
    sees_all = _is_administrator(credential)
    if not sees_all:
        _check_project(credential.project_id, project_id)
    return TokenScope(project_id or credential.project_id, sees_all)


def _is_login_telling(credential: Credential) -> bool:
    """Whether the login says what it is for; what an access key signs is for one project, also an administrator's."""
    return bool(credential.project_id and (credential.roles or credential.access_key_id))


def _is_administrator(credential: Credential) -> bool:
    return "admin" in credential.roles


def _detect_scope(
    client: ImageClient, images: list[Image], query: Mapping[str, str], project_id: str | None
) -> TokenScope | None:
    """Find out the scope from a page of images; return None if they do not show it.

    Our own images are listed under every `member_status`, those of others only under that of their share; only an
    administrator sees images of several owners under every one.
    """
    always: list[str | None] = []  # the owners of images that come with every status
    for owner, image in islice({image.owner: image for image in reversed(images)}.items(), _MAX_OWNERS):
        if owner and owner == project_id:
            continue
        try:
            if _is_always_listed(client, image, query["member_status"]):
                always.append(owner)
                if len(always) > 1:
                    return _create_admin_scope(project_id)
                continue
            shares = client.list_members(image.id)
        except (ForbiddenError, NotFoundError):
            continue  # unshared meanwhile
        if len(shares) == 1:
            _check_project(shares[0].member_id, project_id)
            return TokenScope(shares[0].member_id, sees_all=False)
    if not always or not always[0]:
        return None
    if query.keys() - {*_LIST_PARAMETERS, "limit"}:  # a filter may have left us one owner of many
        return _detect_scope_without_filter(client, query, project_id)
    if project_id:
        raise ConfigError(
            f"the token is for project {always[0]}, or an administrator's, and it is not clear which",
            hint=f"log in with OS_CLOUD or {hints.build_command('login')} to find out, or omit --project",
        )
    return TokenScope(always[0], sees_all=False)


def _detect_scope_without_filter(
    client: ImageClient, query: Mapping[str, str], project_id: str | None
) -> TokenScope | None:
    """Find out the scope from the first page of the whole list."""
    whole = {name: query[name] for name in _LIST_PARAMETERS}
    hidden = whole["os_hidden"] == "true"
    page = client.list_images({**whole, "limit": str(LIMIT)}).images
    images = [image for image in page if image.may_be_shared and image.os_hidden == hidden]
    return _detect_scope(client, images, whole, project_id)


def _is_always_listed(client: ImageClient, image: Image, member_status: str) -> bool:
    """Whether an image is listed under another `member_status` too, as to its owner and to an administrator."""
    other = "accepted" if member_status == "pending" else "pending"
    hidden = "true" if image.os_hidden else "false"
    query = {"visibility": "shared", "member_status": other, "os_hidden": hidden, "id": image.id}
    return any(other.number == image.number for other in client.list_images(query).images)


def _create_admin_scope(project_id: str | None) -> TokenScope:
    if not project_id:
        raise ConfigError(
            "the token can see the images of all projects, and your own project is not known",
            hint="pass --project ID, or set IMGSHARE_PROJECT_ID",
        )
    return TokenScope(project_id, sees_all=True)


def _check_project(project_id: str, expected: str | None) -> None:
    if expected and expected != project_id:
        raise ConfigError(
            f"the token is for project {project_id} and cannot see what is shared with {expected}",
            hint=f"log in to project {expected}, or omit --project and IMGSHARE_PROJECT_ID",
        )
