"""The crowd is what it says, as Glance shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.support.large_inbox import EVERYWHERE, ODD_NAMES

if TYPE_CHECKING:
    from tests.support.large_inbox import LargeInbox
    from tests.support.openstack import Credentials


def connect_as(large_inbox: LargeInbox, user: Credentials) -> httpx.Client:
    headers = {"X-Auth-Token": large_inbox.cloud.login(user), "Accept": "application/json"}
    return httpx.Client(base_url=f"{large_inbox.cloud.endpoint}/v2", headers=headers, timeout=60, trust_env=False)


def list_images(http: httpx.Client, **query: str) -> list[dict[str, Any]]:
    images: list[dict[str, Any]] = []
    page = {"next": "first"}
    while "next" in page:
        marker = {"marker": images[-1]["id"]} if images else {}
        answer = http.get("images", params={"visibility": "shared", "limit": 1000, **query, **marker})
        page = answer.raise_for_status().json()
        images += page["images"]
    return images


@pytest.mark.parametrize(
    ("who", "status"), [("member", "pending"), ("reader", "pending"), ("member", "accepted"), ("member", "rejected")]
)
@pytest.mark.parametrize("hidden", ["true", "false"])
def test_pages(large_inbox: LargeInbox, who: str, status: str, hidden: str) -> None:
    """Each list has the shares of its status and the project's own images, hidden or not, and each of them once."""
    with connect_as(large_inbox, getattr(large_inbox, who)) as http:
        ids = [image["id"] for image in list_images(http, member_status=status, os_hidden=hidden)]

    expected = getattr(large_inbox, status) | large_inbox.own
    expected = expected & large_inbox.hidden if hidden == "true" else expected - large_inbox.hidden
    assert sorted(expected) == sorted(ids)


def test_admin(large_inbox: LargeInbox) -> None:
    """An admin of the project is listed every image, also what is shared with the neighbour alone."""
    with connect_as(large_inbox, large_inbox.admin) as http:
        shown = list_images(http, member_status="pending", os_hidden="false") + list_images(http, os_hidden="true")

    assert large_inbox.images.keys() <= {image["id"] for image in shown}
    assert large_inbox.elsewhere < {image["id"] for image in shown}


def test_sizes(large_inbox: LargeInbox) -> None:
    """There are as many of each as were promised."""
    groups = (large_inbox.pending, large_inbox.accepted, large_inbox.rejected, large_inbox.own, large_inbox.elsewhere)
    given_away = {
        image_id for image_id in large_inbox.own if large_inbox.images[image_id].member == large_inbox.owners[0]
    }

    assert [1200, 40, 30, 300, 25] == [len(group) for group in groups]
    assert [30, 1, 2, 8, 0] == [len(group & large_inbox.hidden) for group in groups]
    assert (60, 1595) == (len(given_away), len(large_inbox.images))


def test_names(large_inbox: LargeInbox) -> None:
    """A name may be every owner's, and some are not made for a terminal."""
    with connect_as(large_inbox, large_inbox.member) as http:
        everywhere = list_images(http, name=EVERYWHERE, member_status="pending")
        odd = [
            image["owner"] for name in ODD_NAMES.values() for image in list_images(http, name=name, member_status="all")
        ]

    assert {*large_inbox.owners, large_inbox.project} == {image["owner"] for image in everywhere}
    assert list(large_inbox.owners[:2]) == odd


def test_an_image_and_its_member(large_inbox: LargeInbox) -> None:
    """An image has all that an uploaded image has, and its share can be looked up."""
    [image_id] = large_inbox.named("[red]")
    copy = large_inbox.images[image_id]
    with connect_as(large_inbox, large_inbox.member) as http:
        image = http.get(f"images/{image_id}").json()
        member = http.get(f"images/{image_id}/members/{large_inbox.project}").json()

    facts = ("name", "owner", "status", "visibility", "os_hidden", "disk_format", "os_distro", "stores", "created_at")
    assert {
        "name": "[red]",
        "owner": large_inbox.owners[0],
        "status": "active",
        "visibility": "shared",
        "os_hidden": False,
        "disk_format": "qcow2",
        "os_distro": "debian",
        "stores": "file",
        "created_at": f"{copy.created_at:%Y-%m-%dT%H:%M:%SZ}",
    } == {fact: image[fact] for fact in facts}
    assert (True, 32, 128) == (image["size"] > 500_000_000, len(image["checksum"]), len(image["os_hash_value"]))
    assert {
        "member_id": large_inbox.project,
        "image_id": image_id,
        "status": "pending",
        "schema": "/v2/schemas/member",
        "created_at": f"{copy.created_at:%Y-%m-%dT%H:%M:%SZ}",
        "updated_at": image["updated_at"],
    } == member


def test_a_copy_can_be_decided_about(large_inbox: LargeInbox) -> None:
    """A share is as good as one that was made over HTTP: it can be accepted, and made pending again."""
    path = f"images/{min(large_inbox.pending)}/members/{large_inbox.project}"
    with connect_as(large_inbox, large_inbox.member) as http:
        answers = [http.put(path, json={"status": status}) for status in ("accepted", "pending")]

    assert [(200, "accepted"), (200, "pending")] == [(it.status_code, it.json()["status"]) for it in answers]
