"""`accept`, `reject`, `reset` and `show`: what goes over the wire, and what is said."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.fake_service import IMAGE, MEMBER, TOKEN, build_member, build_response
from tests.support.run import Run
from tests.support.vault_service import VAULT

if TYPE_CHECKING:
    from tests.support.fake_service import StartService
    from tests.support.run import RunImgshare

PLAIN = f"""\
image_id\t{IMAGE}
member_id\t{MEMBER}
status\t%s
created_at\t2016-09-01T02:05:14Z
updated_at\t2016-09-01T02:37:11Z
"""
PATH = f"/v2/images/{IMAGE}/members/{MEMBER}"


@pytest.mark.parametrize(
    ("command", "status"), [("accept", "accepted"), ("reject", "rejected"), ("reset", "pending")], ids=str
)
def test_a_decision_is_one_request(imgshare: RunImgshare, serve: StartService, command: str, status: str) -> None:
    """IMAGE MEMBER is exactly one PUT, whose body holds the status and nothing else."""
    service = serve(build_response(200, build_member(status)))

    assert Run(0, PLAIN % status) == imgshare(command, IMAGE, MEMBER)
    [asked] = service.requests
    assert ("PUT", PATH, f'{{"status":"{status}"}}'.encode()) == (asked.method, asked.path, asked.body)


def test_what_every_request_carries(imgshare: RunImgshare, serve: StartService) -> None:
    """The token, our name, and exactly the Accept that makes Glance answer errors in JSON."""
    service = serve(build_response(200, build_member()))

    imgshare("accept", IMAGE, MEMBER)

    headers = service.requests[0].headers
    assert {
        "accept": "application/json",
        "x-auth-token": TOKEN,
        "accept-encoding": "identity",
    }.items() <= headers.items()
    assert headers["user-agent"].startswith("imgshare/")


def test_json_is_the_members_own_object(imgshare: RunImgshare, serve: StartService) -> None:
    """--json prints what the API said as it came, keys we do not know and all, on one line."""
    body = build_member(surprise={"deep": [1, None]}, name="\u202eevil\x9b")
    serve(build_response(200, body))

    run = imgshare("accept", IMAGE, MEMBER, "--json")

    assert body == run.json()
    assert json.dumps(body) + "\n" == run.out
    assert run.out.isascii()


def test_a_vault_goes_with_accept(imgshare: RunImgshare, serve: StartService) -> None:
    """`accept --vault ID` sends that ID, in one request."""
    service = serve(build_response(200, build_member()))

    assert 0 == imgshare("accept", IMAGE, MEMBER, "--vault", VAULT).code
    assert [f'{{"status":"accepted","vault_id":"{VAULT}"}}'.encode()] == [one.body for one in service.requests]


@pytest.mark.parametrize("how", ["environment", "profile"])
def test_a_stored_vault_stays_here(
    imgshare: RunImgshare, serve: StartService, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """The vault of the environment or the profile is not sent, unless the service asks for one."""
    service = serve(build_response(200, build_member()))
    if how == "environment":
        monkeypatch.setenv("IMGSHARE_VAULT_ID", VAULT)
    else:
        assert Run(0) == imgshare("config", "set", "vault_id", VAULT)

    assert 0 == imgshare("accept", IMAGE, MEMBER).code
    assert [b'{"status":"accepted"}'] == [one.body for one in service.requests]


@pytest.mark.parametrize(("command", "status"), [("reject", "rejected"), ("reset", "pending")])
def test_no_vault_goes_elsewhere(
    imgshare: RunImgshare,
    serve: StartService,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    status: str,
) -> None:
    """`reject` and `reset` never send a vault_id, and do not know the option."""
    service = serve(build_response(200, build_member(status)))
    monkeypatch.setenv("IMGSHARE_VAULT_ID", VAULT)

    assert 0 == imgshare(command, IMAGE, MEMBER).code
    assert f'{{"status":"{status}"}}'.encode() == service.requests[0].body
    assert 2 == imgshare(command, IMAGE, MEMBER, "--vault", VAULT).code


@pytest.mark.parametrize("how", ["option", "IMGSHARE_PROJECT_ID", "OS_PROJECT_ID", "profile"])
def test_member_is_your_own_project(
    imgshare: RunImgshare, serve: StartService, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """MEMBER left out is --project, the environment's or the profile's project: still one request."""
    service = serve(build_response(200, build_member()))
    if how == "profile":
        imgshare("config", "set", "project_id", MEMBER)
    elif how != "option":
        monkeypatch.setenv(how, MEMBER)

    assert 0 == imgshare("accept", IMAGE, *(["--project", MEMBER] if how == "option" else [])).code
    assert [("PUT", PATH)] == [(request.method, request.path) for request in service.requests]


def test_member_is_found_by_asking(imgshare: RunImgshare, serve: StartService) -> None:
    """Where nothing names your project, the members list shows your own row."""
    service = serve(build_response(200, {"members": [build_member("pending")]}), build_response(200, build_member()))

    assert Run(0, PLAIN % "accepted") == imgshare("accept", IMAGE)
    asked = [(request.method, request.path) for request in service.requests]
    assert [("GET", f"/v2/images/{IMAGE}/members"), ("PUT", PATH)] == asked


def test_show_needs_no_second_look(imgshare: RunImgshare, serve: StartService) -> None:
    """`show` without MEMBER has its answer when it has found the row."""
    service = serve(build_response(200, {"members": [build_member("pending")]}))

    assert Run(0, PLAIN % "pending") == imgshare("show", IMAGE)
    assert 1 == len(service.requests)


def test_several_members(imgshare: RunImgshare, serve: StartService) -> None:
    """An owner sees several rows, and must say which is meant; nothing is changed."""
    service = serve(build_response(200, {"members": [build_member(), build_member(member_id="other")]}))

    assert Run(
        2,
        "",
        f"imgshare: image {IMAGE} is shared with 2 projects:\n  {MEMBER}\n  other\n"
        f"hint: pass the one you mean as MEMBER, for example `imgshare accept {IMAGE} {MEMBER}`\n",
    ) == imgshare("accept", IMAGE)
    assert ["GET"] == [request.method for request in service.requests]


def test_no_member(imgshare: RunImgshare, serve: StartService) -> None:
    """An image that is shared with nobody is exit 6."""
    serve(build_response(200, {"members": []}))

    assert Run(
        6,
        "",
        f"imgshare: image {IMAGE} is not shared with any project\n"
        f"hint: if you own it, `imgshare share {IMAGE} MEMBER` shares it\n",
    ) == imgshare("accept", IMAGE)


def test_an_endpoint_behind_a_path(imgshare: RunImgshare, serve: StartService) -> None:
    """An endpoint may have a path, a trailing slash and /v2."""
    service = serve(build_response(200, build_member()))

    for tail in ("", "/", "/v2", "/v2/", "/image", "/image/v2/"):
        assert 0 == imgshare("show", IMAGE, MEMBER, "--endpoint", service.endpoint + tail).code
    assert [PATH] * 4 + ["/image" + PATH] * 2 == [request.path for request in service.requests]


@pytest.mark.parametrize("command", ["accept", "reject", "reset", "show"])
def test_an_empty_member(imgshare: RunImgshare, serve: StartService, command: str) -> None:
    """A variable that is not set does not decide for one's own project."""
    service = serve(build_response(200, build_member()))

    assert Run(2, "", "imgshare: MEMBER is empty\nhint: omit it to decide for your own project\n") == imgshare(
        command, IMAGE, ""
    )
    assert [] == service.requests
