"""An image that is in another region than the one that was asked, on a real Keystone and Glance."""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.support.cloud_user import Member, member_of, port_of
from tests.support.fake_service import Service, answer
from tests.support.keyring_daemon import gnome_keyring
from tests.support.run import tool, type_
from tests.support.tcp_proxy import Forwarder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from socket import socket

    from tests.support.openstack import Cloud

EMPTY = answer(404, {"message": "Image not found."})


def _hang(connection: socket) -> None:
    connection.recv(1)


@pytest.fixture
def publish(glance_ground: Cloud) -> Iterator[Callable[..., None]]:
    """Put image services of other regions into the catalog, and take them out again."""
    with ExitStack() as stack:
        http = stack.enter_context(httpx.Client(headers={"X-Auth-Token": glance_ground.admin_token}, timeout=60))

        def as_admin(method: str, path: str, body: Any = None) -> Any:
            answer = http.request(method, glance_ground.auth_url + path, json=body).raise_for_status()
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
def north(glance_ground: Cloud, publish: Callable[..., None]) -> Iterator[Service]:
    """A region without images, beside one with them, one that is out of order and one that no token may go to."""
    with Service(EMPTY) as north:
        publish(
            north=f"{north.endpoint}/v2/",
            east="http://127.0.0.1:1",
            far="http://glance.example",
            south=f"{glance_ground.endpoint}/v2",
        )
        yield north


@pytest.fixture
def member(glance_ground: Cloud) -> Iterator[Member]:
    """Someone with an image waiting."""
    with Forwarder(port_of(glance_ground.auth_url)) as door:
        yield member_of(glance_ground, door, "member")


@pytest.mark.usefixtures("north")
def test_by_clouds_yaml(member: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    """An image that is in another region of the catalog is found there; a variable or the profile is the way to it."""
    own = member.user.project_id
    member.write(otc=member.entry(region_name="north"))
    monkeypatch.setenv("OS_CLOUD", "otc")

    run = tool("accept", member.image, "--json")

    error = run.error()
    assert (6, "region") == (run.code, error["reason"])
    assert (
        f"cannot accept image {member.image} for project {own}: it is not in this region, but in south"
        == error["message"]
    )
    accept, keep = f"OS_REGION_NAME=south imgshare accept {member.image} {own}", "imgshare config set region south"
    assert f"type `{accept}`; `{keep}` says so once for all" == error["hint"]
    assert 0 == type_(accept)
    assert "accepted" == member.status()
    assert 0 == type_(keep)
    assert 0 == tool("reject", member.image).code
    assert "rejected" == member.status()


@pytest.mark.usefixtures("north")
def test_by_password(member: Member, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who logged in with a password logs in again, to the other region."""
    who = ["--auth-url", member.auth_url, "--username", member.user.username, "--project", member.user.project_id]
    with gnome_keyring(tmp_path / "keyring") as environ:
        monkeypatch.delenv("PYTHON_KEYRING_BACKEND")
        for variable, value in environ.items():
            monkeypatch.setenv(variable, value)
        password = member.user.password
        assert 0 == tool("login", *who, stdin=password.encode(), environ={"OS_REGION_NAME": "north"}).code

        error = tool("accept", member.image, "--json").error()

        log_in = f"OS_REGION_NAME=south imgshare login {' '.join(who)}"
        accept = f"imgshare accept {member.image} {member.user.project_id}"
        assert ("region", f"type `{log_in}`, then `{accept}`") == (error["reason"], error["hint"])
        assert [0, 0] == [type_(log_in, password), type_(accept)]
    assert "accepted" == member.status()


def test_by_an_address(member: Member, north: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who named an address, which wins over the region, is given the other one."""
    member.write(otc=member.entry())
    monkeypatch.setenv("OS_REGION_NAME", "north")

    error = tool("accept", member.image, "--cloud", "otc", "--endpoint", north.endpoint, "--json").error()

    accept = f"imgshare accept {member.image} {member.user.project_id} --cloud otc --endpoint {member.cloud.endpoint}"
    assert ("region", f"type `{accept}`") == (error["reason"], error["hint"])
    assert 0 == type_(accept)
    assert "accepted" == member.status()


def test_many_regions_that_hang(member: Member, publish: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    """However many regions do not answer, the refusal is told within ten seconds or so."""
    with ExitStack() as stack:
        empty = stack.enter_context(Service(EMPTY))
        silent = {f"silent-{number}": stack.enter_context(Service(_hang)).endpoint for number in range(4)}
        publish(north=empty.endpoint, **silent)
        member.write(otc=member.entry(region_name="north"))
        monkeypatch.setenv("OS_CLOUD", "otc")
        started = time.monotonic()

        error = tool("accept", member.image, "--json").error()

        assert time.monotonic() - started < 18
        assert "not_found" == error["reason"]
