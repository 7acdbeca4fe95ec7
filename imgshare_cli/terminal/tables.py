"""Draws fields, panels and spinners for people at a terminal, with rich; the texts must be clean already."""

from __future__ import annotations

import os
import shutil
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.rule import Rule
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rich.console import RenderableType

_DEFAULT_WIDTH = 80
_HEIGHT = 24
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


def _create_grid() -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    return table


def _render(drawing: RenderableType, *, colour: bool, stream: TextIO | None = None) -> str:
    width = _find_width(stream) if stream else shutil.get_terminal_size().columns
    console = Console(
        file=stream,
        force_terminal=colour,
        color_system="standard" if colour else None,
        width=width,
        height=_HEIGHT,  # without it, rich takes a dumb terminal to be 80 columns wide
        emoji=False,
    )
    with console.capture() as capture:
        console.print(drawing)
    return "\n".join(line.rstrip() for line in capture.get().rstrip("\n").split("\n"))


def _find_width(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or _DEFAULT_WIDTH
    except OSError:
        return _DEFAULT_WIDTH
