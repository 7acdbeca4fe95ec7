"""The main job on the embedded service and on a real Glance: who may, who may not, and what is said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.grounds import Ground
    from tests.run import Run

UNKNOWN = "00000000-0000-4000-8000-000000000000"
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

    def as_owner(
        self, method: str, path: str, body: Any = None, content_type: str = "application/json"
    ) -> httpx.Response:
        """Do something as the image's owner."""
        headers = {"X-Auth-Token": self.cast.tokens["owner"], "Content-Type": content_type}
        return self.http.request(method, path, json=body, headers=headers)

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

    def visibility(self, value: str) -> None:
        """Change who sees the image."""
        change = [{"op": "replace", "path": "/visibility", "value": value}]
        kind = "application/openstack-images-v2.1-json-patch"
        self.as_owner("PATCH", f"/v2/images/{self.image}", change, kind).raise_for_status()


def _cast(ground: Ground) -> Cast:
    if id(ground) not in _CASTS:
        owner, member, other = (ground.project(name) for name in ("owner", "member", "other"))
        tokens = {
            "owner": ground.token(owner, "member"),
            "member": ground.token(member, "member"),
            "reader": ground.token(member, "reader"),
            "guest": ground.token(member, "guest"),
            "stranger": ground.token(other, "member"),
            "admin": ground.token(other, "admin"),
        }
        _CASTS[id(ground)] = Cast(owner, member, other, tokens)
    return _CASTS[id(ground)]


@pytest.fixture
def stage(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A fresh image, shared with the member and pending, and the tool pointed at the service."""
    cast = _cast(ground)
    monkeypatch.setenv("IMGSHARE_ENDPOINT", ground.endpoint)
    monkeypatch.setenv("IMGSHARE_TOKEN", cast.tokens["member"])
    with httpx.Client(base_url=ground.endpoint, trust_env=False, timeout=60) as http:
        headers = {"X-Auth-Token": cast.tokens["owner"]}
        image = http.post("/v2/images", json={"name": "golden", "visibility": "shared"}, headers=headers)
        stage = Stage(cast, http, image.raise_for_status().json()["id"])
        stage.share(cast.member)
        yield stage


def test_every_decision(imgshare: Callable[..., Run], stage: Stage) -> None:
    """A member moves its share between all three states, and the service agrees each time."""
    for command, status in [
        ("accept", "accepted"),
        ("reject", "rejected"),
        ("reset", "pending"),
        ("accept", "accepted"),
    ]:
        answer = imgshare(command, stage.image, stage.cast.member, "--json").json()
        assert {"created_at", "image_id", "member_id", "schema", "status", "updated_at"} == set(answer)
        assert (stage.image, stage.cast.member, status) == (answer["image_id"], answer["member_id"], answer["status"])
        assert status == stage.status()
        assert answer == imgshare("show", stage.image, stage.cast.member, "--json").json()


def test_without_member(imgshare: Callable[..., Run], stage: Stage) -> None:
    """A plain member need not know its own project's ID."""
    assert "accepted" == imgshare("accept", stage.image, "--json").json()["status"]
    assert "accepted" == stage.status()
    assert "accepted" == imgshare("show", stage.image, "--json").json()["status"]


def test_saying_it_twice(imgshare: Callable[..., Run], stage: Stage) -> None:
    """The same again is no error, and the time of the change stays."""
    first = imgshare("accept", stage.image, stage.cast.member, "--json").json()

    assert first == imgshare("accept", stage.image, stage.cast.member, "--json").json()


def test_a_vault_is_ignored_by_glance(imgshare: Callable[..., Run], stage: Stage) -> None:
    """A vault_id is no trouble to a service that knows none."""
    assert "accepted" == imgshare("accept", stage.image, "--vault", "v", "--json").json()["status"]


def test_shared_again(imgshare: Callable[..., Run], stage: Stage) -> None:
    """What was unshared is gone, and shared again it is pending again."""
    imgshare("accept", stage.image)
    stage.unshare()
    assert 6 == imgshare("accept", stage.image, stage.cast.member).code
    stage.share(stage.cast.member)

    assert "pending" == imgshare("show", stage.image, "--json").json()["status"]


NOT_FOUND = 'not found: "Image {image} not found."'
NO_SUCH_MEMBER = 'not found: "{member} not found in the member list of the image {image}."'
UNAUTHORISED = 'forbidden: "You are not authorized to complete modify_member action."'


@pytest.mark.parametrize(
    ("who", "member", "code", "said"),
    [
        ("member", "member", 0, None),
        ("admin", "member", 0, None),
        ("reader", "member", 5, UNAUTHORISED),
        ("guest", "member", 6, 'not found: "The resource could not be found."'),
        ("member", "other", 6, NO_SUCH_MEMBER),
        ("owner", "member", 5, UNAUTHORISED),
        ("owner", "owner", 6, NO_SUCH_MEMBER),
        ("stranger", "member", 6, NOT_FOUND),
        ("stranger", "other", 6, NOT_FOUND),
        ("admin", "other", 6, NO_SUCH_MEMBER),
    ],
)
def test_who_may(  # noqa: PLR0913, PLR0917
    imgshare: Callable[..., Run],
    stage: Stage,
    monkeypatch: pytest.MonkeyPatch,
    who: str,
    member: str,
    code: int,
    said: str | None,
) -> None:
    """Every row of who may decide for whom has its exit code and the service's reason; nothing else happens."""
    monkeypatch.setenv("IMGSHARE_TOKEN", stage.cast.tokens[who])
    member_id = getattr(stage.cast, member)

    run = imgshare("accept", stage.image, member_id, "--json")

    assert code == run.code
    assert ("accepted" if code == 0 else "pending") == stage.status()
    if said:
        error = run.error()
        reason = said.format(image=stage.image, member=member_id)
        assert f"cannot accept image {stage.image} for project {member_id}: {reason}" == error["message"]
        assert error["request_id"].startswith("req-")


@pytest.mark.parametrize("visibility", ["community", "private"])
def test_images_that_have_no_members(imgshare: Callable[..., Run], stage: Stage, visibility: str) -> None:
    """An image that is no longer `shared` cannot be decided about, and the share survives."""
    imgshare("accept", stage.image)
    stage.visibility(visibility)

    run = imgshare("reject", stage.image, stage.cast.member, "--json")

    if visibility == "community":
        assert (5, "forbidden") == (run.code, run.error()["code"])
    else:
        assert (6, "not_found") == (run.code, run.error()["code"])
    stage.visibility("shared")
    assert "accepted" == stage.status()


def test_a_deleted_image(imgshare: Callable[..., Run], stage: Stage) -> None:
    """An image that was deleted is not found."""
    stage.as_owner("DELETE", f"/v2/images/{stage.image}").raise_for_status()

    assert 6 == imgshare("show", stage.image, stage.cast.member).code


def test_an_unknown_image(imgshare: Callable[..., Run], stage: Stage) -> None:
    """An ID that names no image is not found, whatever it looks like."""
    for image in (UNKNOWN, "nobody's", stage.image.upper(), "镜像", "%2e%2e", "x" * 255):
        for command in ("accept", "show"):
            assert 6 == imgshare(command, image, stage.cast.member).code, image


def test_a_worthless_token(imgshare: Callable[..., Run], stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token that the service does not know is exit 4, and the hint says both why and how on."""
    monkeypatch.setenv("IMGSHARE_TOKEN", "gAAAAABworthless")

    error = imgshare("accept", stage.image, stage.cast.member, "--json").error()

    subject = f"cannot accept image {stage.image} for project {stage.cast.member}"
    assert error["message"].startswith(f"{subject}: the service does not take the token from IMGSHARE_TOKEN: ")
    assert (
        "put a new one into IMGSHARE_TOKEN (`openstack token issue` makes one), or unset it and log in; "
        "if it is new, the identity service may be down"
    ) == error["hint"]
    assert 4 == imgshare("status").code


@pytest.mark.parametrize("who", ["member", "reader", "guest", "admin"])
def test_status_of_any_token(
    imgshare: Callable[..., Run], stage: Stage, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    """`status` tells whether the service takes the token, whatever its roles."""
    monkeypatch.setenv("IMGSHARE_TOKEN", stage.cast.tokens[who])

    assert "ok" == imgshare("status", "--json").json()["service"]


def test_an_owner_sees_several(imgshare: Callable[..., Run], stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """An owner must name the member to look at."""
    stage.share(stage.cast.other)
    monkeypatch.setenv("IMGSHARE_TOKEN", stage.cast.tokens["owner"])

    error = imgshare("show", stage.image, "--json").error()

    assert ("usage", "pass the one you mean as MEMBER") == (error["code"], error["hint"])
    assert {stage.cast.member, stage.cast.other} <= set(error["message"].replace(",", "").split())
    assert "pending" == imgshare("show", stage.image, stage.cast.other, "--json").json()["status"]
