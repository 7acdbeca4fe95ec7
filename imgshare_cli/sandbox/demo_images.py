"""The images of the demo data, as a Glance has them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from imgshare_cli.sandbox.records import ImageAttributes

_GIB = 1024**3


@dataclass(frozen=True, slots=True)
class DemoImage:
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

    @property
    def size(self) -> int:
        """Its size in bytes."""
        return int(self.gibibytes * _GIB) // 512 * 512


# Oldest first: the order of their times is the order of the listing.
DEMO_IMAGES = (
    DemoImage("golden-debian-11", "platform", 400, "accepted", 2.1, "debian", "11", os_hidden=True, tags=("golden",)),
    DemoImage("centos-7-legacy", "platform", 390, "rejected", 1.4, "centos", "7", tags=("eol",)),
    DemoImage("my-build-agent", "you", 120, None, 6.5, "ubuntu", "22.04", tags=("ci",)),
    DemoImage("community-alpine-3.20", "vendor", 90, None, 0.2, "alpine", "3.20", visibility="community"),
    DemoImage("golden-ubuntu-22.04", "platform", 60, "accepted", 2.4, "ubuntu", "22.04", tags=("golden",)),
    DemoImage("golden-debian-12", "platform", 14, "pending", 2.2, "debian", "12", tags=("golden", "hardened")),
    DemoImage("ubuntu-24.04-minimal", "platform", 9, "pending", 0.7, "ubuntu", "24.04", tags=("minimal",)),
    DemoImage("[red] hat enterprise linux 9", "vendor", 6, "pending", 3.8, "rhel", "9.4", tags=("licensed",)),
    DemoImage("数据库-openEuler-22.03", "vendor", 5, "pending", 4.6, "openeuler", "22.03", tags=("database",)),
    DemoImage("windows-server-2022", "vendor", 2, "pending", 14.3, "windows", "2022", disk_format="vhd"),
    DemoImage("golden-debian-12-rc", "platform", 1, "pending", 2.2, "debian", "12", os_hidden=True, tags=("golden",)),
)
# The extra images share one object of attributes, so they differ in their names only.
NIGHTLY_IMAGE = DemoImage("nightly", "platform", 0, "pending", 1.0, "ubuntu", "24.04", tags=("nightly",))


def build_attributes(demo_image: DemoImage) -> ImageAttributes:
    """Build the fields that Glance shows of a demo image."""
    size = demo_image.size
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
