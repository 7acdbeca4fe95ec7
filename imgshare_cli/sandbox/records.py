"""Image and member records, and their JSON in the API."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any


@dataclass(frozen=True, slots=True)
class ImageAttributes:
    """The less used fields of an image. Images of the same kind share one, which saves memory."""

    status: str = "queued"
    size: int | None = None
    virtual_size: int | None = None
    disk_format: str | None = None
    container_format: str | None = None
    checksum: str | None = None
    os_hash_algo: str | None = None
    os_hash_value: str | None = None
    min_disk: int = 0
    min_ram: int = 0
    protected: bool = False
    tags: tuple[str, ...] = ()
    properties: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ImageRecord:
    """An image. Times are in microseconds, so that images of the same second have an order."""

    id: str
    name: str | None
    owner: str
    visibility: str
    os_hidden: bool
    created_at: int
    updated_at: int
    attributes: ImageAttributes

    def to_json(self) -> dict[str, Any]:
        """Return the API's image object, with its keys in Glance's order."""
        attributes = self.attributes
        return attributes.properties | {
            "name": self.name,
            "disk_format": attributes.disk_format,
            "container_format": attributes.container_format,
            "visibility": self.visibility,
            "size": attributes.size,
            "virtual_size": attributes.virtual_size,
            "status": attributes.status,
            "checksum": attributes.checksum,
            "protected": attributes.protected,
            "min_ram": attributes.min_ram,
            "min_disk": attributes.min_disk,
            "owner": self.owner,
            "os_hidden": self.os_hidden,
            "os_hash_algo": attributes.os_hash_algo,
            "os_hash_value": attributes.os_hash_value,
            "id": self.id,
            "created_at": format_time(self.created_at),
            "updated_at": format_time(self.updated_at),
            "tags": list(attributes.tags),
            "self": f"/v2/images/{self.id}",
            "file": f"/v2/images/{self.id}/file",
            "schema": "/v2/schemas/image",
        }


@dataclass(frozen=True, slots=True)
class MemberRecord:
    """A member of an image. A removed one is kept, because sharing again restores it with its creation time.

    Glance's members are all projects; those of IMS may also be accounts (`domain`) and organizations.
    """

    image_id: str
    member_id: str
    status: str
    created_at: int
    updated_at: int
    removed: bool = False
    member_type: str = "project"

    def to_json(self) -> dict[str, Any]:
        """Return the API's member object."""
        return {
            "member_id": self.member_id,
            "image_id": self.image_id,
            "status": self.status,
            "created_at": format_time(self.created_at),
            "updated_at": format_time(self.updated_at),
            "schema": "/v2/schemas/member",
        }


def format_time(microseconds: int) -> str:
    """Format a time as the API does."""
    return _format_seconds(microseconds // 1_000_000)


@lru_cache(maxsize=1024)
def _format_seconds(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
