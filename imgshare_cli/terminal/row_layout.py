"""Lays out rows below headings for people at a terminal; the texts must be clean already."""

from __future__ import annotations

import re
import shutil
import sys
from itertools import accumulate, zip_longest
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len, chop_cells

from imgshare_cli.terminal.colours import colour_text, embolden_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from imgshare_cli.terminal.columns import Column

_GAP = 2
_NARROWEST = 10  # a name in less room cannot be read; the terminal wraps such lines
_TEXT_PART = re.compile(r"[^ ]* |[^ ]+")
_NAME_PART = re.compile(r"[^-_. ]*[-_. ]|[^-_. ]+")


def draw_rows(
    columns: Sequence[Column[Any]], rows: Sequence[Sequence[str]], colours: Mapping[str, str], *, uncut: bool = False
) -> str:
    """Draw rows under headings: every column is there, and only those that may wrap do.

    Args:
        columns: the columns; where the table does not fit, some have shorter cells.
        rows: the cells; they are printed as they are, without markup.
        colours: the colours of values that have one; an empty mapping draws without any colour.
        uncut: whether no cell is shortened or wrapped, and lines may be longer than the terminal.
    """
    room = shutil.get_terminal_size().columns
    by_column = [list(cells) for cells in zip(*rows, strict=True)]
    is_narrow = not uncut and not _fits(columns, by_column, room)
    limits = [column.widest if is_narrow and column.widest else sys.maxsize for column in columns]
    if is_narrow:
        by_column = [
            column.shorten(cells) if column.shorten else cells for column, cells in zip(columns, by_column, strict=True)
        ]
    widths = [
        _measure(column.name, *(cell for cell in cells if len(cell) <= limit))
        for column, cells, limit in zip(columns, by_column, limits, strict=True)
    ]
    if not uncut:
        widths = _narrow_widths(columns, widths, room)
    names = [column.name for column in columns]
    lines = [_draw_line([embolden_text(name, colours) for name in names], names, widths)]
    for row in zip(*by_column, strict=True):
        is_wide = [len(cell) > limit for cell, limit in zip(row, limits, strict=True)]
        lines += _draw_wide_cells(row, is_wide, widths, room)
        lines += _draw_row(
            columns, ["" if wide else cell for cell, wide in zip(row, is_wide, strict=True)], widths, colours
        )
    return "\n".join(lines)


def _draw_wide_cells(row: Sequence[str], is_wide: Sequence[bool], widths: Sequence[int], room: int) -> list[str]:
    """Draw a line for each cell that is too long for its column, below the heading if it fits there."""
    starts = accumulate((width + _GAP for width in widths), initial=0)
    return [
        " " * max(0, min(start, room - cell_len(cell))) + cell
        for cell, wide, start in zip(row, is_wide, starts, strict=False)
        if wide
    ]


def _draw_row(
    columns: Sequence[Column[Any]], cells: Sequence[str], widths: Sequence[int], colours: Mapping[str, str]
) -> Iterator[str]:
    """Draw the lines of a row, of which the longest wrapped name decides how many there are."""
    parts = [
        _wrap_cell(cell, width, _TEXT_PART if column.is_text else _NAME_PART)
        for column, cell, width in zip(columns, cells, widths, strict=True)
    ]
    for texts in zip_longest(*parts, fillvalue=""):
        coloured = [
            text if column.wraps else colour_text(text, colours) for column, text in zip(columns, texts, strict=True)
        ]
        yield _draw_line(coloured, texts, widths)


def _fits(columns: Sequence[Column[Any]], by_column: Sequence[Sequence[str]], room: int) -> bool:
    """Whether the whole cells fit; what may wrap needs no more than the room that its column is given."""
    widths = [
        column.width if column.wraps else max(column.width, _measure(column.name, *cells))
        for column, cells in zip(columns, by_column, strict=True)
    ]
    return sum(widths) + _GAP * (len(widths) - 1) <= room


def _narrow_widths(columns: Sequence[Column[Any]], widths: Sequence[int], room: int) -> list[int]:
    """Narrow what may wrap to the room that the other columns leave; where there is none, lines pass the edge."""
    fixed = sum(width for column, width in zip(columns, widths, strict=True) if not column.wraps)
    left = room - fixed - _GAP * (len(widths) - 1)
    wrapping = sorted((index for index, column in enumerate(columns) if column.wraps), key=lambda index: widths[index])
    narrowed = list(widths)
    for count, index in enumerate(wrapping):  # what a narrow one does not need is for the wider ones
        part = left // (len(wrapping) - count)
        if part >= _NARROWEST:
            narrowed[index] = min(widths[index], part)
        left -= narrowed[index]
    return narrowed


def _wrap_cell(cell: str, width: int, part_pattern: re.Pattern[str]) -> list[str]:
    """Break a cell after its separators, of which none is left out; only a word longer than a line is cut."""
    if cell_len(cell) <= width:
        return [cell]
    lines = [""]
    for part in part_pattern.findall(cell):
        if cell_len(lines[-1] + part) <= width:
            lines[-1] += part
        elif cell_len(part) <= width:
            lines.append(part)
        else:
            lines[-1:] = chop_cells(lines[-1] + part, width)
    return lines


def _measure(*texts: str) -> int:
    return max(map(cell_len, texts))


def _draw_line(coloured: Sequence[str], texts: Sequence[str], widths: Sequence[int]) -> str:
    cells = [
        shown + " " * (width - cell_len(text) + _GAP)
        for shown, text, width in zip(coloured, texts, widths, strict=True)
    ]
    return "".join(cells).rstrip()
