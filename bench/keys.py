"""`imgshare accept` with access keys beside the same with a token, against a service that answers at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.batch_programs import MEMBER, run_service
from bench.rows import Row, judge
from bench.stopwatch import Program, race

if TYPE_CHECKING:
    from bench.programs import Environ, Tools

ROUNDS = 40
MOST = 1.15
_IMAGE = "d164b5df-1bc3-4c3f-893e-3e471fd16e64"


def measure_keys(base: Environ, tools: Tools) -> tuple[list[Row], bool]:
    """Measure both in turn; return the rows, and whether the budget is kept."""
    with run_service(0) as endpoint:
        common = {**base, "IMGSHARE_ENDPOINT": endpoint, "IMGSHARE_PROJECT_ID": MEMBER}
        argv = [tools.imgshare, "accept", _IMAGE, MEMBER, "--json"]
        seconds = race(
            [
                Program("token", argv, {**common, "IMGSHARE_TOKEN": "bench"}),
                Program(
                    "keys", argv, {**common, "IMGSHARE_ACCESS_KEY": "BENCH", "IMGSHARE_SECRET_KEY": "bench-secret"}
                ),
            ],
            ROUNDS,
        )
    share = seconds["keys"] / seconds["token"]
    kept = share <= MOST
    return [
        Row("`imgshare accept IMAGE MEMBER --json`, with a token", f"{seconds['token'] * 1000:.0f} ms"),
        Row(
            "the same, signed with an access key",
            f"{seconds['keys'] * 1000:.0f} ms",
            judge(f"{share:.2f} × a token, ≤ {MOST}", kept),
        ),
    ], kept
