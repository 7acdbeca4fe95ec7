"""Shares one image at a time by a job, or stops that, and answers as the API's own calls do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imgshare_cli.api.models import Status
from imgshare_cli.shares.changes import Shared, Unshared
from imgshare_cli.shares.decisions import Decision
from imgshare_cli.shares.jobs.decisions import create_member

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.shares.changes import Change, ChangeEnd
    from imgshare_cli.shares.jobs.sharing import JobSharing


def create_shared(change: Change, end: ChangeEnd) -> Shared:
    """Create what a job has shared; where the service does not show the share, it is pending."""
    decision = Decision(change.image_id, change.member_id, Status.PENDING)
    return Shared(end.member or create_member(decision), is_new=end.is_new)


@dataclass(frozen=True)
class SingleSharing:
    """Shares one image at a time by jobs.

    Attributes:
        sharing: makes the changes.
        show_progress: shows a text while a job goes on.
    """

    sharing: JobSharing
    show_progress: Callable[[str], AbstractContextManager[None]]

    def start(self, client: ImageClient, change: Change) -> Shared:
        """Share an image."""
        return create_shared(change, self._make(client, change))

    def stop(self, client: ImageClient, change: Change) -> Unshared:
        """Stop sharing an image."""
        return Unshared(change.member_id, was_shared=self._make(client, change).is_new)

    def _make(self, client: ImageClient, change: Change) -> ChangeEnd:
        with self.show_progress(f"waiting for the job to {change.verb} image {change.image_id}"):
            end = self.sharing.make(client, [change])[change]
        if end.error:
            raise end.error
        return end
