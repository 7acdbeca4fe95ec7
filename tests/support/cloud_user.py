"""A user's view of a real cloud: a clouds.yaml, a share that waits, and a count of what Keystone is asked."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from tests.support.users import create_user

if TYPE_CHECKING:
    from tests.support.openstack import Cloud, Credentials
    from tests.support.tcp_proxy import TcpProxy


@dataclass
class CloudUser:
    """A user of a project, an image that is shared with that project, and a clouds.yaml to log in with."""

    cloud: Cloud
    keystone_proxy: TcpProxy
    user: Credentials
    image: str
    owner_token: str

    @property
    def auth_url(self) -> str:
        """Keystone's address, through the door that counts."""
        return f"http://127.0.0.1:{self.keystone_proxy.port}/v3"

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

    def create_application_credential(self, **rules: Any) -> dict[str, str]:
        """Create an application credential of this user, and return its ID and its secret."""
        headers = {"X-Auth-Token": self.cloud.login(self.user)}
        url = f"{self.cloud.auth_url}/users/{self.user.user_id}/application_credentials"
        wanted = {"application_credential": {"name": os.urandom(4).hex(), **rules}}
        made = httpx.post(url, json=wanted, headers=headers, timeout=60).raise_for_status()
        return {key: made.json()["application_credential"][key] for key in ("id", "secret")}

    def status(self) -> str:
        """What Glance itself says about the share."""
        url = f"{self.cloud.endpoint}/v2/images/{self.image}/members/{self.user.project_id}"
        status: str = httpx.get(url, headers={"X-Auth-Token": self.owner_token}, timeout=60).json()["status"]
        return status


def create_cloud_user(cloud: Cloud, keystone_proxy: TcpProxy, *roles: str) -> CloudUser:
    """Create a user with these roles, and an image that is shared with their project."""
    user = cloud.user(cloud.create_project("member"), *roles)
    with httpx.Client(base_url=cloud.endpoint, timeout=60, trust_env=False) as http:
        owner = create_user(cloud, http, "owner")
        image = owner.make_image("golden", visibility="shared")
        owner.share(image, user.project_id)
    return CloudUser(cloud, keystone_proxy, user, image, owner.token)


def get_port(url: str) -> int:
    """Get the port in an address."""
    port = urlsplit(url).port
    assert port
    return port
