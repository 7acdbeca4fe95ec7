"""Times whole processes side by side: one of each in turn, so that a slow moment of the machine hits all alike."""

from __future__ import annotations

import os
import pty
import statistics
import subprocess
import time
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Program:
    """A command line to time.

    Attributes:
        name: what the table calls it.
        argv: the command line.
        environ: its whole environment.
        at_terminal: whether its stdout is a terminal.
        rarely: whether it is so slow that a quarter of the rounds must do.
    """

    name: str
    argv: list[str]
    environ: dict[str, str] = field(repr=False)
    at_terminal: bool = False
    rarely: bool = False


def race(programs: list[Program], rounds: int) -> dict[str, float]:
    """The median seconds of each program by name.

    Raises:
        subprocess.CalledProcessError: one of them failed.
    """
    times: dict[str, list[float]] = {program.name: [] for program in programs}
    for number in range(-2, rounds):  # the first two warm the caches
        for program in programs:
            if number < 0 or not program.rarely or number % 4 == 0:
                took = _timed(program)
                if number >= 0:
                    times[program.name].append(took)
    return {name: statistics.median(taken) for name, taken in times.items()}


def _timed(program: Program) -> float:
    master, slave = pty.openpty() if program.at_terminal else (None, None)
    started = time.perf_counter()
    child = subprocess.Popen(
        program.argv,
        env=program.environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if slave is None else slave,
        stderr=subprocess.PIPE,
    )
    out, err = child.communicate()
    took = time.perf_counter() - started
    for descriptor in (master, slave):
        if descriptor is not None:
            os.close(descriptor)
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, program.argv[0], out, err)
    return took
