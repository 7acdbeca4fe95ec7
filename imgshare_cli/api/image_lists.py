"""Pages of image lists, in the parameters that each kind of service knows."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from imgshare_cli.api.image_responses import Page, read_page
from imgshare_cli.api.response import MAX_MANY, create_not_image_service_error
from imgshare_cli.api.service_kind import ServiceKind
from imgshare_cli.errors import NotFoundError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.api.response import Response

# Any letter after M gets the API of OpenStack Queens; without it IMS has that of Mitaka, without `shared` images
# (Open Telekom Cloud, "Querying Images (Native OpenStack API)").
_IMS_VERSION = {"X-Api-Version": "Q"}
_NO_IMAGE = "IMG.0086"  # "No image was found", which may be said of an empty list as well


def request_page(client: ImageClient, call: Callable[..., Response], query: Mapping[str, str]) -> Page:
    """Request one page of the image list, and once more where its response shows that IMS needs other parameters.

    Args:
        client: the image service, for its kind.
        call: sends a request to it.
        query: the parameters of Glance.
    """
    if client.service_kind is ServiceKind.IMS:
        return _request_from_ims(client, call, query)
    was_known = client.service_kind is not None
    try:
        page = _request(client, call, query)
    except RefusedError:
        if was_known or not _needs_other_query(client, query):
            raise
    else:
        if was_known or not _needs_other_query(client, query):
            return page
    return _request_from_ims(client, call, query)


def _needs_other_query(client: ImageClient, query: Mapping[str, str]) -> bool:
    return client.service_kind is ServiceKind.IMS and adapt_query(query) != query


def adapt_query(query: Mapping[str, str]) -> dict[str, str]:
    """Change the parameters of Glance into those of IMS.

    IMS knows nothing of hidden images, and of `member_status` only together with `visibility=shared`, one at a time.
    """
    adapted = {name: value for name, value in query.items() if name != "os_hidden"}
    if adapted.get("member_status") == "all":
        del adapted["member_status"]
    if adapted.get("visibility") == "shared":
        adapted["__imagetype"] = "shared"
    return adapted


def _request_from_ims(client: ImageClient, call: Callable[..., Response], query: Mapping[str, str]) -> Page:
    if query.get("os_hidden") == "true":
        return Page([], more=False, size=0)
    return _request(client, call, adapt_query(query))


def _request(client: ImageClient, call: Callable[..., Response], query: Mapping[str, str]) -> Page:
    # A name from the network may have half a surrogate pair; and what `+` means depends on who checks a signature.
    text = urlencode(query, errors="replace", quote_via=quote)
    headers = None if client.service_kind is ServiceKind.GLANCE else _IMS_VERSION
    try:
        path = f"/v2/images?{text}"
        response = call("GET", path, "list the images", hints_of="list", limit=MAX_MANY, headers=headers)
    except NotFoundError as exc:
        # With a marker it may be said of the marker's image, and that is not the end of the list.
        if exc.service_code == _NO_IMAGE and "marker" not in query:
            return Page([], more=False, size=0)
        if exc.service_code:
            raise
        raise create_not_image_service_error(exc, "list of images") from exc
    return read_page(response)
