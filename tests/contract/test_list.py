"""GET images: the list, with all its traps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.expectations import A_TIME, WITHOUT_DATA, build_refusal
from tests.support.users import create_name

if TYPE_CHECKING:
    from tests.support.users import Users

SORT_KEYS = "name, status, container_format, disk_format, size, id, created_at, updated_at"


def create_offer(users: Users, name: str, decision: str = "pending", **description: object) -> str:
    """An image that is shared with the member, who has decided this."""
    image_id = users.owner.make_image(name, **description)
    users.owner.share(image_id, users.member.project_id)
    if decision != "pending":
        users.member.decide(image_id, users.member.project_id, decision)
    return image_id


def test_page(users: Users) -> None:
    """A page has the images as they are, the address of the first page, and no next one unless it is full."""
    name = create_name()
    image_id = create_offer(users, name)

    answer = users.member.ask("GET", f"/v2/images?visibility=shared&member_status=pending&name={name}")

    image = {
        "id": image_id,
        "name": name,
        "owner": users.owner.project_id,
        "visibility": "shared",
        "status": "queued",
        "os_hidden": False,
        "protected": False,
        **WITHOUT_DATA,
        "tags": [],
        "created_at": A_TIME,
        "updated_at": A_TIME,
        "self": f"/v2/images/{image_id}",
        "file": f"/v2/images/{image_id}/file",
        "schema": "/v2/schemas/image",
    }
    page = {
        "images": [image],
        "first": f"/v2/images?visibility=shared&member_status=pending&name={name}",
        "schema": "/v2/schemas/images",
    }
    assert (200, page) == answer


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["accepted"]),
        ("&member_status=accepted", ["accepted"]),
        ("&member_status=pending", ["pending"]),
        ("&member_status=rejected", ["rejected"]),
        ("&member_status=all", ["rejected", "accepted", "pending"]),
        ("&member_status=all&visibility=all", ["rejected", "accepted", "pending"]),
        ("&member_status=all&visibility=private", []),
        ("&member_status=all&visibility=community", []),
        ("&member_status=all&visibility=public", []),
    ],
)
@pytest.mark.parametrize("who", ["member", "reader"])
def test_member_status(users: Users, who: str, query: str, expected: list[str]) -> None:
    """The list has what was accepted unless asked for another status, the newest first."""
    name = create_name()
    ids = {decision: create_offer(users, name, decision) for decision in ("pending", "accepted", "rejected")}

    assert (200, [ids[decision] for decision in expected]) == users[who].list_ids(f"name={name}{query}")


@pytest.mark.parametrize("member_status", ["pending", "accepted", "rejected", "all"])
def test_own_images_leak_in(users: Users, member_status: str) -> None:
    """What one owns is listed as well, whatever the status asked for, even where `shared with me` was meant."""
    name = create_name()
    own = users.member.make_image(name)
    theirs = create_offer(users, name)

    listed = users.member.list_ids(f"visibility=shared&member_status={member_status}&name={name}")

    assert (200, [theirs, own] if member_status in {"pending", "all"} else [own]) == listed


@pytest.mark.parametrize("who", ["admin", "owner_admin"])
@pytest.mark.parametrize("member_status", ["pending", "accepted", "rejected", "all"])
def test_admin_sees_all(users: Users, who: str, member_status: str) -> None:
    """An admin is listed every image of the cloud, whatever the status asked for."""
    name = create_name()
    ids = [
        create_offer(users, name),
        users.stranger.make_image(name),
        users.owner.make_image(name, visibility="private"),
    ]

    assert (200, ids[::-1]) == users[who].list_ids(f"member_status={member_status}&name={name}")


@pytest.mark.parametrize(
    ("who", "query", "seen"),
    [
        ("member", "", []),
        ("member", "&member_status=all", []),
        ("member", "&visibility=community", ["community"]),
        ("member", "&visibility=all", ["community"]),
        ("owner", "", ["community"]),
        ("admin", "", []),
        ("admin", "&visibility=all", ["community"]),
    ],
)
def test_community(users: Users, who: str, query: str, seen: list[str]) -> None:
    """A community image is listed to its owner, and to others where they ask for its visibility or for all."""
    name = create_name()
    image_id = users.owner.make_image(name, visibility="community")

    assert (200, [image_id for _ in seen]) == users[who].list_ids(f"name={name}{query}")


def test_public_needs_no_share(users: Users) -> None:
    """A public image is in everybody's list, unless they ask for shared ones."""
    name = create_name()
    image_id = users.admin.make_image(name, visibility="public")

    assert (200, [image_id]) == users.member.list_ids(f"member_status=pending&name={name}")
    assert (200, []) == users.member.list_ids(f"visibility=shared&member_status=pending&name={name}")


@pytest.mark.parametrize("who", ["member", "owner", "admin"])
def test_hidden(users: Users, who: str) -> None:
    """A hidden image is listed where hidden ones are asked for, and then alone."""
    name = create_name()
    seen = create_offer(users, name)
    hidden = create_offer(users, name, os_hidden=True)

    assert (200, [seen]) == users[who].list_ids(f"member_status=all&name={name}")
    assert (200, [seen]) == users[who].list_ids(f"member_status=all&name={name}&os_hidden=false")
    assert (200, [hidden]) == users[who].list_ids(f"member_status=all&name={name}&os_hidden=True")


def test_hidden_later(users: Users) -> None:
    """An image that is hidden after it was shared leaves the list, and can still be decided about."""
    name = create_name()
    image_id = create_offer(users, name)

    users.owner.replace(image_id, "os_hidden", value=True)

    assert (200, []) == users.member.list_ids(f"member_status=all&name={name}")
    assert users.member.decide(image_id, users.member.project_id, "accepted")[0] == 200


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("name={one}", ["first", "twin"]),
        ("name=eq:{one}", ["first", "twin"]),
        ("name=in:{one},{two}", ["first", "twin", "other"]),
        ("name=in:%22{one}%22,{two}", ["first", "twin", "other"]),
        ("name=in:%22{one},{two}%22", []),
        ("name=in:{one}%0a", []),
        ("name={one}&owner={owner}", ["first", "twin"]),
        ("name={one}&owner={stranger}", []),
        ("name={one}&status=queued", ["first", "twin"]),
        ("name={one}&status=active", []),
        ("name={one}&id={first}", ["first"]),
        ("id=in:{first},{other}", ["first", "other"]),
        ("name={one}&tag=golden", ["first"]),
        ("name={one}&tag=golden&tag=arm", []),
        ("name={one}&os_distro=debian", ["first"]),
        ("name={one}&os_distro=fedora", []),
        ("name={one}&created_at=gt:2020-01-01T00:00:00Z", ["first", "twin"]),
        ("name={one}&updated_at=lt:2020-01-01T00:00:00Z", []),
        ("name={one}&protected=false", ["first", "twin"]),
        ("name={one}&size_min=1", []),
    ],
)
def test_filters(users: Users, query: str, expected: list[str]) -> None:
    """Names are exact and not unique; every field and property filters, and all filters must hold."""
    names = {"one": create_name(), "two": create_name()}
    ids = {
        "first": create_offer(users, names["one"], tags=["golden"], os_distro="debian"),
        "twin": create_offer(users, names["one"]),
        "other": create_offer(users, names["two"]),
    }
    people = {"owner": users.owner.project_id, "stranger": users.stranger.project_id}

    listed = users.member.list_ids("member_status=all&sort=created_at:asc&" + query.format(**names, **people, **ids))

    assert (200, [ids[name] for name in expected]) == listed


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ("", "cba"),
        ("sort=created_at:asc", "abc"),
        ("sort=created_at", "cba"),
        ("sort=size:asc,created_at:asc", "abc"),
        ("sort=disk_format:asc", "bac"),
        ("sort=disk_format:desc", "cab"),
        ("sort=name,created_at:asc", "abc"),
        ("sort_key=disk_format&sort_dir=asc", "bac"),
        ("sort_key=disk_format", "cab"),
        ("sort_dir=asc", "abc"),
        ("sort_key=name&sort_key=created_at&sort_dir=asc&sort_dir=desc", "cba"),
    ],
)
def test_order(users: Users, query: str, order: str) -> None:
    """The newest comes first unless another order is asked for, in either syntax; nothing sorts before something."""
    name = create_name()
    formats = {"a": "qcow2", "b": None, "c": "raw"}
    ids = {key: users.owner.make_image(name, disk_format=disk_format) for key, disk_format in formats.items()}

    assert (200, [ids[key] for key in order]) == users.owner.list_ids(f"name={name}&{query}")


def test_pages(users: Users) -> None:
    """Each full page names the next, below the endpoint's root, so that the last one may be empty."""
    name = create_name()
    ids = [create_offer(users, name) for _ in range(4)][::-1]
    path = f"/v2/images?limit=2&member_status=pending&name={name}"

    pages = []
    step: str | None = path
    while step:
        status, page = users.member.ask("GET", step)
        pages.append((status, [image["id"] for image in page["images"]], page["first"], page.get("next")))
        step = page.get("next")

    assert [
        (200, ids[:2], path, f"{path}&marker={ids[1]}"),
        (200, ids[2:], path, f"{path}&marker={ids[3]}"),
        (200, [], path, None),
    ] == pages


def test_deciding_between_pages(users: Users) -> None:
    """A marker that has left the list meanwhile still marks its place, so no image is missed."""
    name = create_name()
    ids = [create_offer(users, name) for _ in range(5)][::-1]
    seen = []
    marker = ""

    while page := users.member.list_ids(f"limit=2&member_status=pending&name={name}{marker}")[1]:
        for image_id in page:
            users.member.decide(image_id, users.member.project_id, "accepted")
        seen += page
        marker = f"&marker={page[-1]}"

    assert ids == seen


def test_marker_in_another_order(users: Users) -> None:
    """A marker marks its place in whatever order was asked for."""
    name = create_name()
    ids = [create_offer(users, name, disk_format=kind) for kind in ("raw", "qcow2", "vhd")]

    listed = users.member.list_ids(f"member_status=all&name={name}&sort=disk_format:asc&marker={ids[1]}")

    assert (200, [ids[0], ids[2]]) == listed


def test_next_forgets_tags(users: Users) -> None:
    """Of a repeated key only the last is in the next address, so that following it asks another question."""
    name = create_name()
    image_id = users.owner.make_image(name, tags=["x", "y"])

    page = users.owner.ask("GET", f"/v2/images?tag=x&tag=y&name={name}&limit=1")[1]

    assert [image_id] == [image["id"] for image in page["images"]]
    assert f"/v2/images?tag=y&name={name}&limit=1&marker={image_id}" == page["next"]


def test_no_room(users: Users) -> None:
    """A limit of nothing is an empty page without a next one."""
    page = {"images": [], "first": "/v2/images?limit=0", "schema": "/v2/schemas/images"}

    assert (200, page) == users.owner.ask("GET", "/v2/images?limit=0")


def test_limit_is_capped(users: Users) -> None:
    """A limit above the service's own is no mistake."""
    assert (200, []) == users.owner.list_ids(f"limit=5000&name={create_name()}")


def test_withdrawn_marker(users: Users) -> None:
    """A marker whose share was taken back is forbidden."""
    image_id = create_offer(users, create_name())
    users.owner.ask("DELETE", f"/v2/images/{image_id}/members/{users.member.project_id}")

    answer = users.member.ask("GET", f"/v2/images?member_status=pending&marker={image_id}")

    assert build_refusal(403, f"Forbidding request, image {image_id} not visible") == answer


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("member_status=Pending", "Invalid status: Pending"),
        ("member_status=pending,accepted", "Invalid status: pending,accepted"),
        ("member_status=", "Invalid status: "),
        ("visibility=Shared", "Invalid visibility value: Shared"),
        ("visibility=shared,public", "Invalid visibility value: shared,public"),
        ("os_hidden=yes", "Invalid value 'yes' for 'os_hidden' filter. Valid values are 'true' or 'false'."),
        ("protected=True", "Invalid value 'True' for 'protected' filter. Valid values are 'true' or 'false'."),
        ("limit=-1", "limit param must be positive"),
        ("limit=many", "limit param must be an integer"),
        ("limit=", "limit param must be an integer"),
        ("limit=1.5", "limit param must be an integer"),
        ("marker=nope", "No image found with ID nope"),
        ("marker=", "No image found with ID "),
        ("sort=owner", f"Invalid sort key: owner. It must be one of the following: {SORT_KEYS}."),
        ("sort=name:up", "Invalid sort direction: up"),
        ("sort=name&sort_key=name", "Old and new sorting syntax cannot be combined"),
        ("sort_key=name&sort_dir=asc&sort_dir=desc", "Number of sort dirs does not match the number of sort keys"),
        ("name=like:debian", "Unable to filter by unknown operator 'like'."),
        ("name=in:%22a,b", 'Invalid filter value "a,b. The quote is not closed.'),
        ("name=in:a%22b%22", 'Invalid filter value a"b". There is no comma before opening quotation mark.'),
        ("name=in:%22a%22b", 'Invalid filter value "a"b. There is no comma after closing quotation mark.'),
        ("created_at=yesterday", 'Bad "created_at" query filter format. Use ISO 8601 DateTime notation.'),
        ("created_at=after:2020-01-01T00:00:00Z", "Unable to filter on a unknown operator."),
        ("size_min=big", "Unable to filter on a range with a non-numeric value."),
        ("changes-since=2020-01-01", 'The "changes-since" filter is no longer available on v2.'),
    ],
)
def test_bad_queries(users: Users, query: str, sentence: str) -> None:
    """A query that cannot be meant is refused with what is wrong with it; values are case-sensitive."""
    assert build_refusal(400, sentence) == users.member.ask("GET", f"/v2/images?{query}")


@pytest.mark.parametrize("who", ["guest", "owner_guest"])
def test_without_a_role(users: Users, who: str) -> None:
    """People without a role get no list."""
    assert build_refusal(403, "You are not authorized to complete get_images action.") == users[who].ask(
        "GET", "/v2/images"
    )
