"""What docs/decision-log.md shows is what there is."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

from imgshare_cli.cli.app import app
from imgshare_cli.log.entry import LogEntry
from tests.support.decision_log import KEYS
from tests.support.readme import read_blocks

PAGE = Path(__file__).parents[2] / "docs" / "decision-log.md"
BLOCKS = list(read_blocks(PAGE))


def test_the_line() -> None:
    """The line that the page shows has the keys of a line, and is read as it is."""
    [line] = [json.loads(block.text) for block in BLOCKS if block.text.startswith("{")]

    assert KEYS == tuple(line)
    assert line == LogEntry.from_json(line).to_json()


@pytest.mark.parametrize(
    "command",
    [
        part
        for block in BLOCKS
        if "imgshare" in block.text.split(" ")[0]
        for part in block.text.replace("|", "\n").splitlines()
    ],
)
def test_the_commands(command: str) -> None:
    """Each command that the page shows is one that there is."""
    words = shlex.split(command)[1:]
    group: Any = typer.main.get_command(app)
    context = group.make_context("imgshare", words.copy())

    name, found, rest = group.resolve_command(context, words)
    while hasattr(found, "resolve_command"):
        context = found.make_context(name, rest, parent=context)
        name, found, rest = found.resolve_command(context, rest)
    found.make_context(name, rest, parent=context)
