"""Prints messages on stderr: notes, questions, progress and errors; no text from outside acts on the terminal."""

from __future__ import annotations

import contextlib
import io
import json
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from imgshare_cli.errors import ImgshareError


def clean(text: str) -> str:
    """Make text from outside safe to show: characters that act on a terminal or are invisible become escapes."""
    if text.isascii() and text.isprintable():
        return text
    from imgshare_cli.terminal import escaping

    return escaping.escape_text(text)


class Messages:
    """The stream for all that is no result.

    Args:
        stderr: the stream; None where the caller has closed it.
        environ: the environment, which says whether to use colour.
        as_json: whether errors are JSON.
        redact: replaces secrets in text, into which a server may have put them.
    """

    def __init__(
        self, stderr: TextIO | None, environ: Mapping[str, str], *, as_json: bool, redact: Callable[[str], str]
    ) -> None:
        self._stderr = stderr
        self._environ = environ
        self.as_json = as_json
        self.redact = redact
        self._stop_spinner: Callable[[], None] | None = None

    def print_note(self, text: str) -> None:
        """Print a line on stderr, for people; at a terminal it is wrapped between words."""
        from imgshare_cli.terminal.wrapping import wrap_sentence

        self._print_to_stderr(wrap_sentence(self.clean_message(text), self._stderr) + "\n")

    def ask(self, text: str) -> None:
        """Print a question on stderr, whose answer is typed behind it; at a terminal it is wrapped between words."""
        from imgshare_cli.terminal.wrapping import wrap_question

        self._print_to_stderr(wrap_question(self.clean_message(text), self._stderr))

    def print_panel(self, head: str, fields: Sequence[tuple[str, str]]) -> None:
        """Print a headline and, below it, names and values on stderr."""
        from imgshare_cli.terminal import tables
        from imgshare_cli.terminal.colours import get_warning_colours

        stream = self._stderr or io.StringIO()
        colours = get_warning_colours(self._environ, at_terminal=stream.isatty())
        values = [(name, self.clean_message(value)) for name, value in fields]
        self._print_to_stderr(tables.draw_panel(self.clean_message(head), values, colours, stream) + "\n")

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
        from imgshare_cli.terminal.error_text import build_error_lines

        if self.as_json:
            self._print_to_stderr(json.dumps({"error": self.describe_error(error)}) + "\n")
            return
        for line in build_error_lines(error):
            self.print_note(line)

    def describe_error(self, error: ImgshareError) -> dict[str, object]:
        """Return an error as a JSON object, without secrets."""
        from imgshare_cli import hints

        return {
            name: hints.render_commands(self.redact(value)) if isinstance(value, str) else value
            for name, value in error.to_json().items()
        }

    def add_error(self, fields: dict[str, Any], error: ImgshareError | None) -> dict[str, Any]:
        """Return a JSON object of one item with its error, where it has one."""
        return {**fields, "error": self.describe_error(error)} if error else fields

    def clean_message(self, text: str) -> str:
        """Make a message safe to show: without secrets, which a service may repeat, and with its commands."""
        from imgshare_cli import hints

        return hints.render_commands(clean(self.redact(text)))

    def _print_to_stderr(self, text: str) -> None:
        self.stop_progress()  # it would stay on the line before the text
        with contextlib.suppress(OSError):  # stderr may be closed, which must not end the work
            print(text, file=self._stderr or io.StringIO(), end="", flush=True)
