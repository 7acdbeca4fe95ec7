"""The owner's side: `imgshare audit` beside bare threads, on the real Glance."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import httpx

from bench.batch_programs import race
from bench.environments import ROOT
from bench.rows import Row, judge
from tests.support.image_copies import ImageCopy, insert_copies
from tests.support.large_inbox import NEWEST, create_model

if TYPE_CHECKING:
    from pathlib import Path

    from bench.programs import Environ, Tools
    from tests.support.openstack import Cloud

IMAGES, MEMBERS = 300, 20
MOST = 1.2


def measure_audit(cloud: Cloud, base: Environ, tools: Tools) -> tuple[list[Row], bool]:
    """Measure both in turn, each with 16 connections."""
    owner = cloud.create_project("audited")
    token = cloud.issue_token(owner, "member")
    share_with_many(cloud, owner, token)
    environ = {
        **base,
        "IMGSHARE_ENDPOINT": cloud.endpoint,
        "IMGSHARE_TOKEN": token,
        "IMGSHARE_PROJECT_ID": owner,
    }
    argvs = {
        "`imgshare audit`": [tools.imgshare, "audit", "--json"],
        "bare threads, 16": [str(tools.ours / "python"), str(ROOT / "bench/bare_audit.py"), owner, "16"],
    }
    ours, bare = [IMAGES / rate for rate in race(argvs, environ, IMAGES).values()]
    kept = ours <= MOST * bare
    rows = [
        Row(f"{IMAGES} own images with {MEMBERS} members each, real Glance: {name}", f"{median:.1f} s")
        for name, median in zip(argvs, (ours, bare), strict=True)
    ]
    rows[0] = rows[0]._replace(budget=judge(f"{ours / bare:.2f} × bare, ≤ {MOST}", kept))
    return rows, kept


def share_with_many(cloud: Cloud, owner: str, token: str) -> None:
    """Create the images, each with its members: one over HTTP, the rest as its copies in Glance's database."""
    headers = {"X-Auth-Token": token}
    with httpx.Client(base_url=f"{cloud.endpoint}/v2", headers=headers, timeout=60, trust_env=False) as http:
        model = create_model(http, "debian", f"{0:032x}")
    copies = [ImageCopy(model, f"golden-{n}", owner, f"{0:032x}", "pending", False, NEWEST) for n in range(IMAGES)]  # noqa: FBT003
    insert_copies(cloud.glance_database, copies)
    _add_members(cloud.glance_database, owner)


def _add_members(database: Path, owner: str) -> None:
    with closing(sqlite3.connect(database, timeout=60)) as connection, connection:
        for number in range(1, MEMBERS):
            connection.execute(
                "INSERT INTO image_members (image_id, member, can_share, created_at, updated_at, deleted, status)"
                " SELECT image_id, ?, can_share, m.created_at, m.updated_at, m.deleted, m.status"
                " FROM image_members AS m JOIN images ON images.id = image_id WHERE owner = ? AND member = ?",
                [f"{number:032x}", owner, f"{0:032x}"],
            )
