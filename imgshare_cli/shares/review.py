"""A review: a list of pending shares, the decisions about them, and undo."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from imgshare_cli.api.models import Status
from imgshare_cli.errors import AuthError, ImgshareError, InterruptedByUserError, NotFoundError
from imgshare_cli.shares.image_details import load_image_details
from imgshare_cli.shares.review_record import ReviewRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.api.images import Share
    from imgshare_cli.api.models import Member
    from imgshare_cli.shares.image_details import ImageDetails


class Step(NamedTuple):
    """Records one step of a review: its position, and the shares that were decided; none where one was skipped."""

    position: int
    shares: Sequence[Share]


class Review:
    """Keeps the state of a review: an error about one share is recorded with it, and only a rejected token ends it.

    Args:
        client: the image service.
        shares: the shares to review, each image once.
        decide: decides about the share of an image with a project.

    Attributes:
        position: the index of the current share, from 0.
        steps: what was done, the last step last.
    """

    def __init__(
        self,
        client: ImageClient,
        shares: Sequence[Share],
        decide: Callable[[str, str, Status], Member],
    ) -> None:
        self.shares = shares
        self.position = 0
        self.steps: list[Step] = []
        self._client = client
        self._decide = decide
        self._records = {share.image.id: ReviewRecord(share) for share in shares}

    @property
    def current(self) -> Share | None:
        """The share that is to be decided about, or None at the end."""
        return self.shares[self.position] if self.position < len(self.shares) else None

    @property
    def pending_count(self) -> int:
        """How many shares are still pending, skipped ones included."""
        return len(self._open_shares)

    @property
    def counts(self) -> dict[str, int]:
        """How many shares came to which end."""
        records = self._records.values()
        statuses = [record.status for record in records]
        return {
            "accepted": statuses.count(Status.ACCEPTED),
            "rejected": statuses.count(Status.REJECTED),
            "skipped": len([record for record in records if record.is_skipped]),
            "failed": len([record for record in records if record.failure]),
            "interrupted": len([record for record in records if record.is_interrupted]),
        }

    @property
    def accepted_owners(self) -> set[str]:
        """The owners of the images that were accepted."""
        accepted = [record.share for record in self._records.values() if record.status is Status.ACCEPTED]
        return {share.image.owner for share in accepted if share.image.owner}

    @property
    def complaints(self) -> dict[str, str]:
        """The errors that no later step fixed, by the image's ID."""
        return {image_id: text for image_id, record in self._records.items() if (text := record.complaint)}

    def list_owner_shares(self, share: Share) -> list[Share]:
        """List this share and later ones of the same owner that are still to be decided."""
        owner = share.image.owner
        later = self.shares[self.position + 1 :] if owner else []
        return [share, *(other for other in later if other.image.owner == owner and self._get_record(other).is_open)]

    def load_details(self, share: Share) -> ImageDetails:
        """Load what the service knows of a share now, and when it was shared; NotFoundError if it no longer is."""
        details = load_image_details(self._client, share, self._open_shares)
        if details.member is None:
            return details
        record = self._get_record(share)
        record.keep_shared_at(details.member.updated_at)
        return replace(details, member=replace(details.member, updated_at=record.shared_at))

    def decide(self, shares: Sequence[Share], status: Status) -> list[Share]:
        """Decide about the current share, perhaps with others, and go on; return those where that worked."""
        self.steps.append(Step(self.position, shares))
        done = [share for share in shares if self._set_status(share, status)]
        self._advance()
        return done

    def skip(self, share: Share) -> None:
        """Leave the current share pending, and go on."""
        self.steps.append(Step(self.position, ()))
        self._get_record(share).is_skipped = True
        self._advance()

    def drop(self, share: Share) -> None:
        """Go on because there is nothing to decide about the current share any more."""
        self._get_record(share).is_closed = True
        self._advance()

    def undo(self) -> list[Share]:
        """Take the last step back, and go back to where it was made; return those that are pending again."""
        step = self.steps.pop()
        self._get_record(self.shares[step.position]).is_skipped = False
        for share in step.shares:
            record = self._get_record(share)
            record.failure = None
            record.is_closed = False
            record.keep_shared_at(share.member.updated_at if share.member else None)
        decided = [share for share in step.shares if self._get_record(share).status is not Status.PENDING]
        self.position = step.position - 1
        done = [share for share in decided if self._set_status(share, Status.PENDING)]
        if failed := [share for share in decided if self._get_record(share).status is not Status.PENDING]:
            self.steps.append(Step(step.position, failed))  # to be undone again
        self._advance()
        return done

    @property
    def _open_shares(self) -> list[Share]:
        return [record.share for record in self._records.values() if record.is_open]

    def _get_record(self, share: Share) -> ReviewRecord:
        return self._records[share.image.id]

    def _advance(self) -> None:
        self.position += 1
        while self.current and not self._get_record(self.current).is_open:
            self.position += 1

    def _set_status(self, share: Share, status: Status) -> bool:
        """Decide about a share and record the outcome; return whether it worked."""
        record = self._get_record(share)
        try:
            self._decide(share.image.id, share.member_id, status)
        except AuthError:
            raise  # it would be the same for all others
        except (KeyboardInterrupt, InterruptedByUserError):
            record.status = Status.PENDING
            record.is_interrupted = True  # the service may or may not have received it, or its job goes on
            raise
        except ImgshareError as exc:
            record.failure = exc
            record.is_closed = isinstance(exc, NotFoundError)
            return False
        record.status, record.failure, record.is_skipped = status, None, False
        return True
