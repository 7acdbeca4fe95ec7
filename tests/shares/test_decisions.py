"""The main job on the embedded service and on a real Glance: who may, who may not, and what is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.run import Run
    from tests.support.shared_image import Stage

UNKNOWN = "00000000-0000-4000-8000-000000000000"


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


@pytest.mark.parametrize(
    ("who", "member", "code"),
    [
        ("member", "member", 0),
        ("admin", "member", 0),
        ("owner_admin", "member", 0),
        ("reader", "member", 5),
        ("guest", "member", 6),
        ("member", "other", 6),
        ("owner", "member", 5),
        ("owner", "owner", 6),
        ("stranger", "member", 6),
        ("stranger", "other", 6),
        ("admin", "other", 6),
    ],
)
def test_who_may(  # noqa: PLR0913, PLR0917
    imgshare: Callable[..., Run], stage: Stage, monkeypatch: pytest.MonkeyPatch, who: str, member: str, code: int
) -> None:
    """Every row of who may decide for whom has its exit code, and nothing else happens."""
    monkeypatch.setenv("IMGSHARE_TOKEN", stage.cast.tokens[who])

    assert code == imgshare("accept", stage.image, getattr(stage.cast, member)).code
    assert ("accepted" if code == 0 else "pending") == stage.status()


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

    assert "token" == error["reason"]
    subject = f"cannot accept image {stage.image} for project {stage.cast.member}"
    assert error["message"].startswith(f"{subject}: the service does not take the token from IMGSHARE_TOKEN: ")
    assert (
        "put a new one into IMGSHARE_TOKEN ('openstack token issue' makes one), or unset it and log in; "
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
