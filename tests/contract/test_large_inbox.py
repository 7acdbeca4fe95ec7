"""The crowd is what it says, as Glance shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.support.large_inbox import EVERYWHERE, ODD_NAMES

if TYPE_CHECKING:
    from tests.support.large_inbox import Crowd
    from tests.support.openstack import Credentials


def seen_by(crowd: Crowd, user: Credentials) -> httpx.Client:
    headers = {"X-Auth-Token": crowd.cloud.login(user), "Accept": "application/json"}
    return httpx.Client(base_url=f"{crowd.cloud.endpoint}/v2", headers=headers, timeout=60, trust_env=False)


def listed(http: httpx.Client, **query: str) -> list[dict[str, Any]]:
    images: list[dict[str, Any]] = []
    page = {"next": "first"}
    while "next" in page:
        marker = {"marker": images[-1]["id"]} if images else {}
        answer = http.get("images", params={"visibility": "shared", "limit": 1000, **query, **marker})
        page = answer.raise_for_status().json()
        images += page["images"]
    return images


@pytest.mark.parametrize("who", ["member", "reader"])
@pytest.mark.parametrize("status", ["pending", "accepted", "rejected"])
@pytest.mark.parametrize("hidden", ["true", "false"])
def test_pages(crowd: Crowd, who: str, status: str, hidden: str) -> None:
    """Each list has the shares of its status and the project's own images, hidden or not, and each of them once."""
    with seen_by(crowd, getattr(crowd, who)) as http:
        ids = [image["id"] for image in listed(http, member_status=status, os_hidden=hidden)]

    expected = getattr(crowd, status) | crowd.own
    expected = expected & crowd.hidden if hidden == "true" else expected - crowd.hidden
    assert sorted(expected) == sorted(ids)


def test_admin(crowd: Crowd) -> None:
    """An admin of the project is listed every image, also what is shared with the neighbour alone."""
    with seen_by(crowd, crowd.admin) as http:
        shown = listed(http, member_status="pending", os_hidden="false") + listed(http, os_hidden="true")

    assert crowd.images.keys() == {image["id"] for image in shown}
    assert crowd.elsewhere < {image["id"] for image in shown}


def test_sizes(crowd: Crowd) -> None:
    """There are as many of each as were promised."""
    groups = (crowd.pending, crowd.accepted, crowd.rejected, crowd.own, crowd.elsewhere)
    given_away = {image_id for image_id in crowd.own if crowd.images[image_id].member == crowd.owners[0]}

    assert [1200, 40, 30, 300, 25] == [len(group) for group in groups]
    assert [30, 1, 2, 8, 0] == [len(group & crowd.hidden) for group in groups]
    assert (60, 1595) == (len(given_away), len(crowd.images))


def test_names(crowd: Crowd) -> None:
    """A name may be every owner's, and some are not made for a terminal."""
    with seen_by(crowd, crowd.member) as http:
        everywhere = listed(http, name=EVERYWHERE, member_status="pending")
        odd = [image["owner"] for name in ODD_NAMES.values() for image in listed(http, name=name, member_status="all")]

    assert {*crowd.owners, crowd.project} == {image["owner"] for image in everywhere}
    assert list(crowd.owners[:2]) == odd


def test_an_image_and_its_member(crowd: Crowd) -> None:
    """An image has all that an uploaded image has, and its share can be looked up."""
    [image_id] = crowd.named("[red]")
    copy = crowd.images[image_id]
    with seen_by(crowd, crowd.member) as http:
        image = http.get(f"images/{image_id}").json()
        member = http.get(f"images/{image_id}/members/{crowd.project}").json()

    facts = ("name", "owner", "status", "visibility", "os_hidden", "disk_format", "os_distro", "stores", "created_at")
    assert {
        "name": "[red]",
        "owner": crowd.owners[0],
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
        "member_id": crowd.project,
        "image_id": image_id,
        "status": "pending",
        "schema": "/v2/schemas/member",
        "created_at": f"{copy.created_at:%Y-%m-%dT%H:%M:%SZ}",
        "updated_at": image["updated_at"],
    } == member


def test_a_copy_can_be_decided_about(crowd: Crowd) -> None:
    """A share is as good as one that was made over HTTP: it can be accepted, and made pending again."""
    path = f"images/{min(crowd.pending)}/members/{crowd.project}"
    with seen_by(crowd, crowd.member) as http:
        answers = [http.put(path, json={"status": status}) for status in ("accepted", "pending")]

    assert [(200, "accepted"), (200, "pending")] == [(it.status_code, it.json()["status"]) for it in answers]
