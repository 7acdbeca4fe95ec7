"""The items of a plan: a batch does what it says, and counts what a person is to be asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.batch.items import ANYWHERE, Item, Scope
from imgshare_cli.rules.model import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from imgshare_cli.batch.planned_share import PlannedShare


class PlannedItems:
    """The items of a plan, which are made while they are read.

    Args:
        planned: the shares.

    Attributes:
        asked_count: how many of those that were read a person is to be asked about.
    """

    def __init__(self, planned: Iterable[PlannedShare]) -> None:
        self._planned = planned
        self.asked_count = 0

    def __iter__(self) -> Iterator[Item]:
        """Yield an item for each share that is to be accepted or rejected."""
        for number, one in enumerate(self._planned, 1):
            if one.new_status is not None:
                yield _create_item(number, one)
            elif one.ruling.verdict is Verdict.ASK:
                self.asked_count += 1


def _create_item(number: int, planned: PlannedShare) -> Item:
    share, project = planned.share, planned.project
    # What a file says of a project gives no access to it: the projects of the run do.
    is_saved = planned.endpoint is not None
    return Item(
        number,
        share.image.id,
        share.member_id,
        known_image=share.image,
        known_status=share.status,
        rule=planned.ruling.rule,
        new_status=planned.new_status,
        access=None if is_saved else planned.access,
        scope=Scope(project.name, project.cloud, project.region, planned.endpoint)
        if is_saved and project
        else ANYWHERE,
    )
