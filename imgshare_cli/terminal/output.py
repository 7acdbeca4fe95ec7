"""Prints results on stdout and everything else on stderr; no text from outside acts on the terminal."""

from __future__ import annotations

import contextlib
import errno
import io
import json
import os
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from imgshare_cli.api.models import Member
    from imgshare_cli.errors import ImgshareError
    from imgshare_cli.terminal.columns import Column

Row = TypeVar("Row")


def clean(text: str) -> str:
    """Make text from outside safe to show: characters that act on a terminal or are invisible become escapes."""
    if text.isascii() and text.isprintable():
        return text
    from imgshare_cli.terminal import escaping

    return escaping.escape_text(text)


class Output:
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
        self._stdout = stdout
        self._stderr = stderr
        self._environ = environ
        self.as_json = as_json
        self._redact = redact
        self._stop_spinner: Callable[[], None] | None = None

    def print_member(self, member: Member) -> None:
        """Print a share: the API's own object as JSON, or its fields."""
        if self.as_json:
            self.print_json(member.raw)
        else:
            from imgshare_cli.terminal.columns import describe_member

            self.print_fields(describe_member(member))

    def print_json(self, value: Any) -> None:
        """Print a value as JSON: indented on a terminal, else on one line; it is all ASCII, which is safe anywhere."""
        self._print_result(json.dumps(value, allow_nan=False, indent=self._json_indent))

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
        from imgshare_cli.terminal.colours import colour_text, get_status_colours

        colours = get_status_colours(self._environ, at_terminal=self.is_at_terminal())
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
        from imgshare_cli.terminal.colours import colour_text, get_status_colours

        cleaned = [(name, clean(value)) for name, value in fields]
        colours = get_status_colours(self._environ, at_terminal=self.is_at_terminal())
        if self.is_at_terminal():
            from imgshare_cli.terminal import tables

            self._print_result(tables.draw_fields(cleaned, colours))
        else:
            for name, value in cleaned:
                self._print_result(f"{name}\t{colour_text(value, colours)}")

    def print_line(self, text: str) -> None:
        """Print one line of the result."""
        self._print_result(clean(text))

    def print_success(self, text: str) -> None:
        """Print one line of the result at a terminal, with a check mark, wrapped between words."""
        from imgshare_cli.terminal import outcome, wrapping

        line = outcome.draw_check_mark(self._stdout, self._environ) + clean(text)
        self._print_result(wrapping.wrap_sentence(line, self._stdout))

    def print_note(self, text: str) -> None:
        """Print a line on stderr, for people; at a terminal it is wrapped between words."""
        from imgshare_cli.terminal.wrapping import wrap_sentence

        self._print_to_stderr(wrap_sentence(self._clean(text), self._stderr) + "\n")

    def ask(self, text: str) -> None:
        """Print a question on stderr, whose answer is typed behind it; at a terminal it is wrapped between words."""
        from imgshare_cli.terminal.wrapping import wrap_question

        self._print_to_stderr(wrap_question(self._clean(text), self._stderr))

    def print_panel(self, head: str, fields: Sequence[tuple[str, str]]) -> None:
        """Print a headline and, below it, names and values on stderr."""
        from imgshare_cli.terminal import tables
        from imgshare_cli.terminal.colours import get_warning_colours

        stream = self._stderr or io.StringIO()
        colours = get_warning_colours(self._environ, at_terminal=stream.isatty())
        values = [(name, self._clean(value)) for name, value in fields]
        self._print_to_stderr(tables.draw_panel(self._clean(head), values, colours, stream) + "\n")

    @contextlib.contextmanager
    def show_progress(self, text: str) -> Iterator[None]:
        """Show a spinner during the `with` block, where stderr is a terminal."""
        # A dumb terminal cannot move its cursor, so nothing turns on it.
        if not (self._stderr and self._stderr.isatty()) or self._environ.get("TERM") == "dumb" or self.as_json:
            yield
            return
        from imgshare_cli.terminal.progress import open_spinner

        with open_spinner(clean(text), self._stderr) as self._stop_spinner:
            yield

    def stop_progress(self) -> None:
        """Remove the spinner before the `with` block ends, for example to ask the user."""
        if self._stop_spinner:
            self._stop_spinner()

    def print_error(self, error: ImgshareError) -> None:
        """Print the message of an error, its hint and the request ID, or all of it as JSON."""
        from imgshare_cli import hints
        from imgshare_cli.terminal.error_text import build_error_lines, write_error_json

        if self.as_json:
            self._print_to_stderr(hints.render_commands(write_error_json(error, self._redact)) + "\n")
            return
        for line in build_error_lines(error):
            self.print_note(line)

    def _clean(self, text: str) -> str:
        from imgshare_cli import hints

        return hints.render_commands(clean(self._redact(text)))

    def is_at_terminal(self) -> bool:
        """Whether results go to a terminal."""
        return self._stdout is not None and self._stdout.isatty()

    def _print_to_stderr(self, text: str) -> None:
        with contextlib.suppress(OSError):  # stderr may be closed, which must not end the work
            print(text, file=self._stderr or io.StringIO(), end="", flush=True)

    def _print_result(self, text: str, end: str = "\n") -> None:
        if self._stdout is None:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        print(text, file=self._stdout, end=end, flush=True)
