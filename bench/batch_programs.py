"""What the batches are measured with: the programs, the items, the service, and how long and how large a run is."""

from __future__ import annotations

import contextlib
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bench.environments import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.programs import Environ, Tools

MEMBER = "edc89b490d7d4392898e19b2deb34797"
ROUNDS = 5
_LOOK_SECONDS = 0.1


class Figures(NamedTuple):
    """A run: its items a second, from start to end of the process, and the most memory it took, in MiB."""

    rate: float
    mib: float


def build_ours(tools: Tools, path: Path, jobs: int) -> list[str]:
    """Build the command line of the tool."""
    return [tools.imgshare, "accept", "--from", str(path), "--jobs", str(jobs), "--json"]


def build_bare(tools: Tools, path: Path, member: str, jobs: int) -> list[str]:
    """Build the command line of the bare threads."""
    return [str(tools.ours / "python"), str(ROOT / "bench/bare_threads.py"), str(path), member, str(jobs)]


def write_ids(path: Path, count: int) -> None:
    """Write so many image IDs into a file."""
    path.write_text("".join(f"{number:08x}-0000-4000-8000-000000000000\n" for number in range(count)))


def write_curl(path: Path, endpoint: str, count: int) -> Path:
    """Write the requests as curl reads them."""
    config = path.with_name("curl")
    requests = [
        f'url = "{endpoint}/v2/images/{number:08x}-0000-4000-8000-000000000000/members/{MEMBER}"\n'
        'request = "PUT"\nheader = "X-Auth-Token: bench"\n'
        'json = "{\\"status\\": \\"accepted\\"}"\noutput = "/dev/null"\n'
        for number in range(count)
    ]
    config.write_text("next\n".join(requests))
    return config


def run(argv: list[str], environ: Environ, count: int) -> Figures:
    """Run a program to its end; it must do as many items as it was given."""
    peaks, has_ended = [0], threading.Event()
    started = time.perf_counter()
    with subprocess.Popen(
        argv, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as child:

        def look() -> None:
            while not has_ended.wait(_LOOK_SECONDS):
                peaks.append(_read_peak(child.pid))

        threading.Thread(target=look, daemon=True).start()
        _, error = child.communicate()
        seconds = time.perf_counter() - started
        has_ended.set()
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, argv[0], stderr=error)
    return Figures(count / seconds, max(peaks) / 1024)


def race(argvs: dict[str, list[str]], environ: Environ, count: int, rounds: int = ROUNDS) -> dict[str, float]:
    """Run one of each in turn; return the median of the items a second of each."""
    rates: dict[str, list[float]] = {name: [] for name in argvs}
    for _ in range(rounds):
        for name, argv in argvs.items():
            rates[name].append(run(argv, environ, count).rate)
    return {name: statistics.median(all_) for name, all_ in rates.items()}


def _read_peak(pid: int) -> int:
    """Read how many KiB a process has taken at most; its usage when it ends also counts the process that started it."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0)


def time_loop(argvs: list[list[str]], environ: Environ) -> float:
    """Run programs one after the other; return the seconds."""
    started = time.perf_counter()
    for argv in argvs:
        subprocess.run(argv, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - started


@contextlib.contextmanager
def run_service(delay: float) -> Iterator[str]:
    """Run the service in a process of its own; yields its address."""
    argv = [sys.executable, str(ROOT / "bench/instant_service.py"), str(delay)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        yield child.stdout.readline().strip()
        assert child.stdin
        child.stdin.close()
