"""POST, PATCH and DELETE an image, as far as sharing needs them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.users import A_TIME, PATCH, WITHOUT_DATA, refusal

if TYPE_CHECKING:
    from tests.support.users import Cast, Offer

NOT_FOUND = "The resource could not be found."
DENIED = "Access was denied to this resource."


def test_new_image(cast: Cast) -> None:
    """A new image is a 201 with its address; it is shared, seen and empty unless described otherwise."""
    response = cast.owner.send("POST", "/v2/images", {"name": "数据库", "os_type": "linux", "tags": ["ci"]})

    image_id = response.json()["id"]
    image = {
        "id": image_id,
        "name": "数据库",
        "owner": cast.owner.project_id,
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
    assert f"{cast.owner.endpoint}/v2/images/{image_id}" == response.headers["Location"]


@pytest.mark.parametrize(
    ("who", "description", "answer"),
    [
        ("reader", {}, refusal(403, "You are not authorized to complete add_image action.")),
        ("guest", {}, refusal(403, "You are not authorized to complete add_image action.")),
        ("owner", {"visibility": "public"}, refusal(403, "You are not authorized to complete publicize_image action.")),
        ("owner", {"self": "x"}, refusal(403, "Attribute 'self' is read-only.")),
        ("owner", {"status": "active"}, refusal(403, "Attribute 'status' is read-only.")),
        (
            "owner",
            {"location": "x"},
            refusal(403, DENIED, "<br /><br />\nAttribute 'location' is reserved.\n\n"),
        ),
        (
            "owner",
            {"owner": "x"},
            refusal(403, DENIED, "<br /><br />\nYou are not permitted to create images owned by 'x'\n\n"),
        ),
        ("owner", {"name": "😀"}, refusal(400, "Name can't contain 4 byte unicode characters.")),
        (
            "owner",
            {"min_disk": -1},
            refusal(400, "Invalid value '-1' for parameter 'min_disk': Cannot be a negative value"),
        ),
    ],
)
def test_images_refused(cast: Cast, who: str, description: Any, answer: object) -> None:
    """Not everyone may make an image, and not every image."""
    assert answer == cast[who].ask("POST", "/v2/images", description)


@pytest.mark.parametrize(
    "description",
    [{"name": 5}, {"visibility": "Shared"}, {"tags": "x"}, {"os_hidden": "x"}, {"id": "nope"}, {"os_distro": 1}],
)
def test_images_misdescribed(cast: Cast, description: Any) -> None:
    """An image that the schema has no room for is refused with the reason, which Glance spells out at length."""
    status, page = cast.owner.ask("POST", "/v2/images", description)

    assert (400, "400 Bad Request") == (status, page["code"])
    assert page["message"].startswith("Provided object does not match schema 'image': ")


@pytest.mark.parametrize(("field", "value"), [("visibility", "private"), ("os_hidden", True), ("name", "renamed")])
def test_changed(cast: Cast, offer: Offer, field: str, value: object) -> None:
    """The owner replaces a field, and the answer is the whole image with it."""
    image = cast.owner.ask("GET", f"/v2/images/{offer.image_id}")[1]

    changed = cast.owner.replace(offer.image_id, field, value)

    assert (200, image | {field: value, "updated_at": A_TIME}) == changed
    assert changed == cast.owner.ask("GET", f"/v2/images/{offer.image_id}")


@pytest.mark.parametrize(
    ("who", "value", "answer"),
    [
        ("member", "private", refusal(403, "You are not authorized to complete modify_image action.")),
        ("reader", "private", refusal(403, "You are not authorized to complete modify_image action.")),
        ("owner_reader", "private", refusal(403, "You are not authorized to complete modify_image action.")),
        ("guest", "private", refusal(404, NOT_FOUND)),
        ("owner_guest", "private", refusal(404, NOT_FOUND)),
        ("owner", "public", refusal(403, "You are not authorized to complete publicize_image action.")),
    ],
)
def test_changes_refused(cast: Cast, offer: Offer, who: str, value: str, answer: object) -> None:
    """Nobody but the owner changes an image, and nobody but an admin makes one public."""
    assert answer == cast[who].replace(offer.image_id, "visibility", value)


def test_changes_of_a_stranger(cast: Cast, offer: Offer) -> None:
    """A stranger finds nothing to change."""
    answer = cast.stranger.replace(offer.image_id, "visibility", "private")

    assert refusal(404, f"No image found with ID {offer.image_id}") == answer


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "Body expected in request."),
        (b"{}", "Request body must be a JSON array of operation objects."),
        (b"[1]", "Operations must be JSON objects."),
        (b"[", "Malformed JSON in request body."),
    ],
)
def test_bad_changes(cast: Cast, offer: Offer, body: bytes, sentence: str) -> None:
    """A patch is a list of operations."""
    answer = cast.owner.ask("PATCH", f"/v2/images/{offer.image_id}", body, Content_Type=PATCH)

    assert refusal(400, sentence) == answer


def test_patch_is_no_json(cast: Cast, offer: Offer) -> None:
    """A patch that does not say that it is one is refused with the names it may go by."""
    response = cast.owner.send("PATCH", f"/v2/images/{offer.image_id}", [], Content_Type="application/json")

    names = "application/openstack-images-v2.0-json-patch, application/openstack-images-v2.1-json-patch"
    sentence = "The request media type application/json is not supported by this server."
    tail = f"\n<br /><br />\nImage PATCH expects Content-Type one of: {names}"
    assert refusal(415, sentence, tail) == (response.status_code, response.json())
    assert names == response.headers["Accept-Patch"]


def test_deleted(cast: Cast, offer: Offer) -> None:
    """The owner deletes an image, and then it is gone for everybody."""
    path = f"/v2/images/{offer.image_id}"

    assert (204, None) == cast.owner.ask("DELETE", path)
    assert refusal(404, f"No image found with ID {offer.image_id}") == cast.owner.ask("GET", path)
    assert refusal(404, f"Failed to find image {offer.image_id} to delete") == cast.owner.ask("DELETE", path)
    assert refusal(404, f"Image {offer.image_id} not found.") == cast.owner.ask("GET", f"{path}/members")


@pytest.mark.parametrize(
    ("who", "answer"),
    [
        ("member", refusal(403, "You are not authorized to complete delete_image action.")),
        ("owner_reader", refusal(403, "You are not authorized to complete delete_image action.")),
        ("guest", refusal(404, NOT_FOUND)),
    ],
)
def test_deletion_refused(cast: Cast, offer: Offer, who: str, answer: object) -> None:
    """Nobody but the owner deletes an image."""
    assert answer == cast[who].ask("DELETE", f"/v2/images/{offer.image_id}")


def test_protected(cast: Cast) -> None:
    """A protected image cannot be deleted."""
    image_id = cast.owner.make_image(protected=True)

    answer = cast.owner.ask("DELETE", f"/v2/images/{image_id}")

    assert refusal(403, f"Image {image_id} is protected and cannot be deleted.") == answer
