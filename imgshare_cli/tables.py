"""Tables for people at a terminal, drawn by rich; the texts in them are clean already."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping


def fields(values: Mapping[str, str], colours: Mapping[str, str]) -> str:
    """Names beside values; a long value is folded, never cut.

    Args:
        values: what to show; the texts are taken as they are, without markup.
        colours: the colour of a value, for those that have one; none at all makes a table without colour.
    """
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in values.items():
        table.add_row(Text(name, style="bold" if colours else ""), Text(value, style=colours.get(value, "")))
    return _drawn(table, colour=bool(colours))


def _drawn(table: Table, *, colour: bool) -> str:
    width = shutil.get_terminal_size().columns
    console = Console(force_terminal=colour, color_system="standard" if colour else None, width=width, emoji=False)
    with console.capture() as capture:
        console.print(table)
    return "\n".join(line.rstrip() for line in capture.get().rstrip("\n").split("\n"))
