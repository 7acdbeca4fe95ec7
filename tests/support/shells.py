"""Pastes commands into the shells that people have, with a stand-in for the tool that writes down what it was given."""

from __future__ import annotations

import os
import shlex
import subprocess
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

# What some people set, and what makes more characters mean something.
SHELLS = {
    "bash": ["bash", "--norc", "-O", "extglob", "-O", "nullglob", "-H", "-s"],
    "dash": ["dash", "-s"],
    "zsh": ["zsh", "-f", "-o", "extendedglob", "-o", "kshglob", "-o", "magicequalsubst", "-o", "rcexpandparam", "-s"],
    "fish": ["fish", "--no-config"],
}
VARIABLES = ("OS_REGION_NAME", "OS_PROJECT_ID")
_STAND_IN = """#!/bin/sh
printf '%s\\0' "$OS_REGION_NAME" "$OS_PROJECT_ID" "$#" "$@" >> "$RECORD"
"""


class TypedCommand(NamedTuple):
    """What the tool was given: variables and arguments."""

    variables: dict[str, str]
    arguments: list[str]


def parse_command(command: str) -> TypedCommand:
    """What a command says to somebody who knows nothing of shells."""
    words = shlex.split(command)
    start = words.index("imgshare")
    given = dict(word.split("=", 1) for word in words[:start])
    return TypedCommand({name: given.get(name, "") for name in VARIABLES}, words[start + 1 :])


def paste_commands(shell: str, commands: Sequence[str], folder: Path) -> tuple[list[TypedCommand], list[str], str]:
    """Run commands, one after the other, in an empty folder.

    Args:
        shell: one of SHELLS.
        commands: the commands.
        folder: where to work.

    Returns:
        What the stand-in was given each time, the files that the commands left, and what the shell complained of.
    """
    bin_, empty, record = folder / "bin", folder / "empty", folder / "record"
    bin_.mkdir(parents=True)
    empty.mkdir()
    (bin_ / "imgshare").write_text(_STAND_IN)
    (bin_ / "imgshare").chmod(0o755)
    record.touch()
    hidden = {name: value for name, value in os.environ.items() if not name.startswith(("OS_", "IMGSHARE_"))}
    done = subprocess.run(
        SHELLS[shell],
        input="".join(f"{command}\n" for command in commands).encode(),
        cwd=empty,
        env={**hidden, "PATH": f"{bin_}:{os.environ['PATH']}", "RECORD": str(record)},
        capture_output=True,
        timeout=120,
        check=False,
    )
    left = sorted(path.name for path in empty.iterdir())
    return list(_read(record.read_bytes().decode())), left, (done.stdout + done.stderr).decode()


def _read(record: str) -> list[TypedCommand]:
    words = iter(record.split("\0")[:-1])
    found = []
    for first in words:
        values = [first, *(next(words) for _ in VARIABLES[1:])]
        count = int(next(words))
        found.append(TypedCommand(dict(zip(VARIABLES, values, strict=True)), [next(words) for _ in range(count)]))
    return found
