"""What an audit finds out about a share."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from imgshare_cli.api.models import Status, is_project_id
from imgshare_cli.api.timestamps import parse_timestamp
from imgshare_cli.shares.vaults.refusals import is_full_server_image

if TYPE_CHECKING:
    from datetime import datetime

    from imgshare_cli.api.images import Image
    from imgshare_cli.api.models import Member

# `image_member_quota` of Glance, unless its operators set another (glance/common/config.py); no user can ask for it.
_GLANCE_LIMIT = 128
# Open Telekom Cloud, "Restrictions on image sharing": that of full-server images, and that of all others.
_IMS_LIMIT = 256
_FULL_SERVER_LIMIT = 10


class AuditFinding(StrEnum):
    """A finding, in the order in which they are shown.

    `stale`: pending for longer than the owner wants to wait. `dead`: the identity service has no such project.
    `unrecognised_id`: the ID has not the form of a project's, an account's or an organization's, and nobody says
    whether it is one. `rejected`: the member does not want the image. `deactivated`: nobody can use the image.
    `crowded`: the image has nearly as many members as the service allows.
    """

    STALE = "stale"
    DEAD = "dead"
    UNRECOGNISED_ID = "unrecognised_id"
    REJECTED = "rejected"
    DEACTIVATED = "deactivated"
    CROWDED = "crowded"


class ShareFacts(NamedTuple):
    """What a share is judged by.

    Attributes:
        image: the image.
        member: the share.
        exists: whether the identity service knows the member; None where it does not say.
        stale_before: a share that is pending since then, or longer, is stale.
        is_crowded: whether the image has nearly as many members as it may have.
    """

    image: Image
    member: Member
    exists: bool | None
    stale_before: datetime
    is_crowded: bool

    def find_findings(self) -> tuple[AuditFinding, ...]:
        """Return the findings, in their order."""
        is_unknown = self.exists is None and self.member.kind == "project"
        holds = {
            AuditFinding.STALE: self._is_stale(),
            AuditFinding.DEAD: self.exists is False,
            AuditFinding.UNRECOGNISED_ID: is_unknown and not is_project_id(self.member.member_id),
            AuditFinding.REJECTED: self.member.status is Status.REJECTED,
            AuditFinding.DEACTIVATED: self.image.status == "deactivated",
            AuditFinding.CROWDED: self.is_crowded,
        }
        return tuple(finding for finding, is_so in holds.items() if is_so)

    def _is_stale(self) -> bool:
        # Not `created_at`: an image that is shared again keeps the time of the first share.
        since = parse_timestamp(self.member.updated_at)
        return self.member.status is Status.PENDING and since is not None and since <= self.stale_before


def is_crowded(image: Image, count: int, *, is_ims: bool) -> bool:
    """Whether an image has at least nine tenths of the members that services usually allow.

    Args:
        image: the image, with the API's object.
        count: how many members it has.
        is_ims: whether the service is an IMS.
    """
    limit = _GLANCE_LIMIT
    if is_ims:
        limit = _FULL_SERVER_LIMIT if is_full_server_image(image) else _IMS_LIMIT
    return count >= limit - limit // 10
