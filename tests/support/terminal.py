"""A terminal to run a program on: keys in, screen out."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, NamedTuple, Self

import pexpect
import pyte

from tests.support.run import TOOL

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

SECONDS = 30
KEYS = {"ctrl-c": "\x03", "ctrl-d": "\x04", "ctrl-z": "\x1a", "up": "\x1b[A", "down": "\x1bOB", "f1": "\x1b[[A"}


class Terminal:
    """A program on a terminal of its own.

    Args:
        argv: the program and its arguments.
        environ: what its environment has besides ours.
        columns: how wide the terminal is.
        lines: how high it is.
    """

    def __init__(
        self, argv: Sequence[str], environ: Mapping[str, str] | None = None, *, columns: int = 80, lines: int = 24
    ) -> None:
        self._lines = lines
        self._screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self._screen)
        # The whole environment is handed over, because readline sets COLUMNS behind Python's back.
        self._child = pexpect.spawn(
            argv[0], list(argv[1:]), dimensions=(lines, columns), env={**os.environ, **(environ or {})}
        )
        self.raw = b""

    def __enter__(self) -> Self:
        """The program runs already."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Hang up."""
        self._child.close(force=True)

    def press_keys(self, *keys: str) -> None:
        """Press keys, by their character or their name."""
        for key in keys:
            self._child.send(KEYS.get(key, key))

    @property
    def screen(self) -> str:
        """What is on the screen, as far as it has been waited for, without the empty lines below it."""
        return "\n".join(line.rstrip() for line in self._screen.display).rstrip("\n")

    def wait_for_screen(self, *texts: str) -> None:
        """Wait until the whole screen is the end of these texts."""
        lines = "".join(texts).split("\n")[-self._lines :]
        expected = "\n".join(line.rstrip() for line in lines).rstrip("\n")
        self.wait_for(lambda: self.screen == expected)
        assert expected == self.screen, f"expected:\n{expected}\n\ncame:\n{self.screen}"

    def wait_for_text(self, text: str) -> None:
        """Wait until a text is on the screen."""
        self.wait_for(lambda: text in self.screen)
        assert text in self.screen, f"expected somewhere:\n{text}\n\ncame:\n{self.screen}"

    def wait_for_exit(self) -> int:
        """Wait for the program's end and return its exit code."""
        self.wait_for(lambda: False)
        self._child.close()
        assert self._child.exitstatus is not None, self.screen
        return int(self._child.exitstatus)

    def wait_for(self, it_is_so: Callable[[], bool]) -> None:
        """Wait until something is so, or the program or the time ends."""
        end = time.monotonic() + SECONDS
        while not it_is_so() and not self._child.closed:
            try:
                came = self._child.read_nonblocking(65536, timeout=max(end - time.monotonic(), 0))
            except (pexpect.TIMEOUT, pexpect.EOF):
                return
            self.raw += came
            self._stream.feed(came)


class Shown(NamedTuple):
    """How a run of the tool at a terminal ended.

    Attributes:
        code: its exit code.
        lines: the text on the screen, without empty lines.
        raw: the characters that made it so.
    """

    code: int
    lines: list[str]
    raw: str


def run_at_terminal(columns: int, *argv: str, answer: str | None = None, **environ: str) -> Shown:
    """Run the tool to its end.

    Args:
        columns: how wide the terminal is.
        argv: the command line.
        answer: what to type when it asks `[y/N]`.
        environ: to be set besides the test's own environment.
    """
    with Terminal([TOOL, *argv], environ, columns=columns) as terminal:
        if answer is not None:
            terminal.wait_for_text("[y/N]")
            terminal.press_keys(f"{answer}\r")
        code = terminal.wait_for_exit()
        return Shown(code, [line for line in terminal.screen.split("\n") if line], terminal.raw.decode())
