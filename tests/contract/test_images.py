"""POST, PATCH and DELETE an image, as far as sharing needs them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.expectations import A_TIME, WITHOUT_DATA, build_refusal
from tests.support.users import PATCH

if TYPE_CHECKING:
    from tests.support.share import Share
    from tests.support.users import Users

NOT_FOUND = "The resource could not be found."
DENIED = "Access was denied to this resource."


def test_new_image(users: Users) -> None:
    """A new image is a 201 with its address; it is shared, seen and empty unless described otherwise."""
    response = users.owner.send("POST", "/v2/images", {"name": "数据库", "os_type": "linux", "tags": ["ci"]})

    image_id = response.json()["id"]
    image = {
        "id": image_id,
        "name": "数据库",
        "owner": users.owner.project_id,
        "visibility": "shared",
        "status": "queued",
        "os_hidden": False,
        "protected": False,
        **WITHOUT_DATA,
        "tags": ["ci"],
        "os_type": "linux",
        "created_at": A_TIME,
        "updated_at": A_TIME,
        "self": f"/v2/images/{image_id}",
        "file": f"/v2/images/{image_id}/file",
        "schema": "/v2/schemas/image",
    }
    assert (201, image) == (response.status_code, response.json())
    assert f"{users.owner.endpoint}/v2/images/{image_id}" == response.headers["Location"]


@pytest.mark.parametrize(
    ("who", "description", "answer"),
    [
        ("reader", {}, build_refusal(403, "You are not authorized to complete add_image action.")),
        ("guest", {}, build_refusal(403, "You are not authorized to complete add_image action.")),
        (
            "owner",
            {"visibility": "public"},
            build_refusal(403, "You are not authorized to complete publicize_image action."),
        ),
        ("owner", {"self": "x"}, build_refusal(403, "Attribute 'self' is read-only.")),
        ("owner", {"status": "active"}, build_refusal(403, "Attribute 'status' is read-only.")),
        (
            "owner",
            {"location": "x"},
            build_refusal(403, DENIED, "<br /><br />\nAttribute 'location' is reserved.\n\n"),
        ),
        (
            "owner",
            {"owner": "x"},
            build_refusal(403, DENIED, "<br /><br />\nYou are not permitted to create images owned by 'x'\n\n"),
        ),
        ("owner", {"name": "😀"}, build_refusal(400, "Name can't contain 4 byte unicode characters.")),
        (
            "owner",
            {"min_disk": -1},
            build_refusal(400, "Invalid value '-1' for parameter 'min_disk': Cannot be a negative value"),
        ),
    ],
)
def test_images_refused(users: Users, who: str, description: Any, answer: object) -> None:
    """Not everyone may make an image, and not every image."""
    assert answer == users[who].ask("POST", "/v2/images", description)


@pytest.mark.parametrize(
    "description",
    [{"name": 5}, {"visibility": "Shared"}, {"tags": "x"}, {"os_hidden": "x"}, {"id": "nope"}, {"os_distro": 1}],
)
def test_images_misdescribed(users: Users, description: Any) -> None:
    """An image that the schema has no room for is refused with the reason, which Glance spells out at length."""
    status, page = users.owner.ask("POST", "/v2/images", description)

    assert (400, "400 Bad Request") == (status, page["code"])
    assert page["message"].startswith("Provided object does not match schema 'image': ")


@pytest.mark.parametrize(("field", "value"), [("visibility", "private"), ("os_hidden", True), ("name", "renamed")])
def test_changed(users: Users, share: Share, field: str, value: object) -> None:
    """The owner replaces a field, and the answer is the whole image with it."""
    image = users.owner.ask("GET", f"/v2/images/{share.image}")[1]

    changed = users.owner.replace(share.image, field, value)

    assert (200, image | {field: value, "updated_at": A_TIME}) == changed
    assert changed == users.owner.ask("GET", f"/v2/images/{share.image}")


@pytest.mark.parametrize(
    ("who", "value", "answer"),
    [
        ("member", "private", build_refusal(403, "You are not authorized to complete modify_image action.")),
        ("reader", "private", build_refusal(403, "You are not authorized to complete modify_image action.")),
        ("owner_reader", "private", build_refusal(403, "You are not authorized to complete modify_image action.")),
        ("guest", "private", build_refusal(404, NOT_FOUND)),
        ("owner_guest", "private", build_refusal(404, NOT_FOUND)),
        ("owner", "public", build_refusal(403, "You are not authorized to complete publicize_image action.")),
    ],
)
def test_changes_refused(users: Users, share: Share, who: str, value: str, answer: object) -> None:
    """Nobody but the owner changes an image, and nobody but an admin makes one public."""
    assert answer == users[who].replace(share.image, "visibility", value)


def test_changes_of_a_stranger(users: Users, share: Share) -> None:
    """A stranger finds nothing to change."""
    answer = users.stranger.replace(share.image, "visibility", "private")

    assert build_refusal(404, f"No image found with ID {share.image}") == answer


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "Body expected in request."),
        (b"{}", "Request body must be a JSON array of operation objects."),
        (b"[1]", "Operations must be JSON objects."),
        (b"[", "Malformed JSON in request body."),
    ],
)
def test_bad_changes(users: Users, share: Share, body: bytes, sentence: str) -> None:
    """A patch is a list of operations."""
    answer = users.owner.ask("PATCH", f"/v2/images/{share.image}", body, Content_Type=PATCH)

    assert build_refusal(400, sentence) == answer


def test_patch_is_no_json(users: Users, share: Share) -> None:
    """A patch that does not say that it is one is refused with the names it may go by."""
    response = users.owner.send("PATCH", f"/v2/images/{share.image}", [], Content_Type="application/json")

    names = "application/openstack-images-v2.0-json-patch, application/openstack-images-v2.1-json-patch"
    sentence = "The request media type application/json is not supported by this server."
    tail = f"\n<br /><br />\nImage PATCH expects Content-Type one of: {names}"
    assert build_refusal(415, sentence, tail) == (response.status_code, response.json())
    assert names == response.headers["Accept-Patch"]


def test_deleted(users: Users, share: Share) -> None:
    """The owner deletes an image, and then it is gone for everybody."""
    path = f"/v2/images/{share.image}"

    assert (204, None) == users.owner.ask("DELETE", path)
    assert build_refusal(404, f"No image found with ID {share.image}") == users.owner.ask("GET", path)
    assert build_refusal(404, f"Failed to find image {share.image} to delete") == users.owner.ask("DELETE", path)
    assert build_refusal(404, f"Image {share.image} not found.") == users.owner.ask("GET", f"{path}/members")


@pytest.mark.parametrize(
    ("who", "answer"),
    [
        ("member", build_refusal(403, "You are not authorized to complete delete_image action.")),
        ("owner_reader", build_refusal(403, "You are not authorized to complete delete_image action.")),
        ("guest", build_refusal(404, NOT_FOUND)),
    ],
)
def test_deletion_refused(users: Users, share: Share, who: str, answer: object) -> None:
    """Nobody but the owner deletes an image."""
    assert answer == users[who].ask("DELETE", f"/v2/images/{share.image}")


def test_protected(users: Users) -> None:
    """A protected image cannot be deleted."""
    image_id = users.owner.make_image(protected=True)

    answer = users.owner.ask("DELETE", f"/v2/images/{image_id}")

    assert build_refusal(403, f"Image {image_id} is protected and cannot be deleted.") == answer


@pytest.mark.parametrize("action", ["deactivate", "reactivate"])
@pytest.mark.parametrize(
    ("who", "status", "sentence"),
    [
        ("owner", 403, "Not allowed to {} image in status 'queued'"),
        ("owner_admin", 403, "Not allowed to {} image in status 'queued'"),
        ("owner_reader", 403, "You are not authorized to complete {} action."),
        ("member", 403, "You are not authorized to complete {} action."),
        ("stranger", 404, "No image found with ID <image>"),
    ],
)
def test_deactivation(share: Share, action: str, who: str, status: int, sentence: str) -> None:
    """An image is deactivated by its owner or an administrator, and only once it has its data."""
    answer = share.users[who].ask("POST", f"/v2/images/{share.image}/actions/{action}")

    assert build_refusal(status, sentence.format(action).replace("<image>", share.image)) == answer
