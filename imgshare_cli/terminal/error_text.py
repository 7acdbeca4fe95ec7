"""The sentences of an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
