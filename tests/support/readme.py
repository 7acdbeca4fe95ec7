"""The blocks of README and of other pages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

README = Path(__file__).parents[2] / "README.md"


class Block(NamedTuple):
    """A block of code: its language and its text."""

    language: str
    text: str


def read_blocks(page: Path = README) -> list[Block]:
    """Read all of them, in order."""
    return [Block(*found) for found in re.findall(r"^```(\w+)\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)]


def find_block(text: str) -> Block:
    """Find README's only block with a text in it."""
    [block] = [block for block in read_blocks() if text in block.text]
    return block
