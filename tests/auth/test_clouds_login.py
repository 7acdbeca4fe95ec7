"""Logging in with clouds.yaml, OS_*, a password and an application credential, on a real Keystone and Glance."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.support.run import TOOL, Run, run_installed, run_tool
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from tests.support.cloud_user import CloudUser
    from tests.support.tcp_proxy import TcpProxy


PROBE = """
import json, sys
from imgshare_cli.cli.app import main
code = main(sys.argv[1:])
heavy = {'keystoneauth1', 'openstack', 'keyring'}
print(json.dumps([code, sorted(name for name in sys.modules if name.split('.')[0] in heavy)]))
"""


@pytest.mark.usefixtures("keyring")
def test_log_in_once(member: CloudUser, keystone_proxy: TcpProxy, monkeypatch: pytest.MonkeyPatch) -> None:
    """OS_CLOUD is all it takes; the second run asks Keystone nothing, and loads neither keystoneauth1 nor keyring."""
    member.write(otc=member.entry())
    monkeypatch.setenv("OS_CLOUD", "otc")

    assert "accepted" == run_tool("accept", member.image, "--json").json()["status"]
    assert "accepted" == member.status()
    first = keystone_proxy.count
    assert first > 0

    command = [sys.executable, "-c", PROBE, "reject", member.image]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert [0, []] == json.loads(done.stdout.splitlines()[-1])
    assert first == keystone_proxy.count
    assert "rejected" == member.status()


@pytest.mark.usefixtures("keyring")
def test_an_edited_clouds_yaml_is_read_again(
    member: CloudUser, keystone_proxy: TcpProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kept token is for the settings that it was asked for with."""
    member.write(otc=member.entry())
    monkeypatch.setenv("OS_CLOUD", "otc")
    assert 0 == run_tool("show", member.image).code
    count = keystone_proxy.count
    member.write(otc=member.entry(interface="internal"))

    assert 0 == run_tool("show", member.image).code
    assert keystone_proxy.count > count


def test_without_a_keyring(member: CloudUser, keystone_proxy: TcpProxy, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a keyring every run logs in, and says nothing about it."""
    member.write(otc=member.entry())
    monkeypatch.setenv("OS_CLOUD", "otc")

    counts = []
    for command in ("accept", "reject"):
        run = run_installed(command, member.image, "--json")
        assert (0, "") == (run.code, run.err)
        counts.append(keystone_proxy.count)
    assert 0 < counts[0] < counts[1]


def test_tokens_in_a_file(member: CloudUser, keystone_proxy: TcpProxy, monkeypatch: pytest.MonkeyPatch) -> None:
    """With token_store = "file" the token is kept in a private file, which is refused once others can read it."""
    member.write(otc=member.entry())
    monkeypatch.setenv("OS_CLOUD", "otc")
    assert Run(0) == run_tool("config", "set", "token_store", "file")
    assert 0 == run_tool("accept", member.image).code
    count = keystone_proxy.count
    assert 0 == run_tool("show", member.image).code
    assert count == keystone_proxy.count

    [path] = Path(os.environ["XDG_STATE_HOME"], "imgshare", "tokens").iterdir()
    assert 0o600 == path.stat().st_mode & 0o777
    path.chmod(0o640)
    assert Run(
        3,
        "",
        f"imgshare: other users can read {path}, which contains a token\n"
        f"hint: chmod 600 fixes it; `imgshare logout` revokes the token\n",
    ) == run_tool("show", member.image)


def test_the_environments_own_settings(member: CloudUser, monkeypatch: pytest.MonkeyPatch) -> None:
    """OS_AUTH_URL and its like are enough, as after `source openrc`."""
    for name, value in member.entry()["auth"].items():
        monkeypatch.setenv(f"OS_{name.upper()}", value)

    assert "accepted" == run_tool("accept", member.image, "--json").json()["status"]


@pytest.mark.usefixtures("keyring")
def test_login_with_a_cloud(member: CloudUser, keystone_proxy: TcpProxy) -> None:
    """`login --cloud` says who, where and until when; the profile needs nothing more; logout revokes."""
    member.write(otc=member.entry())

    run = run_tool("login", "--cloud", "otc", "--profile", "work", "--default")

    assert (0, "") == (run.code, run.out)
    who, service, stored = run.err.splitlines()
    assert who.startswith(f"logged in as {member.user.username} in project ")
    assert f"({member.user.project_id}), until 20" in who
    assert f"image service: {member.cloud.endpoint}" == service
    assert stored.endswith(", profile 'work'")
    count = keystone_proxy.count

    status = run_tool("status", "--json").json()
    assert ("work", "otc", member.user.username, member.user.project_id, "ok") == (
        status["profile"],
        status["cloud"],
        status["user"],
        status["project_id"],
        status["service"],
    )
    assert "member" in status["roles"]
    assert member.cloud.endpoint == status["endpoint"]
    assert "accepted" == run_tool("accept", member.image, "--json").json()["status"]
    assert count == keystone_proxy.count

    out = run_tool("logout").err.splitlines()
    assert out[0].startswith(f"removed the token of profile 'work' for {member.user.username} in ")
    assert f"revoked it at {member.auth_url}" == out[1]
    again = "note: the next command logs in again with cloud 'otc' of "
    assert run_tool("logout").err.startswith(f"no token is stored for profile 'work'\n{again}")
    assert 0 == run_tool("login", "--cloud", "otc").code
    assert {"profile": "work", "result": "removed", "revoked": True} == run_tool("logout", "--json").json()


@pytest.mark.usefixtures("keyring")
def test_login_with_a_password(member: CloudUser, keystone_proxy: TcpProxy) -> None:
    """A password from stdin is enough, is kept nowhere, and a run after the token's end says what to type."""
    who = ["--auth-url", member.auth_url, "--username", member.user.username, "--project", member.user.project_id]

    run = run_tool("login", *who, stdin=member.user.password.encode())

    assert 0 == run.code, run.err
    count = keystone_proxy.count
    assert "accepted" == run_tool("accept", member.image, "--json").json()["status"]
    assert count == keystone_proxy.count
    kept = subprocess.run(
        [sys.executable, "-m", "keyring", "get", "imgshare", "default"], capture_output=True, text=True, check=True
    ).stdout
    assert member.user.password not in kept
    entry = json.loads(kept.partition("\n")[2])
    entry["expires_at"] = "2020-01-01T00:00:00+00:00"
    expired = "1\n" + json.dumps(entry)
    subprocess.run(
        [sys.executable, "-m", "keyring", "set", "imgshare", "default"], input=expired, text=True, check=True
    )

    again = f"imgshare login --auth-url {member.auth_url} --username {member.user.username} --project"
    assert Run(
        4,
        "",
        f"imgshare: the token of profile 'default' has expired\nhint: run `{again} {member.user.project_id}`\n",
    ) == run_tool("show", member.image)


@pytest.mark.usefixtures("keyring")
def test_login_by_answers(member: CloudUser, keystone_proxy: TcpProxy) -> None:
    """Who answers the questions of `login` is logged in as with its options, and accepts the image next."""
    answers = [
        ("Number:", "1"),
        ("Identity service URL", member.auth_url),
        ("User:", member.user.username),
        ("Domain of the user [Default]:", ""),
        ("Project, by name or ID", member.user.project_id),
        ("(hidden):", member.user.password),
    ]
    with Terminal([TOOL, "login"], columns=200) as terminal:
        for question, answer in answers:
            terminal.wait_for_text(question)
            terminal.press_keys(f"{answer}\r")
        assert 0 == terminal.wait_for_exit()
        assert f"\nlogged in as {member.user.username} in project " in terminal.screen
        assert member.user.password not in terminal.raw.decode()
    count = keystone_proxy.count
    assert "accepted" == run_tool("accept", member.image, "--json").json()["status"]
    assert count == keystone_proxy.count

    member.write(otc=member.entry(), other=member.entry())
    with Terminal([TOOL, "login", "--profile", "work"], columns=200) as terminal:
        for question, answer in [("Number or name:", "1"), ("Make 'work' the default profile", "y")]:
            terminal.wait_for_text(question)
            terminal.press_keys(f"{answer}\r")
        assert 0 == terminal.wait_for_exit()
    assert "rejected" == run_tool("reject", member.image, "--json").json()["status"]
    status = run_tool("status", "--json").json()
    assert ("work", "otc") == (status["profile"], status["cloud"])


def test_a_pasted_token_is_revoked(member: CloudUser, monkeypatch: pytest.MonkeyPatch) -> None:
    """`logout` revokes a pasted token at OS_AUTH_URL, on the image service's host."""
    assert 0 == run_tool("config", "set", "token_store", "file").code
    token = member.cloud.issue_token(member.user.project_id, "member")
    assert 0 == run_tool("login", "--endpoint", member.cloud.endpoint, stdin=token.encode()).code
    monkeypatch.setenv("OS_AUTH_URL", member.auth_url)

    said = f"removed the token of profile 'default'\nrevoked it at {member.auth_url}\n"
    assert Run(0, "", said) == run_tool("logout")
    check = {"X-Auth-Token": member.cloud.admin_token, "X-Subject-Token": token}
    assert 404 == httpx.get(f"{member.cloud.auth_url}/auth/tokens", headers=check, timeout=60).status_code


MEMBERS = [{"service": "image", "method": method, "path": "/v2/images/*/members/*"} for method in ("GET", "PUT")]


@pytest.mark.parametrize("rules", [{}, {"access_rules": MEMBERS}], ids=["all", "members only"])
@pytest.mark.usefixtures("keyring")
def test_login_with_an_application_credential(
    member: CloudUser, keystone_proxy: TcpProxy, rules: dict[str, Any]
) -> None:
    """An application credential logs in, also one for the members calls alone, and renews without a person."""
    made = member.create_application_credential(**rules)

    run = run_tool(
        "login",
        *("--auth-url", member.auth_url, "--application-credential-id", made["id"]),
        stdin=f"{made['secret']}\n".encode(),
    )
    assert 0 == run.code, run.err
    assert made["secret"] not in run.err
    assert "accepted" == run_tool("accept", member.image, "--json").json()["status"]

    kept = [sys.executable, "-m", "keyring"]
    text = subprocess.run([*kept, "get", "imgshare", "default"], capture_output=True, text=True, check=True).stdout
    entry = json.loads(text.partition("\n")[2])
    entry["expires_at"] = "2020-01-01T00:00:00+00:00"
    changed = "1\n" + json.dumps(entry)
    subprocess.run([*kept, "set", "imgshare", "default"], input=changed, text=True, check=True)
    count = keystone_proxy.count
    assert "rejected" == run_tool("reject", member.image, "--json").json()["status"]
    assert keystone_proxy.count > count


@pytest.mark.usefixtures("keyring")
def test_a_revoked_token_is_renewed_on_the_way(
    member: CloudUser, keystone_proxy: TcpProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A 401 in mid-run is answered with one new login, and the work is done."""
    member.write(otc=member.entry())
    monkeypatch.setenv("OS_CLOUD", "otc")
    assert 0 == run_tool("accept", member.image).code
    text = subprocess.run(
        [sys.executable, "-m", "keyring", "get", "imgshare", "default@otc"], capture_output=True, text=True, check=True
    ).stdout
    member.cloud.revoke_token(json.loads(text.partition("\n")[2])["secret"])
    count = keystone_proxy.count

    run = run_tool("reject", member.image, "--json")

    assert "rejected" == run.json()["status"]
    assert "rejected" == member.status()
    assert keystone_proxy.count > count


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        ({"password": "wrong-but-secret"}, 4, "rejected the credentials of cloud 'otc'"),
        ({"project_id": "0" * 32}, 4, "rejected the credentials of cloud 'otc'"),
        (
            {"auth_url": "http://127.0.0.1:1/v3"},
            8,
            "cannot reach http://127.0.0.1:1: connection refused\nhint: check auth_url",
        ),
        ({"auth_url": "http://keystone.example/v3"}, 3, "uses plain http: others on the network could read"),
    ],
    ids=["password", "project", "nobody there", "plain http"],
)
def test_logins_that_fail(
    member: CloudUser, monkeypatch: pytest.MonkeyPatch, change: dict[str, str], code: int, said: str
) -> None:
    """A wrong password, a wrong project and an absent Keystone are told apart; no secret is shown."""
    entry = member.entry()
    entry["auth"] |= change
    member.write(otc=entry)
    monkeypatch.setenv("OS_CLOUD", "otc")

    run = run_tool("accept", member.image, "--debug")

    assert (code, "") == (run.code, run.out), run.err
    assert said in run.err
    assert "Traceback" not in run.err
    assert entry["auth"]["password"] not in run.err
    assert "pending" == member.status()


def test_no_project(member: CloudUser, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unscoped login is told apart, and the way to name a project is said."""
    entry = member.entry()
    del entry["auth"]["project_id"]
    member.write(otc=entry)
    monkeypatch.setenv("OS_CLOUD", "otc")

    run = run_tool("accept", member.image)

    assert 4 == run.code, run.err
    assert f"the login of {member.user.username} with cloud 'otc' is not for a project" in run.err
    assert "hint: set the project: project_name in clouds.yaml" in run.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("clouds:\n  otc:\n    auth: {auth_url: 'x'\n    region_name: y\n", "clouds.yaml, line 4 is not valid YAML: "),
        (
            "clouds:\n  otc:\n    auth:\n      auth_url: http://127.0.0.1:1\n      pasword: x\n",
            "clouds.yaml, line 5: did you mean password?",
        ),
        ("clouds:\n  otc:\n    regoin_name: x\n    auth: {auth_url: x}\n", "line 3: did you mean region_name?"),
        (
            "clouds:\n  otc:\n    auth: {auth_url: 'http://127.0.0.1:1'}\n",
            "the settings of cloud 'otc' do not contain username",
        ),
        (
            "clouds:\n  otc:\n    auth: {auth_url: 'http://127.0.0.1:1', username: me}\n",
            "the settings of cloud 'otc' do not contain password",
        ),
        ("clouds:\n  otc:\n    auth:\n      password: *hunter2\n", "line 4 is not valid YAML: found undefined alias\n"),
        (
            "clouds:\n  other:\n    auth: {auth_url: x}\n",
            "cloud 'otc' is not in {path}\nhint: the clouds there are other\n",
        ),
        ("clouds:\n  otc:\n    auth_type: nonsense\n    auth: {auth_url: x}\n", "unknown auth_type 'nonsense'"),
    ],
    ids=["syntax", "auth key", "cloud key", "no user", "no password", "quoted secret", "no such cloud", "auth type"],
)
def test_a_clouds_yaml_with_a_typing_error(monkeypatch: pytest.MonkeyPatch, text: str, said: str) -> None:
    """A typing error in clouds.yaml is exit 3, with file, line and what would be right."""
    path = Path(os.environ["XDG_CONFIG_HOME"], "openstack", "clouds.yaml")
    path.parent.mkdir()
    path.write_text(text)
    monkeypatch.setenv("OS_CLOUD", "otc")

    run = run_tool("show", "x")

    assert (3, "") == (run.code, run.out), run.err
    assert said.replace("{path}", str(path)) in run.err


@pytest.mark.usefixtures("keyring")
def test_after_a_logout(member: CloudUser) -> None:
    """Who logged in once and is logged out again is told to log in, not to name an endpoint."""
    who = ["--auth-url", member.auth_url, "--username", member.user.username, "--project", member.user.project_id]
    assert 0 == run_tool("login", *who, stdin=member.user.password.encode()).code
    assert 0 == run_tool("logout").code

    assert Run(
        4,
        "",
        "imgshare: not logged in: IMGSHARE_TOKEN is not set, and no token is stored for profile 'default'\n"
        "hint: run `imgshare login`, or set OS_CLOUD, or IMGSHARE_ENDPOINT and IMGSHARE_TOKEN\n",
    ) == run_tool("show", member.image)


def test_a_token_beside_a_cloud(member: CloudUser, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token in the environment wins over OS_CLOUD, and is named where it then lacks an endpoint."""
    monkeypatch.setenv("OS_CLOUD", "otc")
    monkeypatch.setenv("IMGSHARE_TOKEN", "token")

    assert Run(
        3,
        "",
        "imgshare: no endpoint: no image service is configured\n"
        "hint: IMGSHARE_TOKEN overrides the cloud: unset it, or set IMGSHARE_ENDPOINT\n",
    ) == run_tool("show", member.image)


def test_settings_for_one_service(member: CloudUser, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key for the image service alone is no typing error."""
    member.write(otc=member.entry(image_interface="public", image_api_version="2"))
    monkeypatch.setenv("OS_CLOUD", "otc")

    assert 0 == run_tool("show", member.image).code


def test_another_clouds_token_stays_away_from_the_profile(
    member: CloudUser, serve: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The endpoint in a profile is for the profile's own logins: OS_CLOUD's token does not travel there."""
    from tests.support.fake_service import build_response

    other = serve(build_response(404, {"message": "no"}))
    for name in ("IMGSHARE_TOKEN", "IMGSHARE_ENDPOINT"):
        monkeypatch.delenv(name)
    assert 0 == run_tool("config", "set", "endpoint", other.endpoint).code
    member.write(otc=member.entry())
    monkeypatch.setenv("OS_CLOUD", "otc")

    assert "accepted" == run_tool("accept", member.image, "--json").json()["status"]
    assert [] == other.requests


def test_no_login_at_all(serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """auth_type none and http_basic work as the library has it."""
    from tests.support.fake_service import IMAGE, MEMBER, build_member, build_response

    service = serve(build_response(200, build_member()))
    monkeypatch.delenv("IMGSHARE_TOKEN")
    monkeypatch.delenv("IMGSHARE_ENDPOINT")
    monkeypatch.setenv("OS_CLOUD", "otc")
    path = Path(os.environ["XDG_CONFIG_HOME"], "openstack", "clouds.yaml")
    path.parent.mkdir()
    basic = {"username": "me", "password": "secret", "endpoint": service.endpoint}
    for entry, name, header in [
        ({"auth_type": "none", "auth": {"endpoint": service.endpoint}}, "x-auth-token", "notused"),
        ({"auth_type": "http_basic", "auth": basic}, "authorization", "Basic bWU6c2VjcmV0"),
    ]:
        path.write_text(json.dumps({"clouds": {"otc": entry}}))
        run = run_tool("accept", IMAGE, MEMBER)
        assert 0 == run.code, run.err
        carried = {"x-auth-token", "authorization"} & service.requests[-1].headers.keys()
        assert ({name}, header) == (carried, service.requests[-1].headers[name])
