"""Images that may be meant, in lines for people to choose from."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.terminal.format import format_age, format_short_age, format_size
from imgshare_cli.terminal.owners import name_owner, name_owner_briefly
from imgshare_cli.terminal.wrapping import measure_text
from imgshare_cli.truncation import truncate_lines, truncate_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imgshare_cli.config.owners import OwnerNames
    from imgshare_cli.shares.image_lookup import Candidate

MAX_LISTED = 20
_MAX_CELL = 64  # a service may say anything
_MAX_NAME = 60
_GAP = "  "
_INDENT = 2  # of each item of an error


def describe_candidates(
    candidates: Sequence[Candidate], owners: OwnerNames, *, for_people: bool, with_names: bool = False
) -> list[str]:
    """Return a line for each image: its ID, owner, age, size and status.

    Args:
        candidates: the images.
        owners: the names of owners.
        for_people: whether a person reads it at a terminal, where owners and ages are short and lines fit.
        with_names: whether each line has the image's name as well.
    """
    rows = []
    for candidate in candidates:
        owner = (name_owner_briefly if for_people else name_owner)(candidate.image.owner, owners)
        age = (format_short_age if for_people else format_age)(candidate.image.created_at)
        cells = [owner, age, format_size(candidate.image.size), ", ".join(_list_statuses(candidate))]
        name = [_quote_name(candidate)] if with_names else []
        rows.append([candidate.image.id, *name, *(cell[:_MAX_CELL] for cell in cells)])
    widths = [max(map(measure_text, column)) for column in zip(*rows, strict=True)]
    lines = [
        _GAP.join(cell + " " * (width - measure_text(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    room = shutil.get_terminal_size().columns - _INDENT
    listed = truncate_lines(lines, MAX_LISTED)
    if for_people and any(measure_text(line) > room for line in lines):
        shown, more = listed[:MAX_LISTED], listed[MAX_LISTED:]
        return [part for line in shown for part in _break_line(line, widths[0])] + more
    return listed


def list_candidates(candidates: Sequence[Candidate], owners: OwnerNames, *, with_names: bool = False) -> list[str]:
    """Return the images as the items of a sentence, each with what is known of it in parentheses."""
    items = []
    for candidate in candidates:
        image = candidate.image
        size = [format_size(image.size)] if image.size is not None else []
        words = [f"owner {name_owner(image.owner, owners)}", *size, *_list_statuses(candidate)]
        if with_names and image.name:
            words.insert(0, _quote_name(candidate))
        items.append(f"{image.id} ({', '.join(word[:_MAX_CELL] for word in words if word != '-')})")
    return truncate_lines(items, MAX_LISTED)


def _quote_name(candidate: Candidate) -> str:
    return hints.quote_text(truncate_text(candidate.image.name or "", _MAX_NAME))


def _list_statuses(candidate: Candidate) -> list[str]:
    """List the status of the share and, where it says more, that of the image."""
    image, status = candidate
    statuses = [status.value] if status else []
    return statuses if image.status == "active" and status else [*statuses, image.status or "-"]


def _break_line(line: str, width: int) -> tuple[str, str]:
    """Break a line behind its ID."""
    return line[:width].rstrip(), f"{_GAP}{line[width:].strip()}"
