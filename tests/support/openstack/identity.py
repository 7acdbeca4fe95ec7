"""Keystone as its admin uses it: projects, users, tokens and the catalog."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

DEFAULT_DOMAIN = {"id": "default"}


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user of the domain `default`, and the project they work in."""

    username: str
    password: str = field(repr=False)
    user_id: str
    project_id: str


class Identity:
    """Keystone's API, with the power of its admin."""

    def __init__(self, auth_url: str, admin_password: str) -> None:
        self._admin_password = admin_password
        self._http = httpx.Client(base_url=auth_url, timeout=60, trust_env=False)
        self._as_admin = _AsAdmin(self.admin_token)

    def close(self) -> None:
        """Hang up."""
        self._http.close()

    def publish(self, service_type: str, url: str) -> None:
        """Put a service and its address into the catalog."""
        service_id = self._make("service", type=service_type, name=service_type)
        for interface in ("public", "internal"):
            self._make("endpoint", service_id=service_id, interface=interface, url=url)

    def role(self, name: str) -> str:
        """Make a role and return its ID."""
        return self._make("role", name=name)

    def create_project(self, name: str) -> str:
        """Make a project and return its ID."""
        return self._make("project", name=f"{name}-{secrets.token_hex(4)}", domain_id="default")

    def user(self, project_id: str, *roles: str) -> Credentials:
        """Make a user who has these roles on this project."""
        name, password = f"user-{secrets.token_hex(8)}", secrets.token_urlsafe()
        user_id = self._make("user", name=name, password=password, domain_id="default")
        self.join(user_id, project_id, *roles)
        return Credentials(name, password, user_id, project_id)

    def join(self, user_id: str, project_id: str, *roles: str) -> None:
        """Let a user have these roles on a project."""
        for role in roles:
            self._call("PUT", f"projects/{project_id}/users/{user_id}/roles/{self._role_ids[role]}")

    def issue_token(self, user: Credentials) -> str:
        """Log in as this user."""
        return self._login({"id": user.user_id, "password": user.password}, {"id": user.project_id})

    def admin_token(self) -> str:
        """Log in as the admin."""
        user = {"name": "admin", "domain": DEFAULT_DOMAIN, "password": self._admin_password}
        return self._login(user, {"name": "admin", "domain": DEFAULT_DOMAIN})

    def revoke_token(self, token: str) -> None:
        """Revoke a token."""
        self._call("DELETE", "auth/tokens", headers={"X-Subject-Token": token})

    def _login(self, user: dict[str, Any], project: dict[str, Any]) -> str:
        auth = {
            "identity": {"methods": ["password"], "password": {"user": user}},
            "scope": {"project": project},
        }
        return self._http.post("auth/tokens", json={"auth": auth}).raise_for_status().headers["X-Subject-Token"]

    @cached_property
    def _role_ids(self) -> dict[str, str]:
        return {role["name"]: role["id"] for role in self._call("GET", "roles").json()["roles"]}

    def _make(self, kind: str, **description: str) -> str:
        new_id: str = self._call("POST", f"{kind}s", json={kind: description}).json()[kind]["id"]
        return new_id

    def _call(self, method: str, path: str, **request: Any) -> httpx.Response:
        return self._http.request(method, path, auth=self._as_admin, **request).raise_for_status()


class _AsAdmin(httpx.Auth):
    """The admin's token, asked for when the first request, or an expired token, is turned away."""

    def __init__(self, login: Callable[[], str]) -> None:
        self._login = login
        self._token = ""

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send the request, and once more with a new token on 401."""
        request.headers["X-Auth-Token"] = self._token
        answer = yield request
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            request.headers["X-Auth-Token"] = self._token = self._login()
            yield request
