"""Lists, names and decisions on IMS: private images that are shared, pages without `next`, other parameters."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.fake_cloud import write_config
from tests.support.fake_service import MEMBER, build_response, use_service
from tests.support.ims_service import ImsService, build_ims_response
from tests.support.run import Run
from tests.support.scripted_images import OWNER, build_image, build_image_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.fake_service import StartService
    from tests.support.run import RunImgshare


@pytest.fixture(params=["auto", "ims"])
def ims(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[ImsService]:
    """An IMS, told by the setting or by its first response."""
    write_config(f'[profiles.default]\nservice = "{request.param}"\n')
    with ImsService() as service:
        use_service(monkeypatch, service.endpoint, MEMBER)
        yield service


def _list_ids(run: Run) -> list[str]:
    assert (0, "") == (run.code, run.err)
    return [image["id"] for image in json.loads(run.out)]


@pytest.mark.parametrize("is_strict", [True, False])
def test_private_images_that_are_shared(imgshare: RunImgshare, ims: ImsService, *, is_strict: bool) -> None:
    """`list` shows what others share, whatever visibility IMS gives it, and nothing else."""
    ims.is_strict = is_strict
    pending, accepted = ims.add(1), ims.add(2, "accepted")
    rejected = ims.add(3, "rejected", visibility="shared")
    ims.add(4, None)
    ims.images.append({**build_image(9), "owner": OWNER, "visibility": "public", "__imagetype": "gold"})

    assert [pending] == _list_ids(imgshare("list", "--json"))
    assert [accepted] == _list_ids(imgshare("list", "--status", "accepted", "--json"))
    assert {pending, accepted, rejected} == set(_list_ids(imgshare("list", "--status", "all", "--json")))
    lists = [version for version, (_, path, _) in zip(ims.versions, ims.requests, strict=True) if path == "/v2/images"]
    assert {"Q"} == set(lists)


@pytest.mark.parametrize("says_next", [True, False])
@pytest.mark.parametrize("page_size", [1, 2, 3, 7, 100])
def test_pages_that_end_early(imgshare: RunImgshare, ims: ImsService, page_size: int, *, says_next: bool) -> None:
    """IMS may give fewer images than asked for, and not say that there are more: the list is read to its end."""
    ims.page_size, ims.says_next = page_size, says_next
    ids = [ims.add(number) for number in range(1, 8)]

    assert ids == _list_ids(imgshare("list", "--json"))


def test_the_pages_that_it_takes(imgshare: RunImgshare, ims: ImsService) -> None:
    """Without `next`, an empty page is the end; with it, there is no page too many."""
    ims.page_size = 2
    for number in range(1, 5):
        ims.add(number)

    imgshare("list", "--json")
    assert [None, build_image_id(2), build_image_id(4)] == [query.get("marker") for query in ims.queries[-3:]]
    ims.requests.clear()
    ims.says_next = True
    imgshare("list", "--json")
    assert [None, build_image_id(2)] == [query.get("marker") for query in ims.queries[-2:]]


def test_a_service_that_ignores_markers(imgshare: RunImgshare, ims: ImsService) -> None:
    """A page that comes again, and promises no more, is the end."""
    image = ims.add(1)
    ims.reply_to = lambda _method, path, query: (
        (200, {"images": ims.images}) if path == "/v2/images" and "id" not in query else None
    )

    assert [image] == _list_ids(imgshare("list", "--json"))
    assert len(ims.requests) <= 5


@pytest.mark.parametrize("code", ["IMG.0027", "IMG.0086", "IMG.0001"])
def test_a_service_that_refuses_markers(imgshare: RunImgshare, ims: ImsService, code: str) -> None:
    """A marker that is refused where nothing says that there is more is the end."""
    image = ims.add(1)
    ims.reply_to = lambda _method, _path, query: (
        (400, {"error": {"message": "No.", "code": code}}) if "marker" in query else None
    )

    assert [image] == _list_ids(imgshare("list", "--json"))


@pytest.mark.parametrize("code", ["IMG.0027", "IMG.0086"])
def test_a_marker_that_is_lost(imgshare: RunImgshare, ims: ImsService, code: str) -> None:
    """Where the image that a page ended with is unshared before the next, no other image is lost."""
    ims.page_size = 2
    ids = [ims.add(number, created_at=f"2024-11-0{7 - number}T07:24:22.925Z") for number in range(1, 6)]

    def lose_marker(_method: str, _path: str, query: dict[str, str]) -> tuple[int, object] | None:
        if query.get("marker") != ids[1]:
            return None
        ims.images = [image for image in ims.images if image["id"] != ids[1]]
        return 404, {"error": {"message": "No image.", "code": code}}

    ims.reply_to = lose_marker

    assert ids == _list_ids(imgshare("list", "--json"))


def test_an_empty_list_that_is_an_error(imgshare: RunImgshare, ims: ImsService) -> None:
    """`No image was found` is an empty list."""
    ims.reply_to = lambda _method, _path, _query: (400, {"error": {"message": "No image.", "code": "IMG.0086"}})

    assert Run(0, "[]\n", "") == imgshare("list", "--json")


@pytest.mark.parametrize("status", ["pending", "accepted", "rejected"])
@pytest.mark.parametrize("is_strict", [True, False])
def test_names(imgshare: RunImgshare, ims: ImsService, status: str, *, is_strict: bool) -> None:
    """A name is found under each status, which IMS lists one at a time; so `accept NAME` works."""
    ims.is_strict = is_strict
    image = ims.add(1, status, name="golden [red]")
    ims.add(2, None, name="golden [red]", __imagetype="private")

    assert image == imgshare("accept", "golden [red]", "--json").json()["image_id"]
    assert {image: "accepted"} == ims.statuses
    assert image == imgshare("show", "golden [red]", "--json").json()["image_id"]


def test_own_images_by_name(imgshare: RunImgshare, ims: ImsService) -> None:
    """`members NAME` finds an own image that IMS calls private."""
    image = ims.add(1, None, name="golden")
    ims.statuses[image] = "accepted"

    assert Run(0, f"{MEMBER}\taccepted\t2016-09-01T02:37:11Z\n", "") == imgshare("members", "golden")


def test_waiting(imgshare: RunImgshare, ims: ImsService) -> None:
    """`--wait` waits for an image that is not shared yet, although IMS says 400 and not 404."""
    image = ims.add(1)
    del ims.statuses[image]
    asked: list[str] = []

    def share_after_two(_method: str, path: str, _query: dict[str, str]) -> None:
        asked.append(path)
        if len(asked) == 3:
            ims.statuses[image] = "pending"

    ims.reply_to = share_after_two

    assert "accepted" == imgshare("accept", image, "--wait", "20s", "--json").json()["status"]


def test_a_token_alone(imgshare: RunImgshare, ims: ImsService, monkeypatch: pytest.MonkeyPatch) -> None:
    """The project of a bare token is found out as on Glance."""
    monkeypatch.delenv("IMGSHARE_PROJECT_ID")
    image = ims.add(1)
    ims.add(2, None)

    assert [image] == _list_ids(imgshare("list", "--json"))


def test_one_request_to_decide(imgshare: RunImgshare, ims: ImsService) -> None:
    """A decision by ID is one request, without the header of lists."""
    image = ims.add(1)

    assert "accepted" == imgshare("accept", image, MEMBER, "--json").json()["status"]
    assert [f"PUT /{image}/members/{MEMBER}"] == ims.paths
    assert [None] == ims.versions


def test_glance_gets_no_more(imgshare: RunImgshare, serve: StartService) -> None:
    """Glance is sent the header until it is known, and none of the parameters and requests of IMS."""
    write_config('[profiles.default]\nservice = "auto"\n')
    service = serve(build_response(200, {"images": []}))

    assert 0 == imgshare("list", "--json").code
    assert ["Q", None] == [request.headers.get("x-api-version") for request in service.requests]
    assert not [request for request in service.requests if "__imagetype" in request.path]


def test_the_setting_glance(imgshare: RunImgshare, serve: StartService) -> None:
    """With `service = "glance"` a service is none other, whatever it says."""
    write_config('[profiles.default]\nservice = "glance"\n')
    service = serve(build_ims_response(200, {"images": []}))

    assert 0 == imgshare("list", "--json").code
    assert [None, None] == [request.headers.get("x-api-version") for request in service.requests]
    assert ["os_hidden=false", "os_hidden=true"] == [
        part for request in service.requests for part in request.path.split("&") if part.startswith("os_hidden")
    ]


@pytest.mark.parametrize("status", [404, 409, 502, 503])
def test_a_proxy_is_not_ims(imgshare: RunImgshare, serve: StartService, status: int) -> None:
    """A proxy gives its errors an ID as well; the service behind it may be a Glance."""
    proxy = build_response(status, {"message": "no route"}).replace(b"X-Openstack-Request-Id", b"X-Request-Id")
    service = serve(proxy, build_response(200, {"images": []}))

    imgshare("list", "--json")
    imgshare("list", "--json")
    assert not [request for request in service.requests if "__imagetype" in request.path]
