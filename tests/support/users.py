"""The users of the tests: who they are in each project, and how they speak to the image service."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx

    from tests.support.backend import Backend
    from tests.support.expectations import Answer

PATCH = "application/openstack-images-v2.1-json-patch"


@dataclass(frozen=True)
class User:
    """Someone with a token for a project."""

    http: httpx.Client
    project_id: str
    token: str

    @property
    def endpoint(self) -> str:
        """The service's address, for paths that a client would change on their way into a URL."""
        return str(self.http.base_url).rstrip("/")

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """Send a request; a body that is bytes goes out as it is, everything else as JSON."""
        content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        sent = {"X-Auth-Token": self.token, "Accept": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.request(method, path, content=content, headers=sent)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Send a request and return the status and the document, which is None where there is nothing."""
        response = self.send(method, path, body, **headers)
        return response.status_code, response.json() if response.content else None

    def make_image(self, name: str = "debian", **description: Any) -> str:
        """Make an image, shared unless described otherwise, and return its ID."""
        status, image = self.ask("POST", "/v2/images", {"name": name, **description})
        assert status == 201
        image_id: str = image["id"]
        return image_id

    def share(self, image_id: str, member_id: str) -> Any:
        """Share an image and return the member object."""
        status, member = self.ask("POST", f"/v2/images/{image_id}/members", {"member": member_id})
        assert status == 200
        return member

    def decide(self, image_id: str, member_id: str, decision: Any) -> Answer:
        """Set the status of a share."""
        return self.ask("PUT", f"/v2/images/{image_id}/members/{member_id}", {"status": decision})

    def replace(self, image_id: str, field: str, value: Any) -> Answer:
        """Replace a field of an image."""
        changes = [{"op": "replace", "path": f"/{field}", "value": value}]
        return self.ask("PATCH", f"/v2/images/{image_id}", changes, Content_Type=PATCH)

    def list_ids(self, query: str) -> tuple[int, list[str]]:
        """List images and return the status and their IDs, in order."""
        status, page = self.ask("GET", f"/v2/images?{query}")
        return status, [image["id"] for image in page["images"]]


@dataclass(frozen=True)
class Users:
    """Everyone: the owner's project, the member's, a second member's, and people outside."""

    owner: User
    owner_reader: User
    owner_guest: User
    owner_admin: User
    member: User
    reader: User
    guest: User
    neighbour: User
    stranger: User
    admin: User

    def __getitem__(self, name: str) -> User:
        """One of them by name, as tables have it."""
        user: User = getattr(self, name)
        return user


def create_user(backend: Backend, http: httpx.Client, project_name: str, *roles: str) -> User:
    """Create a project and a user who has these roles in it, `member` unless given."""
    project_id = backend.create_project(project_name)
    return User(http, project_id, backend.issue_token(project_id, *(roles or ("member",))))


def create_users(backend: Backend, http: httpx.Client) -> Users:
    """Create everyone on this backend."""
    owner, member, neighbour, stranger = map(backend.create_project, ("owner", "member", "neighbour", "stranger"))

    def user(project_id: str, role: str) -> User:
        return User(http, project_id, backend.issue_token(project_id, role))

    return Users(
        owner=user(owner, "member"),
        owner_reader=user(owner, "reader"),
        owner_guest=user(owner, "guest"),
        owner_admin=user(owner, "admin"),
        member=user(member, "member"),
        reader=user(member, "reader"),
        guest=user(member, "guest"),
        neighbour=user(neighbour, "member"),
        stranger=user(stranger, "member"),
        admin=user(stranger, "admin"),
    )


def create_name() -> str:
    """Create a name that no other image has."""
    return f"image-{uuid.uuid4().hex}"
