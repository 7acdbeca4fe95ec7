"""Draws tables for people at a terminal, with rich; the texts must be clean already."""

from __future__ import annotations

import os
import shutil
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from rich.cells import cell_len
from rich.console import Console, Group
from rich.live import Live
from rich.rule import Rule
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rich.console import RenderableType

_FOLDED_WIDTH = 26
_DEFAULT_WIDTH = 80
_UNCOUNTED_SECONDS = 2


def draw_fields(values: Sequence[tuple[str, str]], colours: Mapping[str, str]) -> str:
    """Draw names beside values; a long value is folded, never cut.

    Args:
        values: the names and values, a further line of a value without a name; they are printed without markup.
        colours: the colours of values that have one; an empty mapping draws without any colour.
    """
    table = _create_grid()
    for name, value in values:
        table.add_row(Text(name, style="bold" if colours else ""), Text(value, style=colours.get(value, "")))
    return _render(table, colour=bool(colours))


def draw_rows(heads: Sequence[tuple[str, int]], lines: Sequence[Sequence[str]], colours: Mapping[str, str]) -> str:
    """Draw rows under headings. On a narrow terminal whole columns are left out; no cell is ever cut.

    Args:
        heads: the name and the rank of each column; those of 0 stay, the others in this order while there is room.
        lines: the cells; they are printed as they are, without markup.
        colours: the colours of values that have one; an empty mapping draws without any colour.
    """
    column_indexes = _choose_columns(heads, lines)
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold" if colours else "")
    for index in column_indexes:
        # Users copy the first column into the next command, so it is not folded while there is room.
        no_wrap = index == 0 and shutil.get_terminal_size().columns >= max(cell_len(line[0]) for line in lines) + 2
        table.add_column(Text(heads[index][0]), no_wrap=no_wrap, overflow="fold")
    for line in lines:
        table.add_row(*[Text(line[index], style=colours.get(line[index], "")) for index in column_indexes])
    return _render(table, colour=bool(colours))


def draw_panel(head: str, values: Sequence[tuple[str, str]], colours: Mapping[str, str], stream: TextIO) -> str:
    """Draw names beside values below a headline; a long value is folded, never cut.

    Args:
        head: the headline.
        values: the names and values; they are printed as they are, without markup.
        colours: the colours of names, and their values, that have one; an empty mapping draws without any colour.
        stream: the terminal, whose width counts.
    """
    bold = "bold" if colours else ""
    rule = Rule(Text(head, style=bold), align="left", style="dim" if colours else "")
    table = _create_grid()
    for name, value in values:
        table.add_row(Text(name, style=colours.get(name, bold)), Text(value, style=colours.get(name, "")))
    return _render(Group(rule, table), colour=bool(colours), stream=stream)


@contextmanager
def show_spinner(text: str, stream: TextIO) -> Iterator[Live]:
    """Show a spinner beside a text during the `with` block, and after a while for how long."""
    started, spinner = time.monotonic(), Spinner("dots", Text(text), style="status.spinner")

    def draw() -> Spinner:  # called by the thread of rich, under its lock
        if (seconds := int(time.monotonic() - started)) >= _UNCOUNTED_SECONDS:
            spinner.text = Text(f"{text} ({seconds} s)")
        return spinner

    console = Console(file=stream, emoji=False)
    live = Live(get_renderable=draw, console=console, refresh_per_second=12.5, transient=True)
    try:
        live.start()
    except RuntimeError:  # there is no thread left for the spinner
        live.stop()
    try:
        yield live
    finally:
        live.stop()


def _choose_columns(heads: Sequence[tuple[str, int]], lines: Sequence[Sequence[str]]) -> list[int]:
    widths = [
        max(cell_len(text) for text in (name, *cells)) + 2
        for (name, _), cells in zip(heads, zip(*lines, strict=True), strict=True)
    ]
    # A text such as a name stays readable when it is folded to this width.
    needed = [
        min(width, _FOLDED_WIDTH) if rank == 0 and index else width
        for index, ((_, rank), width) in enumerate(zip(heads, widths, strict=True))
    ]
    room = shutil.get_terminal_size().columns + 2
    column_indexes: list[int] = []
    for index in sorted(range(len(heads)), key=lambda index: heads[index][1]):
        if heads[index][1] == 0 or needed[index] <= room:
            column_indexes.append(index)
            room -= needed[index]
    return sorted(column_indexes)


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
        return os.get_terminal_size(stream.fileno()).columns or _DEFAULT_WIDTH
    except OSError:
        return _DEFAULT_WIDTH
