"""Every page of an image list, also while images come and go."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from imgshare_cli.durations import moment
from imgshare_cli.errors import ForbiddenError, RefusedError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from imgshare_cli.client import ImageClient
    from imgshare_cli.images import Image

LIMIT = 1000  # Glance's own `api_limit_max`: it gives no more, whatever is asked for


def of(client: ImageClient, query: Mapping[str, str], size: int = LIMIT) -> Iterator[list[Image]]:
    """Read a list page by page, newest first; each image comes once.

    The image that a page ended with, the marker of the next, may be unshared or deleted before that is asked for
    (403 and 400 then, instead of a page). The list is then read on from that image's time.

    Args:
        client: the image service.
        query: the API's parameters, without `limit`, `marker` and `sort`.
        size: how many a page shall hold; the service gives no more than LIMIT.
    """
    size = min(size, LIMIT)
    query = {**query, "limit": str(size)}
    marker: dict[str, str] = {}
    last: Image | None = None
    alike: set[str] = set()
    while True:
        try:
            page = client.images(query | marker)
        except (ForbiddenError, RefusedError) as exc:
            if not marker or last is None:
                raise
            if (then := moment(last.created_at)) is None:
                exc.hint = "images came or went while the list was read: run it again"
                raise
            # The API shows whole seconds, and compares with more.
            query["created_at"] = f"lt:{then + timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ}"
            marker = {}
            continue
        if page.images and page.images[-1].id == marker.get("marker"):
            raise UnavailableError("the list of images does not end: the service gives the same page again and again")
        yield [image for image in page.images if image.id not in alike]
        if not page.images or not (page.more or len(page.images) >= size):
            return
        if last is None or last.created_at != page.images[-1].created_at:
            alike.clear()
        last = page.images[-1]
        alike |= {image.id for image in page.images if image.created_at == last.created_at}
        marker = {"marker": last.id}
