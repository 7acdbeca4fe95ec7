"""`members` on IMS: pages, accounts and organizations."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.fake_service import IMAGE, MEMBER, build_member, build_response
from tests.support.ims_service import build_ims_response
from tests.support.run import Run
from tests.support.terminal import run_at_terminal

if TYPE_CHECKING:
    from tests.support.fake_service import FakeService, StartService
    from tests.support.run import RunImgshare

ACCOUNT = "0605767b5780d5762fc5c0118072a564"
UNIT = "ou-qdjrky7i07higfa4f6reqv9etybmp4ng"


def _build_row(number: int, **other: Any) -> dict[str, Any]:
    return build_member("accepted", member_id=f"{number:032x}", **other)


def _build_page(rows: list[dict[str, Any]], marker: object = None) -> bytes:
    page: dict[str, Any] = {"members": rows, "schema": "/v2/schemas/members"}
    return build_ims_response(200, page | {"page_info": {"next_marker": marker, "current_count": len(rows)}})


def _list_markers(service: FakeService) -> list[str]:
    return [parse_qs(urlsplit(request.path).query).get("marker", [""])[0] for request in service.requests]


def test_all_pages(imgshare: RunImgshare, serve: StartService) -> None:
    """IMS gives 500 members at a time: all are read, each once, in order, whatever is in a marker."""
    rows = [_build_row(number) for number in range(1200)]
    pages = [_build_page(rows[:500], "a/b&c=ä"), _build_page(rows[499:1000], "2"), _build_page(rows[1000:], "")]
    service = serve(*pages)

    assert rows == json.loads(imgshare("members", IMAGE, "--json").out)
    assert ["", "a/b&c=ä", "2"] == _list_markers(service)


@pytest.mark.parametrize("marker", [None, "", "absent"])
def test_one_page(imgshare: RunImgshare, serve: StartService, marker: str | None) -> None:
    """A page without a marker is the last one: no request more."""
    page = build_ims_response(200, {"members": [_build_row(1)], "page_info": {}})
    service = serve(page if marker == "absent" else _build_page([_build_row(1)], marker))

    assert 0 == imgshare("members", IMAGE).code
    assert 1 == len(service.requests)


@pytest.mark.parametrize("marker", [0, 1, False, True, [], ["a"], {}, {"a": 1}, "x" * 2000])
def test_markers_that_are_none(imgshare: RunImgshare, serve: StartService, marker: object) -> None:
    """A marker that cannot be one is exit 8, not a list that is cut."""
    serve(_build_page([_build_row(1)], marker))

    run = imgshare("members", IMAGE, "--json")

    assert (8, "") == (run.code, run.out)
    assert "a list of members whose next page cannot be asked for" in run.err


@pytest.mark.parametrize("page_info", [[], "next", 5, {"next_marker": ["a"]}])
def test_a_page_info_that_is_none(imgshare: RunImgshare, serve: StartService, page_info: object) -> None:
    """So is a `page_info` of another type."""
    service = serve(build_ims_response(200, {"members": [_build_row(1)], "page_info": page_info}))

    run = imgshare("members", IMAGE, "--json")

    assert (8, "", 1) == (run.code, run.out, len(service.requests))
    assert "a list of members whose next page cannot be asked for" in run.err


@pytest.mark.parametrize("loop", [["a", "a"], ["a", "b", "a"], ["a", "b", "c", "b"]])
def test_markers_that_come_again(imgshare: RunImgshare, serve: StartService, loop: list[str]) -> None:
    """Markers in a circle end the run."""
    service = serve(*[_build_page([_build_row(number)], marker) for number, marker in enumerate(loop)])

    run = imgshare("members", IMAGE, "--json")

    assert 8 == run.code
    assert "a list of members that does not end" in run.err
    assert len(loop) == len(service.requests)


def test_members_without_end(imgshare: RunImgshare, serve: StartService) -> None:
    """100,000 members are too many: the run ends before memory does."""
    pages = [
        _build_page([_build_row(number) for number in range(first, first + 10_000)], str(first))
        for first in range(0, 100_000, 10_000)
    ]
    service = serve(*pages)
    started = time.monotonic()

    run = imgshare("members", IMAGE, "--json")

    assert 8 == run.code
    assert "a list of more than 50000 members" in run.err
    assert 6 == len(service.requests)
    assert time.monotonic() - started < 20


def test_accounts_and_organizations(imgshare: RunImgshare, serve: StartService) -> None:
    """Where IMS shares with more than projects, a column says what each member is; JSON is as it came."""
    rows = [
        _build_row(1, member_type="project"),
        build_member("pending", member_id=ACCOUNT, member_type="Domain"),
        build_member("accepted", member_id=UNIT, member_type="ORGANIZATION", urn="organizations::o-1/ou-1"),
        _build_row(2),
        _build_row(3, member_type="[red]\u202e" * 20),
        _build_row(4, member_type=5),
    ]
    serve(_build_page(rows))
    since = "2016-09-01T02:37:11Z"

    assert rows == json.loads(imgshare("members", IMAGE, "--json").out)
    assert [
        f"{1:032x}\taccepted\t{since}\tproject",
        f"{ACCOUNT}\tpending\t{since}\taccount",
        f"{UNIT}\taccepted\t{since}\torganization",
        f"{2:032x}\taccepted\t{since}\tproject",
        f"{3:032x}\taccepted\t{since}\t" + "[red]\\u202e" * 6 + "[red",
        f"{4:032x}\taccepted\t{since}\tproject",
    ] == imgshare("members", IMAGE).out.splitlines()


def test_at_a_terminal(serve: StartService) -> None:
    """The column has a heading."""
    serve(_build_page([_build_row(1), build_member("accepted", member_id=UNIT, member_type="organization")]))

    shown = run_at_terminal(100, "members", IMAGE)

    assert ["MEMBER", "STATUS", "SINCE", "TYPE"] == shown.lines[0].split()
    assert shown.lines[2].startswith(UNIT)
    assert shown.lines[2].endswith("organization")


def test_projects_alone(imgshare: RunImgshare, serve: StartService) -> None:
    """With projects alone there is no such column."""
    serve(_build_page([_build_row(1, member_type="project")]))

    assert Run(0, f"{1:032x}\taccepted\t2016-09-01T02:37:11Z\n") == imgshare("members", IMAGE)


def test_several_members_and_none_is_named(imgshare: RunImgshare, serve: StartService) -> None:
    """`accept` without MEMBER counts all pages, and says what the members are."""
    one = _build_page([_build_row(1), build_member(member_id=ACCOUNT, member_type="domain")], "2")
    serve(one, _build_page([_build_row(2), build_member(member_id=UNIT, member_type="organization")]))

    run = imgshare("accept", IMAGE, "--json")

    assert 2 == run.code
    assert f"image {IMAGE} is shared with 2 projects, 1 account, 1 organization: " in run.error()["message"]


def test_an_organization_decides(imgshare: RunImgshare, serve: StartService) -> None:
    """The ID of an organization is a MEMBER, and errors name it."""
    service = serve(
        build_ims_response(200, build_member(member_id=UNIT, member_type="organization")),
        build_ims_response(400, {"error": {"message": "No.", "code": "IMG.0046"}}),
    )

    assert UNIT == imgshare("accept", IMAGE, UNIT, "--json").json()["member_id"]
    assert f"/v2/images/{IMAGE}/members/{UNIT}" == service.requests[0].path
    message = imgshare("accept", IMAGE, UNIT, "--json").error()["message"]
    assert message.startswith(f"cannot accept image {IMAGE} for organization {UNIT}: ")


def test_glance_is_asked_once(imgshare: RunImgshare, serve: StartService) -> None:
    """Glance has no pages of members, and is asked once, without parameters."""
    service = serve(build_response(200, {"members": [build_member()], "schema": "/v2/schemas/members"}))

    assert Run(0, f"{MEMBER}\taccepted\t2016-09-01T02:37:11Z\n") == imgshare("members", IMAGE)
    assert [f"/v2/images/{IMAGE}/members"] == [request.path for request in service.requests]
