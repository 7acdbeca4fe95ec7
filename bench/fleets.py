"""One image in many projects: `imgshare accept --all-projects` beside bare threads, on the real Keystone and Glance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from bench.batch_programs import race
from bench.environments import ROOT
from bench.rows import Row, judge
from tests.support.users import create_user

if TYPE_CHECKING:
    from pathlib import Path

    from bench.programs import Environ, Tools
    from tests.support.openstack import Cloud

COUNT = 100
MOST = 1.2


def measure_fleet(cloud: Cloud, path: Path, base: Environ, tools: Tools) -> tuple[list[Row], bool]:
    """Measure both in turn, each with one login and a token for each project."""
    projects = [cloud.create_project(f"tenant-{number}") for number in range(COUNT)]
    user = cloud.user(projects[0], "member")
    for project in projects[1:]:
        cloud.join(user, project, "member")
    with httpx.Client(base_url=cloud.endpoint, timeout=60, trust_env=False) as http:
        owner = create_user(cloud, http, "owner")
        image = owner.make_image("golden", visibility="shared")
        for project in projects:
            owner.share(image, project)
    path.write_text("\n".join(projects))
    environ = {
        **base,
        "IMGSHARE_ENDPOINT": cloud.endpoint,
        "OS_AUTH_URL": cloud.auth_url,
        "OS_USERNAME": user.username,
        "OS_PASSWORD": user.password,
        "OS_PROJECT_ID": user.project_id,
        "OS_USER_DOMAIN_ID": "default",
    }
    argvs = {
        "`imgshare accept --all-projects`": [tools.imgshare, "accept", image, "--all-projects", "--json"],
        "bare threads": [str(tools.ours / "python"), str(ROOT / "bench/bare_fleet.py"), image, str(path), "16"],
    }
    ours, bare = [COUNT / rate for rate in race(argvs, environ, COUNT).values()]
    kept = ours <= MOST * bare
    rows = [
        Row(f"one image in {COUNT} projects, real Keystone and Glance: {name}", f"{median:.1f} s")
        for name, median in zip(argvs, (ours, bare), strict=True)
    ]
    rows[0] = rows[0]._replace(budget=judge(f"{ours / bare:.2f} × bare, ≤ {MOST}", kept))
    return rows, kept
