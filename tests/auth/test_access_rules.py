"""The credential of docs/automation.md, on a real Keystone and Glance: it does what automation needs, and no more."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import yaml

from tests.support.readme import read_blocks
from tests.support.run import TOOL, run_tool

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.cloud_user import CloudUser

PAGE = Path(__file__).parents[2] / "docs" / "automation.md"


def _read_rules(text: str) -> Any:
    [block] = [block.text for block in read_blocks(PAGE) if block.language == "json" and text in block.text]
    return json.loads(block)


IMAGE_RULES = _read_rules("/v2/images/*/members")
MINE_RULE = _read_rules("/v3/auth/projects")


def _log_in(member: CloudUser, rules: list[Any]) -> tuple[dict[str, str], str]:
    """Create a credential with these rules; return the variables that name it, and a token."""
    made = member.create_application_credential(access_rules=rules, roles=[{"name": "member"}])
    body = {"auth": {"identity": {"methods": ["application_credential"], "application_credential": made}}}
    token = httpx.post(f"{member.cloud.auth_url}/auth/tokens", json=body, timeout=60).headers["X-Subject-Token"]
    return {
        "OS_AUTH_TYPE": "v3applicationcredential",
        "OS_AUTH_URL": member.auth_url,
        "OS_APPLICATION_CREDENTIAL_ID": made["id"],
        "OS_APPLICATION_CREDENTIAL_SECRET": made["secret"],
    }, token


def test_what_it_may_do(member: CloudUser) -> None:
    """It lists what waits, looks at it, decides about it, and takes the decision back."""
    environ, _ = _log_in(member, IMAGE_RULES)
    project = member.user.project_id

    listed = run_tool("list", "--json", environ=environ)
    assert [member.image] == [share["id"] for share in listed.json()]
    assert listed == run_tool(
        "list", "--name", "golden", "--owner", listed.json()[0]["owner"], "--json", environ=environ
    )
    assert 0 == run_tool("list", "--older-than", "0s", "--json", environ=environ).code
    planned = run_tool("list", "--json", environ=environ)
    accepted = run_tool("accept", "--from", "-", "--json", stdin=planned.out.encode(), environ=environ)
    assert {"image_id": member.image, "member_id": project, "result": "done", "status": "accepted"} == json.loads(
        accepted.out
    )
    assert "accepted" == member.status()
    assert "accepted" == run_tool("show", member.image, "--json", environ=environ).json()["status"]
    assert "rejected" == run_tool("reject", "golden", "--json", environ=environ).json()["status"]
    assert "pending" == run_tool("reset", member.image, "--json", environ=environ).json()["status"]


FORBIDDEN = [
    ("POST", "/v2/images", {"name": "x"}),
    ("PATCH", "/v2/images/{}", []),
    ("GET", "/v2/images/{}/file", None),
    ("PUT", "/v2/images/{}/file", None),
    ("POST", "/v2/images/{}/members", {"member": "0" * 32}),
    ("DELETE", "/v2/images/{}/members/00000000000000000000000000000000", None),
    ("POST", "/v2/images/{}/actions/deactivate", None),
    ("GET", "/v2/schemas/image", None),
    ("DELETE", "/v2/images/{}", None),
]


@pytest.mark.parametrize("headers", [{}, {"X-Service-Token": "x"}], ids=["user", "service token"])
def test_what_it_may_not_do(member: CloudUser, headers: dict[str, str]) -> None:
    """A Glance that is set as the page says refuses all else, which the same user may do with a password."""
    _, token = _log_in(member, [*IMAGE_RULES, MINE_RULE])
    with (
        member.cloud.with_strict_service_tokens() as other,
        httpx.Client(base_url=other.endpoint, timeout=60, trust_env=False) as http,
    ):
        own = {"X-Auth-Token": member.cloud.login(member.user)}
        image = http.post("/v2/images", json={"name": "own"}, headers=own).json()["id"]
        http.post(f"/v2/images/{image}/members", json={"member": "0" * 32}, headers=own)
        for method, path, body in FORBIDDEN:
            status = http.request(method, path.format(image), json=body, headers={"X-Auth-Token": token, **headers})
            assert (method, path, 401) == (method, path, status.status_code)
            assert 401 != http.request(method, path.format(image), json=body, headers=own).status_code


def test_a_service_token(member: CloudUser) -> None:
    """As Glance ships, any service token lets a request past the access rules: the page warns of it."""
    _, token = _log_in(member, IMAGE_RULES)
    url, headers = f"{member.cloud.endpoint}/v2/schemas/image", {"X-Auth-Token": token}

    assert 401 == httpx.get(url, headers=headers, timeout=60).status_code
    assert 200 == httpx.get(url, headers={**headers, "X-Service-Token": "x"}, timeout=60).status_code


def test_what_keystone_forbids(member: CloudUser) -> None:
    """Keystone shows the user's projects where a rule allows it; no credential can be made with this one."""
    url, user = member.cloud.auth_url, member.user.user_id
    for rules, status in ((IMAGE_RULES, 401), ([*IMAGE_RULES, MINE_RULE], 200)):
        headers = {"X-Auth-Token": _log_in(member, rules)[1]}
        assert status == httpx.get(f"{url}/auth/projects", headers=headers, timeout=60).status_code
        assert 401 == httpx.get(f"{url}/users/{user}", headers=headers, timeout=60).status_code
        made = {"application_credential": {"name": "another"}}
        path = f"{url}/users/{user}/application_credentials"
        assert 401 == httpx.post(path, json=made, headers=headers, timeout=60).status_code


def test_trying_it(member: CloudUser) -> None:
    """What the page says to try fails as it says."""
    environ, _ = _log_in(member, IMAGE_RULES)
    owner_token = {"X-Auth-Token": member.cloud.login(member.user)}
    image = httpx.post(f"{member.cloud.endpoint}/v2/images", json={"name": "x"}, headers=owner_token, timeout=60).json()

    run = run_tool("share", image["id"], "0" * 32, environ=environ)

    assert (4, "") == (run.code, run.out)


def test_a_glance_without_its_service_type(member: CloudUser) -> None:
    """A Glance that does not know its name in the catalog refuses all that such a credential asks."""
    environ, token = _log_in(member, IMAGE_RULES)
    with member.cloud.without_service_type() as other:
        headers = {"X-Auth-Token": token}
        assert 401 == httpx.get(f"{other.endpoint}/v2/images", headers=headers, timeout=60).status_code
        assert 4 == run_tool("list", "--endpoint", other.endpoint, environ=environ).code
        headers = {"X-Auth-Token": member.cloud.login(member.user)}
        assert 200 == httpx.get(f"{other.endpoint}/v2/images", headers=headers, timeout=60).status_code


def _read_service(folder: Path) -> tuple[list[str], dict[str, str]]:
    """Read the command of the systemd service, and its environment with systemd's folders in this one."""
    [unit] = [block.text for block in read_blocks(PAGE) if "[Service]" in block.text]
    lines = unit.replace("%d", str(folder)).replace("%S", str(folder)).replace("/etc/imgshare", str(folder))
    settings = re.findall(r"^Environment=(.*)$", lines, re.MULTILINE)
    environ = dict(setting.split("=", 1) for line in settings for setting in line.split())
    [command] = re.findall(r"^ExecStart=\S+ (.*)$", lines, re.MULTILINE)
    return command.split(), environ


def _read_cron_job(folder: Path) -> tuple[list[str], dict[str, str]]:
    """Read the command of the CronJob, and what is no secret of its environment."""
    [manifest] = [yaml.safe_load(block.text) for block in read_blocks(PAGE) if "kind: CronJob" in block.text]
    [container] = manifest["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    settings = {one["name"]: one["value"] for one in container["env"] if "value" in one}
    places = {"/config/config.toml": f"{folder}/config.toml", "/decisions": f"{folder}/imgshare/decisions"}
    return container["command"][1:], {name: places.get(value, value) for name, value in settings.items()}


@pytest.mark.parametrize("read_example", [_read_service, _read_cron_job], ids=["systemd", "kubernetes"])
def test_deciding_on_a_timer(
    member: CloudUser, tmp_path: Path, read_example: Callable[[Path], tuple[list[str], dict[str, str]]]
) -> None:
    """The command of the page decides with that credential, does nothing the next time, and can be taken back."""
    login, token = _log_in(member, IMAGE_RULES)
    url, headers = f"{member.cloud.endpoint}/v2/images/{member.image}", {"X-Auth-Token": token}
    owner = httpx.get(url, headers=headers, timeout=60).json()["owner"]
    (tmp_path / "config.toml").touch()
    (tmp_path / "rules.toml").write_text(f'[[rule]]\nname = "golden"\nowner = "{owner}"\nthen = "accept"\n')
    auth = {name.removeprefix("OS_").lower(): value for name, value in login.items() if name != "OS_AUTH_TYPE"}
    entry = {"auth_type": login["OS_AUTH_TYPE"], "auth": auth}
    (tmp_path / "clouds.yaml").write_text(json.dumps({"clouds": {"images": entry}}))
    command, example = read_example(tmp_path)
    environ = {"PATH": "/usr/bin:/bin", **({} if "OS_CLOUD" in example else login), **example}
    environ |= {"OS_AUTH_URL": member.auth_url} if "OS_AUTH_URL" in example else {}

    def run(*argv: str, stdin: str = "") -> tuple[int, list[Any]]:
        done = subprocess.run([TOOL, *argv], input=stdin, env=environ, capture_output=True, text=True, check=False)
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]

    code, [outcome] = run(*command)
    assert (0, member.image, "done", "golden") == (code, outcome["image_id"], outcome["result"], outcome["rule"])
    assert "accepted" == member.status()
    assert (0, []) == run(*command)
    assert [tmp_path / "imgshare" / "decisions"] == [file.parent for file in tmp_path.rglob("*.jsonl")]
    code, [decision] = run("log", "--since", "1h", "--json")
    assert (0, "apply", "golden") == (code, decision["command"], decision["rule"])
    code, [outcome] = run("reset", "--from", "-", "--json", stdin=json.dumps(decision))
    assert (0, member.image, "done") == (code, outcome["image_id"], outcome["result"])
    assert "pending" == member.status()
