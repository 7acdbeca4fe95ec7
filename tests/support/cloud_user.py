"""A user's view of a real cloud: a clouds.yaml, a share that waits, and a count of what Keystone is asked."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

if TYPE_CHECKING:
    from tests.support.openstack import Cloud, Credentials
    from tests.support.tcp_proxy import Forwarder


@dataclass
class Member:
    """A user of a project, an image that is shared with that project, and a clouds.yaml to log in with."""

    cloud: Cloud
    door: Forwarder
    user: Credentials
    image: str
    owner_token: str

    @property
    def auth_url(self) -> str:
        """Keystone's address, through the door that counts."""
        return f"http://127.0.0.1:{self.door.port}/v3"

    def entry(self, **other: Any) -> dict[str, Any]:
        """An entry of clouds.yaml for this user."""
        auth = {
            "auth_url": self.auth_url,
            "username": self.user.username,
            "password": self.user.password,
            "user_domain_id": "default",
            "project_id": self.user.project_id,
        }
        return {"auth": auth, "region_name": "", **other}

    def write(self, **clouds: dict[str, Any]) -> Path:
        """Write a clouds.yaml into its usual place (JSON is YAML)."""
        path = Path(os.environ["XDG_CONFIG_HOME"], "openstack", "clouds.yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"clouds": clouds}, indent=1))
        return path

    def status(self) -> str:
        """What Glance itself says about the share."""
        url = f"{self.cloud.endpoint}/v2/images/{self.image}/members/{self.user.project_id}"
        status: str = httpx.get(url, headers={"X-Auth-Token": self.owner_token}, timeout=60).json()["status"]
        return status


def member_of(cloud: Cloud, door: Forwarder, *roles: str) -> Member:
    """Make a user with these roles, and an image that is shared with their project."""
    owner = cloud.project("owner")
    user = cloud.user(cloud.project("member"), *roles)
    token = cloud.token(owner, "member")
    with httpx.Client(base_url=cloud.endpoint, headers={"X-Auth-Token": token}, timeout=60) as http:
        image = http.post("/v2/images", json={"name": "golden", "visibility": "shared"}).raise_for_status().json()["id"]
        http.post(f"/v2/images/{image}/members", json={"member": user.project_id}).raise_for_status()
    return Member(cloud, door, user, image, token)


def port_of(url: str) -> int:
    """The port in an address."""
    port = urlsplit(url).port
    assert port
    return port
