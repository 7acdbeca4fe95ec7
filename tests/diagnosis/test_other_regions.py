"""An image that is in another region than the one that was asked, on a real Keystone and Glance."""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.support.cloud_user import CloudUser, create_cloud_user, get_port
from tests.support.fake_service import FakeService, build_response
from tests.support.keyring_daemon import run_gnome_keyring
from tests.support.run import run_command, run_tool
from tests.support.tcp_proxy import TcpProxy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from socket import socket

    from tests.support.openstack import Cloud

EMPTY = build_response(404, {"message": "Image not found."})


def _hang(connection: socket) -> None:
    connection.recv(1)


@pytest.fixture
def publish(strict_cloud: Cloud) -> Iterator[Callable[..., None]]:
    """Put image services of other regions into the catalog, and take them out again."""
    with ExitStack() as stack:
        http = stack.enter_context(httpx.Client(headers={"X-Auth-Token": strict_cloud.admin_token}, timeout=60))

        def as_admin(method: str, path: str, body: Any = None) -> Any:
            answer = http.request(method, strict_cloud.auth_url + path, json=body).raise_for_status()
            return answer.json() if answer.content else None

        [service] = as_admin("GET", "/services?type=image")["services"]

        def start(**regions: str) -> None:
            for region, url in regions.items():
                as_admin("PUT", f"/regions/{region}", {"region": {}})
                stack.callback(as_admin, "DELETE", f"/regions/{region}")
                endpoint = {"service_id": service["id"], "region_id": region, "interface": "public", "url": url}
                made = as_admin("POST", "/endpoints", {"endpoint": endpoint})["endpoint"]["id"]
                stack.callback(as_admin, "DELETE", f"/endpoints/{made}")

        yield start


@pytest.fixture
def north(strict_cloud: Cloud, publish: Callable[..., None]) -> Iterator[FakeService]:
    """A region without images, beside one with them, one that is out of order and one that no token may go to."""
    with FakeService(EMPTY) as north:
        publish(
            north=f"{north.endpoint}/v2/",
            east="http://127.0.0.1:1",
            far="http://glance.example",
            south=f"{strict_cloud.endpoint}/v2",
        )
        yield north


@pytest.fixture
def member(strict_cloud: Cloud) -> Iterator[CloudUser]:
    """Someone with an image waiting."""
    with TcpProxy(get_port(strict_cloud.auth_url)) as keystone_proxy:
        yield create_cloud_user(strict_cloud, keystone_proxy, "member")


@pytest.mark.usefixtures("north")
def test_by_clouds_yaml(member: CloudUser, monkeypatch: pytest.MonkeyPatch) -> None:
    """An image that is in another region of the catalog is found there; a variable or the profile is the way to it."""
    own = member.user.project_id
    member.write(otc=member.entry(region_name="north"))
    monkeypatch.setenv("OS_CLOUD", "otc")

    run = run_tool("accept", member.image, "--json")

    error = run.error()
    assert (6, "region") == (run.code, error["reason"])
    assert (
        f"cannot accept image {member.image} for project {own}: it is not in this region, but in south"
        == error["message"]
    )
    accept = f"OS_REGION_NAME=south imgshare accept {member.image} {own} --json"
    keep = "imgshare config set region south"
    assert f"run `{accept}`; `{keep}` saves the region" == error["hint"]
    assert 0 == run_command(accept)
    assert "accepted" == member.status()
    assert 0 == run_command(keep)
    assert 0 == run_tool("reject", member.image).code
    assert "rejected" == member.status()


@pytest.mark.usefixtures("north")
def test_by_password(member: CloudUser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who logged in with a password logs in again, to the other region."""
    who = ["--auth-url", member.auth_url, "--username", member.user.username, "--project", member.user.project_id]
    with run_gnome_keyring(tmp_path / "keyring") as environ:
        monkeypatch.delenv("PYTHON_KEYRING_BACKEND")
        for variable, value in environ.items():
            monkeypatch.setenv(variable, value)
        password = member.user.password
        assert 0 == run_tool("login", *who, stdin=password.encode(), environ={"OS_REGION_NAME": "north"}).code

        error = run_tool("accept", member.image, "--json").error()

        log_in = f"OS_REGION_NAME=south imgshare login {' '.join(who)}"
        accept = f"imgshare accept {member.image} {member.user.project_id} --json"
        assert ("region", f"run `{log_in}`, then `{accept}`") == (error["reason"], error["hint"])
        assert [0, 0] == [run_command(log_in, password), run_command(accept)]
    assert "accepted" == member.status()


def test_by_an_address(member: CloudUser, north: FakeService, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who named an address, which wins over the region, is given the other one."""
    member.write(otc=member.entry())
    monkeypatch.setenv("OS_REGION_NAME", "north")

    error = run_tool("accept", member.image, "--cloud", "otc", "--endpoint", north.endpoint, "--json").error()

    typed = f"--json --cloud otc --endpoint {member.cloud.endpoint}"
    accept = f"imgshare accept {member.image} {member.user.project_id} {typed}"
    assert ("region", f"run `{accept}`") == (error["reason"], error["hint"])
    assert 0 == run_command(accept)
    assert "accepted" == member.status()


def test_many_regions_that_hang(
    member: CloudUser, publish: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many regions do not answer, the refusal is told within ten seconds or so."""
    with ExitStack() as stack:
        empty = stack.enter_context(FakeService(EMPTY))
        silent = {f"silent-{number}": stack.enter_context(FakeService(_hang)).endpoint for number in range(4)}
        publish(north=empty.endpoint, **silent)
        member.write(otc=member.entry(region_name="north"))
        monkeypatch.setenv("OS_CLOUD", "otc")
        started = time.monotonic()

        error = run_tool("accept", member.image, "--json").error()

        assert time.monotonic() - started < 18
        assert "not_found" == error["reason"]
