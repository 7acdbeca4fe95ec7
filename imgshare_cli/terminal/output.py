"""Prints results on stdout; what else is printed is a message, and no text from outside acts on the terminal."""

from __future__ import annotations

import errno
import json
import os
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

from imgshare_cli.terminal.messages import Messages, clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from imgshare_cli.api.models import Member
    from imgshare_cli.terminal.columns import Column

Row = TypeVar("Row")


class Output(Messages):
    """The two streams of a run.

    Args:
        stdout: the stream for results; None where the caller has closed it.
        stderr: the stream for everything else; None likewise.
        environ: the environment, which says whether to use colour.
        as_json: whether results and errors are JSON.
        redact: replaces secrets in text for stderr, into which a server may have put them.
    """

    def __init__(
        self,
        stdout: TextIO | None,
        stderr: TextIO | None,
        environ: Mapping[str, str],
        *,
        as_json: bool,
        redact: Callable[[str], str] = str,
    ) -> None:
        super().__init__(stderr, environ, as_json=as_json, redact=redact)
        self._stdout = stdout

    def print_member(self, member: Member) -> None:
        """Print a share: the API's own object as JSON, or its fields."""
        if self.as_json:
            self.print_json(member.raw)
        else:
            from imgshare_cli.terminal.columns import describe_member

            self.print_fields(describe_member(member))

    def print_json(self, value: Any, *, on_one_line: bool = False) -> None:
        """Print a value as JSON: indented on a terminal, else on one line; it is all ASCII, which is safe anywhere."""
        self._print_result(json.dumps(value, allow_nan=False, indent=None if on_one_line else self._json_indent))

    def print_array(self, values: Iterable[Any]) -> None:
        """Print a JSON array, each element as soon as it is there; nothing if reading the first fails."""
        from imgshare_cli.terminal.json_array import format_array

        for text in format_array(values, self._json_indent):
            self._print_result(text, end="")

    @property
    def _json_indent(self) -> int | None:
        return 2 if self._stdout and self._stdout.isatty() else None

    def print_table(self, columns: Sequence[Column[Row]], rows: Iterable[Row], *, uncut: bool = False) -> None:
        """Print rows: a table on a terminal, elsewhere tab-separated lines, each as soon as it is there.

        Args:
            columns: the columns.
            rows: the rows.
            uncut: whether the lines of a table may be longer than the terminal.
        """
        from imgshare_cli.terminal.colours import colour_text

        colours = self._status_colours
        if not self.is_at_terminal():
            for row in rows:
                self._print_result("\t".join(colour_text(clean(column.value(row)), colours) for column in columns))
            return
        from imgshare_cli.terminal import row_layout

        lines = []
        try:
            for row in rows:
                lines.append([clean((column.shown or column.value)(row)) for column in columns])  # noqa: PERF401
        finally:
            # Rows that were read before a failure are shown.
            self.stop_progress()
            if lines:
                self._print_result(row_layout.draw_rows(columns, lines, colours, uncut=uncut))

    def print_fields(self, fields: Sequence[tuple[str, str]]) -> None:
        """Print names and values: a table on a terminal, tab-separated lines elsewhere."""
        from imgshare_cli.terminal.colours import colour_text

        cleaned, colours = [(name, clean(value)) for name, value in fields], self._status_colours
        if self.is_at_terminal():
            from imgshare_cli.terminal import tables

            self._print_result(tables.draw_fields(cleaned, colours))
        else:
            for name, value in cleaned:
                self._print_result(f"{name}\t{colour_text(value, colours)}")

    @property
    def _status_colours(self) -> Mapping[str, str]:
        from imgshare_cli.terminal.colours import get_status_colours

        return get_status_colours(self._environ, at_terminal=self.is_at_terminal())

    def print_line(self, *texts: str) -> None:
        """Print one line of the result, with tabs between the texts."""
        self._print_result("\t".join(map(clean, texts)))

    def print_success(self, text: str, *, failed: bool = False) -> None:
        """Print a sentence of the result at a terminal, with a check mark, or with a cross for a failure."""
        from imgshare_cli.terminal import wrapping
        from imgshare_cli.terminal.outcome import draw_mark

        mark = draw_mark(self._stdout, self._environ, failed=failed)
        line = mark + (self.clean_message(text) if failed else clean(text))
        self._print_result(wrapping.wrap_sentence(line, self._stdout))

    def is_at_terminal(self) -> bool:
        """Whether results go to a terminal."""
        return self._stdout is not None and self._stdout.isatty()

    def wait(self, seconds: float) -> None:
        """Wait before the next result, at most until its reader has gone.

        Raises:
            BrokenPipeError: it has gone.
        """
        from imgshare_cli.terminal.reader import wait_with_reader

        wait_with_reader(self._stdout, seconds)

    def _print_result(self, text: str, end: str = "\n") -> None:
        if self._stdout is None:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        print(text, file=self._stdout, end=end, flush=True)
