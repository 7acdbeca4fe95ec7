"""The text of an error: its sentences, or one line of JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.errors import ImgshareError


def build_error_lines(error: ImgshareError) -> list[str]:
    """Build the lines of an error for people."""
    lines = [f"imgshare: {error.message}" + (":" if error.details else "")]
    lines += [f"  {detail}" for detail in error.details]
    if error.hint:
        lines.append(f"hint: {error.hint}")
    if error.request_id:
        lines.append(f"request ID: {error.request_id}")
    return lines


def write_error_json(error: ImgshareError, redact: Callable[[str], str]) -> str:
    """Write an error as JSON, without secrets."""
    fields = error.to_json().items()
    return json.dumps({"error": {name: redact(value) if isinstance(value, str) else value for name, value in fields}})
