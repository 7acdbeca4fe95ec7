"""Images and shares; setting a status by ID loads none of this."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from imgshare_cli.api.models import read_image_id, read_string

if TYPE_CHECKING:
    from imgshare_cli.api.models import Member, Status

_ENDLESS = 1 << 63
_MAX_KEY_ID = 100
_HASH = r"\w[\w-]{0,63}:[0-9A-Fa-f]{1,128}"  # the schema of the image, `os_hash_algo` and `os_hash_value`


def build_exact_filter(name: str) -> str:
    """Build the filter for this name: Glance takes what is before a colon for an operator (`in:`)."""
    return f"eq:{name}" if ":" in name else name


@dataclass(frozen=True)
class Image:
    """An image, as far as sharing needs it.

    Attributes:
        id: the image's ID.
        name: what its owner calls it; it proves nothing, and many images may have the same.
        owner: the ID of the project that owns it.
        status: `active` once its data is there; `queued`, `saving`, `deactivated` and others.
        visibility: `shared` where it can have members; `public`, `community` or `private`; None where the service
            does not say, and empty where it says something else than a text.
        size: its data in bytes, once that is there.
        created_at: when it was made (UTC, ISO 8601).
        os_hidden: whether lists leave it out unless asked.
        raw: the API's image object as it came.
        key_id: the key that its data is encrypted with (IMS), which is its owner's.
        hash: the hash of its data, such as `sha512:…`, once the service knows it. Where a service lets owners state
            where the data is, they state the hash as well (Glance, `validation_data`).
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
    key_id: str | None = None
    hash: str | None = None

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Image:
        """Parse the API's image object (api-ref, "Images").

        Raises:
            ValueError: it has no ID, or one that is not a UUID.
        """
        return cls(
            id=read_image_id(body, "id"),
            name=read_string(body, "name"),
            owner=read_string(body, "owner"),
            status=read_string(body, "status"),
            visibility=read_string(body, "visibility") or ("" if "visibility" in body else None),
            size=_read_size(body),
            created_at=read_string(body, "created_at"),
            # IMS writes booleans as texts, and may not know this one.
            os_hidden=body.get("os_hidden") in (True, "true", "True"),
            raw=body,
            key_id=(read_string(body, "__system__cmkid") or "").strip()[:_MAX_KEY_ID] or None,
            hash=_read_hash(body),
        )

    @property
    def number(self) -> int:
        """The ID as a number: smaller than the text, and the same in upper and lower case."""
        return int(self.id.replace("-", ""), 16)

    @property
    def may_be_shared(self) -> bool:
        """Whether its visibility allows members; clouds older than Ocata, and IMS, call it private."""
        return self.visibility in {"shared", "private", None}

    def get_property(self, name: str) -> str | None:
        """Return a property such as `os_distro` or `os_hash_value`, or None if it is not a text."""
        return read_string(self.raw, name)

    def copy_without_raw(self) -> Image:
        """Copy it without the API's object."""
        return replace(self, raw={})


def _read_hash(body: dict[str, Any]) -> str | None:
    text = f"{read_string(body, 'os_hash_algo')}:{read_string(body, 'os_hash_value')}"
    # It gets into logs and plans, so it is digits or nothing: a service could put any text there, a token too.
    return text.lower() if re.fullmatch(_HASH, text, re.ASCII) else None


def _read_size(body: dict[str, Any]) -> int | None:
    """Read the size; IMS writes it as a text of its own, and zero where Glance has it."""
    sizes = [_parse_size(body.get(name)) for name in ("size", "__image_size")]
    return sizes[0] or sizes[1] or sizes[0]


def _parse_size(value: object) -> int | None:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,19}", value):
        value = int(value)
    return value if type(value) is int and 0 <= value < _ENDLESS else None


@dataclass(frozen=True)
class Share:
    """An image that is shared with a project.

    Attributes:
        image: the image.
        member_id: the project.
        status: what that project decided.
        member: the share itself, if it was asked for, which takes a request.
    """

    image: Image
    member_id: str
    status: Status
    member: Member | None = None

    def copy_without_raw(self) -> Share:
        """Copy it without the API's objects, which may be large."""
        return replace(self, image=self.image.copy_without_raw())

    def to_json(self) -> dict[str, Any]:
        """Return the API's image object with the status of the share, and its time if known."""
        own = {"member_status": self.status.value, "member_id": self.member_id}
        return {**self.image.raw, **own, **({"member_updated_at": self.member.updated_at} if self.member else {})}
