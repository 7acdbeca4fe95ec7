"""GET an image, its members and one of them: who sees what, whatever was decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.expectations import A_TIME, build_refusal

if TYPE_CHECKING:
    from tests.support.share import Share
    from tests.support.users import Users

NOT_FOUND = "The resource could not be found."
ONLY_SHARED = "Only shared images have members."


@pytest.mark.parametrize("who", ["owner", "owner_reader", "admin"])
def test_all_members(users: Users, share: Share, who: str) -> None:
    """The owner's project and an admin see every share of an image, in the order in which they were given."""
    decided = users.member.decide(share.image, share.member, "rejected")[1]

    answer = users[who].ask("GET", f"/v2/images/{share.image}/members")

    pending = share.created | {"member_id": users.neighbour.project_id, "created_at": A_TIME, "updated_at": A_TIME}
    assert (200, {"members": [decided, pending], "schema": "/v2/schemas/members"}) == answer


@pytest.mark.parametrize("who", ["member", "reader"])
def test_own_membership(users: Users, share: Share, who: str) -> None:
    """A member sees its own share and nobody else's."""
    answer = users[who].ask("GET", f"/v2/images/{share.image}/members")

    assert (200, {"members": [share.created], "schema": "/v2/schemas/members"}) == answer


def test_no_members(users: Users) -> None:
    """An image that is shared with nobody has an empty list of members."""
    answer = users.owner.ask("GET", f"/v2/images/{users.owner.make_image()}/members")

    assert (200, {"members": [], "schema": "/v2/schemas/members"}) == answer


@pytest.mark.parametrize(
    ("who", "sentence"),
    [("guest", NOT_FOUND), ("owner_guest", NOT_FOUND), ("stranger", "Image {image_id} not found.")],
)
def test_members_unseen(users: Users, share: Share, who: str, sentence: str) -> None:
    """Strangers find no image, and people without a role find nothing at all."""
    answer = users[who].ask("GET", f"/v2/images/{share.image}/members")

    assert build_refusal(404, sentence.format(image_id=share.image)) == answer


@pytest.mark.parametrize("who", ["owner", "owner_reader", "member", "reader", "admin"])
def test_one_member(users: Users, share: Share, who: str) -> None:
    """Both sides and an admin see a share."""
    assert (200, share.created) == users[who].ask("GET", share.path)


@pytest.mark.parametrize(
    ("who", "whose", "sentence"),
    [
        ("guest", "member", NOT_FOUND),
        ("member", "neighbour", "{member_id} not found in the member list of the image {image_id}."),
        ("owner", "stranger", "{member_id} not found in the member list of the image {image_id}."),
        ("stranger", "member", "Image {image_id} not found."),
    ],
)
def test_one_member_unseen(users: Users, share: Share, who: str, whose: str, sentence: str) -> None:
    """Everyone else finds none, each for their own reason."""
    member_id = users[whose].project_id

    answer = users[who].ask("GET", f"/v2/images/{share.image}/members/{member_id}")

    assert build_refusal(404, sentence.format(member_id=member_id, image_id=share.image)) == answer


@pytest.mark.parametrize(("who", "visibility"), [("owner", "private"), ("owner", "community"), ("member", "community")])
def test_members_of_what_is_not_shared(users: Users, share: Share, who: str, visibility: str) -> None:
    """The members of an image that is not shared are forbidden as a list and not found one by one."""
    users.owner.replace(share.image, "visibility", visibility)

    members = users[who].ask("GET", f"/v2/images/{share.image}/members")
    member = users[who].ask("GET", share.path)

    assert build_refusal(403, f"Not allowed to list members for image {share.image}: {ONLY_SHARED}") == members
    assert build_refusal(404, ONLY_SHARED) == member


@pytest.mark.parametrize("decision", ["pending", "accepted", "rejected"])
def test_image_of_a_member(users: Users, decision: str) -> None:
    """A member sees the whole image whatever it decided, and nothing of what it decided."""
    image_id = users.owner.make_image("debian", os_distro="debian", tags=["golden"], min_disk=4)
    users.owner.share(image_id, users.member.project_id)
    users.member.decide(image_id, users.member.project_id, decision)

    image = {
        "id": image_id,
        "name": "debian",
        "owner": users.owner.project_id,
        "visibility": "shared",
        "status": "queued",
        "os_hidden": False,
        "protected": False,
        "size": None,
        "virtual_size": None,
        "disk_format": None,
        "container_format": None,
        "checksum": None,
        "os_hash_algo": None,
        "os_hash_value": None,
        "min_disk": 4,
        "min_ram": 0,
        "tags": ["golden"],
        "os_distro": "debian",
        "created_at": A_TIME,
        "updated_at": A_TIME,
        "self": f"/v2/images/{image_id}",
        "file": f"/v2/images/{image_id}/file",
        "schema": "/v2/schemas/image",
    }
    assert (200, image) == users.member.ask("GET", f"/v2/images/{image_id}")


@pytest.mark.parametrize(
    ("who", "visibility", "status"),
    [
        ("owner", "private", 200),
        ("owner_reader", "private", 200),
        ("admin", "private", 200),
        ("member", "private", 404),
        ("stranger", "shared", 404),
        ("stranger", "community", 200),
        ("stranger", "public", 200),
    ],
)
def test_image_visibility(users: Users, share: Share, who: str, visibility: str, status: int) -> None:
    """Who sees an image is a matter of its visibility; an image unseen is an image that is not there."""
    users.admin.replace(share.image, "visibility", visibility)

    answer = users[who].ask("GET", f"/v2/images/{share.image}")

    assert status == answer[0]
    if status == 404:
        assert build_refusal(404, f"No image found with ID {share.image}") == answer


@pytest.mark.parametrize("who", ["guest", "owner_guest"])
def test_image_without_a_role(users: Users, share: Share, who: str) -> None:
    """People without a role see no image, not even their own."""
    assert build_refusal(404, NOT_FOUND) == users[who].ask("GET", f"/v2/images/{share.image}")
