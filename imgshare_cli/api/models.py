"""Members and statuses, parsed from the API, and the forms of IDs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from string import hexdigits
from typing import Any

_VERBS = {"pending": "reset", "accepted": "accept", "rejected": "reject"}
_ID_PARTS = [8, 4, 4, 4, 12]
_HEX_DIGITS = frozenset(hexdigits)
# The API's words for a kind of member, and ours; the vendors call a domain an account where people read it.
_KINDS = {"project": "project", "domain": "account", "organization": "organization"}
_MAX_KIND = 40
MAX_ID = 255
MAX_NAME = 255  # the schema of the image, `name`


def is_image_id(text: str) -> bool:
    """Whether a text has the form of an image ID (the schema of the image, `id`); all others are names."""
    parts = text.split("-")
    return [len(part) for part in parts] == _ID_PARTS and _HEX_DIGITS.issuperset("".join(parts))


def is_project_id(text: str) -> bool:
    """Whether a text has the form of a project ID, or of an organization ID, with which Huawei Cloud shares too.

    Glance never checks, so all others may be names, and are not refused.
    """
    return is_image_id(text) or re.fullmatch(r"[0-9a-f]{32}|ou-[0-9a-z]+", text, re.IGNORECASE | re.ASCII) is not None


def normalize_id(text: str) -> str:
    """Return an ID without its dashes and capitals, to compare it with what was meant to be the same."""
    return text.replace("-", "").casefold()


def is_usable_id(text: str) -> bool:
    """Whether a text can be an ID in the path of a request.

    A slash or a dot segment would name another resource, encoded or not: some proxies decode before they route.
    """
    is_text = text.isprintable() and bool(text.strip()) and len(text) <= MAX_ID
    return is_text and text not in {".", ".."} and "/" not in text and "\\" not in text


def is_same_id(one: str, other: str) -> bool:
    """Whether two IDs are the same.

    Some databases compare without regard to case, and then answer with their own spelling. That is the same ID where
    it is a hexadecimal number; any other text may be another project's.
    """
    return one == other or (is_project_id(one) and is_project_id(other) and one.lower() == other.lower())


def fold_id(text: str) -> str:
    """Return an ID so that those which `is_same_id` calls the same are equal."""
    return text.lower() if is_project_id(text) else text


def name_member(member_id: str) -> str:
    """Name what an image is shared with: `project ID`, or `organization ID` where the ID says so."""
    is_organization = member_id[:3].lower() == "ou-" and is_project_id(member_id)
    return f"{'organization' if is_organization else 'project'} {member_id}"


class Status(StrEnum):
    """The status of a share, in the API's words."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"

    @property
    def verb(self) -> str:
        """The command that sets this status."""
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
        answered_at: when the service said so, by its own clock (an HTTP date).
        request_id: the service's ID of the request that it answered.
    """

    image_id: str
    member_id: str
    status: Status
    created_at: str | None
    updated_at: str | None
    raw: dict[str, Any] = field(repr=False, compare=False)
    answered_at: str | None = field(default=None, compare=False)
    request_id: str | None = field(default=None, compare=False)

    @property
    def kind(self) -> str:
        """What the member is: `project`, or on IMS also `account` or `organization`, or the API's word for another."""
        text = (read_string(self.raw, "member_type") or "").strip().lower()[:_MAX_KIND]
        return _KINDS.get(text, text) or "project"

    @classmethod
    def from_json(cls, body: dict[str, Any], answered_at: str | None = None, request_id: str | None = None) -> Member:
        """Parse the API's member object (api-ref, "Image sharing").

        Args:
            body: the object.
            answered_at: when the service answered with it.
            request_id: the service's ID of that request.

        Raises:
            ValueError: a field is missing or not what the API promises; the message names it.
        """
        return cls(
            image_id=read_image_id(body, "image_id"),
            member_id=_read_member_id(body),
            status=_read_status(body),
            created_at=read_string(body, "created_at"),
            updated_at=read_string(body, "updated_at"),
            raw=body,
            answered_at=answered_at,
            request_id=request_id,
        )


def read_text(body: dict[str, Any], key: str) -> str:
    """Read a text that must be there, or raise ValueError."""
    value = body.get(key)
    if not isinstance(value, str) or not value:
        raise ValueError(f"without a valid {key}")
    return value


def read_image_id(body: dict[str, Any], key: str) -> str:
    """Read an image ID, or raise ValueError: anything else would get into paths and onto command lines."""
    value = read_text(body, key)
    if not is_image_id(value):
        raise ValueError(f"with the {key} {value[:40]!r}, which is not a UUID")
    return value


def _read_member_id(body: dict[str, Any]) -> str:
    value = read_text(body, "member_id")
    if not is_usable_id(value):
        raise ValueError("without a valid member_id")
    return value


def _read_status(body: dict[str, Any]) -> Status:
    value = body.get("status")
    if value is None:
        raise ValueError("without a status")
    try:
        return Status(value)
    except ValueError:
        raise ValueError(f"with an unknown status: {str(value)[:40]}") from None


def read_string(body: dict[str, Any], key: str) -> str | None:
    """Read a text; None if there is none."""
    value = body.get(key)
    return value if isinstance(value, str) else None
