"""What can go wrong after a login, and what a catalog may look like, on a real Keystone and Glance."""

from __future__ import annotations

import json
import os
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from bench import environments
from imgshare_cli.secretstore import Keyring
from tests.support.cloud_user import Member, member_of, port_of
from tests.support.keyring_daemon import BACKEND, gnome_keyring
from tests.support.openstack import running_cloud
from tests.support.run import tool
from tests.support.tcp_proxy import Forwarder

if TYPE_CHECKING:
    from tests.support.openstack import Cloud


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens are kept in files."""
    monkeypatch.setenv("OS_CLOUD", "otc")
    assert 0 == tool("config", "set", "token_store", "file").code


def _as_admin(cloud: Cloud, method: str, path: str, body: Any = None) -> Any:
    headers = {"X-Auth-Token": cloud.admin_token}
    answer = httpx.request(method, cloud.auth_url + path, json=body, headers=headers, timeout=60).raise_for_status()
    return answer.json() if answer.content else None


def test_the_same_clouds_yaml_as_openstack(
    glance_ground: Cloud, door: Forwarder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One clouds.yaml serves python-openstackclient and imgshare, side by side."""
    member = member_of(glance_ground, door, "member")
    member.write(otc=member.entry())
    monkeypatch.setenv("OS_CLOUD", "otc")
    openstack = str(environments.peer("openstack") / "openstack")

    assert 0 == tool("accept", member.image).code
    assert "accepted" == member.status()
    subprocess.run([openstack, "image", "set", "--reject", member.image], check=True, capture_output=True)
    assert "rejected" == member.status()
    assert "rejected" == tool("show", member.image, "--json").json()["status"]


def test_a_reader(glance_ground: Cloud, door: Forwarder, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user with only the reader role logs in, may look, and may not decide."""
    member = member_of(glance_ground, door, "reader")
    member.write(otc=member.entry())
    monkeypatch.setenv("OS_CLOUD", "otc")

    assert "pending" == tool("show", member.image, "--json").json()["status"]
    assert 5 == tool("accept", member.image).code
    assert ["reader"] == tool("status", "--json").json()["roles"]


def test_a_disabled_user(glance_ground: Cloud, door: Forwarder, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disabled user is told that the credentials are not taken, and that this may be why."""
    member = member_of(glance_ground, door, "member")
    member.write(otc=member.entry())
    monkeypatch.setenv("OS_CLOUD", "otc")
    _as_admin(glance_ground, "PATCH", f"/users/{member.user.user_id}", {"user": {"enabled": False}})

    run = tool("accept", member.image)

    assert (4, "") == (run.code, run.out)
    assert "a disabled user is told the same" in run.err


def test_a_domain_is_no_project(glance_ground: Cloud, door: Forwarder, monkeypatch: pytest.MonkeyPatch) -> None:
    """A login scoped to a domain is told apart from one to nothing."""
    member = member_of(glance_ground, door, "member")
    [role] = _as_admin(glance_ground, "GET", "/roles?name=member")["roles"]
    _as_admin(glance_ground, "PUT", f"/domains/default/users/{member.user.user_id}/roles/{role['id']}")
    entry = member.entry()
    del entry["auth"]["project_id"]
    entry["auth"]["domain_id"] = "default"
    member.write(otc=entry)
    monkeypatch.setenv("OS_CLOUD", "otc")

    run = tool("accept", member.image)

    assert 4 == run.code, run.err
    assert f"as {member.user.username} is for domain 'Default', and images are shared with projects" in run.err


@pytest.mark.usefixtures("files")
def test_regions_and_interfaces(glance_ground: Cloud, door: Forwarder) -> None:
    """The catalog's image service is chosen by region and interface, with or without a path and /v2."""
    member = member_of(glance_ground, door, "member")
    [service] = _as_admin(glance_ground, "GET", "/services?type=image")["services"]
    made = []
    for region in ("north", "south"):
        _as_admin(glance_ground, "PUT", f"/regions/{region}", {"region": {}})
        for interface in ("public", "internal"):
            url = f"http://127.0.0.1:1/{region}/{interface}/v2/"
            endpoint = {"service_id": service["id"], "region_id": region, "interface": interface, "url": url}
            made.append(_as_admin(glance_ground, "POST", "/endpoints", {"endpoint": endpoint})["endpoint"]["id"])
    try:
        for region in ("north", "south"):
            for interface in ("public", "internal"):
                member.write(otc=member.entry(region_name=region, interface=interface))
                said = tool("status", "--timeout", "5").err
                assert f"cannot reach http://127.0.0.1:1/{region}/{interface}: " in said, said
        member.write(otc=member.entry(region_name="west"))
        run = tool("status")
        assert 3 == run.code, run.err
        assert "the catalog of cloud 'otc' does not name the image service: " in run.err
        assert (
            "accepted" == tool("accept", member.image, "--endpoint", glance_ground.endpoint, "--json").json()["status"]
        )
    finally:
        for identifier in made:
            _as_admin(glance_ground, "DELETE", f"/endpoints/{identifier}")
        for region in ("north", "south"):
            _as_admin(glance_ground, "DELETE", f"/regions/{region}")


@pytest.mark.usefixtures("files")
def test_expiry_and_an_absent_keystone() -> None:
    """A token that ends soon is renewed; without Keystone a kept token serves, and its absence is told apart."""
    with running_cloud(cache_tokens=True, workers=1) as cloud, Forwarder(port_of(cloud.auth_url)) as door:
        member = member_of(cloud, door, "member")
        member.write(otc=member.entry())
        assert 0 == tool("accept", member.image).code
        count = door.count
        [kept] = Path(os.environ["XDG_STATE_HOME"], "imgshare", "tokens").iterdir()
        soon = datetime.now(UTC) + timedelta(seconds=119)
        kept.write_text(json.dumps({**json.loads(kept.read_text()), "expires_at": soon.isoformat()}))
        assert 0 == tool("reject", member.image).code
        assert door.count > count

        cloud.stop_keystone()
        assert "rejected" == tool("show", member.image, "--json").json()["status"]
        member.write(otc=member.entry(interface="public"))
        run = tool("show", member.image)
        assert 8 == run.code, run.err
        assert f"cannot reach {member.auth_url.removesuffix('/v3')}: the connection broke" in run.err
        assert "hint: check auth_url and the network\n" in run.err
        # A token of one's own: Glance says 401 while Keystone is down, and so the tool looks.
        own = {"IMGSHARE_TOKEN": "gAAAAABunknown", "IMGSHARE_ENDPOINT": cloud.endpoint, "OS_AUTH_URL": member.auth_url}
        run = tool("show", member.image, environ=own)
        assert 8 == run.code, run.err
        assert "the image service takes no token now, because the identity service is down" in run.err


def test_an_expired_token_of_ones_own() -> None:
    """A token that has expired at Keystone is exit 4 with the way to a new one."""
    with running_cloud(token_seconds=5) as cloud, Forwarder(port_of(cloud.auth_url)) as door:
        member = member_of(cloud, door, "member")
        environ = {"IMGSHARE_TOKEN": cloud.token(member.user.project_id, "member"), "IMGSHARE_ENDPOINT": cloud.endpoint}
        assert 0 == tool("show", member.image, environ=environ).code
        time.sleep(6)
        run = tool("show", member.image, environ=environ)

    assert 4 == run.code
    assert "hint: put a new one into IMGSHARE_TOKEN" in run.err


def test_large_tokens_in_small_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A keyring whose entries are small, as Windows' are, takes a large token in parts, and forgets all of them."""
    with gnome_keyring(tmp_path / "keyring") as environ:
        monkeypatch.delenv("PYTHON_KEYRING_BACKEND")
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        large, small = json.dumps({"secret": "x" * 9000}), json.dumps({"secret": "y"})
        keyring = Keyring("parts", seconds=10, waiting=None, part=1200)
        for text in (large, small, large):
            keyring.write(text)
            assert text == keyring.read()
        assert keyring.delete()
        assert not keyring.delete()
        assert keyring.read() is None


def test_login_prints_nothing_secret(glance_ground: Cloud, door: Forwarder, tmp_path: Path) -> None:
    """With --debug, in success and in failure, no password, secret or token is printed."""
    member: Member = member_of(glance_ground, door, "member")
    who = ["--auth-url", member.auth_url, "--username", member.user.username, "--project", member.user.project_id]
    with gnome_keyring(tmp_path / "keyring") as bus:
        environ = {**bus, "PYTHON_KEYRING_BACKEND": BACKEND}
        for password in (member.user.password, "wrong-but-secret"):
            run = tool("login", *who, "--debug", stdin=password.encode(), environ=environ)
            assert (0 if password == member.user.password else 4) == run.code, run.err
            assert password not in run.out + run.err
            assert "gAAAA" not in run.out + run.err
