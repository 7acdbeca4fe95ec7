"""Tables for people at a terminal, drawn by rich; the texts in them are clean already."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, TextIO

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager

_FOLDED = 26


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


def rows(heads: Sequence[tuple[str, int]], lines: Sequence[Sequence[str]], colours: Mapping[str, str]) -> str:
    """Lines under headings. Where the terminal is narrow, whole columns go; no cell is ever cut.

    Args:
        heads: each column's name and its rank: those of 0 stay, the others in this order as far as there is room.
        lines: the cells; the texts are taken as they are, without markup.
        colours: the colour of a value, for those that have one; none at all makes a table without colour.
    """
    kept = _fitting(heads, lines)
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold" if colours else "")
    for index in kept:
        # The first column is what one copies into the next command, so it is never folded.
        table.add_column(Text(heads[index][0]), no_wrap=index == 0, overflow="fold")
    for line in lines:
        table.add_row(*[Text(line[index], style=colours.get(line[index], "")) for index in kept])
    return _drawn(table, colour=bool(colours))


def spinning(text: str, stream: TextIO) -> AbstractContextManager[object]:
    """Something that turns, beside a text, until it is left."""
    return Console(file=stream, emoji=False).status(Text(text))


def _fitting(heads: Sequence[tuple[str, int]], lines: Sequence[Sequence[str]]) -> list[int]:
    widths = [
        max(cell_len(text) for text in (name, *cells)) + 2
        for (name, _), cells in zip(heads, zip(*lines, strict=True), strict=True)
    ]
    # A text such as a name may fold to this without becoming unreadable.
    needed = [
        min(width, _FOLDED) if rank == 0 and index else width
        for index, ((_, rank), width) in enumerate(zip(heads, widths, strict=True))
    ]
    room = shutil.get_terminal_size().columns + 2
    kept: list[int] = []
    for index in sorted(range(len(heads)), key=lambda index: heads[index][1]):
        if heads[index][1] == 0 or needed[index] <= room:
            kept.append(index)
            room -= needed[index]
    return sorted(kept)


def _drawn(table: Table, *, colour: bool) -> str:
    width = shutil.get_terminal_size().columns
    console = Console(force_terminal=colour, color_system="standard" if colour else None, width=width, emoji=False)
    with console.capture() as capture:
        console.print(table)
    return "\n".join(line.rstrip() for line in capture.get().rstrip("\n").split("\n"))
