"""All pages of an image list, also while images are added and removed, and never without end."""

from __future__ import annotations

from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.api.images import build_exact_filter
from imgshare_cli.api.service_kind import ServiceKind
from imgshare_cli.api.timestamps import parse_timestamp
from imgshare_cli.errors import ForbiddenError, NotFoundError, RefusedError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.api.image_responses import Page
    from imgshare_cli.api.images import Image

LIMIT = 1000  # Glance's own `api_limit_max`: it gives no more, whatever is asked for
# A faulty service may return images without end. The set of known images takes about 80 bytes for each; sorting and
# tables keep all of them in memory, and a page may hold a single one.
_MOST = 1_000_000
_MOST_BYTES = 128 << 20
_MOST_PAGES = 10_000
_MOST_OF_A_NAME = 10 * LIMIT  # a service that does not filter by name would make us read all that it has


def read_pages(
    client: ImageClient, query: Mapping[str, str], size: int = LIMIT, most: int = _MOST
) -> Iterator[list[Image]]:
    """Read a list page by page, newest first; each image comes once.

    The image that a page ended with, the marker of the next, may be unshared or deleted before that is asked for
    (403 and 400 then, 404 in IMS codes, instead of a page). The list is then read on from that image's time.

    Args:
        client: the image service.
        query: the API's parameters, without `limit`, `marker` and `sort`.
        size: the images on one page; the service returns at most LIMIT.
        most: how many images are too many.

    Raises:
        UnavailableError: the list does not end, or has too many images.
    """
    query = {**query, "limit": str(min(size, LIMIT))}
    seen: set[int] = set()
    reader = _PageReader(client)
    while True:
        count = len(seen)
        last = yield from _read_until_refused(reader, query, seen, most)
        if last is None:
            return
        if len(seen) == count:
            if not reader.promises_more:
                return
            raise _create_endless_error("the service rejects every page marker")
        if (then := parse_timestamp(last.created_at)) is None:
            raise UnavailableError("images were added or removed while the list was read", hint="run it again")
        # The API shows whole seconds, and compares with more.
        query["created_at"] = f"lt:{then + timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ}"


def read_named(
    client: ImageClient, name: str, query: Mapping[str, str] = MappingProxyType({}), size: int = LIMIT
) -> Iterator[Image]:
    """Read the images that a service returns for a name; many databases ignore case and accents.

    Args:
        client: the image service.
        name: the name; the caller compares it with that of each image.
        query: the API's other parameters.
        size: the images on one page.
    """
    for page in read_pages(client, {"name": build_exact_filter(name), **query}, size, _MOST_OF_A_NAME):
        yield from page


class _PageReader:
    """Reads pages, and fails after more pages or bytes than any project has.

    Attributes:
        promises_more: whether the last page said, or was so full, that there may be more.
    """

    def __init__(self, client: ImageClient) -> None:
        self._client = client
        self._pages = self._size = 0
        self._tells_more = False
        self.promises_more = False

    def read(self, query: Mapping[str, str]) -> Page:
        page = self._client.list_images(query)
        self._pages, self._size = self._pages + 1, self._size + page.size
        if self._pages > _MOST_PAGES or self._size > _MOST_BYTES:
            raise _create_endless_error(f"received {self._pages} pages with {self._size >> 20} MiB")
        self._tells_more |= page.more
        self.promises_more = page.more or len(page.images) >= int(query["limit"])
        return page

    @property
    def may_have_more(self) -> bool:
        """Whether there may be another page: IMS may give fewer images than asked for, and never say that it does."""
        return self.promises_more or (self._client.service_kind is ServiceKind.IMS and not self._tells_more)


def _read_until_refused(
    reader: _PageReader, query: Mapping[str, str], seen: set[int], most: int
) -> Generator[list[Image], None, Image | None]:
    """Yield the images not seen before; return the last image if its marker is refused, None at the end."""
    read: set[int] = set()  # since here; what was read before may come again
    last: Image | None = None
    while True:
        try:
            page = reader.read({**query, "marker": last.id} if last else query)
        except (ForbiddenError, NotFoundError, RefusedError):
            if last is None:
                raise
            return last
        images = {image.number: image for image in page.images}
        yield [image for number, image in images.items() if number not in seen]
        if not images or not reader.may_have_more:
            return None
        if images.keys() <= read:
            if not reader.promises_more:
                return None
            raise _create_endless_error("the service keeps returning the same images")
        read.update(images)
        seen.update(images)
        if len(seen) > most:
            raise _create_endless_error(f"received more than {most} images")
        last = page.images[-1]


def _create_endless_error(why: str) -> UnavailableError:
    return UnavailableError(
        f"the list of images does not end: {why}", hint=f"check the endpoint: {hints.build_command('status')} shows it"
    )
