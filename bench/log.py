"""What the decision log costs a single decision, imports included, and one of a batch."""

from __future__ import annotations

import statistics
import subprocess
import tempfile
from typing import TYPE_CHECKING

from bench.environments import ROOT
from bench.rows import Row, judge

if TYPE_CHECKING:
    from bench.programs import Environ, Tools

ROUNDS = 20
MOST_SINGLE, MOST_OF_BATCH = 1.0, 0.1  # milliseconds


def measure_log(base: Environ, tools: Tools) -> tuple[list[Row], bool]:
    """Measure in processes of their own; return the rows, and whether the budgets are kept."""
    single, of_batch = [], []
    with tempfile.TemporaryDirectory() as folder:
        environ = {
            **base,
            "XDG_STATE_HOME": folder,
            "IMGSHARE_ENDPOINT": "http://127.0.0.1:9",  # nothing is sent
            "IMGSHARE_TOKEN": "bench",
        }
        argv = [str(tools.ours / "python"), str(ROOT / "bench/log_cost.py")]
        for number in range(-2, ROUNDS):  # the first two warm the caches
            done = subprocess.run(argv, env=environ, capture_output=True, text=True, check=True)
            if number >= 0:
                first, other = map(float, done.stdout.split())
                single.append(first)
                of_batch.append(other)
    alone, one = statistics.median(single), statistics.median(of_batch)
    kept = alone <= MOST_SINGLE and one <= MOST_OF_BATCH
    return [
        Row(
            "the decision log in `imgshare accept`, its imports included",
            f"{alone:.2f} ms",
            judge(f"≤ {MOST_SINGLE:.0f} ms", alone <= MOST_SINGLE),
        ),
        Row(
            "the decision log for one image of a batch",
            f"{one:.3f} ms",
            judge(f"≤ {MOST_OF_BATCH} ms", one <= MOST_OF_BATCH),
        ),
    ], kept
