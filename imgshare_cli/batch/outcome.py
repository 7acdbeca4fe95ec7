"""What became of one item of a batch."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.api.images import Image
    from imgshare_cli.api.models import Member, Status
    from imgshare_cli.batch.items import Item
    from imgshare_cli.errors import ImgshareError


class Result(StrEnum):
    """What was done with an item; the names are those of the JSON outcomes."""

    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"
    NOT_TRIED = "not_tried"
    PLANNED = "planned"


class Later(Protocol):
    """The outcome of an item that comes later, while others are done."""

    def start(self, give: Callable[[Outcome | BaseException], None], is_over: Callable[[], bool]) -> None:
        """Begin what the outcome comes from; where this raises, `give` is not called.

        Args:
            give: is called with it, or with what nobody foresaw, once, by any thread.
            is_over: whether nothing more is to be begun.
        """


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of one item.

    Attributes:
        item: the item.
        result: what was done with it.
        image_id: the image's ID, where it is known.
        member_id: the project that decided, or that would have, where it is known.
        status: the status of the share now, where that is certain.
        error: why it failed.
        member: the share after the decision, as the service showed it.
        image: the image, where more than its ID is known.
        is_unchanged: whether the share had this status before.
        taken_back: the share after a decision that was taken back; `member` is what it is since then.
        is_by_job: whether a job of IMS decided.
    """

    item: Item
    result: Result
    image_id: str | None = None
    member_id: str | None = None
    status: Status | None = None
    error: ImgshareError | None = None
    member: Member | None = None
    image: Image | None = None
    is_unchanged: bool = False
    taken_back: Member | None = None
    is_by_job: bool = False

    def to_json(self) -> dict[str, object]:
        """Return the outcome as a JSON object, without its error."""
        fields: dict[str, object] = {
            "image_id": self.image_id,
            "member_id": self.member_id,
            "result": self.result.value,
        }
        if self.item.access:
            fields |= self.item.access.project.to_json()
        elif self.member_id is None and self.item.scope.project_name is not None:
            fields["project_name"] = self.item.scope.project_name
        if self.item.is_name:
            fields["name"] = self.item.image
        if self.item.rule is not None:
            fields["rule"] = self.item.rule
        if self.item.image is None and self.item.access is None:
            fields["line"] = self.item.number
        if self.status:
            fields["status"] = self.status.value
        return fields


def keep_outcome(_client: ImageClient, outcome: Outcome) -> Outcome:
    """Take an outcome for what it says, without another look."""
    return outcome
