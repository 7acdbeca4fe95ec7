"""The demo data: named projects, and realistic images that they share."""

from __future__ import annotations

import hashlib
import time
import uuid
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

from imgshare_cli.sandbox.records import ImageAttributes, ImageRecord, MemberRecord
from imgshare_cli.sandbox.tokens import Caller

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imgshare_cli.sandbox.store import ImageStore
    from imgshare_cli.sandbox.tokens import TokenStore

# IDs depend only on names, so that documents and scripts can contain them.
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "imgshare-sandbox")
_DAY = 24 * 60 * 60 * 1_000_000
_GIB = 1024**3


@dataclass(frozen=True, slots=True)
class Identity:
    """A project in the sandbox, with a token for it."""

    name: str
    project_id: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SharedImage:
    """An image that is shared with you."""

    image_id: str
    name: str
    owner: str
    status: str


@dataclass(frozen=True, slots=True)
class _DemoImage:
    """An image of the demo data: its owner, its age, and its member status."""

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
_DEMO_IMAGES = (
    _DemoImage("golden-debian-11", "platform", 400, "accepted", 2.1, "debian", "11", os_hidden=True, tags=("golden",)),
    _DemoImage("centos-7-legacy", "platform", 390, "rejected", 1.4, "centos", "7", tags=("eol",)),
    _DemoImage("my-build-agent", "you", 120, None, 6.5, "ubuntu", "22.04", tags=("ci",)),
    _DemoImage("community-alpine-3.20", "vendor", 90, None, 0.2, "alpine", "3.20", visibility="community"),
    _DemoImage("golden-ubuntu-22.04", "platform", 60, "accepted", 2.4, "ubuntu", "22.04", tags=("golden",)),
    _DemoImage("golden-debian-12", "platform", 14, "pending", 2.2, "debian", "12", tags=("golden", "hardened")),
    _DemoImage("ubuntu-24.04-minimal", "platform", 9, "pending", 0.7, "ubuntu", "24.04", tags=("minimal",)),
    _DemoImage("[red] hat enterprise linux 9", "vendor", 6, "pending", 3.8, "rhel", "9.4", tags=("licensed",)),
    _DemoImage("数据库-openEuler-22.03", "vendor", 5, "pending", 4.6, "openeuler", "22.03", tags=("database",)),
    _DemoImage("windows-server-2022", "vendor", 2, "pending", 14.3, "windows", "2022", disk_format="vhd"),
    _DemoImage("golden-debian-12-rc", "platform", 1, "pending", 2.2, "debian", "12", os_hidden=True, tags=("golden",)),
)


def create_identities(tokens: TokenStore) -> dict[str, Identity]:
    """Create your project and those of two owners, each with a token for the role `member`."""
    return {name: _create_identity(name, tokens) for name in ("you", "platform", "vendor")}


def load_images(store: ImageStore, identities: dict[str, Identity], extra_images: int) -> None:
    """Load the demo images, and a number of extra pending ones, into the store."""
    now = time.time_ns() // 1000
    you = identities["you"].project_id
    demo_images = _build_demo_images(identities, now)
    more_images = _build_extra_images(identities["platform"].project_id, extra_images, now)
    for image, status in chain(demo_images, more_images):
        created_at = image.created_at
        members = [MemberRecord(image.id, you, status, created_at, created_at)] if status else []
        store.load_image(image, *members)


def _build_demo_images(identities: dict[str, Identity], now: int) -> Iterator[tuple[ImageRecord, str | None]]:
    for demo_image in _DEMO_IMAGES:
        created_at = now - demo_image.days_ago * _DAY
        image = ImageRecord(
            id=_create_image_id(demo_image.name),
            name=demo_image.name,
            owner=identities[demo_image.owner].project_id,
            visibility=demo_image.visibility,
            os_hidden=demo_image.os_hidden,
            created_at=created_at,
            updated_at=created_at,
            attributes=_build_attributes(demo_image),
        )
        yield image, demo_image.status


def _build_extra_images(owner: str, count: int, now: int) -> Iterator[tuple[ImageRecord, str]]:
    # All of these have the same attributes, so they share one object.
    nightly = _DemoImage("nightly", "platform", 0, "pending", 1.0, "ubuntu", "24.04", tags=("nightly",))
    attributes = _build_attributes(nightly)
    for number in range(1, count + 1):
        created_at = now - (count - number) - 1
        name = f"nightly-{number:06}"
        image = ImageRecord(
            id=_create_image_id(name),
            name=name,
            owner=owner,
            visibility="shared",
            os_hidden=False,
            created_at=created_at,
            updated_at=created_at,
            attributes=attributes,
        )
        yield image, "pending"


def _create_identity(name: str, tokens: TokenStore) -> Identity:
    project_id = uuid.uuid5(_NAMESPACE, f"project {name}").hex
    return Identity(name, project_id, tokens.issue(Caller.with_roles(project_id, "member")))


def _create_image_id(name: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, name))


def _build_attributes(demo_image: _DemoImage) -> ImageAttributes:
    size = int(demo_image.gibibytes * _GIB) // 512 * 512
    return ImageAttributes(
        status="active",
        size=size,
        virtual_size=-(-size * 4 // _GIB) * _GIB,
        disk_format=demo_image.disk_format,
        container_format="bare",
        checksum=hashlib.md5(demo_image.name.encode(), usedforsecurity=False).hexdigest(),
        os_hash_algo="sha512",
        os_hash_value=hashlib.sha512(demo_image.name.encode()).hexdigest(),
        min_disk=-(-size * 4 // _GIB),
        min_ram=1024,
        tags=demo_image.tags,
        properties={
            "architecture": "x86_64",
            "hw_disk_bus": "scsi",
            "os_distro": demo_image.distro,
            "os_type": "windows" if demo_image.distro == "windows" else "linux",
            "os_version": demo_image.version,
        },
    )
