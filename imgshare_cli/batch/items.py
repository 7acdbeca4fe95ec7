"""One item of a batch: an image, and perhaps the project that decides about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from imgshare_cli.api.images import Image, Share
    from imgshare_cli.api.models import Status
    from imgshare_cli.batch.fleet import ProjectAccess
    from imgshare_cli.errors import ImgshareError


class Scope(NamedTuple):
    """Where an earlier outcome of a fleet run, or a line of a plan or of the decision log, is from; None is anywhere.

    Attributes:
        project_name: the name of the project, which matters where its ID is not known.
        cloud: the entry of clouds.yaml.
        region: the region.
        endpoint: the address of the image service.
    """

    project_name: str | None = None
    cloud: str | None = None
    region: str | None = None
    endpoint: str | None = None


ANYWHERE = Scope()


@dataclass(frozen=True, slots=True)
class Item:
    """One line of --from, or one share of --all.

    Attributes:
        number: the number of the line, or of the element of an array, from 1.
        image: the image's ID, or its name; None where the line is malformed.
        member_id: the project that it is shared with; None is the project of the run.
        is_name: whether `image` is a name, which must be looked up.
        is_done: whether an earlier outcome says that it is done already.
        error: why the line is malformed.
        known_image: the image, where a list showed it.
        known_status: the status of the share, where a list showed it.
        rule: the rule that decides, where one does.
        new_status: the status that a plan gives the share, where one does and `known_image` and `known_status` are so.
        access: the access to the project of a fleet that decides.
        scope: in which projects of a fleet it is to be done, besides `member_id`.
    """

    number: int
    image: str | None
    member_id: str | None = None
    is_name: bool = False
    is_done: bool = False
    error: ImgshareError | None = None
    known_image: Image | None = None
    known_status: Status | None = None
    rule: str | None = None
    new_status: Status | None = None
    access: ProjectAccess | None = None
    scope: Scope = ANYWHERE

    @classmethod
    def from_share(cls, number: int, share: Share, access: ProjectAccess | None = None) -> Item:
        """Make the item of a share that a list showed, whose image is without the API's object."""
        image, status = share.image, share.status
        return cls(number, image.id, share.member_id, known_image=image, known_status=status, access=access)

    @property
    def image_id(self) -> str | None:
        """The image's ID, where the item gives it."""
        return None if self.is_name else self.image
