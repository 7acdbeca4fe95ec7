"""Runs the installed tool, and measures what it took."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.support.hostile_responses import GRACE_SECONDS, MOST_MIB
from tests.support.run import TOOL, Run

# Python and its libraries, before the first request; a login loads more of them.
_START_SECONDS = 4
# A process's peak counts that of the process it was forked from, so a small one stands between it and the tests.
_WATCH = """
import json, resource, subprocess, sys, time
started = time.monotonic()
done = subprocess.run(sys.argv[2:], stdin=subprocess.DEVNULL, capture_output=True, timeout=float(sys.argv[1]))
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
seconds = time.monotonic() - started
print(json.dumps([done.returncode, done.stdout.decode(), done.stderr.decode(), usage.ru_maxrss / 1024, seconds]))
"""


def run_measured(*argv: str, timeout: float, most_mib: float = MOST_MIB) -> Run:
    """Run the tool with --timeout, and see that it keeps to it and to its memory, and that nothing is a bug.

    Args:
        argv: the command line.
        timeout: the seconds that one request may take.
        most_mib: the memory that it may take.
    """
    command = [sys.executable, "-c", _WATCH, str(timeout + 30), TOOL, *argv, "--timeout", str(timeout)]
    watched = subprocess.run(command, capture_output=True, check=True)
    code, out, err, mib, seconds = json.loads(watched.stdout)
    run = Run(code, out, err)
    assert mib <= most_mib, (mib, run)
    assert seconds <= timeout + GRACE_SECONDS + _START_SECONDS, (seconds, run)
    assert "this is a bug" not in run.err, run
    assert "Traceback" not in run.err, run
    return run
