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
from imgshare_cli.auth.keyring_store import KeyringStore
from tests.support.cloud_user import CloudUser, create_cloud_user, get_port
from tests.support.keyring_daemon import BACKEND, run_gnome_keyring
from tests.support.run import run_tool
from tests.support.tcp_proxy import TcpProxy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.openstack import Cloud


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens are kept in files."""
    monkeypatch.setenv("OS_CLOUD", "otc")
    assert 0 == run_tool("config", "set", "token_store", "file").code


def _request_as_admin(cloud: Cloud, method: str, path: str, body: Any = None) -> Any:
    headers = {"X-Auth-Token": cloud.admin_token}
    answer = httpx.request(method, cloud.auth_url + path, json=body, headers=headers, timeout=60).raise_for_status()
    return answer.json() if answer.content else None


def test_the_same_clouds_yaml_as_openstack(
    strict_cloud: Cloud, keystone_proxy: TcpProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One clouds.yaml serves python-openstackclient and imgshare, side by side."""
    member = create_cloud_user(strict_cloud, keystone_proxy, "member")
    member.write(otc=member.entry())
    monkeypatch.setenv("OS_CLOUD", "otc")
    openstack = str(environments.peer("openstack") / "openstack")

    assert 0 == run_tool("accept", member.image).code
    assert "accepted" == member.status()
    subprocess.run([openstack, "image", "set", "--reject", member.image], check=True, capture_output=True)
    assert "rejected" == member.status()
    assert "rejected" == run_tool("show", member.image, "--json").json()["status"]


def test_a_reader(strict_cloud: Cloud, keystone_proxy: TcpProxy, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user with only the reader role logs in, may look, and may not decide."""
    member = create_cloud_user(strict_cloud, keystone_proxy, "reader")
    member.write(otc=member.entry())
    monkeypatch.setenv("OS_CLOUD", "otc")

    assert "pending" == run_tool("show", member.image, "--json").json()["status"]
    assert 5 == run_tool("accept", member.image).code
    assert ["reader"] == run_tool("status", "--json").json()["roles"]


def test_a_disabled_user(strict_cloud: Cloud, keystone_proxy: TcpProxy, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disabled user is told that the credentials are not taken, and that this may be why."""
    member = create_cloud_user(strict_cloud, keystone_proxy, "member")
    member.write(otc=member.entry())
    monkeypatch.setenv("OS_CLOUD", "otc")
    _request_as_admin(strict_cloud, "PATCH", f"/users/{member.user.user_id}", {"user": {"enabled": False}})

    run = run_tool("accept", member.image)

    assert (4, "") == (run.code, run.out)
    assert "the user may also be disabled" in run.err


def test_a_domain_is_no_project(strict_cloud: Cloud, keystone_proxy: TcpProxy, monkeypatch: pytest.MonkeyPatch) -> None:
    """A login scoped to a domain is told apart from one to nothing."""
    member = create_cloud_user(strict_cloud, keystone_proxy, "member")
    [role] = _request_as_admin(strict_cloud, "GET", "/roles?name=member")["roles"]
    _request_as_admin(strict_cloud, "PUT", f"/domains/default/users/{member.user.user_id}/roles/{role['id']}")
    entry = member.entry()
    del entry["auth"]["project_id"]
    entry["auth"]["domain_id"] = "default"
    member.write(otc=entry)
    monkeypatch.setenv("OS_CLOUD", "otc")

    run = run_tool("accept", member.image)

    assert 4 == run.code, run.err
    login = f"the login of {member.user.username} with cloud 'otc'"
    assert f"{login} is for domain 'Default', but images are shared with projects" in run.err


@pytest.mark.usefixtures("files")
def test_regions_and_interfaces(strict_cloud: Cloud, keystone_proxy: TcpProxy) -> None:
    """The catalog's image service is chosen by region and interface, with or without a path and /v2."""
    member = create_cloud_user(strict_cloud, keystone_proxy, "member")
    [service] = _request_as_admin(strict_cloud, "GET", "/services?type=image")["services"]
    made = []
    for region in ("north", "south"):
        _request_as_admin(strict_cloud, "PUT", f"/regions/{region}", {"region": {}})
        for interface in ("public", "internal"):
            url = f"http://127.0.0.1:1/{region}/{interface}/v2/"
            endpoint = {"service_id": service["id"], "region_id": region, "interface": interface, "url": url}
            made.append(_request_as_admin(strict_cloud, "POST", "/endpoints", {"endpoint": endpoint})["endpoint"]["id"])
    try:
        for region in ("north", "south"):
            for interface in ("public", "internal"):
                member.write(otc=member.entry(region_name=region, interface=interface))
                said = run_tool("status", "--timeout", "5").err
                assert f"cannot reach http://127.0.0.1:1/{region}/{interface}: " in said, said
        member.write(otc=member.entry(region_name="west"))
        run = run_tool("status")
        assert 3 == run.code, run.err
        assert "the catalog of cloud 'otc' has no endpoint for the image service: " in run.err
        assert (
            "accepted"
            == run_tool("accept", member.image, "--endpoint", strict_cloud.endpoint, "--json").json()["status"]
        )
    finally:
        for identifier in made:
            _request_as_admin(strict_cloud, "DELETE", f"/endpoints/{identifier}")
        for region in ("north", "south"):
            _request_as_admin(strict_cloud, "DELETE", f"/regions/{region}")


@pytest.fixture
def stop_keystone(caching_cloud: Cloud) -> Iterator[Callable[[], None]]:
    """Stop Keystone, until the end of the test."""
    yield caching_cloud.stop_keystone
    caching_cloud.start_keystone()


@pytest.mark.usefixtures("files")
def test_expiry_and_an_absent_keystone(caching_cloud: Cloud, stop_keystone: Callable[[], None]) -> None:
    """A token that ends soon is renewed; without Keystone a kept token serves, and its absence is told apart."""
    cloud = caching_cloud
    with TcpProxy(get_port(cloud.auth_url)) as keystone_proxy:
        member = create_cloud_user(cloud, keystone_proxy, "member")
        member.write(otc=member.entry())
        assert 0 == run_tool("accept", member.image).code
        count = keystone_proxy.count
        [kept] = Path(os.environ["XDG_STATE_HOME"], "imgshare", "tokens").iterdir()
        soon = datetime.now(UTC) + timedelta(seconds=119)
        kept.write_text(json.dumps({**json.loads(kept.read_text()), "expires_at": soon.isoformat()}))
        assert 0 == run_tool("reject", member.image).code
        assert keystone_proxy.count > count

        stop_keystone()
        assert "rejected" == run_tool("show", member.image, "--json").json()["status"]
        member.write(otc=member.entry(interface="public"))
        run = run_tool("show", member.image)
        assert 8 == run.code, run.err
        assert f"cannot reach {member.auth_url.removesuffix('/v3')}: the connection closed" in run.err
        assert "hint: check auth_url of cloud 'otc' (" in run.err
        # A token of one's own: Glance says 401 while Keystone is down, and so the tool looks.
        own = {"IMGSHARE_TOKEN": "gAAAAABunknown", "IMGSHARE_ENDPOINT": cloud.endpoint, "OS_AUTH_URL": member.auth_url}
        run = run_tool("show", member.image, environ=own)
        assert 8 == run.code, run.err
        assert "the image service cannot check tokens now, because the identity service is down" in run.err


def test_an_expired_token_of_ones_own(expiring_cloud: Cloud) -> None:
    """A token that has expired at Keystone is exit 4 with the way to a new one."""
    cloud = expiring_cloud
    with TcpProxy(get_port(cloud.auth_url)) as keystone_proxy:
        member = create_cloud_user(cloud, keystone_proxy, "member")
        environ = {
            "IMGSHARE_TOKEN": cloud.issue_token(member.user.project_id, "member"),
            "IMGSHARE_ENDPOINT": cloud.endpoint,
        }
        assert 0 == run_tool("show", member.image, environ=environ).code
        time.sleep(11)
        run = run_tool("show", member.image, environ=environ)

    assert 4 == run.code
    assert "hint: set IMGSHARE_TOKEN to a new token" in run.err


@pytest.mark.usefixtures("keyring")
def test_large_tokens_in_small_parts() -> None:
    """A keyring whose entries are small, as Windows' are, takes a large token in parts, and forgets all of them."""
    large, small = json.dumps({"secret": "x" * 9000}), json.dumps({"secret": "y"})
    keyring = KeyringStore("parts", seconds=10, waiting=None, part=1200)
    for text in (large, small, large):
        keyring.write(text)
        assert text == keyring.read()
    assert keyring.delete()
    assert not keyring.delete()
    assert keyring.read() is None


def test_login_prints_nothing_secret(strict_cloud: Cloud, keystone_proxy: TcpProxy, tmp_path: Path) -> None:
    """With --debug, in success and in failure, no password, secret or token is printed."""
    member: CloudUser = create_cloud_user(strict_cloud, keystone_proxy, "member")
    who = ["--auth-url", member.auth_url, "--username", member.user.username, "--project", member.user.project_id]
    with run_gnome_keyring(tmp_path / "keyring") as bus:
        environ = {**bus, "PYTHON_KEYRING_BACKEND": BACKEND}
        for password in (member.user.password, "wrong-but-secret"):
            run = run_tool("login", *who, "--debug", stdin=password.encode(), environ=environ)
            assert (0 if password == member.user.password else 4) == run.code, run.err
            assert password not in run.out + run.err
            assert "gAAAA" not in run.out + run.err
