"""What the image service answers, to compare with: parts that vary, images without data, refusals."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

Answer = tuple[int, Any]

# What Glance says of an image that nobody has uploaded anything to.
WITHOUT_DATA = {
    "size": None,
    "virtual_size": None,
    "disk_format": None,
    "container_format": None,
    "checksum": None,
    "os_hash_algo": None,
    "os_hash_value": None,
    "min_disk": 0,
    "min_ram": 0,
}


class Text:
    """Equal to every text that has this form."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern

    def __eq__(self, other: object) -> bool:
        """Whether a text has the form."""
        return isinstance(other, str) and re.fullmatch(self._pattern, other) is not None

    __hash__ = None  # type: ignore[assignment] # what is equal to many has no hash

    def __repr__(self) -> str:
        """Return the form, shown where a comparison failed."""
        return f"Text({self._pattern!r})"


# Typed as what they are compared with.
A_TIME: Any = Text(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
A_REQUEST_ID: Any = Text(r"req-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def build_refusal(status: int, sentence: str, tail: str = "<br /><br />\n\n\n") -> Answer:
    """The whole answer of a service that says no in JSON."""
    title = {413: "Request Entity Too Large"}.get(status) or HTTPStatus(status).phrase
    return status, {"message": sentence + tail, "code": f"{status} {title}", "title": title}
