"""The real cloud keeps the promises that the other tests build on."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.support.openstack import CloudError
from tests.support.openstack.service import ServiceProcess

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.openstack import Cloud


def list_images(cloud: Cloud, token: str) -> httpx.Response:
    return httpx.get(f"{cloud.endpoint}/v2/images", headers={"X-Auth-Token": token}, timeout=60)


@pytest.mark.parametrize(("role", "status_code"), [("member", 200), ("reader", 403), ("guest", 404)])
def test_who_may_accept(strict_cloud: Cloud, role: str, status_code: int) -> None:
    """A member accepts what was shared with their project; a reader may not; a guest does not even see it."""
    cloud = strict_cloud
    owner, member = cloud.create_project("owner"), cloud.create_project("member")
    with httpx.Client(base_url=f"{cloud.endpoint}/v2", timeout=60) as http:
        http.headers["X-Auth-Token"] = cloud.issue_token(owner, "member")
        image = http.post("images", json={"name": "debian", "visibility": "shared"}).json()["id"]
        http.post(f"images/{image}/members", json={"member": member}).raise_for_status()

        http.headers["X-Auth-Token"] = cloud.issue_token(member, role)
        assert status_code == http.put(f"images/{image}/members/{member}", json={"status": "accepted"}).status_code


def test_catalog(strict_cloud: Cloud) -> None:
    """A password login finds Glance in the catalog."""
    user = strict_cloud.user(strict_cloud.create_project("member"), "member")
    password = {"user": {"name": user.username, "domain": {"id": "default"}, "password": user.password}}
    auth = {
        "identity": {"methods": ["password"], "password": password},
        "scope": {"project": {"id": user.project_id}},
    }
    answer = httpx.post(f"{strict_cloud.auth_url}/auth/tokens", json={"auth": auth}, timeout=60)

    catalog = {service["type"]: service["endpoints"] for service in answer.json()["token"]["catalog"]}
    found = {(endpoint["interface"], endpoint["url"]) for endpoint in catalog["image"]}
    assert {("public", strict_cloud.endpoint), ("internal", strict_cloud.endpoint)} == found


def test_revoked_token(strict_cloud: Cloud) -> None:
    """A revoked token is rejected at once, whichever process of Keystone or Glance looks at it."""
    token = strict_cloud.issue_token(strict_cloud.create_project("member"), "member")
    before = [list_images(strict_cloud, token).status_code for _ in range(5)]

    strict_cloud.revoke_token(token)
    assert ([200] * 5, [401] * 5) == (before, [list_images(strict_cloud, token).status_code for _ in range(5)])


def test_keystone_down(strict_cloud: Cloud) -> None:
    """Without Keystone Glance answers 401, as to a bad token; with Keystone back the token is good again."""
    token = strict_cloud.issue_token(strict_cloud.create_project("member"), "member")

    strict_cloud.stop_keystone()
    try:
        down = list_images(strict_cloud, token).status_code
        with pytest.raises(httpx.ConnectError):
            httpx.get(strict_cloud.auth_url)
    finally:
        strict_cloud.start_keystone()
    assert (401, 200) == (down, list_images(strict_cloud, token).status_code)


def test_expired_token(strict_cloud: Cloud, expiring_cloud: Cloud) -> None:
    """An expired token is rejected, and the answer names the Keystone to ask for another."""
    project = expiring_cloud.create_project("member")
    list_images(expiring_cloud, expiring_cloud.issue_token(project, "member"))

    token = expiring_cloud.issue_token(project, "member")
    fresh = list_images(expiring_cloud, token)
    time.sleep(11)
    stale = list_images(expiring_cloud, token)

    assert (200, 401) == (fresh.status_code, stale.status_code)
    assert f'Keystone uri="{strict_cloud.auth_url}"' == stale.headers["WWW-Authenticate"]


@pytest.mark.usefixtures("strict_cloud")
def test_service_that_does_not_come_up(tmp_path: Path) -> None:
    """The error names the service and shows what it said."""
    (tmp_path / "glance-api.conf").write_text("[DEFAULT]\nworkers = many\n")
    with closing(ServiceProcess("glance", tmp_path, workers=1)) as glance:
        glance.start()
        with pytest.raises(CloudError, match=r"(?s)^glance did not come up.*workers"):
            glance.wait()
