"""Many at once: `imgshare accept --from` beside bare threads, curl, and loops of the peers."""

from __future__ import annotations

import contextlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bench.environments import ROOT
from tests.support.large_inbox import share_copies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.programs import Environ, Tools
    from tests.support.openstack import Cloud

ROUNDS = 5
MEMBER = "edc89b490d7d4392898e19b2deb34797"
COUNT = 5000
SLOW_COUNT, SLOW_DELAY, SLOW_JOBS = 2000, 0.05, 32
SIZES = (1000, 10_000, 100_000)
REAL_COUNT, PEER_COUNT = 200, 20


class Figures(NamedTuple):
    """A run: its items a second, from start to end of the process, and its memory in MiB."""

    rate: float
    mib: float


class Row(NamedTuple):
    """A line of the table."""

    name: str
    value: str
    budget: str = "—"


def measure_batches(cloud: Cloud, base: Environ, tools: Tools) -> tuple[list[Row], bool]:
    """Measure everything; return the rows, and whether the budgets are kept."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "ids")
        rows, kept = _race_at_once(path, base, tools)
        slow, slow_kept = _measure_slow(path, base, tools)
        real, real_kept = _measure_real(cloud, path, base, tools)
        return [*rows, slow, *_measure_sizes(path, base, tools), *real], kept and slow_kept and real_kept


def _race_at_once(path: Path, base: Environ, tools: Tools) -> tuple[list[Row], bool]:
    """Measure against a service that answers at once, one of each in turn."""
    _write_ids(path, COUNT)
    with _run_service(0) as endpoint:
        environ = {**base, "IMGSHARE_ENDPOINT": endpoint, "IMGSHARE_TOKEN": "bench", "IMGSHARE_PROJECT_ID": MEMBER}
        argvs = {"ours": _build_ours(tools, path, 16), "bare": _build_bare(tools, path, MEMBER, 16)}
        if shutil.which("curl"):
            config = _write_curl(path, endpoint, COUNT)
            argvs["curl"] = ["curl", "--silent", "--parallel", "--parallel-max", "16", "--config", str(config)]
        rates: dict[str, list[float]] = {name: [] for name in argvs}
        for _ in range(ROUNDS):
            for name, argv in argvs.items():
                rates[name].append(_run(argv, environ, COUNT).rate)
    medians = {name: statistics.median(all_) for name, all_ in rates.items()}
    share = medians["ours"] / medians["bare"]
    kept = share >= 1.0
    rows = [
        Row(
            "`imgshare accept --from`, 16 jobs", f"{medians['ours']:,.0f}/s", _judge(f"{share:.2f} × bare, ≥ 1.0", kept)
        ),
        Row("bare threads, each with its own `httpx.Client`, 16", f"{medians['bare']:,.0f}/s"),
    ]
    if "curl" in medians:
        rows.append(Row("`curl --parallel --parallel-max 16` (the limit)", f"{medians['curl']:,.0f}/s"))
    return rows, kept


def _measure_slow(path: Path, base: Environ, tools: Tools) -> tuple[Row, bool]:
    """Measure against a service that takes its time."""
    _write_ids(path, SLOW_COUNT)
    with _run_service(SLOW_DELAY) as endpoint:
        environ = {**base, "IMGSHARE_ENDPOINT": endpoint, "IMGSHARE_TOKEN": "bench", "IMGSHARE_PROJECT_ID": MEMBER}
        argv = _build_ours(tools, path, SLOW_JOBS)
        rate = statistics.median(_run(argv, environ, SLOW_COUNT).rate for _ in range(3))
    most = SLOW_JOBS / SLOW_DELAY
    kept = rate >= 0.9 * most
    name = f"`imgshare accept --from`, {SLOW_JOBS} jobs, a service that takes 50 ms"
    return Row(name, f"{rate:,.0f}/s", _judge(f"{rate / most:.0%} of {most:.0f}/s, ≥ 90 %", kept)), kept


def _measure_sizes(path: Path, base: Environ, tools: Tools) -> list[Row]:
    """Measure rate and memory for more and more items."""
    rows = []
    with _run_service(0) as endpoint:
        environ = {**base, "IMGSHARE_ENDPOINT": endpoint, "IMGSHARE_TOKEN": "bench", "IMGSHARE_PROJECT_ID": MEMBER}
        for count in SIZES:
            _write_ids(path, count)
            figures = _run(_build_ours(tools, path, 16), environ, count)
            rows.append(Row(f"{count:,} items", f"{figures.rate:,.0f}/s, {figures.mib:.0f} MiB at most"))
    return rows


def _measure_real(cloud: Cloud, path: Path, base: Environ, tools: Tools) -> tuple[list[Row], bool]:
    """Measure against the real Glance: ours and bare threads in turn, and fewer images in a loop of each peer."""
    user = cloud.user(cloud.create_project("batch"), "member")
    images = share_copies(cloud, user.project_id, REAL_COUNT)
    path.write_text("".join(f"{image}\n" for image in images))
    token = cloud.issue_token(user.project_id, "member")
    environ = {**base, "IMGSHARE_ENDPOINT": cloud.endpoint, "IMGSHARE_TOKEN": token}
    environ["IMGSHARE_PROJECT_ID"] = user.project_id
    argvs = {"ours": _build_ours(tools, path, 16), "bare": _build_bare(tools, path, user.project_id, 16)}
    rates: dict[str, list[float]] = {name: [] for name in argvs}
    for _ in range(ROUNDS):
        for name, argv in argvs.items():
            rates[name].append(_run(argv, environ, REAL_COUNT).rate)
    ours, bare = statistics.median(rates["ours"]), statistics.median(rates["bare"])
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
        "a loop of `glance member-update`": _time_loop(
            [[*glance, image, user.project_id, "accepted"] for image in images[:PEER_COUNT]], base
        ),
        "a loop of `openstack image set --accept`": _time_loop(
            [[*openstack, image] for image in images[:PEER_COUNT]], {**base, **login}
        ),
    }
    kept = ours >= 0.95 * bare
    rows = [
        Row(
            f"{REAL_COUNT} images, real Glance: `imgshare accept --from`",
            f"{REAL_COUNT / ours:.1f} s ({ours:.0f}/s)",
            _judge(f"{ours / bare:.2f} × bare, ≥ 0.95", kept),
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


def _judge(text: str, kept: bool) -> str:  # noqa: FBT001
    return f"{text}: {'kept' if kept else 'MISSED'}"


def _build_ours(tools: Tools, path: Path, jobs: int) -> list[str]:
    return [tools.imgshare, "accept", "--from", str(path), "--jobs", str(jobs), "--json"]


def _build_bare(tools: Tools, path: Path, member: str, jobs: int) -> list[str]:
    return [str(tools.ours / "python"), str(ROOT / "bench/bare_threads.py"), str(path), member, str(jobs)]


def _write_ids(path: Path, count: int) -> None:
    path.write_text("".join(f"{number:08x}-0000-4000-8000-000000000000\n" for number in range(count)))


def _write_curl(path: Path, endpoint: str, count: int) -> Path:
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


def _run(argv: list[str], environ: Environ, count: int) -> Figures:
    """Run a program to its end; it must do as many items as it was given."""
    started = time.perf_counter()
    with open(os.devnull, "wb") as nothing:  # noqa: PTH123
        child = subprocess.Popen(argv, env=environ, stdin=subprocess.DEVNULL, stdout=nothing, stderr=subprocess.PIPE)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - started
    with child:
        assert child.stderr
        if child.returncode:
            raise subprocess.CalledProcessError(child.returncode, argv[0], stderr=child.stderr.read())
    return Figures(count / seconds, usage.ru_maxrss / 1024)


def _time_loop(argvs: list[list[str]], environ: Environ) -> float:
    started = time.perf_counter()
    for argv in argvs:
        subprocess.run(argv, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - started


@contextlib.contextmanager
def _run_service(delay: float) -> Iterator[str]:
    """Run the service in a process of its own; yields its address."""
    argv = [sys.executable, str(ROOT / "bench/instant_service.py"), str(delay)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        yield child.stdout.readline().strip()
        assert child.stdin
        child.stdin.close()
