"""The image schema: validate the fields of an image, and build the image that a request body describes."""

from __future__ import annotations

import re
import uuid
from typing import Any

from imgshare_cli.sandbox.errors import AccessDeniedError, ApiError
from imgshare_cli.sandbox.records import ImageAttributes, ImageRecord

_VISIBILITIES = ("community", "public", "private", "shared")
_READ_ONLY = (
    *("direct_url", "self", "file", "schema", "stores", "created_at", "updated_at", "status", "checksum", "size"),
    *("virtual_size", "os_hash_algo", "os_hash_value"),
)
_RESERVED = ("location", "deleted", "deleted_at")
_UUID = "^([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}$"
_MAX_TEXT = 255


def build_image(body: object, default_owner: str) -> ImageRecord:
    """Build the image that a body describes. It has no times yet."""
    if not isinstance(body, dict):
        raise _build_schema_error(f"{body!r} is not of type 'object'")
    for field in body:
        _check_text("name", field)
        _check_writable(field)
    for field, value in body.items():
        validate_field(field, value)
    fields: dict[str, Any] = dict(body)
    return ImageRecord(
        id=fields.pop("id", None) or str(uuid.uuid4()),
        name=fields.pop("name", None),
        owner=fields.pop("owner", default_owner),
        visibility=fields.pop("visibility", "shared"),
        os_hidden=fields.pop("os_hidden", False),
        created_at=0,
        updated_at=0,
        attributes=ImageAttributes(
            disk_format=fields.pop("disk_format", None),
            container_format=fields.pop("container_format", None),
            min_disk=fields.pop("min_disk", 0),
            min_ram=fields.pop("min_ram", 0),
            protected=fields.pop("protected", False),
            tags=tuple(dict.fromkeys(fields.pop("tags", []))),
            properties=fields,
        ),
    )


def validate_field(field: str, value: Any) -> None:
    """Raise an error unless the schema allows this value of the field."""
    match field:
        case "visibility" if value not in _VISIBILITIES:
            raise _build_schema_error(f"{value!r} is not one of {list(_VISIBILITIES)!r}")
        case "os_hidden" | "protected":
            _check_type(bool, "boolean", value)
        case "min_disk" | "min_ram":
            _check_type(int, "integer", value)
            if value < 0:
                raise ApiError(400, f"Invalid value '{value}' for parameter '{field}': Cannot be a negative value")
        case "tags":
            _check_type(list, "array", value)
            for tag in value:
                _check_text(field, tag)
        case "name" | "disk_format" | "container_format" if value is None:
            pass
        case _:
            _check_text(field, value)
    if field == "id" and not re.fullmatch(_UUID, value):
        raise _build_schema_error(f"{value!r} does not match {_UUID!r}")


def _check_writable(field: str) -> None:
    if field in _READ_ONLY:
        raise ApiError(403, f"Attribute '{field}' is read-only.")
    if field in _RESERVED or field.startswith("os_glance"):
        raise AccessDeniedError(f"Attribute '{field}' is reserved.")


def _check_text(field: str, value: object) -> None:
    _check_type(str, "string", value)
    text = str(value)
    if len(text) > _MAX_TEXT:
        raise _build_schema_error(f"{text!r} is too long")
    if any(character > "\uffff" or "\ud800" <= character <= "\udfff" for character in text):
        raise ApiError(400, f"{field.title()} can't contain 4 byte unicode characters.")


def _check_type(expected: type, name: str, value: object) -> None:
    if not isinstance(value, expected) or (expected is int and isinstance(value, bool)):
        raise _build_schema_error(f"{value!r} is not of type {name!r}")


def _build_schema_error(reason: str) -> ApiError:
    # Glance adds its whole schema; the reason is the part that a client can use.
    return ApiError(400, f"Provided object does not match schema 'image': {reason}")
