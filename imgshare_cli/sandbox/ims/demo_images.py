"""The images of the demo data, as an IMS has them: properties that begin with `__`, and texts for everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.sandbox.demo_data import create_id
from imgshare_cli.sandbox.demo_images import DEMO_IMAGES, DemoImage
from imgshare_cli.sandbox.records import ImageAttributes

if TYPE_CHECKING:
    from collections.abc import Sequence

_PLATFORMS = {
    "alpine": "Other",
    "centos": "CentOS",
    "debian": "Debian",
    "openeuler": "openEuler",
    "rhel": "RedHat",
    "ubuntu": "Ubuntu",
    "windows": "Windows",
}
_FULL_SERVER = "erp-full-server"
_ENCRYPTED = "payroll-encrypted"
_SPECIAL_IMAGES = (
    DemoImage(_FULL_SERVER, "vendor", 4, "pending", 80.0, "centos", "7.9", disk_format="zvhd2", tags=("erp",)),
    DemoImage(_ENCRYPTED, "platform", 3, "pending", 8.0, "ubuntu", "22.04", disk_format="zvhd2"),
)
_SPECIAL_PROPERTIES = {
    _FULL_SERVER: {
        "__whole_image": "true",
        "__backup_id": create_id("backup of erp-full-server"),
        "__data_origin": f"server_backup,{create_id('backup of erp-full-server')}",
    },
    _ENCRYPTED: {
        "__system__encrypted": "1",
        "__system__cmkid": create_id("key of payroll-encrypted"),
        "__data_origin": f"instance,{create_id('server of payroll-encrypted')}",
    },
}


def list_demo_images() -> Sequence[DemoImage]:
    """List the images, the oldest first: those of Glance, except for community images, and some that only IMS has."""
    images = [image for image in DEMO_IMAGES if image.visibility != "community"]
    return sorted([*images, *_SPECIAL_IMAGES], key=lambda image: -image.days_ago)


def build_attributes(demo_image: DemoImage) -> ImageAttributes:
    """Build the fields that IMS shows of a demo image. It leaves Glance's size and hashes empty."""
    is_windows = demo_image.distro == "windows"
    platform = _PLATFORMS[demo_image.distro]
    min_disk = max(40, int(demo_image.gibibytes))
    return ImageAttributes(
        status="active",
        disk_format="zvhd2",
        container_format="bare",
        min_disk=min_disk,
        tags=demo_image.tags,
        properties={
            "__image_size": str(demo_image.size),
            "__image_source_type": "uds",
            "__isregistered": "true",
            "__os_bit": "64",
            "__os_type": "Windows" if is_windows else "Linux",
            "__os_version": f"{platform} {demo_image.version} 64bit",
            "__platform": platform,
            "__support_kvm": "true",
            "enterprise_project_id": "0",
            "hw_firmware_type": "bios",
            "virtual_env_type": "FusionCompute",
            **_SPECIAL_PROPERTIES.get(demo_image.name, {"__data_origin": "file,images-bucket:image.zvhd2"}),
        },
    )


def read_backup_size(image: ImageAttributes) -> int | None:
    """Read the size in MB that the backups of a full-server image take in a vault; None for any other image."""
    properties = image.properties
    is_whole = properties.get("__whole_image") == "true" or properties.get("__data_origin", "").startswith(
        "server_backup"
    )
    if not is_whole:
        return None
    size = properties.get("__image_size", "")
    return int(size) // 1024**2 if size.isascii() and size.isdigit() else 0
