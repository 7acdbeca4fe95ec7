"""The inboxes of a fleet's projects, read by some threads at once, in the order of the projects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from imgshare_cli.api.images import Share
from imgshare_cli.batch.fleet import FleetProject, ProjectAccess
from imgshare_cli.batch.fleet_task import FleetTool
from imgshare_cli.errors import ImgshareError
from imgshare_cli.shares.inbox import Inbox
from imgshare_cli.shares.worker_pool import WorkerPool

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from imgshare_cli.shares.share_filter import ShareFilter


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


class ProjectInbox(NamedTuple):
    """What is shared with a project, or why that cannot be read.

    Attributes:
        access: the access to the project.
        shares: the shares that match.
        error: why they cannot be read.
    """

    access: ProjectAccess
    shares: list[ProjectShare]
    error: ImgshareError | None = None


def read_inboxes(
    projects: Iterable[FleetProject], share_filter: ShareFilter, *, with_raw: bool = False
) -> Iterator[ProjectInbox]:
    """Read the shares of each project; no more than a few inboxes are kept at a time.

    Args:
        projects: the projects.
        share_filter: what the shares must match.
        with_raw: whether the API's objects are needed.
    """

    def read(tool: FleetTool, project: FleetProject) -> ProjectInbox:
        access = ProjectAccess(project)
        if project.error:
            return ProjectInbox(access, [], project.error)
        try:
            shares = list(_read_shares(tool, access, share_filter, with_raw=with_raw))
        except ImgshareError as exc:
            return ProjectInbox(access, [], exc)
        return ProjectInbox(access, shares)

    yield from WorkerPool(FleetTool).map_in_order(read, projects)


def _read_shares(
    tool: FleetTool, access: ProjectAccess, share_filter: ShareFilter, *, with_raw: bool
) -> Iterator[ProjectShare]:
    client = tool.open_client(access)
    inbox = Inbox(client, None, client.credential, access.project.id)
    for share in inbox.read_shares(share_filter):
        image = share.image if with_raw else share.image.copy_without_raw()
        yield ProjectShare(image, share.member_id, share.status, share.member, project=access.project)
