"""What an owner changes: an image is shared with a member, or not any more; and what became of that."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from imgshare_cli.api.models import fold_id, name_member

if TYPE_CHECKING:
    from imgshare_cli.api.models import Member
    from imgshare_cli.errors import ImgshareError


class Change(NamedTuple):
    """A change of one share.

    Attributes:
        image_id: the image.
        member_id: the project, or what else gets the image.
        is_unshare: whether sharing is stopped.
        kind: what the member is, in the words of `Member.kind`, where that is known.
    """

    image_id: str
    member_id: str
    is_unshare: bool = False
    kind: str | None = None

    @property
    def share(self) -> tuple[str, str]:
        """The share, the same for IDs that are the same."""
        return self.image_id.lower(), fold_id(self.member_id)

    @property
    def verb(self) -> str:
        """The command that makes it."""
        return "unshare" if self.is_unshare else "share"

    @property
    def action(self) -> str:
        """What it is, in words that follow "cannot"."""
        is_project = (self.kind or "project") == "project"
        member = name_member(self.member_id) if is_project else f"{self.kind} {self.member_id}"
        return f"{self.verb} image {self.image_id} {'from' if self.is_unshare else 'with'} {member}"


class Shared(NamedTuple):
    """A share, and whether it is new."""

    member: Member
    is_new: bool


class Unshared(NamedTuple):
    """The project that an image is no longer shared with, and whether it was before."""

    member_id: str
    was_shared: bool


class ChangeEnd(NamedTuple):
    """What became of a change.

    Attributes:
        error: why it failed.
        member: the share, where the service shows it.
        is_new: whether something was changed.
    """

    error: ImgshareError | None = None
    member: Member | None = None
    is_new: bool = True
