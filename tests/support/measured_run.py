"""Runs the installed tool, and measures what it took."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.support.hostile_responses import GRACE_SECONDS, MOST_MIB
from tests.support.run import TOOL, Run

# Python and its libraries, before the first request; a login loads more of them.
_START_SECONDS = 4
# A process's peak counts that of the process it was forked from, so a small one runs between it and the tests. What
# a process waits for a processor is not its own time: other tests run beside this one.
_WATCH = """
import json, os, resource, subprocess, sys, tempfile, time
out, err = tempfile.TemporaryFile(), tempfile.TemporaryFile()
started = time.monotonic()
child = subprocess.Popen(sys.argv[2:], stdin=subprocess.DEVNULL, stdout=out, stderr=err)
while not os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
    if time.monotonic() - started > float(sys.argv[1]):
        child.kill()
    time.sleep(0.01)
seconds = time.monotonic() - started
try:
    seconds -= int(open(f"/proc/{child.pid}/schedstat").read().split()[1]) / 1e9
except OSError:
    pass  # only Linux has it
code = child.wait()
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
out.seek(0), err.seek(0)
print(json.dumps([code, out.read().decode(), err.read().decode(), usage.ru_maxrss / 1024, seconds]))
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
