"""POST and DELETE a member: sharing an image, and taking it back."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.support.expectations import A_TIME, build_refusal

if TYPE_CHECKING:
    from tests.support.share import Share
    from tests.support.users import Users

NOT_FOUND = "The resource could not be found."
NO_IMAGE = "Image {image_id} not found."
NOT_ADDED = "You are not authorized to complete add_member action."
NOT_DELETED = "You are not authorized to complete delete_member action."
NOT_A_MEMBER = "{member_id} not found in the member list of the image {image_id}."


@pytest.mark.parametrize("who", ["owner", "admin", "owner_admin"])
def test_who_shares(users: Users, who: str) -> None:
    """Sharing is answered with 200 and the pending share, whether it is the owner or an admin who shares."""
    image_id, member_id = users.owner.make_image(), users.member.project_id

    answer = users[who].ask("POST", f"/v2/images/{image_id}/members", {"member": member_id})

    share = {
        "member_id": member_id,
        "image_id": image_id,
        "status": "pending",
        "created_at": A_TIME,
        "updated_at": A_TIME,
        "schema": "/v2/schemas/member",
    }
    assert (200, share) == answer
    assert answer[1]["created_at"] == answer[1]["updated_at"]


@pytest.mark.parametrize(
    ("who", "status", "sentence"),
    [
        ("owner_reader", 403, NOT_ADDED),
        ("owner_guest", 404, NOT_FOUND),
        ("member", 403, NOT_ADDED),
        ("guest", 404, NOT_FOUND),
        ("stranger", 404, NO_IMAGE),
    ],
)
def test_who_does_not_share(users: Users, share: Share, who: str, status: int, sentence: str) -> None:
    """Everyone else is refused; a shared image cannot be shared on."""
    answer = users[who].ask("POST", f"/v2/images/{share.image}/members", {"member": "someone"})

    assert build_refusal(status, sentence.format(image_id=share.image)) == answer


@pytest.mark.parametrize("visibility", ["private", "community", "public"])
def test_only_shared_images_are_shared(users: Users, visibility: str) -> None:
    """An image of any other visibility takes no members, from its owner or from an admin."""
    image_id = users.admin.make_image(visibility=visibility)

    answer = users.admin.ask("POST", f"/v2/images/{image_id}/members", {"member": "someone"})

    assert build_refusal(403, f"Not allowed to create members for image {image_id}.") == answer


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("my-project-name", "my-project-name"),
        ("EDC89B49-0D7D-4392-898E-19B2DEB34797", "EDC89B49-0D7D-4392-898E-19B2DEB34797"),
        ("ou-qdjrky7i07higfa4f6reqv9etybmp4ng", "ou-qdjrky7i07higfa4f6reqv9etybmp4ng"),
        ("日本", "日本"),
        (" ", " "),
        ("a/b", "a/b"),
        ("<b>", "<b>"),
        ("m" * 300, "m" * 300),
        (5, "5"),
        (True, "1"),
    ],
)
def test_any_text_is_a_member(users: Users, given: object, kept: str) -> None:
    """No one checks that a project exists: any text will do, and a number is repeated as one and kept as text."""
    image_id = users.owner.make_image()

    status, shared = users.owner.ask("POST", f"/v2/images/{image_id}/members", {"member": given})

    assert (200, given, "pending") == (status, shared["member_id"], shared["status"])
    members = {"members": [shared | {"member_id": kept}], "schema": "/v2/schemas/members"}
    assert (200, members) == users.owner.ask("GET", f"/v2/images/{image_id}/members")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (None, "Body expected in request."),
        (b"{}", "Member to be added not specified"),
        (b'{"member_id": "m"}', "Member to be added not specified"),
        (b'{"member": ""}', "Member can't be empty"),
        (b'{"member": null}', "Member can't be empty"),
        (b'{"member": 0}', "Member can't be empty"),
        (b'{"member": []}', "Member can't be empty"),
        (b'["m"]', 'Expected a member in the form: {"member": "image_id"}'),
        (b'"m"', "Unexpected body type. Expected list/dict."),
        (b"{member: m}", "Malformed JSON in request body."),
        ('{"member": "😀"}'.encode(), "Member can't contain 4 byte unicode characters."),
    ],
)
def test_bad_bodies(users: Users, share: Share, body: bytes | None, sentence: str) -> None:
    """A body that names no member is refused with what is wrong with it."""
    assert build_refusal(400, sentence) == users.owner.ask("POST", f"/v2/images/{share.image}/members", body)


@pytest.mark.parametrize("member", [["m"], {"m": "m"}])
def test_no_text_at_all(users: Users, share: Share, member: object) -> None:
    """A list or an object as a member breaks the server, which says no more than that."""
    answer = users.owner.ask("POST", f"/v2/images/{share.image}/members", {"member": member})

    sentence = "The server has either erred or is incapable of performing the requested operation."
    assert build_refusal(500, sentence) == answer


def test_shared_twice(users: Users, share: Share) -> None:
    """Sharing with the same project twice is a conflict, and a decision made in between is kept."""
    users.member.decide(share.image, share.member, "accepted")

    answer = users.owner.ask("POST", f"/v2/images/{share.image}/members", {"member": share.member})

    assert build_refusal(409, f"Member {share.member} is duplicated for image {share.image}") == answer
    assert users.member.ask("GET", share.path)[1]["status"] == "accepted"


def test_quota(users: Users, share: Share) -> None:
    """An image has at most 128 members; taking one share back makes room for one."""
    path = f"/v2/images/{share.image}/members"
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda number: users.owner.ask("POST", path, {"member": f"m{number}"}), range(2, 128)))
    assert [200] * 126 == [status for status, _ in answers]

    full = users.owner.ask("POST", path, {"member": "one more"})
    users.owner.ask("DELETE", share.path)
    again = users.owner.ask("POST", path, {"member": "one more"})

    reason = (
        "The limit has been exceeded on the number of allowed image members for this image."
        " Attempted: 129, Maximum: 128"
    )
    assert build_refusal(413, f"Image member limit exceeded for image {share.image}: {reason}:") == full
    assert again[0] == 200


@pytest.mark.parametrize("who", ["owner", "admin", "owner_admin"])
def test_who_unshares(users: Users, share: Share, who: str) -> None:
    """Taking a share back is a 204 with nothing in it; the other members keep theirs."""
    response = users[who].send("DELETE", share.path)

    assert (204, b"", None) == (response.status_code, response.content, response.headers.get("content-type"))
    sentence = NOT_A_MEMBER.format(member_id=share.member, image_id=share.image)
    assert build_refusal(404, sentence) == users.owner.ask("GET", share.path)
    assert build_refusal(404, sentence) == users.owner.ask("DELETE", share.path)
    assert build_refusal(404, f"Image {share.image} not found.") == users.member.ask("GET", share.path)
    assert users.neighbour.decide(share.image, users.neighbour.project_id, "accepted")[0] == 200


@pytest.mark.parametrize(
    ("who", "whose", "status", "sentence"),
    [
        ("member", "member", 403, NOT_DELETED),
        ("member", "neighbour", 404, NOT_A_MEMBER),
        ("reader", "member", 403, NOT_DELETED),
        ("guest", "member", 404, NOT_FOUND),
        ("owner_reader", "member", 403, NOT_DELETED),
        ("owner_guest", "member", 404, NOT_FOUND),
        ("owner", "stranger", 404, NOT_A_MEMBER),
        ("stranger", "member", 404, NO_IMAGE),
    ],
)
def test_who_does_not_unshare(users: Users, share: Share, who: str, whose: str, status: int, sentence: str) -> None:  # noqa: PLR0913, PLR0917 # a row of the table
    """Everyone else is refused; a member cannot leave."""
    member_id = users[whose].project_id

    answer = users[who].ask("DELETE", f"/v2/images/{share.image}/members/{member_id}")

    assert build_refusal(status, sentence.format(member_id=member_id, image_id=share.image)) == answer


def test_unshare_what_is_not_shared(users: Users, share: Share) -> None:
    """The members of an image that is private now cannot be removed either."""
    users.owner.replace(share.image, "visibility", "private")

    answer = users.owner.ask("DELETE", share.path)

    assert build_refusal(403, f"Not allowed to delete members for image {share.image}.") == answer


def test_shared_again(users: Users, share: Share) -> None:
    """A share that was taken back and given again is pending and new, but was created when it first was."""
    users.member.decide(share.image, share.member, "accepted")
    users.owner.ask("DELETE", share.path)
    time.sleep(1.1)

    again = users.owner.share(share.image, share.member)

    assert share.created | {"updated_at": A_TIME} == again
    assert again["created_at"] == share.created["created_at"] < again["updated_at"]
    assert (200, again) == users.member.ask("GET", share.path)
    assert [share.member, users.neighbour.project_id] == [
        member["member_id"] for member in users.owner.ask("GET", f"/v2/images/{share.image}/members")[1]["members"]
    ]


def test_private_and_shared_again(users: Users, share: Share) -> None:
    """An image that was private for a while has its members, and what they decided, as before."""
    decided = users.member.decide(share.image, share.member, "accepted")
    users.owner.replace(share.image, "visibility", "private")
    hidden = users.member.ask("GET", share.path)
    users.owner.replace(share.image, "visibility", "shared")

    assert build_refusal(404, f"Image {share.image} not found.") == hidden
    assert decided == users.member.ask("GET", share.path)
