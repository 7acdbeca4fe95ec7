"""Turns an exception that nobody expected into a sentence: a lack of resources, or a bug."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from imgshare_cli.cli.resource_errors import describe_shortage
from imgshare_cli.errors import ImgshareError

if TYPE_CHECKING:
    from imgshare_cli.cli.invocation import Invocation


def convert_unexpected_error(exc: BaseException, invocation: Invocation) -> ImgshareError:
    """Convert an exception, which is shown with its traceback under --debug."""
    if invocation.is_debug:
        for line in invocation.redact("".join(traceback.format_exception(exc))).splitlines():
            invocation.output.print_note(line)
    if error := describe_shortage(exc):
        return error
    frame = traceback.extract_tb(exc.__traceback__)[-1]
    # The exception's own words are left out: a library may have put anything into them.
    where = f"{Path(frame.filename).name}:{frame.lineno}"
    return ImgshareError(
        f"this is a bug in imgshare: {type(exc).__name__} at {where}",
        hint="please report it, with the output of --debug",
    )
