"""Tables for people at a terminal, drawn by rich; the texts in them are clean already."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from rich.cells import cell_len
from rich.console import Console, Group
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rich.console import RenderableType
    from rich.status import Status

_FOLDED = 26
_NARROW = 80


def draw_fields(values: Mapping[str, str], colours: Mapping[str, str]) -> str:
    """Names beside values; a long value is folded, never cut.

    Args:
        values: what to show; the texts are taken as they are, without markup.
        colours: the colour of a value, for those that have one; none at all makes a table without colour.
    """
    table = _create_grid()
    for name, value in values.items():
        table.add_row(Text(name, style="bold" if colours else ""), Text(value, style=colours.get(value, "")))
    return _render(table, colour=bool(colours))


def draw_rows(heads: Sequence[tuple[str, int]], lines: Sequence[Sequence[str]], colours: Mapping[str, str]) -> str:
    """Lines under headings. Where the terminal is narrow, whole columns go; no cell is ever cut.

    Args:
        heads: each column's name and its rank: those of 0 stay, the others in this order as far as there is room.
        lines: the cells; the texts are taken as they are, without markup.
        colours: the colour of a value, for those that have one; none at all makes a table without colour.
    """
    kept = _choose_columns(heads, lines)
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold" if colours else "")
    for index in kept:
        # The first column is what one copies into the next command, so it is not folded while there is room.
        whole = index == 0 and shutil.get_terminal_size().columns >= max(cell_len(line[0]) for line in lines) + 2
        table.add_column(Text(heads[index][0]), no_wrap=whole, overflow="fold")
    for line in lines:
        table.add_row(*[Text(line[index], style=colours.get(line[index], "")) for index in kept])
    return _render(table, colour=bool(colours))


def draw_panel(head: str, values: Sequence[tuple[str, str]], colours: Mapping[str, str], stream: TextIO) -> str:
    """Names beside values below a headline, each value folded and never cut.

    Args:
        head: the headline.
        values: what to show; the texts are taken as they are, without markup.
        colours: the colour of a name and its value, for names that have one; none at all makes a panel without colour.
        stream: the terminal that it is for.
    """
    bold = "bold" if colours else ""
    rule = Rule(Text(head, style=bold), align="left", style="dim" if colours else "")
    table = _create_grid()
    for name, value in values:
        table.add_row(Text(name, style=colours.get(name, bold)), Text(value, style=colours.get(name, "")))
    return _render(Group(rule, table), colour=bool(colours), stream=stream)


@contextmanager
def show_spinner(text: str, stream: TextIO) -> Iterator[Status]:
    """Something that turns, beside a text, until it is left."""
    status = Console(file=stream, emoji=False).status(Text(text))
    try:
        status.start()
    except RuntimeError:  # no thread to turn it
        status.stop()
    try:
        yield status
    finally:
        status.stop()


def _choose_columns(heads: Sequence[tuple[str, int]], lines: Sequence[Sequence[str]]) -> list[int]:
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


def _create_grid() -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    return table


def _render(drawing: RenderableType, *, colour: bool, stream: TextIO | None = None) -> str:
    width = _find_width(stream) if stream else shutil.get_terminal_size().columns
    console = Console(
        file=stream, force_terminal=colour, color_system="standard" if colour else None, width=width, emoji=False
    )
    with console.capture() as capture:
        console.print(drawing)
    return "\n".join(line.rstrip() for line in capture.get().rstrip("\n").split("\n"))


def _find_width(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or _NARROW
    except OSError:
        return _NARROW
