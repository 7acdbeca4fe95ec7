"""What became of one share of a review."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imgshare_cli.api.models import Status

if TYPE_CHECKING:
    from imgshare_cli.api.images import Share
    from imgshare_cli.errors import ImgshareError


@dataclass
class ReviewRecord:
    """Keeps a share of a review and its outcome.

    Attributes:
        share: the share.
        status: what was decided in this review.
        failure: why the last attempt to decide failed.
        is_skipped: whether it was left pending on purpose.
        is_closed: whether there is nothing to decide any more, because the share is gone or was decided elsewhere.
        is_interrupted: whether Ctrl-C came while the service was told of a decision.
        shared_at: when the image was shared, as the service said it first.
        has_shared_at: whether `shared_at` is final: after a decision the service tells the time of that instead.
    """

    share: Share
    status: Status = Status.PENDING
    failure: ImgshareError | None = None
    is_skipped: bool = False
    is_closed: bool = False
    is_interrupted: bool = False
    shared_at: str | None = None
    has_shared_at: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it is still to be decided."""
        return self.status is Status.PENDING and not self.is_closed and not self.is_interrupted

    @property
    def complaint(self) -> str | None:
        """What went wrong, in a sentence that names the image."""
        if self.failure is None:
            return None
        image_id, message = self.share.image.id, self.failure.message
        return message if image_id in message else f"image {image_id}: {message}"

    def keep_shared_at(self, updated_at: str | None) -> None:
        """Keep the time at which the image was shared, unless it is kept already."""
        if not self.has_shared_at:
            self.shared_at, self.has_shared_at = updated_at, True
