"""Who takes part in the contract, and how they speak to the service."""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx

    from tests.support.backend import Ground

Answer = tuple[int, Any]

PATCH = "application/openstack-images-v2.1-json-patch"

# What Glance says of an image that nobody has uploaded anything to.
WITHOUT_DATA = {
    "size": None,
    "virtual_size": None,
    "disk_format": None,
    "container_format": None,
    "checksum": None,
    "os_hash_algo": None,
    "os_hash_value": None,
    "min_disk": 0,
    "min_ram": 0,
}


class Text:
    """Equal to every text that has this form."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern

    def __eq__(self, other: object) -> bool:
        """Whether a text has the form."""
        return isinstance(other, str) and re.fullmatch(self._pattern, other) is not None

    __hash__ = None  # type: ignore[assignment] # what is equal to many has no hash

    def __repr__(self) -> str:
        """The form, for whoever reads why a comparison failed."""
        return f"Text({self._pattern!r})"


# Typed as what they are compared with.
A_TIME: Any = Text(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
A_REQUEST_ID: Any = Text(r"req-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def refusal(status: int, sentence: str, tail: str = "<br /><br />\n\n\n") -> Answer:
    """The whole answer of a service that says no in JSON."""
    title = {413: "Request Entity Too Large"}.get(status) or HTTPStatus(status).phrase
    return status, {"message": sentence + tail, "code": f"{status} {title}", "title": title}


@dataclass(frozen=True)
class Person:
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

    def listed(self, query: str) -> tuple[int, list[str]]:
        """List images and return the status and their IDs, in order."""
        status, page = self.ask("GET", f"/v2/images?{query}")
        return status, [image["id"] for image in page["images"]]


@dataclass(frozen=True)
class Cast:
    """Everyone: the owner's project, the member's, a second member's, and people outside."""

    owner: Person
    owner_reader: Person
    owner_guest: Person
    owner_admin: Person
    member: Person
    reader: Person
    guest: Person
    neighbour: Person
    stranger: Person
    admin: Person

    def __getitem__(self, name: str) -> Person:
        """One of them by name, as tables have it."""
        person: Person = getattr(self, name)
        return person

    @classmethod
    def of(cls, ground: Ground, http: httpx.Client) -> Cast:
        """Cast a play on this ground."""
        owner, member, neighbour, elsewhere, cloud = map(
            ground.project, ("owner", "member", "neighbour", "stranger", "cloud")
        )

        def person(project_id: str, role: str) -> Person:
            return Person(http, project_id, ground.token(project_id, role))

        return cls(
            owner=person(owner, "member"),
            owner_reader=person(owner, "reader"),
            owner_guest=person(owner, "guest"),
            owner_admin=person(owner, "admin"),
            member=person(member, "member"),
            reader=person(member, "reader"),
            guest=person(member, "guest"),
            neighbour=person(neighbour, "member"),
            stranger=person(elsewhere, "member"),
            admin=person(cloud, "admin"),
        )


@dataclass(frozen=True)
class Offer:
    """An image of the owner's, shared with the member and the neighbour; what sharing it with the member answered."""

    image_id: str
    member_id: str
    shared: Any

    @property
    def path(self) -> str:
        """The member's share."""
        return f"/v2/images/{self.image_id}/members/{self.member_id}"

    @classmethod
    def by(cls, cast: Cast) -> Offer:
        """Let the owner make a new one."""
        image_id = cast.owner.make_image()
        shared = cast.owner.share(image_id, cast.member.project_id)
        cast.owner.share(image_id, cast.neighbour.project_id)
        return cls(image_id, cast.member.project_id, shared)


def new_name() -> str:
    """A name that no other image has."""
    return f"image-{uuid.uuid4().hex}"
