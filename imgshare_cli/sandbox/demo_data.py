"""The demonstration world: projects with names, and images such as one meets."""

from __future__ import annotations

import hashlib
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from imgshare_cli.sandbox.records import Details, Image, Member
from imgshare_cli.sandbox.tokens import Caller

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imgshare_cli.sandbox.store import State
    from imgshare_cli.sandbox.tokens import Tokens

# Written out of nothing but names, so that documents and scripts can name the IDs.
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "imgshare-sandbox")
_DAY = 24 * 60 * 60 * 1_000_000
_GIB = 1024**3


@dataclass(frozen=True, slots=True)
class Identity:
    """A project of the sandbox, and a token for it."""

    name: str
    project_id: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Share:
    """An image that is shared with you."""

    image_id: str
    name: str
    owner: str
    status: str


@dataclass(frozen=True, slots=True)
class _Scene:
    """One image of the world: whose it is, how old, and what you have decided about it."""

    name: str
    owner: str
    days_ago: int
    status: str | None
    gibibytes: float
    distro: str
    version: str
    disk_format: str = "qcow2"
    visibility: str = "shared"
    os_hidden: bool = False
    tags: tuple[str, ...] = ()


# Oldest first: the order of their times is the order of the listing.
_SCENES = (
    _Scene("golden-debian-11", "platform", 400, "accepted", 2.1, "debian", "11", os_hidden=True, tags=("golden",)),
    _Scene("centos-7-legacy", "platform", 390, "rejected", 1.4, "centos", "7", tags=("eol",)),
    _Scene("my-build-agent", "you", 120, None, 6.5, "ubuntu", "22.04", tags=("ci",)),
    _Scene("community-alpine-3.20", "vendor", 90, None, 0.2, "alpine", "3.20", visibility="community"),
    _Scene("golden-ubuntu-22.04", "platform", 60, "accepted", 2.4, "ubuntu", "22.04", tags=("golden",)),
    _Scene("golden-debian-12", "platform", 14, "pending", 2.2, "debian", "12", tags=("golden", "hardened")),
    _Scene("ubuntu-24.04-minimal", "platform", 9, "pending", 0.7, "ubuntu", "24.04", tags=("minimal",)),
    _Scene("[red] hat enterprise linux 9", "vendor", 6, "pending", 3.8, "rhel", "9.4", tags=("licensed",)),
    _Scene("数据库-openEuler-22.03", "vendor", 5, "pending", 4.6, "openeuler", "22.03", tags=("database",)),
    _Scene("windows-server-2022", "vendor", 2, "pending", 14.3, "windows", "2022", disk_format="vhd"),
    _Scene("golden-debian-12-rc", "platform", 1, "pending", 2.2, "debian", "12", os_hidden=True, tags=("golden",)),
)


def identities(tokens: Tokens) -> dict[str, Identity]:
    """You and the two owners, each with a token of role `member`."""
    return {name: _identity(name, tokens) for name in ("you", "platform", "vendor")}


def furnish(state: State, cast: dict[str, Identity], generated: int) -> None:
    """Place the world's images and as many more pending ones as asked for."""
    now = time.time_ns() // 1000
    for image, member in _images(cast, generated, now):
        state.put(image, *member)


def _images(cast: dict[str, Identity], generated: int, now: int) -> Iterator[tuple[Image, list[Member]]]:
    you = cast["you"].project_id
    for scene in _SCENES:
        born = now - scene.days_ago * _DAY
        details = _details(scene)
        image = Image(
            _id(scene.name),
            scene.name,
            cast[scene.owner].project_id,
            scene.visibility,
            scene.os_hidden,
            born,
            born,
            details,
        )
        yield image, [Member(image.id, you, scene.status, born, born)] if scene.status else []
    # These are all alike, and so can share what makes a large part of an image.
    details = _details(_Scene("nightly", "platform", 0, "pending", 1.0, "ubuntu", "24.04", tags=("nightly",)))
    for number in range(1, generated + 1):
        born = now - (generated - number) - 1
        name = f"nightly-{number:06}"
        image = Image(_id(name), name, cast["platform"].project_id, "shared", False, born, born, details)  # noqa: FBT003
        yield image, [Member(image.id, you, "pending", born, born)]


def _identity(name: str, tokens: Tokens) -> Identity:
    project_id = uuid.uuid5(_NAMESPACE, f"project {name}").hex
    return Identity(name, project_id, tokens.issue(Caller.with_roles(project_id, "member")))


def _id(name: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, name))


def _details(scene: _Scene) -> Details:
    size = int(scene.gibibytes * _GIB) // 512 * 512
    return Details(
        status="active",
        size=size,
        virtual_size=-(-size * 4 // _GIB) * _GIB,
        disk_format=scene.disk_format,
        container_format="bare",
        checksum=hashlib.md5(scene.name.encode(), usedforsecurity=False).hexdigest(),
        os_hash_algo="sha512",
        os_hash_value=hashlib.sha512(scene.name.encode()).hexdigest(),
        min_disk=-(-size * 4 // _GIB),
        min_ram=1024,
        tags=scene.tags,
        properties={
            "architecture": "x86_64",
            "hw_disk_bus": "scsi",
            "os_distro": scene.distro,
            "os_type": "windows" if scene.distro == "windows" else "linux",
            "os_version": scene.version,
        },
    )
