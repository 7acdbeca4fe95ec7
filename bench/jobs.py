"""Many at once by jobs, as IMS wants it: how much longer a batch takes than its jobs."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from bench.batch_programs import MEMBER, build_ours, run, write_ids
from bench.rows import Row, judge
from tests.support.job_service import JobService

if TYPE_CHECKING:
    from pathlib import Path

    from bench.programs import Environ, Tools

COUNT, SECONDS, AT_ONCE, ROUNDS = 1000, 2.0, 8, 3
_IN_A_JOB = 100
MOST = 1.2


def measure_jobs(path: Path, base: Environ, tools: Tools) -> tuple[list[Row], bool]:
    """Measure a batch whose jobs take two seconds; eight go on at a time."""
    write_ids(path, COUNT)
    took = []
    for _ in range(ROUNDS):
        with JobService(SECONDS) as service:
            environ = {
                **base,
                "IMGSHARE_ENDPOINT": service.endpoint,
                "IMGSHARE_TOKEN": "bench",
                "IMGSHARE_PROJECT_ID": MEMBER,
            }
            took.append(COUNT / run([*build_ours(tools, path, AT_ONCE), "--jobs-api"], environ, COUNT).rate)
    waves = -(-COUNT // (_IN_A_JOB * AT_ONCE))
    share = statistics.median(took) / (waves * SECONDS)
    row = Row(
        f"{COUNT:,} images by jobs of {SECONDS:.0f} s, {AT_ONCE} at once",
        f"{statistics.median(took):.1f} s",
        judge(f"{share:.2f} × the jobs' own time, ≤ {MOST}", share <= MOST),
    )
    return [row], share <= MOST
