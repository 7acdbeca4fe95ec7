"""The versions of the Images API."""

from __future__ import annotations

from typing import Any

_MINORS = (18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)

VERSIONS = frozenset({"v2", *(f"v2.{minor}" for minor in _MINORS)})


def build_version_list(endpoint: str) -> dict[str, Any]:
    """Build the list of all versions, newest first, as Glance does."""
    links = [{"rel": "self", "href": f"{endpoint}/v2/"}]
    return {
        "versions": [
            {"id": f"v2.{minor}", "status": "CURRENT" if minor == _MINORS[0] else "SUPPORTED", "links": links}
            for minor in _MINORS
        ]
    }
