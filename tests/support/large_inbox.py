"""A project with a full inbox on a real Glance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import httpx

from tests.support.image_copies import ImageCopy, insert_copies

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.openstack import Cloud, Credentials

TEAMS = ("web", "data", "edge")
DISTROS = ("debian", "rocky", "ubuntu", "windows")
EVERYWHERE = "ubuntu-24.04"
ODD_NAMES = {"web": "[red]", "data": "黄金镜像-上海"}
# The first bytes of a qcow2 file: Glance looks whether an image is what it claims to be.
QCOW2 = b"QFI\xfb\0\0\0\3".ljust(512, b"\0")
NEWEST = datetime(2026, 5, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Team:
    """A project, by the name that its images have."""

    name: str
    project: str


@dataclass(frozen=True)
class LargeInbox:
    """A project that 1,270 images of three others are shared with, and that has 300 of its own.

    Attributes:
        member: a user of the project who may decide.
        reader: one who may only look.
        admin: one with the role `admin` there, who is shown every image of the cloud.
        owners: the IDs of the three other projects, in the order of `TEAMS`.
        neighbour: the ID of a fifth project.
        images: every image that was made, by ID.
    """

    cloud: Cloud
    member: Credentials
    reader: Credentials
    admin: Credentials
    owners: tuple[str, ...]
    neighbour: str
    images: dict[str, ImageCopy]

    @classmethod
    def of(cls, cloud: Cloud) -> LargeInbox:
        """Fill a cloud."""
        project, neighbour = cloud.create_project("member"), cloud.create_project("neighbour")
        teams = [Team(name, cloud.create_project(name)) for name in TEAMS]
        own = Team("own", project)
        # Over HTTP all of them would take one to two minutes; as rows they take half a second. A few are made
        # over HTTP, and the rest are copies of those, so that the rows are such as Glance writes.
        models = _models(cloud, teams[0], project)
        copies = [
            *(_copy(models, teams[n % 3], n // 3, project, _status(n)) for n in range(1270)),
            *(_copy(models, own, n, None if n % 5 else teams[0].project) for n in range(300)),
            *(_copy(models, teams[1], n, neighbour) for n in range(425, 450)),
        ]
        insert_copies(cloud.glance_database, copies)
        member, reader, admin = (cloud.user(project, role) for role in ("member", "reader", "admin"))
        owners = tuple(team.project for team in teams)
        return cls(cloud, member, reader, admin, owners, neighbour, {copy.image_id: copy for copy in copies})

    @property
    def project(self) -> str:
        """The ID of the project with the full inbox."""
        return self.member.project_id

    @property
    def pending(self) -> frozenset[str]:
        """What waits for a decision: 1,200, of which 30 are hidden."""
        return self._ids(lambda copy: copy.member == self.project and copy.status == "pending")

    @property
    def accepted(self) -> frozenset[str]:
        """What was accepted: 40, of which one is hidden."""
        return self._ids(lambda copy: copy.member == self.project and copy.status == "accepted")

    @property
    def rejected(self) -> frozenset[str]:
        """What was rejected: 30, of which two are hidden."""
        return self._ids(lambda copy: copy.member == self.project and copy.status == "rejected")

    @property
    def own(self) -> frozenset[str]:
        """What the project owns: 300, of which eight are hidden, and 60 shared with the first owner."""
        return self._ids(lambda copy: copy.owner == self.project)

    @property
    def elsewhere(self) -> frozenset[str]:
        """What is shared with the neighbour alone: 25."""
        return self._ids(lambda copy: copy.member == self.neighbour)

    @property
    def hidden(self) -> frozenset[str]:
        """What is hidden, whosever it is."""
        return self._ids(lambda copy: copy.hidden)

    def named(self, name: str) -> frozenset[str]:
        """What has this name, whosever it is."""
        return self._ids(lambda copy: copy.name == name)

    def _ids(self, belongs: Callable[[ImageCopy], bool]) -> frozenset[str]:
        return frozenset(image_id for image_id, copy in self.images.items() if belongs(copy))


def share_copies(cloud: Cloud, project_id: str, count: int) -> list[str]:
    """Share so many images of a new owner with a project, all pending, and return their IDs."""
    owner = cloud.create_project("batch-owner")
    headers = {"X-Auth-Token": cloud.issue_token(owner, "member")}
    with httpx.Client(base_url=f"{cloud.endpoint}/v2", headers=headers, timeout=60, trust_env=False) as http:
        model = create_model(http, "debian", project_id)
    copies = [
        ImageCopy(model, f"golden-{number}", owner, project_id, "pending", False, NEWEST)  # noqa: FBT003
        for number in range(count)
    ]
    insert_copies(cloud.glance_database, copies)
    return [copy.image_id for copy in copies]


def _models(cloud: Cloud, team: Team, member: str) -> list[str]:
    headers = {"X-Auth-Token": cloud.issue_token(team.project, "member")}
    with httpx.Client(base_url=f"{cloud.endpoint}/v2", headers=headers, timeout=60, trust_env=False) as http:
        return [create_model(http, distro, member) for distro in DISTROS]


def create_model(http: httpx.Client, distro: str, member: str) -> str:
    """Create an image with data over HTTP, share it with a project, and return its ID."""
    description = {
        "disk_format": "qcow2",
        "container_format": "bare",
        "min_disk": 10,
        "min_ram": 1024,
        "tags": ["golden", distro],
        "os_type": "windows" if distro == "windows" else "linux",
        "os_distro": distro,
        "os_version": "12.5",
        "architecture": "x86_64",
        "hw_disk_bus": "scsi",
        "hw_scsi_model": "virtio-scsi",
        "hw_qemu_guest_agent": "yes",
        "hw_vif_multiqueue_enabled": "true",
    }
    image_id: str = http.post("images", json=description).raise_for_status().json()["id"]
    kind = {"Content-Type": "application/octet-stream"}
    http.put(f"images/{image_id}/file", content=QCOW2, headers=kind).raise_for_status()
    http.post(f"images/{image_id}/members", json={"member": member}).raise_for_status()
    return image_id


def _status(position: int) -> str:
    if position < 1200:
        return "pending"
    return "accepted" if position < 1240 else "rejected"


def _copy(models: list[str], team: Team, number: int, member: str | None, status: str = "pending") -> ImageCopy:
    distro = number // 2 % len(DISTROS)
    return ImageCopy(
        model=models[distro],
        name=_name(team, number, DISTROS[distro]),
        owner=team.project,
        member=member,
        status=status,
        hidden=number % 41 == 3,
        created_at=_time(team, number),
    )


def _name(team: Team, number: int, distro: str) -> str:
    """Half of the names are one owner's, the other half are given by every owner."""
    if number % 400 == 0:
        return EVERYWHERE
    if number == 1 and team.name in ODD_NAMES:
        return ODD_NAMES[team.name]
    return f"{team.name if number % 2 else 'golden'}-{distro}-{number // 8:02}"


def _time(team: Team, number: int) -> datetime:
    """A time out of order, so that owners mix in a list by age; some are the same to the second."""
    position = number * 4 + [*TEAMS, "own"].index(team.name)
    return NEWEST - timedelta(hours=position * 641 % 1000)
