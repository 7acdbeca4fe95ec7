"""`make bench`: the tool and its peers against the same real Glance, in one run; writes docs/benchmarks.md."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from bench import environments
from bench.stopwatch import Program, race
from tests.cloud import running_cloud
from tests.secret_service import gnome_keyring

if TYPE_CHECKING:
    from tests.cloud import Cloud

ROUNDS = 40
BARE = "a bare script with httpx"
ACCEPT = "`imgshare accept IMAGE MEMBER --json`"
TABLE = "the same, drawing a table"
KEYRING = "the same, token from gnome-keyring"
KEPT = "`OS_CLOUD=… imgshare accept IMAGE`, token kept"
FIRST = "the same, the first run: login included"
HELP = "`imgshare --help`"
TAB = "one TAB of completion"
GLANCE = "`glance member-update`, given a token"
OPENSTACK = "`openstack image set --accept`, logging in"
# What each may take, in multiples of the bare script; for the peers, in multiples of ours and at least.
BUDGETS = {ACCEPT: 1.1, TABLE: 1.4, KEYRING: 1.4, KEPT: 1.4, HELP: 0.7, TAB: 0.7}
FIRST_BUDGET = 0.75  # of `openstack image set --accept`, which logs in on every run
PEERS = {GLANCE: 2.6, OPENSTACK: 10.0}


def main() -> None:
    """Measure, write the table, and fail where a budget is exceeded."""
    programs, glance, openstack = environments.ours(), environments.peer("glance"), environments.peer("openstack")
    with (
        tempfile.TemporaryDirectory() as folder,
        running_cloud(hash_rounds=None, cache_tokens=True) as cloud,
        gnome_keyring(Path(folder)) as environ,
    ):
        # Caches of bytecode are part of how the programs are installed.
        base = {**environ, "PATH": os.environ["PATH"], "TERM": "xterm-256color"}
        seconds = race(_programs(cloud, base, programs, glance, openstack), ROUNDS)
    table, kept = _table(seconds)
    Path("docs/benchmarks.md").write_text(table, encoding="utf-8")
    print(table)
    sys.exit(not kept)


def _programs(cloud: Cloud, base: dict[str, str], ours: Path, glance: Path, openstack: Path) -> list[Program]:
    owner, project = cloud.project("owner"), cloud.project("member")
    user = cloud.user(project, "member")
    image = _shared_image(cloud, owner, project)
    token = cloud.token(project, "member")
    endpoint = {**base, "IMGSHARE_ENDPOINT": cloud.endpoint}
    with_token = {**endpoint, "IMGSHARE_TOKEN": token}
    tool = str(ours / "imgshare")
    subprocess.run([tool, "login"], input=token.encode(), env=endpoint, check=True, capture_output=True)
    logged_in = {
        **base,
        "OS_AUTH_URL": cloud.auth_url,
        "OS_USERNAME": user.username,
        "OS_PASSWORD": user.password,
        "OS_PROJECT_ID": project,
        "OS_USER_DOMAIN_ID": "default",
        "OS_IDENTITY_API_VERSION": "3",
    }
    cloud_named, in_a_file, tokens = _named(base, logged_in)
    subprocess.run([tool, "accept", image], env=cloud_named, check=True, capture_output=True)
    accept = [tool, "accept", image, project]
    tab = {**base, "_IMGSHARE_COMPLETE": "complete_bash"}
    update = ["--os-image-url", cloud.endpoint, "--os-auth-token", token, "member-update", image, project, "accepted"]
    return [
        Program(BARE, [str(ours / "python"), str(environments.ROOT / "bench/bare.py"), image, project], with_token),
        Program(ACCEPT, [*accept, "--json"], with_token),
        Program(TABLE, accept, with_token, at_terminal=True),
        Program(KEYRING, [*accept, "--json"], endpoint),
        Program(KEPT, [tool, "accept", image, "--json"], cloud_named),
        Program(
            FIRST, ["/bin/sh", "-c", f"rm -rf {tokens}; exec {tool} accept {image} --json"], in_a_file, rarely=True
        ),
        Program(HELP, [tool, "--help"], base),
        Program(TAB, [tool, "acc"], tab),
        Program(GLANCE, [str(glance / "glance"), *update], base, rarely=True),
        Program(OPENSTACK, [str(openstack / "openstack"), "image", "set", "--accept", image], logged_in, rarely=True),
    ]


def _named(base: dict[str, str], logged_in: dict[str, str]) -> tuple[dict[str, str], dict[str, str], Path]:
    """The environments of those who have a clouds.yaml: one with a keyring, one with tokens in this folder."""
    config = Path(base["XDG_CONFIG_HOME"])
    auth = {name[3:].lower(): value for name, value in logged_in.items() if name.startswith("OS_")}
    del auth["identity_api_version"]
    (config / "openstack").mkdir()
    (config / "openstack/clouds.yaml").write_text(json.dumps({"clouds": {"bench": {"auth": auth}}}))
    own = config / "tokens-in-files.toml"
    own.write_text('[profiles.default]\ntoken_store = "file"\n')
    named = {**base, "OS_CLOUD": "bench"}
    return named, {**named, "IMGSHARE_CONFIG": str(own)}, Path(base["XDG_STATE_HOME"], "imgshare/tokens")


def _shared_image(cloud: Cloud, owner: str, member: str) -> str:
    headers = {"X-Auth-Token": cloud.token(owner, "member")}
    with httpx.Client(base_url=cloud.endpoint, headers=headers) as http:
        image: str = (
            http.post("/v2/images", json={"name": "golden", "visibility": "shared"}).raise_for_status().json()["id"]
        )
        http.post(f"/v2/images/{image}/members", json={"member": member}).raise_for_status()
    return image


def _table(seconds: dict[str, float]) -> tuple[str, bool]:
    lines, kept = [], True
    for name, took in seconds.items():
        against_bare, against_ours = took / seconds[BARE], took / seconds[ACCEPT]
        budget = "—"
        if name in BUDGETS:
            held = against_bare <= BUDGETS[name]
            budget = f"≤ {BUDGETS[name]} × bare: {'kept' if held else 'EXCEEDED'}"
            kept = kept and held
        elif name == FIRST:
            share = took / seconds[OPENSTACK]
            held = share <= FIRST_BUDGET
            budget = f"{share:.2f} × openstack, ≤ {FIRST_BUDGET}: {'kept' if held else 'EXCEEDED'}"
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
an environment of its own, and runs one of each in turn, {rounds} rounds (the slow peers a quarter of them). The times
are medians of whole processes, from start to end, in milliseconds ({about}).

The bare script is what one writes who needs this once: `import httpx`, one `httpx.put`, `print`.

| what | ms | × bare script | × `imgshare accept` | budget |
|---|---|---|---|---|
{lines}

`openstack` logs in with a password on every call, which is how it is used; `glance` was given a token, as `imgshare`
was. The first run with `OS_CLOUD` logs in with the same password as `openstack`, and keeps the token.
"""

if __name__ == "__main__":
    main()
