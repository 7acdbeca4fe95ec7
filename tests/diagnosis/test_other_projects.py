"""An image that is shared with another project of the user, not this one, on a real Keystone and Glance."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.support.cloud_user import CloudUser, get_port
from tests.support.keyring_daemon import run_gnome_keyring
from tests.support.run import find_commands, run_command, run_tool
from tests.support.tcp_proxy import TcpProxy

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.openstack import Cloud


@pytest.fixture
def home(strict_cloud: Cloud, member: CloudUser) -> str:
    """Another project of the same user, which they log in to, and which nothing is shared with."""
    project: str = strict_cloud.create_project("home")
    strict_cloud.join(member.user, project, "member")
    return project


def _move_home(member: CloudUser, home: str) -> CloudUser:
    return replace(member, user=replace(member.user, project_id=home))


def _read_project_name(member: CloudUser, project: str) -> str:
    headers = {"X-Auth-Token": member.cloud.admin_token}
    url = f"{member.cloud.auth_url}/projects/{project}"
    name: str = httpx.get(url, headers=headers, timeout=60).raise_for_status().json()["project"]["name"]
    return name


def test_another_project_by_clouds_yaml(member: CloudUser, home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An image that is shared with another project of the user is found there; a copy of the entry is the way to it."""
    there, entry = member.user.project_id, _move_home(member, home).entry()
    member.write(otc=entry)
    monkeypatch.setenv("OS_CLOUD", "otc")

    run = run_tool("accept", member.image, "--json", "--debug")

    error = json.loads(run.err.splitlines()[-1])["error"]
    assert (6, "not_found", "wrong_project", 404) == (run.code, error["code"], error["reason"], error["http_status"])
    assert (
        f"cannot accept image {member.image} for project {home}: "
        f"it is shared with another of your projects, {_read_project_name(member, there)} ({there})"
    ) == error["message"]
    assert (
        f"copy the entry 'otc' in clouds.yaml to a new name, with project_id '{there}', and run `imgshare accept "
        f"{member.image} {there} --json --debug --cloud NAME`"
    ) == error["hint"]
    assert "gAAAA" not in run.err
    assert "pending" == member.status()
    entry["auth"]["project_id"] = there
    member.write(other=entry)
    assert 0 == run_command(find_commands(error["hint"])[0].replace("NAME", "other"))
    assert "accepted" == member.status()


@pytest.mark.parametrize("by", ["id", "name"])
def test_another_project_by_variables(member: CloudUser, home: str, monkeypatch: pytest.MonkeyPatch, by: str) -> None:
    """After `source openrc`, which names a project by ID or by name, one variable is the way."""
    there = member.user.project_id
    for name, value in _move_home(member, home).entry()["auth"].items():
        if name != "project_id":
            monkeypatch.setenv(f"OS_{name.upper()}", value)
    if by == "id":
        monkeypatch.setenv("OS_PROJECT_ID", home)
    else:
        monkeypatch.setenv("OS_PROJECT_NAME", _read_project_name(member, home))
        monkeypatch.setenv("OS_PROJECT_DOMAIN_ID", "default")

    error = run_tool("accept", member.image, "--json").error()

    command = f"OS_PROJECT_ID={there} imgshare accept {member.image} {there} --json"
    assert ("wrong_project", f"run `{command}`") == (error["reason"], error["hint"])
    assert 0 == run_command(command)
    assert "accepted" == member.status()


def test_another_project_by_password(
    member: CloudUser, home: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who logged in with a password logs in to the other project, and has the whole command for it."""
    there, url, name = member.user.project_id, member.auth_url, member.user.username
    who = [
        "--auth-url",
        url,
        "--username",
        name,
        "--project",
        _read_project_name(member, home),
        "--project-domain",
        "Default",
    ]
    with run_gnome_keyring(tmp_path / "keyring") as environ:
        monkeypatch.delenv("PYTHON_KEYRING_BACKEND")
        for variable, value in environ.items():
            monkeypatch.setenv(variable, value)
        assert 0 == run_tool("login", *who, stdin=member.user.password.encode()).code

        error = run_tool("accept", member.image, "--json").error()

        log_in = f"imgshare login --auth-url {url} --username {name} --project {there}"
        accept = f"imgshare accept {member.image} {there} --json"
        assert "wrong_project" == error["reason"]
        assert (
            f"run `{log_in}`, then `{accept}`; add --profile NAME to both to keep your current login" == error["hint"]
        )
        assert 0 == run_command(f"{log_in} --profile there", member.user.password)
        assert 0 == run_command(f"{accept} --profile there")
    assert "accepted" == member.status()


@pytest.mark.parametrize("by", ["id", "name"])
def test_member_is_another_project(member: CloudUser, home: str, monkeypatch: pytest.MonkeyPatch, by: str) -> None:
    """An image that is shared with both projects is decided about for each with a token of its own."""
    there = member.user.project_id
    _share(member, home)
    member.write(otc=_move_home(member, home).entry())
    monkeypatch.setenv("OS_CLOUD", "otc")

    error = run_tool(
        "accept", member.image, there if by == "id" else _read_project_name(member, there), "--json"
    ).error()

    assert "wrong_project" == error["reason"]
    assert error["message"].endswith(
        f": it is shared with another of your projects, {_read_project_name(member, there)} ({there})"
    )


def test_ones_own_name(member: CloudUser, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name of our own project is called what it is, with the ID to type."""
    own = member.user.project_id
    member.write(otc=member.entry())
    monkeypatch.setenv("OS_CLOUD", "otc")

    error = run_tool("accept", member.image, name := _read_project_name(member, own), "--json").error()

    assert "wrong_member" == error["reason"]
    assert (
        f"cannot accept image {member.image} for project {name}: "
        f"it is shared with your project {own}: {name} is its name, but MEMBER must be an ID"
    ) == error["message"]
    assert f"run `imgshare accept {member.image} {own} --json`" == error["hint"]


def test_ones_own_image(member: CloudUser, home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An owner is told who decides about the image, who might, and how to list the projects it is shared with."""
    own, other = member.user.project_id, "0" * 32
    image = _make_image(member)
    _share(replace(member, image=image, owner_token=member.cloud.issue_token(own, "member")), home)
    member.write(otc=member.entry())
    monkeypatch.setenv("OS_CLOUD", "otc")

    errors = [run_tool("accept", image, *given, "--json").error() for given in ([], [home], [other])]

    assert [
        (
            "not_a_member",
            (
                f"cannot accept image {image} for project {own}: "
                "that project owns the image, and only the projects it is shared with can decide"
            ),
            f"`imgshare members {image}` shows them and what they decided",
        ),
        (
            "owner",
            (
                f"cannot accept image {image} for project {home}: "
                f"your project owns the image, and only project {home} can decide"
            ),
            f"someone in project {home} can run `imgshare accept {image}`",
        ),
        (
            "not_a_member",
            (
                f"cannot accept image {image} for project {other}: "
                "your project owns the image, but it is not shared with that project"
            ),
            f"`imgshare share {image} {other}` shares it",
        ),
    ] == [(error["reason"], error["message"], error["hint"]) for error in errors]


def test_an_image_of_another_project_of_ours(
    strict_cloud: Cloud, member: CloudUser, home: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An image that another project of the user owns is shared from there, even if the user administers a third."""
    third = strict_cloud.create_project("administered")
    strict_cloud.join(member.user, third, "admin")
    image = _make_image(member)
    member.write(otc=_move_home(member, home).entry())
    monkeypatch.setenv("OS_CLOUD", "otc")

    error = run_tool("accept", image, "--json").error()

    name = _read_project_name(member, member.user.project_id)
    assert {
        "code": "not_found",
        "reason": "not_a_member",
        "message": f"cannot accept image {image} for project {home}: the image belongs to "
        f"another of your projects, {name} ({member.user.project_id}), and is not shared with project {home}",
        "hint": f"in project {name}, `imgshare share {image} {home}` shares it",
    }.items() <= error.items()


def test_nowhere(member: CloudUser, home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is nowhere is not found, whether Keystone can be asked or not."""
    _unshare(member)
    monkeypatch.setenv("OS_CLOUD", "otc")
    assert 0 == run_tool("config", "set", "token_store", "file").code
    with TcpProxy(get_port(member.cloud.auth_url)) as keystone_proxy:
        member.write(otc=replace(_move_home(member, home), keystone_proxy=keystone_proxy).entry())
        asked = run_tool("accept", member.image, "--json").error()
    count = keystone_proxy.count
    not_asked = run_tool("accept", member.image, "--json").error()

    assert count == keystone_proxy.count
    assert (
        f"cannot accept image {member.image} for project {home}: the image does not exist, or it is not (or no longer) "
        "shared with that project; the service does not say which"
    ) == asked["message"]
    assert (
        "check the ID: `imgshare list --status all --long` shows what is shared with you; "
        f"or ask its owner to run `imgshare share {member.image} {home}`"
    ) == asked["hint"]
    assert "not_found" == asked["reason"]
    assert asked | {"request_id": None} == not_asked | {"request_id": None}


def test_an_application_credential_is_for_one_project(
    member: CloudUser, home: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keystone gives nothing for the token of an application credential: the image is not found, no more."""
    at_home = _move_home(member, home)
    made = at_home.create_application_credential()
    auth = {
        "auth_url": member.auth_url,
        "application_credential_id": made["id"],
        "application_credential_secret": made["secret"],
    }
    member.write(otc={"auth_type": "v3applicationcredential", "auth": auth, "region_name": ""})
    monkeypatch.setenv("OS_CLOUD", "otc")

    assert "not_found" == run_tool("accept", member.image, "--json").error()["reason"]


def _make_image(member: CloudUser) -> str:
    headers = {"X-Auth-Token": member.cloud.issue_token(member.user.project_id, "member")}
    body = {"name": "ours", "visibility": "shared"}
    made = httpx.post(f"{member.cloud.endpoint}/v2/images", json=body, headers=headers, timeout=60).raise_for_status()
    image: str = made.json()["id"]
    return image


def _share(member: CloudUser, project: str) -> None:
    url = f"{member.cloud.endpoint}/v2/images/{member.image}/members"
    headers = {"X-Auth-Token": member.owner_token}
    httpx.post(url, json={"member": project}, headers=headers, timeout=60).raise_for_status()


def _unshare(member: CloudUser) -> None:
    url = f"{member.cloud.endpoint}/v2/images/{member.image}/members/{member.user.project_id}"
    httpx.delete(url, headers={"X-Auth-Token": member.owner_token}, timeout=60).raise_for_status()
