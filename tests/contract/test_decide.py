"""PUT a member: who decides about a share, what they may say, and what it changes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.expectations import A_TIME, build_refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.share import Share
    from tests.support.users import Users

NOT_AUTHORIZED = "You are not authorized to complete modify_member action."
NOT_A_MEMBER = "{member_id} not found in the member list of the image {image_id}."
NOT_FOUND = "The resource could not be found."
NO_IMAGE = "Image {image_id} not found."
NOT_ALLOWED = "Not allowed to update members for image {image_id}."
BAD_STATUS = 'Incorrect request: Status must be "pending", "accepted" or "rejected".'


@pytest.mark.parametrize("who", ["member", "admin", "owner_admin"])
def test_who_decides(users: Users, share: Share, who: str) -> None:
    """The member's project decides, and so does an admin of whatever project."""
    answer = users[who].decide(share.image, share.member, "accepted")

    assert (200, share.created | {"status": "accepted", "updated_at": A_TIME}) == answer


@pytest.mark.parametrize(
    ("who", "whose", "status", "sentence"),
    [
        ("reader", "member", 403, NOT_AUTHORIZED),
        ("guest", "member", 404, NOT_FOUND),
        ("guest", "neighbour", 404, NOT_FOUND),
        ("member", "neighbour", 404, NOT_A_MEMBER),
        ("member", "stranger", 404, NOT_A_MEMBER),
        ("owner", "member", 403, NOT_AUTHORIZED),
        ("owner_reader", "member", 403, NOT_AUTHORIZED),
        ("owner_guest", "member", 404, NOT_FOUND),
        ("owner", "owner", 404, NOT_A_MEMBER),
        ("stranger", "member", 404, NO_IMAGE),
        ("stranger", "stranger", 404, NO_IMAGE),
        ("admin", "stranger", 404, NOT_A_MEMBER),
        ("admin", "admin", 404, NOT_A_MEMBER),
    ],
)
def test_who_does_not(users: Users, share: Share, who: str, whose: str, status: int, sentence: str) -> None:  # noqa: PLR0913, PLR0917 # a row of the table
    """Everyone else is refused, each for their own reason, and the share stays as it is."""
    member_id = users[whose].project_id

    answer = users[who].decide(share.image, member_id, "accepted")

    assert build_refusal(status, sentence.format(member_id=member_id, image_id=share.image)) == answer
    assert (200, share.created) == users.member.ask("GET", share.path)


def test_owner_as_member(users: Users) -> None:
    """An owner may share with itself, and then still may not decide."""
    image_id = users.owner.make_image()
    users.owner.share(image_id, users.owner.project_id)

    assert build_refusal(403, NOT_AUTHORIZED) == users.owner.decide(image_id, users.owner.project_id, "accepted")


@pytest.mark.parametrize(
    ("who", "visibility", "status", "sentence"),
    [
        ("member", "community", 403, NOT_ALLOWED),
        ("owner", "community", 403, NOT_ALLOWED),
        ("stranger", "community", 403, NOT_ALLOWED),
        ("admin", "community", 403, NOT_ALLOWED),
        ("guest", "community", 403, NOT_ALLOWED),
        ("member", "public", 403, NOT_ALLOWED),
        ("owner", "private", 403, NOT_ALLOWED),
        ("admin", "private", 403, NOT_ALLOWED),
        ("member", "private", 404, NO_IMAGE),
    ],
)
def test_not_shared_any_more(users: Users, share: Share, who: str, visibility: str, status: int, sentence: str) -> None:  # noqa: PLR0913, PLR0917 # a row of the table
    """Only a shared image has members; users who see the image otherwise get 403, all others 404."""
    assert users.admin.replace(share.image, "visibility", visibility)[0] == 200

    answer = users[who].decide(share.image, share.member, "accepted")

    assert build_refusal(status, sentence.format(image_id=share.image)) == answer


@pytest.mark.parametrize(
    "withdraw",
    [
        lambda users, share: users.owner.ask("DELETE", share.path),
        lambda users, share: users.owner.ask("DELETE", f"/v2/images/{share.image}"),
    ],
    ids=["unshared", "deleted"],
)
def test_withdrawn(users: Users, share: Share, withdraw: Callable[[Users, Share], Any]) -> None:
    """A member whose share was taken back, or whose image is gone, finds nothing."""
    assert (204, None) == withdraw(users, share)

    answer = users.member.decide(share.image, share.member, "accepted")
    assert build_refusal(404, f"Image {share.image} not found.") == answer


def test_every_change(users: Users, share: Share) -> None:
    """Every status may follow every other."""
    walk = ["accepted", "rejected", "accepted", "pending", "rejected", "pending", "accepted"]

    answers = [users.member.decide(share.image, share.member, status) for status in walk]

    assert [(200, share.created | {"status": status, "updated_at": A_TIME}) for status in walk] == answers


def test_same_again(users: Users, share: Share) -> None:
    """The same decision again is a 200 that changes nothing, not even the time; another one changes the time."""
    first = users.member.decide(share.image, share.member, "accepted")
    time.sleep(1.1)
    again = users.member.decide(share.image, share.member, "accepted")
    other = users.member.decide(share.image, share.member, "rejected")

    assert (200, share.created | {"status": "accepted", "updated_at": A_TIME}) == first == again
    assert (200, share.created | {"status": "rejected", "updated_at": A_TIME}) == other
    assert first[1]["updated_at"] < other[1]["updated_at"]


@pytest.mark.parametrize(
    ("body", "decision"),
    [
        (b'{"status": "accepted", "vault_id": "v", "member": "m"}', "accepted"),
        (b'{"status": "accepted", "status": "rejected"}', "rejected"),
        (b' \n{"status":\t"accepted"} ', "accepted"),
        (b'{"st\\u0061tus": "accepted"}', "accepted"),
    ],
)
def test_forgiven(users: Users, share: Share, body: bytes, decision: str) -> None:
    """Unknown keys are ignored, the last of two equal keys counts, and the Content-Type does not matter."""
    answer = users.member.ask("PUT", share.path, body, Content_Type="text/plain")

    assert (200, share.created | {"status": decision, "updated_at": A_TIME}) == answer


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (None, "Body expected in request."),
        (b"", "Body expected in request."),
        (b"{}", "Status not specified"),
        (b'{"Status": "accepted"}', "Status not specified"),
        (b"[]", 'Expected a status in the form: {"status": "status"}'),
        (b'[{"status": "accepted"}]', 'Expected a status in the form: {"status": "status"}'),
        (b'"accepted"', "Unexpected body type. Expected list/dict."),
        (b"null", "Unexpected body type. Expected list/dict."),
        (b'{"status": "accepted"', "Malformed JSON in request body."),
        (b"status=accepted", "Malformed JSON in request body."),
        (b" ", "Malformed JSON in request body."),
        (b'{"status": "\xff"}', "Malformed JSON in request body."),
        (b'\xef\xbb\xbf{"status": "accepted"}', "Malformed JSON in request body."),
        (b'{"status": "Accepted"}', BAD_STATUS),
        (b'{"status": "accepted "}', BAD_STATUS),
        (b'{"status": ""}', BAD_STATUS),
        (b'{"status": null}', BAD_STATUS),
        (b'{"status": true}', BAD_STATUS),
        (b'{"status": ["accepted"]}', BAD_STATUS),
        (b'{"status": {"status": "accepted"}}', BAD_STATUS),
    ],
)
def test_bad_bodies(users: Users, share: Share, body: bytes | None, sentence: str) -> None:
    """A body that says no status is refused with what is wrong with it, and the share stays as it is."""
    assert build_refusal(400, sentence) == users.member.ask("PUT", share.path, body)
    assert (200, share.created) == users.member.ask("GET", share.path)


@pytest.mark.parametrize(("who", "status"), [("owner", 403), ("reader", 403), ("stranger", 404)])
def test_who_comes_before_what(users: Users, share: Share, who: str, status: int) -> None:
    """Who may not decide is told so whatever they wanted to say."""
    assert status == users[who].decide(share.image, share.member, "Accepted")[0]


@pytest.mark.parametrize("who", ["owner", "reader", "stranger"])
def test_form_comes_before_who(users: Users, share: Share, who: str) -> None:
    """But a body that cannot be read is refused before anyone looks at who sent it."""
    assert build_refusal(400, "Status not specified") == users[who].ask("PUT", share.path, {})
