"""An image that is shared and waits, on the embedded service or on a real Glance, and those who may come to decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx

    from tests.support.backend import Ground

_CASTS: dict[int, Cast] = {}


@dataclass(frozen=True)
class Cast:
    """A cloud's projects and the tokens to act with, made once for each ground."""

    owner: str
    member: str
    other: str
    tokens: dict[str, str]


@dataclass
class Stage:
    """An image of the owner's that is shared with the member, and the way to ask about it behind the tool's back."""

    cast: Cast
    http: httpx.Client
    image: str

    def send(
        self, who: str, method: str, path: str, body: Any = None, content_type: str = "application/json"
    ) -> httpx.Response:
        """Do something as one of the cast."""
        headers = {"X-Auth-Token": self.cast.tokens[who], "Content-Type": content_type}
        return self.http.request(method, path, json=body, headers=headers)

    def as_owner(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """Do something as the image's owner."""
        return self.send("owner", method, path, body)

    def status(self) -> str:
        """What the service itself says about the share."""
        answer = self.as_owner("GET", f"/v2/images/{self.image}/members/{self.cast.member}")
        status: str = answer.raise_for_status().json()["status"]
        return status

    def share(self, member: str) -> None:
        """Share the image with a project."""
        self.as_owner("POST", f"/v2/images/{self.image}/members", {"member": member}).raise_for_status()

    def unshare(self) -> None:
        """Take the share back."""
        self.as_owner("DELETE", f"/v2/images/{self.image}/members/{self.cast.member}").raise_for_status()

    def replace(self, field: str, value: object, who: str = "owner") -> None:
        """Change a field of the image."""
        change = [{"op": "replace", "path": f"/{field}", "value": value}]
        kind = "application/openstack-images-v2.1-json-patch"
        self.send(who, "PATCH", f"/v2/images/{self.image}", change, kind).raise_for_status()

    def visibility(self, value: str) -> None:
        """Change who sees the image."""
        self.replace("visibility", value, "owner_admin" if value == "public" else "owner")


def cast_on(ground: Ground) -> Cast:
    """The people of a ground, made when they are first asked for: that takes a while."""
    if id(ground) not in _CASTS:
        owner, member, other = (ground.project(name) for name in ("owner", "member", "other"))
        tokens = {
            "owner": ground.token(owner, "member"),
            "owner_reader": ground.token(owner, "reader"),
            "owner_guest": ground.token(owner, "guest"),
            "owner_admin": ground.token(owner, "admin"),
            "member": ground.token(member, "member"),
            "reader": ground.token(member, "reader"),
            "guest": ground.token(member, "guest"),
            "stranger": ground.token(other, "member"),
            "admin": ground.token(other, "admin"),
        }
        _CASTS[id(ground)] = Cast(owner, member, other, tokens)
    return _CASTS[id(ground)]


def staged(ground: Ground, http: httpx.Client) -> Stage:
    """Make an image of the owner's, and share it with the member."""
    cast = cast_on(ground)
    headers = {"X-Auth-Token": cast.tokens["owner"]}
    image = http.post("/v2/images", json={"name": "golden", "visibility": "shared"}, headers=headers)
    stage = Stage(cast, http, image.raise_for_status().json()["id"])
    stage.share(cast.member)
    return stage
