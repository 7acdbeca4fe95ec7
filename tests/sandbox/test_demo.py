"""`make demo`: what it shows somebody who has never used imgshare."""

from __future__ import annotations

import os
from pathlib import Path

from tests.support.run import TOOL
from tests.support.terminal import Terminal

DEMO = Path(__file__).parents[2] / "docs" / "demo.sh"


def test_a_terminal() -> None:
    """It runs to its end at a terminal, and asks nothing."""
    path = os.pathsep.join([str(Path(TOOL).parent), os.environ["PATH"]])

    with Terminal([TOOL, "sandbox", "--", "sh", str(DEMO)], {"PATH": path}, columns=100, lines=100) as terminal:
        terminal.wait_for(lambda: "[y/N]" in terminal.screen)
        assert "[y/N]" not in terminal.screen
        assert terminal.wait_for_exit() == 0
        assert "✓ Accepted golden-debian-12 (c26a7205) from 26407f07, 2.2 GiB" in terminal.screen
