"""Many at once: `imgshare accept --from` beside bare threads, curl, and loops of the peers."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bench.audit import measure_audit
from bench.batch_programs import (
    MEMBER,
    build_bare,
    build_ours,
    race,
    run,
    run_service,
    time_loop,
    write_curl,
    write_ids,
)
from bench.fleets import measure_fleet
from bench.jobs import measure_jobs
from bench.keys import measure_keys
from bench.log import measure_log
from bench.rows import Row, judge
from tests.support.large_inbox import share_copies

if TYPE_CHECKING:
    from bench.programs import Environ, Tools
    from tests.support.openstack import Cloud

COUNT = 5000
SLOW_COUNT, SLOW_DELAY, SLOW_JOBS = 10_000, 0.05, 32
SIZES, MOST_GROWTH = (1000, 10_000, 100_000), 20
REAL_COUNT, PEER_COUNT = 200, 20


def measure_batches(cloud: Cloud, base: Environ, tools: Tools) -> tuple[list[Row], bool]:
    """Measure everything; return the rows, and whether the budgets are kept."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "ids")
        rows, kept = _race_at_once(path, base, tools)
        slow, slow_kept = _measure_slow(path, base, tools)
        sizes, sizes_kept = _measure_sizes(path, base, tools)
        real, real_kept = _measure_real(cloud, path, base, tools)
        fleet, fleet_kept = measure_fleet(cloud, path, base, tools)
        jobs, jobs_kept = measure_jobs(path, base, tools)
        keys, keys_kept = measure_keys(base, tools)
        log, log_kept = measure_log(base, tools)
        audit, audit_kept = measure_audit(cloud, base, tools)
        return [*rows, *slow, *sizes, *real, *fleet, *jobs, *keys, *log, *audit], all(
            [kept, slow_kept, sizes_kept, real_kept, fleet_kept, jobs_kept, keys_kept, log_kept, audit_kept]
        )


def _race_at_once(path: Path, base: Environ, tools: Tools) -> tuple[list[Row], bool]:
    """Measure against a service that answers at once, one of each in turn."""
    write_ids(path, COUNT)
    with run_service(0) as endpoint:
        environ = {**base, "IMGSHARE_ENDPOINT": endpoint, "IMGSHARE_TOKEN": "bench", "IMGSHARE_PROJECT_ID": MEMBER}
        argvs = {"ours": build_ours(tools, path, 16), "bare": build_bare(tools, path, MEMBER, 16)}
        if shutil.which("curl"):
            config = write_curl(path, endpoint, COUNT)
            argvs["curl"] = ["curl", "--silent", "--parallel", "--parallel-max", "16", "--config", str(config)]
        medians = race(argvs, environ, COUNT)
    share = medians["ours"] / medians["bare"]
    kept = share >= 1.0
    rows = [
        Row(
            "`imgshare accept --from`, 16 jobs", f"{medians['ours']:,.0f}/s", judge(f"{share:.2f} × bare, ≥ 1.0", kept)
        ),
        Row("bare threads, each with its own `httpx.Client`, 16", f"{medians['bare']:,.0f}/s"),
    ]
    if "curl" in medians:
        rows.append(Row("`curl --parallel --parallel-max 16` (the limit)", f"{medians['curl']:,.0f}/s"))
    return rows, kept


def _measure_slow(path: Path, base: Environ, tools: Tools) -> tuple[list[Row], bool]:
    """Measure against a service that takes its time."""
    write_ids(path, SLOW_COUNT)
    with run_service(SLOW_DELAY) as endpoint:
        environ = {**base, "IMGSHARE_ENDPOINT": endpoint, "IMGSHARE_TOKEN": "bench", "IMGSHARE_PROJECT_ID": MEMBER}
        argvs = {
            "`imgshare accept --from`": build_ours(tools, path, SLOW_JOBS),
            "bare threads": build_bare(tools, path, MEMBER, SLOW_JOBS),
        }
        rates = race(argvs, environ, SLOW_COUNT, rounds=3)
    most = SLOW_JOBS / SLOW_DELAY
    ours, bare = [
        Row(
            f"a service that takes 50 ms, {SLOW_JOBS} jobs: {name}", f"{rate:,.0f}/s, {rate / most:.0%} of {most:.0f}/s"
        )
        for name, rate in rates.items()
    ]
    kept = rates["`imgshare accept --from`"] >= 0.9 * most
    return [ours._replace(budget=judge("≥ 90 %", kept)), bare], kept


def _measure_sizes(path: Path, base: Environ, tools: Tools) -> tuple[list[Row], bool]:
    """Measure rate and memory for more and more items."""
    rows, mib = [], []
    with run_service(0) as endpoint:
        environ = {**base, "IMGSHARE_ENDPOINT": endpoint, "IMGSHARE_TOKEN": "bench", "IMGSHARE_PROJECT_ID": MEMBER}
        for count in SIZES:
            write_ids(path, count)
            figures = run(build_ours(tools, path, 16), environ, count)
            mib.append(figures.mib)
            rows.append(Row(f"{count:,} items", f"{figures.rate:,.0f}/s, {figures.mib:.0f} MiB at most"))
    kept = max(mib) - min(mib) <= MOST_GROWTH
    rows[-1] = rows[-1]._replace(budget=judge(f"± {MOST_GROWTH} MiB", kept))
    return rows, kept


def _measure_real(cloud: Cloud, path: Path, base: Environ, tools: Tools) -> tuple[list[Row], bool]:
    """Measure against the real Glance: ours and bare threads in turn, and fewer images in a loop of each peer."""
    user = cloud.user(cloud.create_project("batch"), "member")
    images = share_copies(cloud, user.project_id, REAL_COUNT)
    path.write_text("".join(f"{image}\n" for image in images))
    token = cloud.issue_token(user.project_id, "member")
    environ = {**base, "IMGSHARE_ENDPOINT": cloud.endpoint, "IMGSHARE_TOKEN": token}
    environ["IMGSHARE_PROJECT_ID"] = user.project_id
    argvs = {"ours": build_ours(tools, path, 16), "bare": build_bare(tools, path, user.project_id, 16)}
    rates = race(argvs, environ, REAL_COUNT)
    ours, bare = rates["ours"], rates["bare"]
    glance = [str(tools.glance / "glance"), "--os-image-url", cloud.endpoint, "--os-auth-token", token, "member-update"]
    login = {
        "OS_AUTH_URL": cloud.auth_url,
        "OS_USERNAME": user.username,
        "OS_PASSWORD": user.password,
        "OS_PROJECT_ID": user.project_id,
        "OS_USER_DOMAIN_ID": "default",
        "OS_IDENTITY_API_VERSION": "3",
    }
    openstack = [str(tools.openstack / "openstack"), "image", "set", "--accept"]
    loops = {
        "a loop of `glance member-update`": time_loop(
            [[*glance, image, user.project_id, "accepted"] for image in images[:PEER_COUNT]], base
        ),
        "a loop of `openstack image set --accept`": time_loop(
            [[*openstack, image] for image in images[:PEER_COUNT]], {**base, **login}
        ),
    }
    kept = ours >= 0.95 * bare
    rows = [
        Row(
            f"{REAL_COUNT} images, real Glance: `imgshare accept --from`",
            f"{REAL_COUNT / ours:.1f} s ({ours:.0f}/s)",
            judge(f"{ours / bare:.2f} × bare, ≥ 0.95", kept),
        ),
        Row(f"{REAL_COUNT} images, real Glance: bare threads", f"{REAL_COUNT / bare:.1f} s ({bare:.0f}/s)"),
        *(
            Row(
                f"{REAL_COUNT} images, real Glance: {name}",
                f"{seconds * REAL_COUNT / PEER_COUNT:.0f} s, from {PEER_COUNT}",
            )
            for name, seconds in loops.items()
        ),
    ]
    return rows, kept
