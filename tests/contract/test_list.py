"""GET images: the list, with all its traps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.users import A_TIME, WITHOUT_DATA, new_name, refusal

if TYPE_CHECKING:
    from tests.support.users import Cast

SORT_KEYS = "name, status, container_format, disk_format, size, id, created_at, updated_at"


def offered(cast: Cast, name: str, decision: str = "pending", **description: object) -> str:
    """An image that is shared with the member, who has decided this."""
    image_id = cast.owner.make_image(name, **description)
    cast.owner.share(image_id, cast.member.project_id)
    if decision != "pending":
        cast.member.decide(image_id, cast.member.project_id, decision)
    return image_id


def test_page(cast: Cast) -> None:
    """A page has the images as they are, the address of the first page, and no next one unless it is full."""
    name = new_name()
    image_id = offered(cast, name)

    answer = cast.member.ask("GET", f"/v2/images?visibility=shared&member_status=pending&name={name}")

    image = {
        "id": image_id,
        "name": name,
        "owner": cast.owner.project_id,
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
def test_member_status(cast: Cast, who: str, query: str, expected: list[str]) -> None:
    """The list has what was accepted unless asked for another status, the newest first."""
    name = new_name()
    ids = {decision: offered(cast, name, decision) for decision in ("pending", "accepted", "rejected")}

    assert (200, [ids[decision] for decision in expected]) == cast[who].listed(f"name={name}{query}")


@pytest.mark.parametrize("member_status", ["pending", "accepted", "rejected", "all"])
def test_own_images_leak_in(cast: Cast, member_status: str) -> None:
    """What one owns is listed as well, whatever the status asked for, even where `shared with me` was meant."""
    name = new_name()
    own = cast.member.make_image(name)
    theirs = offered(cast, name)

    listed = cast.member.listed(f"visibility=shared&member_status={member_status}&name={name}")

    assert (200, [theirs, own] if member_status in {"pending", "all"} else [own]) == listed


@pytest.mark.parametrize("who", ["admin", "owner_admin"])
@pytest.mark.parametrize("member_status", ["pending", "accepted", "rejected", "all"])
def test_admin_sees_all(cast: Cast, who: str, member_status: str) -> None:
    """An admin is listed every image of the cloud, whatever the status asked for."""
    name = new_name()
    ids = [offered(cast, name), cast.stranger.make_image(name), cast.owner.make_image(name, visibility="private")]

    assert (200, ids[::-1]) == cast[who].listed(f"member_status={member_status}&name={name}")


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
def test_community(cast: Cast, who: str, query: str, seen: list[str]) -> None:
    """A community image is listed to its owner, and to others where they ask for its visibility or for all."""
    name = new_name()
    image_id = cast.owner.make_image(name, visibility="community")

    assert (200, [image_id for _ in seen]) == cast[who].listed(f"name={name}{query}")


def test_public_needs_no_share(cast: Cast) -> None:
    """A public image is in everybody's list, unless they ask for shared ones."""
    name = new_name()
    image_id = cast.admin.make_image(name, visibility="public")

    assert (200, [image_id]) == cast.member.listed(f"member_status=pending&name={name}")
    assert (200, []) == cast.member.listed(f"visibility=shared&member_status=pending&name={name}")


@pytest.mark.parametrize("who", ["member", "owner", "admin"])
def test_hidden(cast: Cast, who: str) -> None:
    """A hidden image is listed where hidden ones are asked for, and then alone."""
    name = new_name()
    seen = offered(cast, name)
    hidden = offered(cast, name, os_hidden=True)

    assert (200, [seen]) == cast[who].listed(f"member_status=all&name={name}")
    assert (200, [seen]) == cast[who].listed(f"member_status=all&name={name}&os_hidden=false")
    assert (200, [hidden]) == cast[who].listed(f"member_status=all&name={name}&os_hidden=True")


def test_hidden_later(cast: Cast) -> None:
    """An image that is hidden after it was shared leaves the list, and can still be decided about."""
    name = new_name()
    image_id = offered(cast, name)

    cast.owner.replace(image_id, "os_hidden", value=True)

    assert (200, []) == cast.member.listed(f"member_status=all&name={name}")
    assert cast.member.decide(image_id, cast.member.project_id, "accepted")[0] == 200


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
def test_filters(cast: Cast, query: str, expected: list[str]) -> None:
    """Names are exact and not unique; every field and property filters, and all filters must hold."""
    names = {"one": new_name(), "two": new_name()}
    ids = {
        "first": offered(cast, names["one"], tags=["golden"], os_distro="debian"),
        "twin": offered(cast, names["one"]),
        "other": offered(cast, names["two"]),
    }
    people = {"owner": cast.owner.project_id, "stranger": cast.stranger.project_id}

    listed = cast.member.listed("member_status=all&sort=created_at:asc&" + query.format(**names, **people, **ids))

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
def test_order(cast: Cast, query: str, order: str) -> None:
    """The newest comes first unless another order is asked for, in either syntax; nothing sorts before something."""
    name = new_name()
    formats = {"a": "qcow2", "b": None, "c": "raw"}
    ids = {key: cast.owner.make_image(name, disk_format=disk_format) for key, disk_format in formats.items()}

    assert (200, [ids[key] for key in order]) == cast.owner.listed(f"name={name}&{query}")


def test_pages(cast: Cast) -> None:
    """Each full page names the next, below the endpoint's root, so that the last one may be empty."""
    name = new_name()
    ids = [offered(cast, name) for _ in range(4)][::-1]
    path = f"/v2/images?limit=2&member_status=pending&name={name}"

    pages = []
    step: str | None = path
    while step:
        status, page = cast.member.ask("GET", step)
        pages.append((status, [image["id"] for image in page["images"]], page["first"], page.get("next")))
        step = page.get("next")

    assert [
        (200, ids[:2], path, f"{path}&marker={ids[1]}"),
        (200, ids[2:], path, f"{path}&marker={ids[3]}"),
        (200, [], path, None),
    ] == pages


def test_deciding_between_pages(cast: Cast) -> None:
    """A marker that has left the list meanwhile still marks its place, so no image is missed."""
    name = new_name()
    ids = [offered(cast, name) for _ in range(5)][::-1]
    seen = []
    marker = ""

    while page := cast.member.listed(f"limit=2&member_status=pending&name={name}{marker}")[1]:
        for image_id in page:
            cast.member.decide(image_id, cast.member.project_id, "accepted")
        seen += page
        marker = f"&marker={page[-1]}"

    assert ids == seen


def test_marker_in_another_order(cast: Cast) -> None:
    """A marker marks its place in whatever order was asked for."""
    name = new_name()
    ids = [offered(cast, name, disk_format=kind) for kind in ("raw", "qcow2", "vhd")]

    listed = cast.member.listed(f"member_status=all&name={name}&sort=disk_format:asc&marker={ids[1]}")

    assert (200, [ids[0], ids[2]]) == listed


def test_next_forgets_tags(cast: Cast) -> None:
    """Of a repeated key only the last is in the next address, so that following it asks another question."""
    name = new_name()
    image_id = cast.owner.make_image(name, tags=["x", "y"])

    page = cast.owner.ask("GET", f"/v2/images?tag=x&tag=y&name={name}&limit=1")[1]

    assert [image_id] == [image["id"] for image in page["images"]]
    assert f"/v2/images?tag=y&name={name}&limit=1&marker={image_id}" == page["next"]


def test_no_room(cast: Cast) -> None:
    """A limit of nothing is an empty page without a next one."""
    page = {"images": [], "first": "/v2/images?limit=0", "schema": "/v2/schemas/images"}

    assert (200, page) == cast.owner.ask("GET", "/v2/images?limit=0")


def test_limit_is_capped(cast: Cast) -> None:
    """A limit above the service's own is no mistake."""
    assert (200, []) == cast.owner.listed(f"limit=5000&name={new_name()}")


def test_withdrawn_marker(cast: Cast) -> None:
    """A marker whose share was taken back is forbidden."""
    image_id = offered(cast, new_name())
    cast.owner.ask("DELETE", f"/v2/images/{image_id}/members/{cast.member.project_id}")

    answer = cast.member.ask("GET", f"/v2/images?member_status=pending&marker={image_id}")

    assert refusal(403, f"Forbidding request, image {image_id} not visible") == answer


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
def test_bad_queries(cast: Cast, query: str, sentence: str) -> None:
    """A query that cannot be meant is refused with what is wrong with it; values are case-sensitive."""
    assert refusal(400, sentence) == cast.member.ask("GET", f"/v2/images?{query}")


@pytest.mark.parametrize("who", ["guest", "owner_guest"])
def test_without_a_role(cast: Cast, who: str) -> None:
    """People without a role get no list."""
    assert refusal(403, "You are not authorized to complete get_images action.") == cast[who].ask("GET", "/v2/images")
