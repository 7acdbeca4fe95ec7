"""How it is found out why: a few reads after a refusal, none after a success, and never at the refusal's cost."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.support.fake_service import IMAGE, MEMBER, REQUEST_ID, answer, share
from tests.support.openstack import running_cloud
from tests.support.run import Run
from tests.support.shared_image import staged

if TYPE_CHECKING:
    from collections.abc import Callable
    from socket import socket

    from tests.support.fake_service import Service
    from tests.support.openstack import Cloud

OWNER = "5bd2a8f1d4e34f0c9a7a63a1c1f0e7b2"
FORBIDDEN = answer(403, {"message": "You are not authorized to complete modify_member action."})
SAID = f'cannot accept image {IMAGE} for project {MEMBER}: forbidden: "You are not authorized to complete %s action."'
HINT = "only MEMBER decides, with the role 'member', about an image that is 'shared'"


def _image(**other: Any) -> bytes:
    return answer(200, {"id": IMAGE, "owner": OWNER, "visibility": "shared", "status": "active", **other})


def _hang(connection: socket) -> None:
    connection.recv(1)


def _paths(service: Service) -> list[str]:
    return [f"{asked.method} {asked.path.removeprefix(f'/v2/images/{IMAGE}')}" for asked in service.asked]


@pytest.mark.parametrize("command", ["accept", "reject", "reset", "show"])
def test_a_success_is_not_looked_into(
    imgshare: Callable[..., Run], serve: Callable[..., Service], command: str
) -> None:
    """What succeeds is one request, as before."""
    service = serve(answer(200, share({"accept": "accepted", "reject": "rejected"}.get(command, "pending"))))

    assert 0 == imgshare(command, IMAGE, MEMBER).code
    assert 1 == len(service.asked)


def test_a_refusal_is_looked_into(imgshare: Callable[..., Run], serve: Callable[..., Service]) -> None:
    """A refusal costs at most three reads of the image service, all of them GET."""
    service = serve(FORBIDDEN, _image(), answer(200, {"members": [share()]}), answer(200, {"images": []}))

    assert "role" == imgshare("accept", IMAGE, MEMBER, "--json").error()["reason"]
    other = f"/v2/images?visibility=shared&member_status=pending&os_hidden=false&id={IMAGE}"
    assert [f"PUT /members/{MEMBER}", "GET ", "GET /members", f"GET {other}"] == _paths(service)


@pytest.mark.parametrize(
    "reads",
    [
        [answer(403, {"message": "no"})],
        [answer(401, {"message": "no"})],
        [answer(500, {"message": "no"})],
        [answer(200, "<html>Welcome</html>", "text/html")],
        [answer(200, {"id": IMAGE.replace("d164", "0000")})],
        [_image(), answer(403, {"message": "no"})],
        [_image(), answer(200, {"members": [share()]}), answer(503, {"message": "no"})],
    ],
    ids=["403", "401", "500", "not the API", "another image", "no members", "no list"],
)
def test_reads_that_fail(imgshare: Callable[..., Run], serve: Callable[..., Service], reads: list[bytes]) -> None:
    """Where nothing can be found out, the refusal stands as the service said it, without a reason."""
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


def test_a_service_that_falls_silent(imgshare: Callable[..., Run], serve: Callable[..., Service]) -> None:
    """Nobody waits long for a reason: after five seconds the refusal is told without one."""
    serve(FORBIDDEN, _hang)
    started = time.monotonic()

    assert Run(5, "", f"imgshare: {SAID % 'modify_member'}\nhint: {HINT}\nrequest ID: {REQUEST_ID}\n") == imgshare(
        "accept", IMAGE, MEMBER
    )
    assert 4 < time.monotonic() - started < 8


def test_a_404_without_the_list(imgshare: Callable[..., Run], serve: Callable[..., Service]) -> None:
    """An image that is not seen is not found, also where the list cannot be asked whether we may see any."""
    serve(answer(404, {"message": "no"}), answer(404, {"message": "no"}), answer(500, {"message": "no"}))

    run = imgshare("accept", IMAGE, MEMBER, "--json", "--timeout", "1")

    assert (6, "not_found") == (run.code, run.error()["reason"])


@pytest.mark.parametrize(("words", "reason"), [("The image is locked.", "deactivated"), (None, "role")])
def test_a_deactivated_image(
    imgshare: Callable[..., Run], serve: Callable[..., Service], words: str | None, reason: str
) -> None:
    """A service that refuses because the image is deactivated is quoted; Glance's own refusal of a reader is not it."""
    refusal = answer(403, {"message": words}) if words else FORBIDDEN
    serve(
        refusal, _image(status="deactivated"), answer(200, {"members": [share("pending")]}), answer(200, {"images": []})
    )

    error = imgshare("accept", IMAGE, MEMBER, "--json").error()

    assert reason == error["reason"]
    if words:
        because = f'the image is deactivated (forbidden: "{words}")'
        assert f"cannot accept image {IMAGE} for project {MEMBER}: {because}" == error["message"]
        assert "ask its owner or the cloud's operators to reactivate it, and type the same again" == error["hint"]


def test_a_deactivated_image_on_glance(
    imgshare: Callable[..., Run], glance_ground: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Glance itself lets a member decide about a deactivated image, and refuses a reader for being one."""
    with httpx.Client(base_url=glance_ground.endpoint, trust_env=False, timeout=60) as http:
        stage = staged(glance_ground, http)
        for field in ("disk_format", "container_format"):
            stage.replace(field, {"disk_format": "raw", "container_format": "bare"}[field])
        headers = {"X-Auth-Token": stage.cast.tokens["owner"], "Content-Type": "application/octet-stream"}
        http.put(f"/v2/images/{stage.image}/file", content=b"data", headers=headers).raise_for_status()
        stage.send("admin", "POST", f"/v2/images/{stage.image}/actions/deactivate").raise_for_status()
        assert "deactivated" == stage.as_owner("GET", f"/v2/images/{stage.image}").json()["status"]
        monkeypatch.setenv("IMGSHARE_ENDPOINT", glance_ground.endpoint)

        monkeypatch.setenv("IMGSHARE_TOKEN", stage.cast.tokens["member"])
        assert "accepted" == imgshare("accept", stage.image, stage.cast.member, "--json").json()["status"]
        monkeypatch.setenv("IMGSHARE_TOKEN", stage.cast.tokens["reader"])
        assert "role" == imgshare("accept", stage.image, stage.cast.member, "--json").error()["reason"]


def test_the_policies_of_before(imgshare: Callable[..., Run], monkeypatch: pytest.MonkeyPatch) -> None:
    """On a Glance with the defaults of before 2023.1, which answers otherwise, the reasons are the same."""
    with (
        running_cloud(new_defaults=False, workers=1, cache_tokens=True) as cloud,
        httpx.Client(base_url=cloud.endpoint, trust_env=False, timeout=60) as http,
    ):
        stage = staged(cloud, http)
        monkeypatch.setenv("IMGSHARE_ENDPOINT", cloud.endpoint)
        found = {}
        for who, member in [
            ("reader", "member"),
            ("guest", "member"),
            ("member", "other"),
            ("owner", "member"),
            ("owner", "owner"),
            ("stranger", "member"),
            ("admin", "other"),
        ]:
            monkeypatch.setenv("IMGSHARE_TOKEN", stage.cast.tokens[who])
            run = imgshare("accept", stage.image, getattr(stage.cast, member), "--json")
            found[who, member] = (run.code, run.error()["reason"] if run.code else None)
        stage.visibility("community")
        found["owner", "community"] = (
            (run := imgshare("accept", stage.image, stage.cast.member, "--json")).code,
            run.error()["reason"],
        )

    assert {
        ("reader", "member"): (0, None),
        ("guest", "member"): (0, None),
        ("member", "other"): (6, "wrong_member"),
        ("owner", "member"): (5, "owner"),
        ("owner", "owner"): (5, "not_a_member"),
        ("stranger", "member"): (6, "not_found"),
        ("admin", "other"): (6, "not_a_member"),
        ("owner", "community"): (5, "visibility"),
    } == found
