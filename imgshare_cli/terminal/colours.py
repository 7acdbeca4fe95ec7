"""The colours of statuses and warnings, and whether to use them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_STATUS_COLOURS = {"accepted": "green", "rejected": "red", "pending": "yellow"}
_WARNING_COLOURS = {"warning": "yellow", "": "yellow"}  # only warnings have more lines, which have no name
_ANSI_CODES = {"green": "32", "red": "31", "yellow": "33"}


def get_status_colours(environ: Mapping[str, str], *, at_terminal: bool) -> Mapping[str, str]:
    """Return the colours of statuses, or none where no colour is wanted."""
    return _STATUS_COLOURS if _is_colour_wanted(environ, at_terminal=at_terminal) else {}


def get_warning_colours(environ: Mapping[str, str], *, at_terminal: bool) -> Mapping[str, str]:
    """Return the colours of warnings, or none where no colour is wanted."""
    return _WARNING_COLOURS if _is_colour_wanted(environ, at_terminal=at_terminal) else {}


def _is_colour_wanted(environ: Mapping[str, str], *, at_terminal: bool) -> bool:
    """Whether to use colour.

    NO_COLOR turns it off, CLICOLOR_FORCE and FORCE_COLOR turn it on everywhere; else a terminal has it, unless it is a
    dumb one or CLICOLOR is 0.
    """
    if environ.get("NO_COLOR"):
        return False
    if any(environ.get(name, "0") not in {"", "0"} for name in ("CLICOLOR_FORCE", "FORCE_COLOR")):
        return True
    return at_terminal and environ.get("TERM") != "dumb" and environ.get("CLICOLOR") != "0"


def colour_text(value: str, colours: Mapping[str, str]) -> str:
    """Put a value that has a colour into it; any other text stays as it is."""
    colour = colours.get(value)
    return f"\x1b[{_ANSI_CODES[colour]}m{value}\x1b[0m" if colour else value


def embolden_text(text: str, colours: Mapping[str, str]) -> str:
    """Make a text bold where colours are used."""
    return f"\x1b[1m{text}\x1b[0m" if colours else text
