"""What is printed: answers on stdout, talk on stderr, and nothing from outside acts on the terminal."""

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

COLOURS = {"accepted": "green", "rejected": "red", "pending": "yellow"}
_ALARMING = {"warning": "yellow", "": "yellow"}  # only warnings have further lines
_ANSI = {"green": "32", "red": "31", "yellow": "33"}


def clean(text: str) -> str:
    """Make text from outside safe to show: what would act on a terminal, or has no visible form, is an escape."""
    if text.isascii() and text.isprintable():
        return text
    from imgshare_cli.terminal import escaping

    return escaping.escape_text(text)


class Output:
    """The two streams of a run.

    Args:
        stdout: where answers go; None where the caller closed it.
        stderr: where everything else goes; None likewise.
        environ: tells about colour.
        as_json: whether a program reads the answer.
    """

    def __init__(
        self, stdout: TextIO | None, stderr: TextIO | None, environ: Mapping[str, str], *, as_json: bool
    ) -> None:
        self._stdout = stdout
        self._stderr = stderr
        self._environ = environ
        self.as_json = as_json
        self._stop_spinner: Callable[[], None] | None = None

    def print_member(self, member: Member) -> None:
        """One share: the API's own object for programs, its fields for people."""
        if self.as_json:
            self.print_json(member.raw)
        else:
            self.print_fields(
                {
                    "image_id": member.image_id,
                    "member_id": member.member_id,
                    "status": member.status.value,
                    "created_at": member.created_at or "-",
                    "updated_at": member.updated_at or "-",
                }
            )

    def print_json(self, value: Any) -> None:
        """One line of JSON; everything beyond ASCII is escaped, so it is safe on a terminal too."""
        self._answer(json.dumps(value, allow_nan=False))

    def print_array(self, values: Iterable[Any]) -> None:
        """A JSON array, an element a line, each printed when it comes; nothing if the first never does."""
        before = "["
        for value in values:
            self._answer(before + json.dumps(value, allow_nan=False), end="")
            before = ",\n"
        self._answer("[]" if before == "[" else "]")

    def print_table(self, columns: Sequence[Column[Row]], rows: Iterable[Row]) -> None:
        """Rows: a table on a terminal; elsewhere tab-separated lines, each printed when it comes."""
        colour = self._wants_colour(self._stdout)
        if not self.is_at_terminal():
            for row in rows:
                cells = [clean(column.value(row)) for column in columns]
                self._answer("\t".join(map(_painted, cells) if colour else cells))
            return
        from imgshare_cli.terminal import tables

        lines = []
        try:
            for row in rows:
                lines.append([clean((column.shown or column.value)(row)) for column in columns])  # noqa: PERF401
        finally:
            # What came before a failure was done, and is shown.
            self.stop_progress()
            if lines:
                heads = [(column.name, column.rank) for column in columns]
                self._answer(tables.draw_rows(heads, lines, COLOURS if colour else {}))

    def print_record(self, fields: Mapping[str, Any]) -> None:
        """Names and values, for programs or for people; a person is not shown what is not known."""
        if self.as_json:
            self.print_json(dict(fields))
        else:
            self.print_fields({name: _plain(value) for name, value in fields.items() if value not in (None, [])})

    def print_fields(self, fields: Mapping[str, str]) -> None:
        """Names and values: a table on a terminal, tab-separated lines elsewhere."""
        cleaned = {name: clean(value) for name, value in fields.items()}
        colour = self._wants_colour(self._stdout)
        if self.is_at_terminal():
            from imgshare_cli.terminal import tables

            self._answer(tables.draw_fields(cleaned, COLOURS if colour else {}))
        else:
            for name, value in cleaned.items():
                self._answer(f"{name}\t{_painted(value) if colour else value}")

    def print_line(self, text: str) -> None:
        """One line of the answer."""
        self._answer(clean(text))

    def print_text(self, text: str) -> None:
        """Several lines of the answer, all of them ours."""
        self._answer(text)

    def print_note(self, text: str) -> None:
        """Talk: what a person may want to know and no program reads."""
        self._say(f"{clean(text)}\n")

    def ask(self, text: str) -> None:
        """Talk that waits for an answer on the same line."""
        self._say(clean(text))

    def print_panel(self, head: str, facts: Sequence[tuple[str, str]]) -> None:
        """Talk about one thing: a headline, and names beside values."""
        from imgshare_cli.terminal import tables

        stream = self._stderr or io.StringIO()
        colours = _ALARMING if self._wants_colour(stream) else {}
        cleaned = [(name, clean(value)) for name, value in facts]
        self._say(tables.draw_panel(clean(head), cleaned, colours, stream) + "\n")

    @contextlib.contextmanager
    def show_progress(self, text: str) -> Iterator[None]:
        """Show that work goes on, where a person is at the terminal."""
        if self._stderr and self._can_draw(self._stderr) and not self.as_json:
            from imgshare_cli import hints
            from imgshare_cli.terminal import signals, tables

            descriptor = self._stderr.fileno()
            with (
                signals.restore_on_signal(lambda: _show_cursor(descriptor)),
                tables.show_spinner(hints.render_commands(clean(text)), self._stderr) as spinner,
            ):
                self._stop_spinner = spinner.stop
                yield
        else:
            yield

    def stop_progress(self) -> None:
        """Stop showing that work goes on, because a person is going to be asked."""
        if self._stop_spinner:
            self._stop_spinner()

    def print_error(self, error: ImgshareError) -> None:
        """What went wrong, the way out, and the service's name for the request."""
        if self.as_json:
            self.print_note(json.dumps({"error": error.to_json()}))
            return
        self.print_note(f"imgshare: {error.message}" + (":" if error.details else ""))
        for detail in error.details:
            self.print_note(f"  {detail}")
        if error.hint:
            self.print_note(f"hint: {error.hint}")
        if error.request_id:
            self.print_note(f"request ID: {error.request_id}")

    def is_at_terminal(self) -> bool:
        """Whether a person reads the answer at a terminal that can draw."""
        return self._can_draw(self._stdout)

    def _can_draw(self, stream: TextIO | None) -> bool:
        return stream is not None and stream.isatty() and self._environ.get("TERM") != "dumb"

    def _wants_colour(self, stream: TextIO | None) -> bool:
        if self._environ.get("NO_COLOR"):
            return False
        if any(self._environ.get(name, "0") not in {"", "0"} for name in ("CLICOLOR_FORCE", "FORCE_COLOR")):
            return True
        return self._can_draw(stream)

    def _say(self, text: str) -> None:
        from imgshare_cli import hints

        with contextlib.suppress(OSError):  # nobody may be left to listen, and talk must not end the work
            print(hints.render_commands(text), file=self._stderr or io.StringIO(), end="", flush=True)

    def _answer(self, text: str, end: str = "\n") -> None:
        if self._stdout is None:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        print(text, file=self._stdout, end=end, flush=True)


def _show_cursor(descriptor: int) -> None:
    # Past the stream, which a signal may have caught in the middle of a write.
    with contextlib.suppress(OSError):
        os.write(descriptor, b"\r\x1b[K\x1b[?25h")


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _painted(value: str) -> str:
    colour = COLOURS.get(value)
    return f"\x1b[{_ANSI[colour]}m{value}\x1b[0m" if colour else value
