"""Images of the same name, in aligned lines, for people to choose from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.terminal.format import format_age, format_size
from imgshare_cli.terminal.owners import name_owner, name_owner_briefly
from imgshare_cli.truncation import truncate_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imgshare_cli.config.owners import OwnerNames
    from imgshare_cli.shares.image_lookup import Candidate

_MAX_LISTED = 20
_MAX_CELL = 64  # a service may say anything


def describe_candidates(candidates: Sequence[Candidate], owners: OwnerNames, *, whole_ids: bool) -> list[str]:
    """Return a line for each image: its ID, owner, age, size and status.

    Args:
        candidates: the images.
        owners: the names of owners.
        whole_ids: whether an owner without a name is shown by its whole ID, whatever room that takes.
    """
    show_owner = name_owner if whole_ids else name_owner_briefly
    rows = []
    for image, status in candidates:
        statuses = [status.value] if status else []
        if image.status != "active" or not status:
            statuses.append(image.status or "-")
        rows.append(
            (
                image.id,
                show_owner(image.owner, owners),
                format_age(image.created_at).removesuffix("" if whole_ids else " ago"),
                format_size(image.size),
                ", ".join(statuses),
            )
        )
    cells = [[cell[:_MAX_CELL] for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
    return truncate_lines(lines, _MAX_LISTED)
