"""The documents that never change: the schemas and the versions."""

from __future__ import annotations

from typing import Any

_MINORS = (18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)

VERSIONS = frozenset({"v2", *(f"v2.{minor}" for minor in _MINORS)})

_MEMBER: dict[str, Any] = {
    "name": "member",
    "properties": {
        "member_id": {"type": "string", "description": "An identifier for the image member (tenantId)"},
        "image_id": {
            "type": "string",
            "description": "An identifier for the image",
            "pattern": "^([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}$",
        },
        "created_at": {"type": "string", "description": "Date and time of image member creation"},
        "updated_at": {"type": "string", "description": "Date and time of last modification of image member"},
        "status": {
            "type": "string",
            "description": "The status of this image member",
            "enum": ["pending", "accepted", "rejected"],
        },
        "schema": {"readOnly": True, "type": "string"},
    },
}

_MEMBERS: dict[str, Any] = {
    "name": "members",
    "properties": {"members": {"type": "array", "items": _MEMBER}, "schema": {"type": "string"}},
    "links": [{"rel": "describedby", "href": "{schema}"}],
}


SCHEMAS = {"member": _MEMBER, "members": _MEMBERS}


def versions(endpoint: str) -> dict[str, Any]:
    """Every version of the API, newest first, as Glance lists them."""
    links = [{"rel": "self", "href": f"{endpoint}/v2/"}]
    return {
        "versions": [
            {"id": f"v2.{minor}", "status": "CURRENT" if minor == _MINORS[0] else "SUPPORTED", "links": links}
            for minor in _MINORS
        ]
    }
