"""A review: a walk through pending shares, what was decided about each, and the way back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from imgshare_cli.api.models import Status
from imgshare_cli.errors import AuthError, ForbiddenError, ImgshareError, NotFoundError, RefusedError, UnavailableError
from imgshare_cli.shares.image_checks import find_same_name_images

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.api.images import Image, Share
    from imgshare_cli.api.models import Member


@dataclass(frozen=True)
class ImageDetails:
    """What is known.

    Attributes:
        share: the image, and with whom it is shared.
        member: the share itself, or None where the service does not say.
        same_name_images: the images of the same name in the project's image list, or None where the service does not
            say.
        rivals: the images of the same name that others share, and that wait as well.
    """

    share: Share
    member: Member | None
    same_name_images: Sequence[Image] | None
    rivals: Sequence[Image]


@dataclass(frozen=True)
class Step:
    """One step of the walk.

    Attributes:
        position: where it was made.
        shares: what was decided about, several where it was a whole owner's; none where it was skipped.
    """

    position: int
    shares: Sequence[Share]


class Review:
    """The walk. An error about one share is kept with it, and the walk goes on; only a token refused ends it.

    Args:
        client: the image service.
        shares: what to go through.
        vault_id: the backup vault for full-server images (IMS) that are accepted.

    Attributes:
        shares: what to go through.
        position: where the walk is, from 0.
        steps: what was done, the last of it last.
    """

    def __init__(self, client: ImageClient, shares: Sequence[Share], vault_id: str | None = None) -> None:
        self.shares = shares
        self.position = 0
        self.steps: list[Step] = []
        self._client = client
        self._vault_id = vault_id
        self._decided: dict[str, Status] = {}
        self._failures: dict[str, ImgshareError] = {}
        self._skipped: set[str] = set()
        self._closed: set[str] = set()
        self._interrupted = 0
        self._shared_at: dict[str, str | None] = {}

    @property
    def current(self) -> Share | None:
        """The share that is to be decided about, or None at the end."""
        return self.shares[self.position] if self.position < len(self.shares) else None

    @property
    def left(self) -> int:
        """How many are pending still, skipped ones among them."""
        return sum(self._is_open(share) for share in self.shares)

    @property
    def complaints(self) -> dict[str, str]:
        """What went wrong and was not made good, by the image's ID."""
        return {
            image_id: failure.message if image_id in failure.message else f"image {image_id}: {failure.message}"
            for image_id, failure in self._failures.items()
        }

    def of_owner(self, share: Share) -> list[Share]:
        """This share and those of the same owner that are still to come."""
        later = self.shares[self.position + 1 :] if share.image.owner else []
        return [share, *(other for other in later if self._is_open(other) and other.image.owner == share.image.owner)]

    def load_details(self, share: Share) -> ImageDetails:
        """What is known of a share, as the service says it now.

        Raises:
            AuthError: the service does not take the token any more.
            NotFoundError: it is no longer shared with us.
        """
        member = self._member(share)
        if member:
            member = replace(member, updated_at=self._shared_at.setdefault(share.image.id, member.updated_at))
        rivals = [
            other.image
            for other in self.shares
            if self._is_open(other) and other.image.name == share.image.name and other.image.owner != share.image.owner
        ]
        return ImageDetails(share, member, self._same_name_images(share), rivals if share.image.name else [])

    def decide(self, shares: Sequence[Share], status: Status) -> list[Share]:
        """Decide about the current share, perhaps with others, and go on; return those where that worked."""
        self.steps.append(Step(self.position, shares))
        done = [share for share in shares if self._set(share, status)]
        self._advance()
        return done

    def skip(self, share: Share) -> None:
        """Leave the current share pending, and go on."""
        self.steps.append(Step(self.position, ()))
        self._skipped.add(share.image.id)
        self._advance()

    def drop(self, share: Share) -> None:
        """Go on because there is nothing to decide about the current share any more."""
        self._closed.add(share.image.id)
        self._advance()

    def undo(self) -> list[Share]:
        """Take the last step back, and go back to where it was made; return those that are pending again."""
        step = self.steps.pop()
        self._skipped.discard(self.shares[step.position].image.id)
        decided = [share for share in step.shares if share.image.id in self._decided]
        for share in step.shares:
            self._failures.pop(share.image.id, None)
            self._closed.discard(share.image.id)
            # The service now tells when we undid it, and no longer when it was shared.
            self._shared_at.setdefault(share.image.id, share.member.updated_at if share.member else None)
        self.position = step.position - 1
        done = [share for share in decided if self._set(share, Status.PENDING)]
        if failed := [share for share in decided if share not in done]:
            self.steps.append(Step(step.position, failed))  # to be undone again
        self._advance()
        return done

    def summary(self) -> str:
        """What was done and what is left."""
        statuses = list(self._decided.values())
        counts = {
            "accepted": statuses.count(Status.ACCEPTED),
            "rejected": statuses.count(Status.REJECTED),
            "skipped": len(self._skipped),
            "failed": len(self._failures),
            "interrupted": self._interrupted,
        }
        done = ", ".join(f"{word} {count}" for word, count in counts.items() if count) or "nothing was decided"
        return f"{done}; {self.left} {'is' if self.left == 1 else 'are'} still pending" if self.left else done

    def _is_open(self, share: Share) -> bool:
        return share.image.id not in self._decided and share.image.id not in self._closed

    def _advance(self) -> None:
        self.position += 1
        while self.current and not self._is_open(self.current):
            self.position += 1

    def _set(self, share: Share, status: Status) -> bool:
        image_id = share.image.id
        vault_id = self._vault_id if status is Status.ACCEPTED else None
        try:
            self._client.set_status(image_id, share.member_id, status, vault_id)
        except AuthError:
            raise  # it would be the same for all others
        except ImgshareError as exc:
            self._failures[image_id] = exc
            if isinstance(exc, NotFoundError):
                self._closed.add(image_id)
            return False
        except KeyboardInterrupt:
            self._decided.pop(image_id, None)
            self._closed.add(image_id)
            self._interrupted = 1  # nobody knows whether the service has heard it
            raise
        self._failures.pop(image_id, None)
        self._skipped.discard(image_id)
        self._decided.pop(image_id, None)
        if status is not Status.PENDING:
            self._decided[image_id] = status
        return True

    def _member(self, share: Share) -> Member | None:
        try:
            return self._client.get_member(share.image.id, share.member_id)
        except (ForbiddenError, RefusedError, UnavailableError):
            return None

    def _same_name_images(self, share: Share) -> list[Image] | None:
        waiting = {other.image.id for other in self.shares if self._is_open(other)}
        try:
            listed: Iterable[Image] = find_same_name_images(self._client, share.image)
        except (ForbiddenError, NotFoundError, RefusedError, UnavailableError):
            return None
        return [image for image in listed if image.id not in waiting]  # an administrator's list has them all
