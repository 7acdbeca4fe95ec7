"""What the image service speaks of, parsed at the door."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

_VERBS = {"pending": "reset", "accepted": "accept", "rejected": "reject"}
_IMAGE_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def is_image_id(text: str) -> bool:
    """Whether a text has the form of an image ID (the schema of the image, `id`); all others are names."""
    return _IMAGE_ID.fullmatch(text) is not None


class Status(StrEnum):
    """What a member has decided about a share, in the API's own words."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"

    @property
    def verb(self) -> str:
        """What decides so, as a command and as a word."""
        return _VERBS[self]


@dataclass(frozen=True)
class Member:
    """One share: an image, the project it is shared with, and what that project decided.

    Attributes:
        image_id: the image's ID.
        member_id: the ID of the project that the image is shared with.
        status: what that project decided.
        created_at: when the image was first shared (UTC, ISO 8601), also after it was unshared and shared again.
        updated_at: when the status last changed (UTC, ISO 8601).
        raw: the API's member object as it came.
    """

    image_id: str
    member_id: str
    status: Status
    created_at: str | None
    updated_at: str | None
    raw: dict[str, Any] = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Member:
        """Parse the API's member object (api-ref, "Image sharing").

        Raises:
            ValueError: a field is missing or not what the API promises; the message names it.
        """
        return cls(
            image_id=_text(body, "image_id"),
            member_id=_text(body, "member_id"),
            status=_status(body),
            created_at=_string(body, "created_at"),
            updated_at=_string(body, "updated_at"),
            raw=body,
        )


@dataclass(frozen=True)
class Image:
    """An image, as far as it matters to those it is shared with.

    Attributes:
        id: the image's ID.
        name: what its owner calls it; it proves nothing, and many images may have the same.
        owner: the ID of the project that owns it.
        status: `active` once its data is there; `queued`, `saving`, `deactivated` and others.
        visibility: `shared` where it can have members; `public`, `community` or `private`.
        size: its data in bytes, once that is there.
        created_at: when it was made (UTC, ISO 8601).
        os_hidden: whether lists leave it out unless asked.
        raw: the API's image object as it came.
    """

    id: str
    name: str | None
    owner: str | None
    status: str | None
    visibility: str | None
    size: int | None
    created_at: str | None
    os_hidden: bool
    raw: dict[str, Any] = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Image:
        """Parse the API's image object (api-ref, "Images").

        Raises:
            ValueError: it has no usable ID.
        """
        size = body.get("size")
        return cls(
            id=_text(body, "id"),
            name=_string(body, "name"),
            owner=_string(body, "owner"),
            status=_string(body, "status"),
            visibility=_string(body, "visibility"),
            size=size if isinstance(size, int) else None,
            created_at=_string(body, "created_at"),
            os_hidden=body.get("os_hidden") is True,
            raw=body,
        )

    def property(self, name: str) -> str | None:
        """A free property, such as `os_distro` or `os_hash_value`, where it is a text."""
        return _string(self.raw, name)


@dataclass(frozen=True)
class Share:
    """An image that is shared with a project.

    Attributes:
        image: the image.
        member_id: the project.
        status: what it decided.
        member: the share itself, which costs a request, where it was asked for.
    """

    image: Image
    member_id: str
    status: Status
    member: Member | None = None

    def to_json(self) -> dict[str, Any]:
        """The API's image object, with what was decided about it, and when where that is known."""
        own = {"member_status": self.status.value, "member_id": self.member_id}
        return {**self.image.raw, **own, **({"member_updated_at": self.member.updated_at} if self.member else {})}


def _text(body: dict[str, Any], key: str) -> str:
    value = body.get(key)
    if not isinstance(value, str) or not value:
        raise ValueError(f"without a usable {key}")
    return value


def _status(body: dict[str, Any]) -> Status:
    value = body.get("status")
    if value is None:
        raise ValueError("without a status")
    if value not in list(Status):
        raise ValueError(f"with an unknown status: {str(value)[:40]}")
    return Status(value)


def _string(body: dict[str, Any], key: str) -> str | None:
    value = body.get(key)
    return value if isinstance(value, str) else None
