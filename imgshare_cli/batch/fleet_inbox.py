"""The inboxes of a fleet's projects, read by some threads at once, in the order of the projects."""

from __future__ import annotations

import queue
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from imgshare_cli.api.images import Share
from imgshare_cli.batch.fleet import FleetProject, ProjectAccess
from imgshare_cli.batch.fleet_task import FleetTool
from imgshare_cli.batch.prefetch import prefetch
from imgshare_cli.errors import ImgshareError
from imgshare_cli.shares.inbox import Inbox
from imgshare_cli.shares.worker_pool import WORKERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from imgshare_cli.shares.share_filter import ShareFilter

# How many shares of each inbox may be read ahead.
_AHEAD = 200


@dataclass(frozen=True, kw_only=True)
class ProjectShare(Share):
    """A share with a project of a fleet.

    Attributes:
        project: the project.
    """

    project: FleetProject

    def to_json(self) -> dict[str, Any]:
        """Return the API's image object with what is known of the share and the project."""
        return {**super().to_json(), **self.project.to_json()}


class InboxEntry(NamedTuple):
    """A share with a project, or why the project's other shares cannot be read.

    Attributes:
        access: the access to the project.
        share: the share.
        error: why they cannot be read.
    """

    access: ProjectAccess
    share: ProjectShare | None
    error: ImgshareError | None = None


def read_inboxes(
    projects: Iterable[FleetProject], share_filter: ShareFilter, *, readers: int = WORKERS, with_raw: bool = False
) -> Iterator[InboxEntry]:
    """Yield the shares of each project, while the next inboxes are begun; a few shares of each are kept at a time.

    Args:
        projects: the projects.
        share_filter: what the shares must match.
        readers: how many inboxes are read at once; with 0 a share is read when it is asked for, without a thread.
        with_raw: whether the API's objects are needed.
    """
    idle: queue.SimpleQueue[FleetTool] = queue.SimpleQueue()
    for _ in range(max(readers, 1)):
        idle.put(FleetTool())

    def open_inboxes() -> Iterator[tuple[FleetTool, Iterator[InboxEntry]]]:
        for project in projects:
            tool = idle.get()
            entries = _read_inbox(tool, ProjectAccess(project), share_filter, with_raw=with_raw)
            yield tool, prefetch(entries, _AHEAD if readers else 0)

    for tool, entries in prefetch(open_inboxes(), readers):
        yield from entries
        idle.put(tool)


def _read_inbox(
    tool: FleetTool, access: ProjectAccess, share_filter: ShareFilter, *, with_raw: bool
) -> Iterator[InboxEntry]:
    if access.project.error:
        yield InboxEntry(access, None, access.project.error)
        return
    try:
        client = tool.open_client(access)
        inbox = Inbox(client, None, client.credential, access.project.id)
        for share in inbox.read_shares(share_filter):
            image = share.image if with_raw else share.image.copy_without_raw()
            own = ProjectShare(image, share.member_id, share.status, share.member, project=access.project)
            yield InboxEntry(access, own)
    except ImgshareError as exc:
        yield InboxEntry(access, None, exc)
