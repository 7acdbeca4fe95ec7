"""Whether questions are forbidden, by an option or by a variable."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_VARIABLES = ("IMGSHARE_NO_INPUT", "CI")


def find_no_input(environ: Mapping[str, str], *, no_input: bool) -> str | None:
    """Find what forbids questions, as a message names it; None if nothing does.

    Args:
        environ: the environment of the run.
        no_input: whether --no-input is given.
    """
    if no_input:
        return "--no-input"
    return next((name for name in _VARIABLES if is_switched_on(environ, name)), None)


def is_switched_on(environ: Mapping[str, str], name: str) -> bool:
    """Whether a variable says yes: it is neither empty nor `0` nor `false`."""
    return environ.get(name, "").strip().lower() not in {"", "0", "false"}
