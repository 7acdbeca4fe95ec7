"""Forks for each run of the tool that `forked_run` asks for; a program of its own, so small and with one thread."""

from __future__ import annotations

import gc
import json
import os
import pkgutil
import resource
import signal
import socket
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import imgshare_cli

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# What nearly every run imports, and what only some do.
_ALWAYS = (
    *("httpx", "imgshare_cli.__main__", "imgshare_cli.cli.app", "imgshare_cli.cli.session", "imgshare_cli.cli.options"),
    *("imgshare_cli.api.connections", "imgshare_cli.cli.commands.list", "imgshare_cli.cli.commands.show"),
    *("imgshare_cli.cli.commands.decide", "imgshare_cli.cli.commands.members", "imgshare_cli.diagnosis.explain"),
)
_SOMETIMES = ("truststore", "filelock", "keyring.backends.fail", "rich.live", "keystoneauth1.identity.v3", "traceback")
# What reads the environment and the current folder while it is imported, and what imports that.
_AFRESH = ("openstack.config", "imgshare_cli.auth.keystone_", "imgshare_cli.auth.clouds_")


def serve(preload: str, channel: socket.socket) -> None:
    """Fork for each request, until nobody is left to ask."""
    for name in _ALWAYS:
        import_module(name)
    if preload == "all":
        for module in pkgutil.walk_packages(imgshare_cli.__path__, "imgshare_cli."):
            import_module(module.name)
        for name in _SOMETIMES:
            import_module(name)
    gc.freeze()  # what every run shares is not searched for garbage by each of them
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that watch the runs
    while True:
        message, files, _, _ = socket.recv_fds(channel, 1, 6)
        if not message:
            return
        if os.fork() == 0:
            channel.close()
            _watch_run(files)
            os._exit(0)
        for file in files:
            os.close(file)


def _watch_run(files: Sequence[int]) -> None:
    request, folder, *streams, answer = files
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with os.fdopen(request, "rb") as stream:
        argv, environ, umask, address_space, limit = json.loads(stream.read())
    started = time.monotonic()
    pid = os.fork()
    if pid == 0:
        try:
            os.fchdir(folder)
            _set_limits(umask, address_space)
            _run_tool(argv, environ, streams)
        except BaseException:  # noqa: BLE001  (as Python itself ends with it)
            sys.excepthook(*sys.exc_info())
            sys.stderr.flush()
        os._exit(1)
    was_killed = []

    def kill(_number: int, _frame: object) -> None:
        os.kill(pid, signal.SIGKILL)
        was_killed.append(pid)

    signal.signal(signal.SIGALRM, kill)
    signal.setitimer(signal.ITIMER_REAL, limit)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    signal.setitimer(signal.ITIMER_REAL, 0)
    # What a process waits for a processor is not its own time: other tests run beside this one.
    seconds = time.monotonic() - started - _read_waiting_seconds(pid)
    _, status, usage = os.wait4(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    os.write(answer, json.dumps([code, usage.ru_maxrss / 1024, seconds, bool(was_killed)]).encode())


def _read_waiting_seconds(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9
    except OSError:
        return 0  # only Linux has it


def _set_limits(umask: int | None, address_space: int | None) -> None:
    if umask is not None:
        os.umask(umask)
    if address_space is not None:
        resource.setrlimit(resource.RLIMIT_AS, (address_space, address_space))


def _run_tool(argv: list[str], environ: Mapping[str, str], streams: Sequence[int]) -> None:
    for number, file in enumerate(streams):
        os.dup2(file, number)
    os.closerange(len(streams), 64)
    os.environ.clear()
    os.environ.update(environ)
    time.tzset()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for name in [name for name in sys.modules if name.startswith(_AFRESH)]:
        del sys.modules[name]
    if cache := sys.modules.get("stevedore._cache"):
        cache._c.__init__()  # noqa: SLF001  (it takes its folder from the environment when it is imported)
    sys.argv = argv
    sys.stdin, sys.stdout = _open_stream(0, "r"), _open_stream(1, "w")
    sys.stderr = _open_stream(2, "w", errors="backslashreplace", line_buffering=True)
    sys.modules["imgshare_cli.__main__"].run()


def _open_stream(number: int, mode: str, *, errors: str = "strict", line_buffering: bool = False) -> Any:
    stream: Any = os.fdopen(number, mode, encoding="utf-8", errors=errors, closefd=False)
    stream.reconfigure(line_buffering=line_buffering)
    return stream


if __name__ == "__main__":
    serve(sys.argv[1], socket.socket(fileno=int(sys.argv[2])))
