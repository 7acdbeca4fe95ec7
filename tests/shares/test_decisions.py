"""The main job on the embedded service and on a real Glance: who may, who may not, and what is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.vault_service import VAULT

if TYPE_CHECKING:
    from tests.support.run import RunImgshare
    from tests.support.share import Share

UNKNOWN = "00000000-0000-4000-8000-000000000000"


def test_every_decision(imgshare: RunImgshare, share: Share) -> None:
    """A member moves its share between all three states, and the service agrees each time."""
    for command, status in [
        ("accept", "accepted"),
        ("reject", "rejected"),
        ("reset", "pending"),
        ("accept", "accepted"),
    ]:
        answer = imgshare(command, share.image, share.member, "--json").json()
        assert {"created_at", "image_id", "member_id", "schema", "status", "updated_at"} == set(answer)
        assert (share.image, share.member, status) == (answer["image_id"], answer["member_id"], answer["status"])
        assert status == share.status()
        assert answer == imgshare("show", share.image, share.member, "--json").json()


def test_without_member(imgshare: RunImgshare, share: Share) -> None:
    """A plain member need not know its own project's ID."""
    assert "accepted" == imgshare("accept", share.image, "--json").json()["status"]
    assert "accepted" == share.status()
    assert "accepted" == imgshare("show", share.image, "--json").json()["status"]


def test_saying_it_twice(imgshare: RunImgshare, share: Share) -> None:
    """The same again is no error, and the time of the change stays."""
    first = imgshare("accept", share.image, share.member, "--json").json()

    assert first == imgshare("accept", share.image, share.member, "--json").json()


def test_a_vault_is_ignored_by_glance(imgshare: RunImgshare, share: Share) -> None:
    """A vault_id is no trouble to a service that knows none; people are told that it had no effect."""
    assert "accepted" == imgshare("accept", share.image, "--vault", VAULT, "--json").json()["status"]
    note = "note: --vault had no effect: the image service is Glance, which has no backup vaults\n"
    assert note == imgshare("accept", share.image, "--vault", VAULT).err


def test_shared_again(imgshare: RunImgshare, share: Share) -> None:
    """What was unshared is gone, and shared again it is pending again."""
    imgshare("accept", share.image)
    share.unshare()
    assert 6 == imgshare("accept", share.image, share.member).code
    share.add_member(share.member)

    assert "pending" == imgshare("show", share.image, "--json").json()["status"]


@pytest.mark.parametrize(
    ("who", "member", "code"),
    [
        ("member", "member", 0),
        ("admin", "member", 0),
        ("owner_admin", "member", 0),
        ("reader", "member", 5),
        ("guest", "member", 6),
        ("member", "stranger", 6),
        ("owner", "member", 5),
        ("owner", "owner", 6),
        ("stranger", "member", 6),
        ("stranger", "stranger", 6),
        ("admin", "stranger", 6),
    ],
)
def test_who_may(  # noqa: PLR0913, PLR0917
    imgshare: RunImgshare, share: Share, monkeypatch: pytest.MonkeyPatch, who: str, member: str, code: int
) -> None:
    """Every row of the table of who may decide for which project has its exit code, and nothing else happens."""
    monkeypatch.setenv("IMGSHARE_TOKEN", share.users[who].token)

    assert code == imgshare("accept", share.image, share.users[member].project_id).code
    assert ("accepted" if code == 0 else "pending") == share.status()


@pytest.mark.parametrize("visibility", ["community", "private"])
def test_images_that_have_no_members(imgshare: RunImgshare, share: Share, visibility: str) -> None:
    """An image that is no longer `shared` cannot be decided about, and the share survives."""
    imgshare("accept", share.image)
    share.set_visibility(visibility)

    run = imgshare("reject", share.image, share.member, "--json")

    if visibility == "community":
        assert (5, "forbidden") == (run.code, run.error()["code"])
    else:
        assert (6, "not_found") == (run.code, run.error()["code"])
    share.set_visibility("shared")
    assert "accepted" == share.status()


def test_a_deleted_image(imgshare: RunImgshare, share: Share) -> None:
    """An image that was deleted is not found."""
    share.delete_image()

    assert 6 == imgshare("show", share.image, share.member).code


def test_an_unknown_image(imgshare: RunImgshare, share: Share) -> None:
    """An ID that names no image is not found, whatever it looks like."""
    for image in (UNKNOWN, "nobody's", share.image.upper(), "镜像", "%2e%2e", "x" * 255):
        for command in ("accept", "show"):
            assert 6 == imgshare(command, image, share.member).code, image


def test_a_worthless_token(imgshare: RunImgshare, share: Share, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token that the service does not know is exit 4, and the hint says both why and how on."""
    monkeypatch.setenv("IMGSHARE_TOKEN", "gAAAAABworthless")

    error = imgshare("accept", share.image, share.member, "--json").error()

    assert "token" == error["reason"]
    subject = f"cannot accept image {share.image} for project {share.member}"
    assert f"{subject}: the token from IMGSHARE_TOKEN was rejected" == error["message"]
    assert (
        "set IMGSHARE_TOKEN to a new token ('openstack token issue' creates one), or unset it and log in; "
        "if the token is new, the identity service may be down"
    ) == error["hint"]
    assert 4 == imgshare("status").code


@pytest.mark.parametrize("who", ["member", "reader", "guest", "admin"])
def test_status_of_any_token(imgshare: RunImgshare, share: Share, monkeypatch: pytest.MonkeyPatch, who: str) -> None:
    """`status` tells whether the service takes the token, whatever its roles."""
    monkeypatch.setenv("IMGSHARE_TOKEN", share.users[who].token)

    assert "ok" == imgshare("status", "--json").json()["service"]


def test_an_owner_sees_several(imgshare: RunImgshare, share: Share, monkeypatch: pytest.MonkeyPatch) -> None:
    """An owner must name the member to look at."""
    share.add_member(share.users.stranger.project_id)
    monkeypatch.setenv("IMGSHARE_TOKEN", share.users.owner.token)

    error = imgshare("show", share.image, "--json").error()

    example = f"`imgshare show {share.image} {share.member} --json`"
    assert ("usage", f"pass the one you mean as MEMBER, for example {example}") == (error["code"], error["hint"])
    assert {share.member, share.users.stranger.project_id} <= set(error["message"].replace(",", "").split())
    assert "pending" == imgshare("show", share.image, share.users.stranger.project_id, "--json").json()["status"]
