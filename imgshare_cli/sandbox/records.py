"""Images and members as the service keeps them, and as the API shows them."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any


@dataclass(frozen=True, slots=True)
class Details:
    """What an image consists of; images that are alike share one."""

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
class Image:
    """An image; times are microseconds, which decide the order that seconds cannot."""

    id: str
    name: str | None
    owner: str
    visibility: str
    os_hidden: bool
    created_at: int
    updated_at: int
    details: Details

    def document(self) -> dict[str, Any]:
        """The API's image object, its keys in Glance's order."""
        of = self.details
        return of.properties | {
            "name": self.name,
            "disk_format": of.disk_format,
            "container_format": of.container_format,
            "visibility": self.visibility,
            "size": of.size,
            "virtual_size": of.virtual_size,
            "status": of.status,
            "checksum": of.checksum,
            "protected": of.protected,
            "min_ram": of.min_ram,
            "min_disk": of.min_disk,
            "owner": self.owner,
            "os_hidden": self.os_hidden,
            "os_hash_algo": of.os_hash_algo,
            "os_hash_value": of.os_hash_value,
            "id": self.id,
            "created_at": iso(self.created_at),
            "updated_at": iso(self.updated_at),
            "tags": list(of.tags),
            "self": f"/v2/images/{self.id}",
            "file": f"/v2/images/{self.id}/file",
            "schema": "/v2/schemas/image",
        }


@dataclass(frozen=True, slots=True)
class Member:
    """A share. One that was taken back stays, removed, because sharing again revives it."""

    image_id: str
    member_id: str
    status: str
    created_at: int
    updated_at: int
    removed: bool = False

    def document(self) -> dict[str, Any]:
        """The API's member object."""
        return {
            "member_id": self.member_id,
            "image_id": self.image_id,
            "status": self.status,
            "created_at": iso(self.created_at),
            "updated_at": iso(self.updated_at),
            "schema": "/v2/schemas/member",
        }


def iso(microseconds: int) -> str:
    """A time as the API writes it."""
    return _iso(microseconds // 1_000_000)


@lru_cache(maxsize=1024)
def _iso(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
