"""Runs the installed tool, and measures what it took."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from tempfile import TemporaryFile


from tests.hostile.replies import GRACE_SECONDS, MOST_MIB
from tests.run import TOOL, Run

# Python and its libraries, before the first request; a login loads more of them.
_START_SECONDS = 2




def measured(*argv: str, timeout: float, most_mib: float = MOST_MIB) -> Run:
    """Run the tool with --timeout, and see that it keeps to it and to its memory, and that nothing is a bug.

    Args:
        argv: the command line.
        timeout: the seconds that one request may take.
        most_mib: the memory that it may take.
    """
    started = time.monotonic()
    with TemporaryFile() as out, TemporaryFile() as err:
        child = subprocess.Popen(
            [TOOL, *argv, "--timeout", str(timeout)],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
        )
        watch = threading.Timer(timeout + 30, child.kill)
        watch.start()
        _, status, usage = os.wait4(child.pid, 0)
        watch.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - started
        for stream in (out, err):
            stream.seek(0)
        run = Run(child.returncode, out.read().decode(), err.read().decode())
    assert usage.ru_maxrss / 1024 <= most_mib, (usage.ru_maxrss / 1024, run)
    assert seconds <= timeout + GRACE_SECONDS + _START_SECONDS, (seconds, run)
    assert "this is a bug" not in run.err, run
    assert "Traceback" not in run.err, run
    return run
