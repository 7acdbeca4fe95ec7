"""A shell at a terminal, as people have it, into which text is pasted."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple, Self

import pexpect

from tests.support.run import TOOL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

# Without the files of a user: bash with its history expansion, zsh without comments.
SHELLS = {"bash": ["bash", "--norc", "--noprofile", "-i"], "zsh": ["zsh", "-f", "-i"]}
_SECONDS = 60
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\x1b\][^\x07]*\x07|.\x08")


class Pasted(NamedTuple):
    """What became of a paste: the exit code of its last command, and what the terminal showed."""

    code: int
    shown: str


class PastingShell:
    """An interactive shell on a wide terminal.

    Args:
        shell: one of SHELLS.
        folder: where it starts.
        within: the command that runs it, if any.
        environ: what its environment has besides ours.
    """

    def __init__(
        self, shell: str, folder: Path, within: Sequence[str] = (), environ: Mapping[str, str] | None = None
    ) -> None:
        argv = [*within, *SHELLS[shell]]
        path = f"{os.path.dirname(TOOL)}:{os.environ['PATH']}"  # noqa: PTH120
        self._child = pexpect.spawn(
            argv[0],
            argv[1:],
            cwd=folder,
            dimensions=(50, 200),
            env={**os.environ, "PATH": path, **(environ or {})},
            encoding="utf-8",
            timeout=_SECONDS,
        )
        self.paste("set -u")  # a variable that a block does not set is an error

    def __enter__(self) -> Self:
        """The shell runs already."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Hang up."""
        self._child.close(force=True)

    def paste(self, text: str, *answers: str, marked: bool = False) -> Pasted:
        """Paste text and press Enter.

        Args:
            text: the text.
            answers: what to type at hidden prompts.
            marked: whether the terminal tells the shell that it is a paste; without, the lines come as if typed.
        """
        typed = text.strip().replace("\n", "\r")
        self._child.send(f"\x1b[200~{typed}\x1b[201~\r" if marked else f"{typed}\r")
        shown = ""
        for answer in answers:
            self._child.expect_exact("(hidden):")
            shown += self._child.before
            self._child.send(f"{answer}\r")
        self._child.send("printf 'END-%s\\n' $?\r")
        self._child.expect(r"END-(\d+)\r\n")
        shown = _ESCAPES.sub("", shown + self._child.before).replace("\r", "")
        return Pasted(int(self._child.match[1]), shown)
