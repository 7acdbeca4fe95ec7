"""`make bench`: the tool and its peers against the same real Glance, in one run; writes docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from datetime import date
from pathlib import Path

from bench import environments
from bench.batches import measure_batches
from bench.programs import (
    ACCEPT,
    BARE,
    BARE_LIST,
    FIRST,
    GLANCE,
    HELP,
    KEPT,
    KEYRING,
    LIST,
    OPENSTACK,
    PLAN,
    TAB,
    TABLE,
    Tools,
    programs,
)
from bench.stopwatch import race
from tests.support.keyring_daemon import run_gnome_keyring
from tests.support.openstack import running_cloud

ROUNDS = 40
# What each may take, in multiples of the bare script; for the peers, in multiples of ours and at least.
BUDGETS = {ACCEPT: 1.0, TABLE: 1.3, KEYRING: 1.3, KEPT: 1.3, HELP: 0.7, TAB: 0.7}
PEERS = {GLANCE: 3.0, OPENSTACK: 8.0}
# What each may take of another that does the same: of `openstack`, which logs in on every run, and of a bare loop.
SHARES = {
    FIRST: (OPENSTACK, "openstack", 0.75),
    LIST: (BARE_LIST, "the bare loop", 1.25),
    PLAN: (LIST, "list", 1.1),
}


def main() -> None:
    """Measure, write the table, and fail where a budget is exceeded."""
    tools = Tools(environments.ours(), environments.peer("glance"), environments.peer("openstack"))
    with (
        tempfile.TemporaryDirectory() as folder,
        running_cloud(hash_rounds=None, cache_tokens=True) as cloud,
        run_gnome_keyring(Path(folder)) as environ,
    ):
        # Caches of bytecode are part of how the programs are installed.
        base = {**environ, "PATH": os.environ["PATH"], "TERM": "xterm-256color"}
        seconds = race(programs(cloud, base, tools), ROUNDS)
        rows, batches_kept = measure_batches(cloud, base, tools)
    table, kept = _table(seconds)
    table += BATCHES.format(lines="\n".join(f"| {row.name} | {row.value} | {row.budget} |" for row in rows))
    Path("docs/benchmarks.md").write_text(table, encoding="utf-8")
    print(table)
    sys.exit(not (kept and batches_kept))


def _table(seconds: dict[str, float]) -> tuple[str, bool]:
    lines, kept = [], True
    for name, took in seconds.items():
        against_bare, against_ours = took / seconds[BARE], took / seconds[ACCEPT]
        budget = "—"
        if name in BUDGETS:
            held = against_bare <= BUDGETS[name]
            budget = f"≤ {BUDGETS[name]} × bare: {'kept' if held else 'EXCEEDED'}"
            kept = kept and held
        elif name in SHARES:
            peer, called, allowed = SHARES[name]
            share = took / seconds[peer]
            held = share <= allowed
            budget = f"{share:.2f} × {called}, ≤ {allowed}: {'kept' if held else 'EXCEEDED'}"
            kept = kept and held
        elif name in PEERS:
            held = against_ours >= PEERS[name]
            budget = f"≥ {PEERS[name]} × ours: {'kept' if held else 'MISSED'}"
            kept = kept and held
        lines.append(f"| {name} | {took * 1000:.0f} | {against_bare:.2f} | {against_ours:.2f} | {budget} |")
    about = f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores, {date.today()}"  # noqa: DTZ011
    return TEXT.format(rounds=ROUNDS, about=about, lines="\n".join(lines)), kept


TEXT = """\
# Benchmarks

`make bench` writes this page. It starts a real Keystone and Glance on loopback, installs the tool and each peer into
a separate environment, and runs them in turn for {rounds} rounds (a quarter of that for slow programs). The times are
medians of whole processes, from start to end, in milliseconds ({about}).

The bare script is what you would write for a single use: `import httpx`, one `httpx.put`, `print`.

| what | ms | × bare script | × `imgshare accept` | budget |
|---|---|---|---|---|
{lines}

`openstack` logs in with a password on every call, which is how it is used; `glance` was given a token, as `imgshare`
was. The first run with `OS_CLOUD` logs in with the same password as `openstack`, and keeps the token.

The lists are those of a project with 1,200 pending images from three other projects, 30 of them hidden, and 300 images
of its own, which Glance mixes in. `imgshare` reads pages of 1,000, visible and hidden, and omits the project's own;
`openstack` reads pages of 25, and shows only visible images, including the project's own. The bare loop reads the same
pages as `imgshare`, and checks nothing. `plan` reads what `list` reads: no rule asks when an image was shared.
"""

BATCHES = """
## Many at once

The service answers at once, and runs in a process of its own on the same cores; rates are items a second of whole
processes, medians of five runs in turn. `curl` sends the same requests and checks nothing. The loops of the peers were
measured with 20 images.

| what | measured | budget |
|---|---|---|
{lines}
"""

if __name__ == "__main__":
    main()
