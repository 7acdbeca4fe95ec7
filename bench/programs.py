"""What is measured: command lines, and the worlds they run in."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from bench.environments import ROOT
from bench.rules import write_rules
from bench.stopwatch import Program
from tests.support.large_inbox import LargeInbox

if TYPE_CHECKING:
    from tests.support.openstack import Cloud, Credentials

BARE = "a bare script with httpx"
ACCEPT = "`imgshare accept IMAGE MEMBER --json`"
TABLE = "the same, drawing a table"
KEYRING = "the same, token from gnome-keyring"
KEPT = "`OS_CLOUD=… imgshare accept IMAGE`, token stored"
FIRST = "the same, the first run: login included"
HELP = "`imgshare --help`"
TAB = "one shell completion"
GLANCE = "`glance member-update`, with a token"
OPENSTACK = "`openstack image set --accept`, logging in"
LIST = "`imgshare list --json`, 1,200 pending of 1,500"
PLAN = "`imgshare plan --json`, the same images and 50 rules"
BARE_LIST = "a bare loop with httpx over the same pages"
OPENSTACK_LIST = "`openstack image list --shared --member-status pending`"

Environ = dict[str, str]


@dataclass(frozen=True, slots=True)
class Tools:
    """The folders of programs of the tool and of each peer."""

    ours: Path
    glance: Path
    openstack: Path

    @property
    def imgshare(self) -> str:
        """The tool."""
        return str(self.ours / "imgshare")


def programs(cloud: Cloud, base: Environ, tools: Tools) -> list[Program]:
    """Everything to measure, on images that are made for it in this cloud."""
    user, large_inbox = cloud.user(cloud.create_project("member"), "member"), LargeInbox.of(cloud)
    logins = {"bench": _login(cloud, user), "crowd": _login(cloud, large_inbox.member)}
    _write_clouds(base, logins)
    deciding = _deciding(cloud, user, base, tools)
    bare = {**base, "IMGSHARE_ENDPOINT": cloud.endpoint}
    bare["IMGSHARE_TOKEN"] = cloud.issue_token(large_inbox.member.project_id, "member")
    bare_list = [str(tools.ours / "python"), str(ROOT / "bench/bare_list.py"), large_inbox.member.project_id]
    return [
        *deciding,
        Program(BARE_LIST, bare_list, bare, rarely=True),
        *_listing({**base, "OS_CLOUD": "crowd"}, {**base, **logins["crowd"]}, tools, write_rules(large_inbox, base)),
    ]


def _deciding(cloud: Cloud, user: Credentials, base: Environ, tools: Tools) -> list[Program]:
    tool, project = tools.imgshare, user.project_id
    image = _shared_image(cloud, project)
    token = cloud.issue_token(project, "member")
    endpoint = {**base, "IMGSHARE_ENDPOINT": cloud.endpoint}
    with_token = {**endpoint, "IMGSHARE_TOKEN": token}
    subprocess.run([tool, "login"], input=token.encode(), env=endpoint, check=True, capture_output=True)
    cloud_named = {**base, "OS_CLOUD": "bench"}
    subprocess.run([tool, "accept", image], env=cloud_named, check=True, capture_output=True)
    in_a_file, tokens = _tokens_in_files(cloud_named)
    accept = [tool, "accept", image, project]
    first = ["/bin/sh", "-c", f"rm -rf {tokens}; exec {tool} accept {image} --json"]
    update = ["--os-image-url", cloud.endpoint, "--os-auth-token", token, "member-update", image, project, "accepted"]
    set_accept = [str(tools.openstack / "openstack"), "image", "set", "--accept", image]
    return [
        Program(BARE, [str(tools.ours / "python"), str(ROOT / "bench/bare.py"), image, project], with_token),
        Program(ACCEPT, [*accept, "--json"], with_token),
        Program(TABLE, accept, with_token, at_terminal=True),
        Program(KEYRING, [*accept, "--json"], endpoint),
        Program(KEPT, [tool, "accept", image, "--json"], cloud_named),
        Program(FIRST, first, in_a_file, rarely=True),
        Program(HELP, [tool, "--help"], base),
        Program(TAB, [tool, "acc"], {**base, "_IMGSHARE_COMPLETE": "complete_bash"}),
        Program(GLANCE, [str(tools.glance / "glance"), *update], base, rarely=True),
        Program(OPENSTACK, set_accept, {**base, **_login(cloud, user)}, rarely=True),
    ]


def _listing(cloud_named: Environ, logged_in: Environ, tools: Tools, rules: Path) -> list[Program]:
    ours = [tools.imgshare, "list", "--json"]
    theirs = [str(tools.openstack / "openstack"), "image", "list", "--shared", "--member-status", "pending"]
    subprocess.run(ours, env=cloud_named, check=True, capture_output=True)
    return [
        Program(LIST, ours, cloud_named, rarely=True),
        Program(PLAN, [tools.imgshare, "plan", "--json", "--rules", str(rules)], cloud_named, rarely=True),
        Program(OPENSTACK_LIST, theirs, logged_in, rarely=True),
    ]


def _login(cloud: Cloud, user: Credentials) -> Environ:
    return {
        "OS_AUTH_URL": cloud.auth_url,
        "OS_USERNAME": user.username,
        "OS_PASSWORD": user.password,
        "OS_PROJECT_ID": user.project_id,
        "OS_USER_DOMAIN_ID": "default",
        "OS_IDENTITY_API_VERSION": "3",
    }


def _write_clouds(base: Environ, logins: dict[str, Environ]) -> None:
    clouds = {}
    for name, login in logins.items():
        auth = {key.removeprefix("OS_").lower(): value for key, value in login.items()}
        del auth["identity_api_version"]
        clouds[name] = {"auth": auth}
    folder = Path(base["XDG_CONFIG_HOME"], "openstack")
    folder.mkdir()
    (folder / "clouds.yaml").write_text(json.dumps({"clouds": clouds}))


def _tokens_in_files(cloud_named: Environ) -> tuple[Environ, Path]:
    """The environment of those who keep tokens in files instead of a keyring, and the folder of those files."""
    own = Path(cloud_named["XDG_CONFIG_HOME"], "tokens-in-files.toml")
    own.write_text('[profiles.default]\ntoken_store = "file"\n')
    return {**cloud_named, "IMGSHARE_CONFIG": str(own)}, Path(cloud_named["XDG_STATE_HOME"], "imgshare/tokens")


def _shared_image(cloud: Cloud, member: str) -> str:
    headers = {"X-Auth-Token": cloud.issue_token(cloud.create_project("owner"), "member")}
    with httpx.Client(base_url=cloud.endpoint, headers=headers) as http:
        image: str = (
            http.post("/v2/images", json={"name": "golden", "visibility": "shared"}).raise_for_status().json()["id"]
        )
        http.post(f"/v2/images/{image}/members", json={"member": member}).raise_for_status()
    return image
