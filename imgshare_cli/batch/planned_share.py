"""A share and what the rules say is to be done with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imgshare_cli.api.models import Status
from imgshare_cli.rules.model import Ruling, Verdict

if TYPE_CHECKING:
    from imgshare_cli.api.images import Share
    from imgshare_cli.batch.fleet import FleetProject, ProjectAccess

_STATUSES = {Verdict.ACCEPT: Status.ACCEPTED, Verdict.REJECT: Status.REJECTED}


@dataclass(frozen=True)
class PlannedShare:
    """A share and what is to be done with it.

    Attributes:
        share: the share; its image may be without the API's object.
        ruling: what is to be done, and why.
        access: the access to the project that it is shared with, in a run over many.
        endpoint: the address of the image service, where a saved plan over many projects names it.
    """

    share: Share
    ruling: Ruling
    access: ProjectAccess | None = None
    endpoint: str | None = None

    @property
    def project(self) -> FleetProject | None:
        """The project that it is shared with, in a run over many."""
        return self.access.project if self.access else None

    @property
    def new_status(self) -> Status | None:
        """The status that it is to have; None where nothing is to be done, or a person is to be asked."""
        return _STATUSES.get(self.ruling.verdict)

    def to_json(self) -> dict[str, str | None]:
        """Return it as an element of a plan; in a run over many projects with the project."""
        image = self.share.image
        return {
            "image_id": image.id,
            "member_id": self.share.member_id,
            "name": image.name,
            "owner": image.owner,
            "decision": self.ruling.verdict.value,
            "rule": self.ruling.rule,
            "reason": self.ruling.reason,
            **(self.project.to_json() if self.project else {}),
        }


def plan_share(share: Share, ruling: Ruling, access: ProjectAccess | None = None) -> PlannedShare:
    """Plan what is to be done with a share.

    Args:
        share: the share.
        ruling: what the rules say, whatever its status.
        access: the access to its project, in a run over many.
    """
    return PlannedShare(share.copy_without_raw(), _consider_status(ruling, share.status), access)


def _consider_status(ruling: Ruling, status: Status) -> Ruling:
    """Say what is left to do: nothing where that is its status already, or where a person was to be asked and was."""
    if status is Status.PENDING or ruling.verdict is Verdict.NONE:
        return ruling
    if _STATUSES.get(ruling.verdict, status) is not status:
        return ruling
    return Ruling(Verdict.NONE, ruling.rule, f"already {status.value}")
