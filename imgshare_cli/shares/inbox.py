"""The inbox: the images that are shared with a project, and what it has decided about each."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING

from imgshare_cli.api.images import Share
from imgshare_cli.api.pagination import read_pages
from imgshare_cli.errors import NotFoundError
from imgshare_cli.shares.token_scope import ListPage, resolve_scope
from imgshare_cli.shares.worker_pool import WORKERS, WorkerPool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from imgshare_cli.api.credential import Credential
    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.api.models import Status
    from imgshare_cli.shares.share_filter import ShareFilter


class Inbox:
    """What is shared with a project, read correctly where the API's own list is wrong (images-sharing, api-ref).

    Args:
        client: the image service.
        open_client: opens further connections to it; None where this one must do.
        credential: the credential of the run; after a login it names the project and its roles.
        project_id: the project that was asked for, if one was.
        workers: how many further connections it may open.
    """

    def __init__(
        self,
        client: ImageClient,
        open_client: Callable[[], ImageClient] | None,
        credential: Credential,
        project_id: str | None,
        workers: int = WORKERS,
    ) -> None:
        self._client = client
        self._workers = WorkerPool(open_client, workers) if open_client else None
        self._credential = credential
        self._project_id = project_id

    def read_shares(self, share_filter: ShareFilter) -> Iterator[Share]:
        """Yield the shares that match, each once, while the pages are read.

        Raises:
            ConfigError: it is not known whose inbox it is.
            ForbiddenError: the token has no role that may list images.
        """
        # A list for each status, because an image does not say what was decided about it.
        lists = (self._read_list(share_filter, status) for status in share_filter.statuses)
        scope, pages = resolve_scope(self._client, self._credential, self._project_id, lists)
        if scope is None:
            return
        if not scope.sees_all:  # to an administrator the other lists bring the same images again
            pages = chain(pages, chain.from_iterable(lists))
        shares = _select_shares(pages, scope.project_id, share_filter)
        if not (share_filter.needs_member or scope.sees_all):
            yield from shares
            return
        now = datetime.now(UTC)
        if self._workers:
            read = self._workers.map_in_order(_read_share, shares)
        else:
            read = (_read_share(self._client, share) for share in shares)
        for share in read:
            if share and share.status in share_filter.statuses and share_filter.matches_age(share, now):
                yield share

    def _read_list(self, share_filter: ShareFilter, status: Status) -> Iterator[ListPage]:
        """Yield the pages of the image list for a status, hidden images last."""
        created_before = share_filter.compute_latest_creation(datetime.now(UTC))
        for hidden in (False, True):
            query = share_filter.build_query(status, created_before, hidden=hidden)
            for images in read_pages(self._client, query, share_filter.page_size):
                matching = [
                    image for image in images if share_filter.matches_query(image, created_before, hidden=hidden)
                ]
                yield ListPage(status, query, matching)


def _select_shares(pages: Iterable[ListPage], project_id: str, share_filter: ShareFilter) -> Iterator[Share]:
    """Yield the shares among the listed images: our own images are listed as well."""
    # The status of a share, and whether its image is hidden, may change while we read.
    seen: set[int] = set()
    for page in pages:
        for image in page.images:
            if share_filter.matches_name(image) and image.owner != project_id and image.number not in seen:
                seen.add(image.number)
                yield Share(image, project_id, page.status)


def _read_share(client: ImageClient, share: Share) -> Share | None:
    try:
        member = client.get_member(share.image.id, share.member_id)
    except NotFoundError:
        return None  # unshared meanwhile, or an image of somebody else's that an administrator sees
    return replace(share, status=member.status, member=replace(member, raw={}))
