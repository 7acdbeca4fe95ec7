"""The members of some images, each list read once until it is forgotten."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from imgshare_cli.api.models import fold_id
from imgshare_cli.errors import ImgshareError
from imgshare_cli.shares.jobs.decisions import SHOW_PAUSES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.api.models import Member
    from imgshare_cli.shares.changes import Change


class ShareLists:
    """Reads lists of members; a list that the service does not show is not known.

    Args:
        client: the image service.
    """

    def __init__(self, client: ImageClient) -> None:
        self._client = client
        self._lists: dict[str, dict[str, Member] | None] = {}

    def is_known(self, image_id: str) -> bool:
        """Whether the service shows the members of an image."""
        return self._read(image_id) is not None

    def find(self, change: Change) -> Member | None:
        """Find the share that a change is about; None where there is none, or that is not known."""
        return (self._read(change.image_id) or {}).get(change.share[1])

    def forget(self) -> None:
        """Let each list be read again."""
        self._lists.clear()

    def wait_for(self, changes: Sequence[Change]) -> None:
        """Wait a moment for shares that the lists do not show yet."""
        for pause in SHOW_PAUSES:
            self.forget()
            if all(self.find(change) or not self.is_known(change.image_id) for change in changes):
                return
            time.sleep(pause)

    def _read(self, image_id: str) -> dict[str, Member] | None:
        if image_id not in self._lists:
            try:
                members = self._client.list_members(image_id)
            except ImgshareError:
                self._lists[image_id] = None
            else:
                self._lists[image_id] = {fold_id(member.member_id): member for member in members}
        return self._lists[image_id]
