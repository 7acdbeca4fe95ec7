"""Descriptions of images: what a body may say about one, and which of it is refused."""

from __future__ import annotations

import re
import uuid
from typing import Any

from imgshare_cli.sandbox.errors import RefusalError, denied
from imgshare_cli.sandbox.records import Details, Image

_VISIBILITIES = ("community", "public", "private", "shared")
_READ_ONLY = (
    *("direct_url", "self", "file", "schema", "stores", "created_at", "updated_at", "status", "checksum", "size"),
    *("virtual_size", "os_hash_algo", "os_hash_value"),
)
_RESERVED = ("location", "deleted", "deleted_at")
_UUID = "^([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}$"
_MAX_TEXT = 255


def described(body: object, owner: str) -> Image:
    """The image that a body describes, for an owner who need not be named in it; it has no times yet."""
    if not isinstance(body, dict):
        raise _mismatch(f"{body!r} is not of type 'object'")
    for field in body:
        _must_be_free(field)
    given = {field: checked(field, value) for field, value in body.items()}
    return Image(
        id=given.pop("id", None) or str(uuid.uuid4()),
        name=given.pop("name", None),
        owner=given.pop("owner", owner),
        visibility=given.pop("visibility", "shared"),
        os_hidden=given.pop("os_hidden", False),
        created_at=0,
        updated_at=0,
        details=Details(
            disk_format=given.pop("disk_format", None),
            container_format=given.pop("container_format", None),
            min_disk=given.pop("min_disk", 0),
            min_ram=given.pop("min_ram", 0),
            protected=given.pop("protected", False),
            tags=tuple(dict.fromkeys(given.pop("tags", []))),
            properties=given,
        ),
    )


def checked(field: str, value: Any) -> Any:
    """The value, if the image schema has room for it in this field."""
    match field:
        case "visibility" if value not in _VISIBILITIES:
            raise _mismatch(f"{value!r} is not one of {list(_VISIBILITIES)!r}")
        case "os_hidden" | "protected":
            _must_be(bool, "boolean", value)
        case "min_disk" | "min_ram":
            _must_be(int, "integer", value)
            if value < 0:
                raise RefusalError(400, f"Invalid value '{value}' for parameter '{field}': Cannot be a negative value")
        case "tags":
            _must_be(list, "array", value)
            for tag in value:
                _must_be_text(field, tag)
        case "name" | "disk_format" | "container_format" if value is None:
            pass
        case _:
            _must_be_text(field, value)
    if field == "id" and not re.fullmatch(_UUID, value):
        raise _mismatch(f"{value!r} does not match {_UUID!r}")
    return value


def _must_be_free(field: str) -> None:
    if field in _READ_ONLY:
        raise RefusalError(403, f"Attribute '{field}' is read-only.")
    if field in _RESERVED or field.startswith("os_glance"):
        raise denied(f"Attribute '{field}' is reserved.")


def _must_be_text(field: str, value: object) -> None:
    _must_be(str, "string", value)
    text = str(value)
    if len(text) > _MAX_TEXT:
        raise _mismatch(f"{text!r} is too long")
    if any(character > "\uffff" or "\ud800" <= character <= "\udfff" for character in text):
        raise RefusalError(400, f"{field.title()} can't contain 4 byte unicode characters.")


def _must_be(kind: type, name: str, value: object) -> None:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise _mismatch(f"{value!r} is not of type {name!r}")


def _mismatch(reason: str) -> RefusalError:
    # Glance goes on to quote its schema; the reason is what a client can use.
    return RefusalError(400, f"Provided object does not match schema 'image': {reason}")
