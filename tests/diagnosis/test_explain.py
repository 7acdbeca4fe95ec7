"""How it is found out why: a few reads after a refusal, none after a success, and never at the refusal's cost."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.support.fake_cloud import keep, write_config
from tests.support.fake_service import IMAGE, MEMBER, REQUEST_ID, build_member, build_response
from tests.support.run import Run
from tests.support.share import share_new_image
from tests.support.users import create_users

if TYPE_CHECKING:
    from socket import socket

    from tests.support.fake_service import FakeService, StartService
    from tests.support.openstack import Cloud
    from tests.support.run import RunImgshare

OWNER = "5bd2a8f1d4e34f0c9a7a63a1c1f0e7b2"
FORBIDDEN = build_response(403, {"message": "You are not authorized to complete modify_member action."})
SAID = f'cannot accept image {IMAGE} for project {MEMBER}: forbidden: "You are not authorized to complete %s action."'
HINT = "only MEMBER can decide, with the role 'member', about an image with the visibility 'shared'"


def _describe_image(**other: Any) -> bytes:
    return build_response(200, {"id": IMAGE, "owner": OWNER, "visibility": "shared", "status": "active", **other})


def _hang(connection: socket) -> None:
    connection.recv(1)


def _list_paths(service: FakeService) -> list[str]:
    return [f"{request.method} {request.path.removeprefix(f'/v2/images/{IMAGE}')}" for request in service.requests]


@pytest.mark.parametrize("command", ["accept", "reject", "reset", "show"])
def test_a_success_is_not_looked_into(imgshare: RunImgshare, serve: StartService, command: str) -> None:
    """What succeeds is one request, as before."""
    service = serve(
        build_response(200, build_member({"accept": "accepted", "reject": "rejected"}.get(command, "pending")))
    )

    assert 0 == imgshare(command, IMAGE, MEMBER).code
    assert 1 == len(service.requests)


def test_a_refusal_is_looked_into(imgshare: RunImgshare, serve: StartService) -> None:
    """A refusal costs at most three reads of the image service, all of them GET."""
    service = serve(
        FORBIDDEN,
        _describe_image(),
        build_response(200, {"members": [build_member()]}),
        build_response(200, {"images": []}),
    )

    assert "role" == imgshare("accept", IMAGE, MEMBER, "--json").error()["reason"]
    other = f"/v2/images?visibility=shared&member_status=pending&os_hidden=false&id={IMAGE}"
    assert [f"PUT /members/{MEMBER}", "GET ", "GET /members", f"GET {other}"] == _list_paths(service)


@pytest.mark.parametrize(
    "reads",
    [
        [build_response(403, {"message": "no"})],
        [build_response(401, {"message": "no"})],
        [build_response(500, {"message": "no"})],
        [build_response(200, "<html>Welcome</html>", "text/html")],
        [build_response(200, {"id": IMAGE.replace("d164", "0000")})],
        [_describe_image(), build_response(403, {"message": "no"})],
        [_describe_image(), build_response(200, {"members": [build_member()]}), build_response(503, {"message": "no"})],
    ],
    ids=["403", "401", "500", "not the API", "another image", "no members", "no list"],
)
def test_reads_that_fail(imgshare: RunImgshare, serve: StartService, reads: list[bytes]) -> None:
    """Where nothing can be found out, the refusal is shown as the service said it, without a reason."""
    serve(FORBIDDEN, *reads)

    run = imgshare("accept", IMAGE, MEMBER, "--json", "--timeout", "1")

    assert 5 == run.code
    assert {
        "code": "forbidden",
        "reason": None,
        "message": SAID % "modify_member",
        "hint": HINT,
        "http_status": 403,
        "request_id": REQUEST_ID,
    } == run.error()


def test_a_service_that_falls_silent(imgshare: RunImgshare, serve: StartService) -> None:
    """Nobody waits long for a reason: after five seconds the refusal is told without one."""
    serve(FORBIDDEN, _hang)
    started = time.monotonic()

    assert Run(5, "", f"imgshare: {SAID % 'modify_member'}\nhint: {HINT}\nrequest ID: {REQUEST_ID}\n") == imgshare(
        "accept", IMAGE, MEMBER
    )
    assert 4 < time.monotonic() - started < 8


def test_a_404_without_the_list(imgshare: RunImgshare, serve: StartService) -> None:
    """An image that is not seen is not found, also where the list cannot be asked whether we may see any."""
    serve(
        build_response(404, {"message": "no"}),
        build_response(404, {"message": "no"}),
        build_response(500, {"message": "no"}),
    )

    run = imgshare("accept", IMAGE, MEMBER, "--json", "--timeout", "1")

    assert (6, "not_found") == (run.code, run.error()["reason"])


def test_an_image_without_members(imgshare: RunImgshare, serve: StartService) -> None:
    """Of an image without members, a bare token does not tell whether it is ours, and nothing is claimed."""
    serve(FORBIDDEN, _describe_image(), build_response(200, {"members": []}))

    error = imgshare("accept", IMAGE, MEMBER, "--json").error()

    because = "the image is not shared with that project"
    assert ("not_a_member", f"cannot accept image {IMAGE} for project {MEMBER}: {because}") == (
        error["reason"],
        error["message"],
    )


def test_two_spellings_of_a_member(imgshare: RunImgshare, serve: StartService) -> None:
    """Of two members whose IDs differ in case, the one that was given can decide."""
    members = [build_member("pending", member_id=member) for member in (MEMBER.upper(), MEMBER)]
    serve(FORBIDDEN, _describe_image(), build_response(200, {"members": members}))

    error = imgshare("accept", IMAGE, MEMBER, "--json").error()

    assert ("owner", True) == (error["reason"], f"only project {MEMBER} can decide" in error["message"])


def test_an_owner_is_known_by_the_project(
    imgshare: RunImgshare, serve: StartService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stored credential of the owner's project, also without roles, takes no list to find out whose image it is."""
    service = serve(
        FORBIDDEN,
        _describe_image(),
        build_response(200, {"members": [build_member("pending")]}),
        build_response(200, {"images": []}),
    )
    monkeypatch.delenv("IMGSHARE_TOKEN")
    write_config('[profiles.default]\ntoken_store = "file"\n')
    keep({"secret": "kept", "endpoint": service.endpoint, "project_id": OWNER})

    assert "owner" == imgshare("accept", IMAGE, MEMBER, "--json").error()["reason"]
    assert [f"PUT /members/{MEMBER}", "GET ", "GET /members"] == _list_paths(service)


@pytest.mark.parametrize(("words", "reason"), [("The image is locked.", "deactivated"), (None, "role")])
def test_a_deactivated_image(imgshare: RunImgshare, serve: StartService, words: str | None, reason: str) -> None:
    """A service that refuses because the image is deactivated is quoted; Glance's own refusal of a reader is not it."""
    build_refusal = build_response(403, {"message": words}) if words else FORBIDDEN
    serve(
        build_refusal,
        _describe_image(status="deactivated"),
        build_response(200, {"members": [build_member("pending")]}),
        build_response(200, {"images": []}),
    )

    error = imgshare("accept", IMAGE, MEMBER, "--json").error()

    assert reason == error["reason"]
    if words:
        because = f'the image is deactivated (forbidden: "{words}")'
        assert f"cannot accept image {IMAGE} for project {MEMBER}: {because}" == error["message"]
        assert (
            "ask its owner or the cloud's operators to reactivate it, and run the same command again" == error["hint"]
        )


def test_a_deactivated_image_on_glance(
    imgshare: RunImgshare, strict_cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Glance itself lets a member decide about a deactivated image, and refuses a reader for being one."""
    with httpx.Client(base_url=strict_cloud.endpoint, trust_env=False, timeout=60) as http:
        share = share_new_image(create_users(strict_cloud, http))
        for field in ("disk_format", "container_format"):
            share.replace(field, {"disk_format": "raw", "container_format": "bare"}[field])
        headers = {"X-Auth-Token": share.users.owner.token, "Content-Type": "application/octet-stream"}
        http.put(f"/v2/images/{share.image}/file", content=b"data", headers=headers).raise_for_status()
        share.users.admin.send("POST", f"/v2/images/{share.image}/actions/deactivate").raise_for_status()
        assert "deactivated" == share.users.owner.send("GET", f"/v2/images/{share.image}").json()["status"]
        monkeypatch.setenv("IMGSHARE_ENDPOINT", strict_cloud.endpoint)

        monkeypatch.setenv("IMGSHARE_TOKEN", share.users.member.token)
        assert "accepted" == imgshare("accept", share.image, share.member, "--json").json()["status"]
        monkeypatch.setenv("IMGSHARE_TOKEN", share.users.reader.token)
        assert "role" == imgshare("accept", share.image, share.member, "--json").error()["reason"]


def test_the_policies_of_before(imgshare: RunImgshare, caching_cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a Glance with the defaults of before 2023.1, which answers otherwise, the reasons are the same."""
    with (
        caching_cloud.with_old_policies() as cloud,
        httpx.Client(base_url=cloud.endpoint, trust_env=False, timeout=60) as http,
    ):
        share = share_new_image(create_users(cloud, http))
        monkeypatch.setenv("IMGSHARE_ENDPOINT", cloud.endpoint)
        found = {}
        for who, member in [
            ("reader", "member"),
            ("guest", "member"),
            ("member", "stranger"),
            ("owner", "member"),
            ("owner", "owner"),
            ("stranger", "member"),
            ("admin", "stranger"),
        ]:
            monkeypatch.setenv("IMGSHARE_TOKEN", share.users[who].token)
            run = imgshare("accept", share.image, share.users[member].project_id, "--json")
            found[who, member] = (run.code, run.error()["reason"] if run.code else None)
        share.set_visibility("community")
        found["owner", "community"] = (
            (run := imgshare("accept", share.image, share.member, "--json")).code,
            run.error()["reason"],
        )

    assert {
        ("reader", "member"): (0, None),
        ("guest", "member"): (0, None),
        ("member", "stranger"): (6, "wrong_member"),
        ("owner", "member"): (5, "owner"),
        ("owner", "owner"): (5, "not_a_member"),
        ("stranger", "member"): (6, "not_found"),
        ("admin", "stranger"): (6, "not_a_member"),
        ("owner", "community"): (5, "visibility"),
    } == found
    # A service that has ended leaves nothing behind that answers.
    with pytest.raises(httpx.ConnectError):
        httpx.get(cloud.endpoint)
