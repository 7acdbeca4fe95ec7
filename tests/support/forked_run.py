"""Runs the tool without its imports: a process that has made them all (`fork_server`) forks for each run.

Importing takes most of a run's time, and the tests run the tool some thousand times. What a run does after its imports
is the same: a process of its own, its own environment, streams, memory and exit code, and `imgshare_cli.__main__.run`.
"""

from __future__ import annotations

import atexit
import functools
import json
import os
import socket
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SERVER = str(Path(__file__).with_name("fork_server.py"))
_ENVIRON = dict(os.environ)  # no test's


class Finished(NamedTuple):
    """How a run ended: its exit code, and minus the signal's number if one ended it; memory in MiB."""

    code: int
    out: str
    err: str
    peak_mib: float
    seconds: float


def run_forked(  # noqa: PLR0913
    argv: Sequence[str],
    environ: Mapping[str, str],
    *,
    stdin: bytes | IO[bytes] = b"",
    seconds: float = 60,
    umask: int | None = None,
    address_space: int | None = None,
    preload: str = "all",
) -> Finished:
    """Run the tool in a process that has already imported it.

    Args:
        argv: the command line, the program first.
        environ: the whole environment.
        stdin: what is to be read there, or an open file.
        seconds: the time after which the process is killed.
        umask: its umask; by default that of the server.
        address_space: the bytes that it may reserve.
        preload: what it has imported: "common" is without the libraries of logins, keyrings and terminals.

    Raises:
        TimeoutError: it did not end by itself.
    """
    request = [list(argv), dict(environ), umask, address_space, seconds]
    with ExitStack() as stack:
        request_file = stack.enter_context(_make_file(json.dumps(request).encode()))
        source = stack.enter_context(_make_file(stdin)) if isinstance(stdin, bytes) else stdin
        out, err = stack.enter_context(_make_file()), stack.enter_context(_make_file())
        folder = os.open(".", os.O_RDONLY)  # which may be gone, and has no path then
        stack.callback(os.close, folder)
        reading, writing = os.pipe()
        answer = stack.enter_context(os.fdopen(reading, "rb"))
        try:
            files = [request_file.fileno(), folder, source.fileno(), out.fileno(), err.fileno(), writing]
            socket.send_fds(_start_server(preload), [b"!"], files)
        finally:
            os.close(writing)
        result = answer.read()
        assert result, "the fork server ended; its traceback is above"
        code, peak_mib, taken, was_killed = json.loads(result)
        out.seek(0)
        err.seek(0)
        finished = Finished(code, out.read().decode(), err.read().decode(), peak_mib, taken)
    if was_killed:
        raise TimeoutError(f"{argv} did not end within {seconds} s: {finished}")
    return finished


def _make_file(content: bytes = b"") -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115  (the caller closes it)
    file.write(content)
    file.seek(0)
    return file


@functools.cache
def _start_server(preload: str) -> socket.socket:
    """Start a process that forks; it ends with this one."""
    ours, theirs = socket.socketpair()
    with theirs:
        command = [sys.executable, "-P", _SERVER, preload, str(theirs.fileno())]
        server = subprocess.Popen(command, env=_ENVIRON, pass_fds=[theirs.fileno()])

    @atexit.register
    def stop() -> None:
        ours.close()
        server.wait()

    return ours
