"""Runs the tool, and measures what it took."""

from __future__ import annotations

import os

from tests.support.forked_run import run_forked
from tests.support.hostile_responses import GRACE_SECONDS, MOST_MIB
from tests.support.run import TOOL, Run

# Reading a login's settings, and whatever else happens before the first request.
_START_SECONDS = 1


def run_measured(*argv: str, timeout: float, most_mib: float = MOST_MIB) -> Run:
    """Run the tool with --timeout, and see that it keeps to it and to its memory, and that nothing is a bug.

    Args:
        argv: the command line.
        timeout: the seconds that one request may take.
        most_mib: the memory that it may take.
    """
    command = [TOOL, *argv, "--timeout", str(timeout)]
    # A library that the run does not use would count as its memory.
    preload = "all" if "OS_AUTH_URL" in os.environ else "common"
    finished = run_forked(command, os.environ, seconds=timeout + 30, preload=preload)
    run = Run(*finished[:3])
    assert finished.peak_mib <= most_mib, (finished.peak_mib, run)
    assert finished.seconds <= timeout + GRACE_SECONDS + _START_SECONDS, (finished.seconds, run)
    assert "this is a bug" not in run.err, run
    assert "Traceback" not in run.err, run
    return run
