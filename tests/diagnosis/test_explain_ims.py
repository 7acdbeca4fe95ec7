"""Why IMS refused: its codes lead to what 403 and 404 lead to on Glance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.fake_cloud import keep, write_config
from tests.support.fake_service import MEMBER, TOKEN, build_member, use_service
from tests.support.ims_service import ImsService
from tests.support.scripted_cloud import Request, ScriptedCloud
from tests.support.scripted_images import OWNER, build_image_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.run import RunImgshare

OTHER = "26407f07725950ca9b3f6f08141e8c86"
PERMISSIONS = (
    "ask the administrator of your account for the IAM permissions ims:images:get and ims:images:share in this project"
)


@pytest.fixture
def ims(monkeypatch: pytest.MonkeyPatch) -> Iterator[ImsService]:
    """An IMS whose kind the first response tells."""
    with ImsService() as service:
        use_service(monkeypatch, service.endpoint)
        yield service


def test_an_unknown_image(imgshare: RunImgshare, ims: ImsService) -> None:
    """400 IMG.0027 is exit 6, with the two things it can mean."""
    error = imgshare("accept", build_image_id(5), MEMBER, "--json").error()

    assert ("not_found", "not_found", 400) == (error["code"], error["reason"], error["http_status"])
    assert error["message"].startswith(
        f"cannot accept image {build_image_id(5)} for project {MEMBER}: the image does not exist, or it is not (or no "
        "longer) shared with your project; the service does not say which"
    )
    assert {"/v2/images"} == {path for method, path, _ in ims.requests[2:] if method == "GET"}


def test_capitals(imgshare: RunImgshare, ims: ImsService) -> None:
    """An image ID in capitals is recognized."""
    image = ims.add(5)

    error = imgshare("accept", image.upper(), MEMBER, "--json").error()

    assert "no image has this ID in upper case, but one has it in lower case" in error["message"]
    assert f"run `imgshare accept {image} {MEMBER} --json`" == error["hint"]


def test_a_wrong_member(imgshare: RunImgshare, ims: ImsService) -> None:
    """400 IMG.0067, a project ID that is not right, names the project that is."""
    image = ims.add(5)

    run = imgshare("accept", image, OTHER, "--json")

    assert (7, "wrong_member") == (run.code, run.error()["reason"])
    assert f"it is shared with your project {MEMBER}, and the token can only decide for that one" in run.err
    assert f"run `imgshare accept {image} {MEMBER} --json`" == run.error()["hint"]


def test_a_member_in_capitals(imgshare: RunImgshare, ims: ImsService) -> None:
    """So does an ID in capitals."""
    image = ims.add(5)

    error = imgshare("accept", image, MEMBER.upper(), "--json").error()

    assert "wrong_member" == error["reason"]
    assert f"it is shared with {MEMBER}: case and dashes must match exactly" in error["message"]


def test_the_owner(imgshare: RunImgshare, ims: ImsService) -> None:
    """An owner cannot decide, also where IMS says so in a code of its own."""
    image = ims.add(5, None)
    ims.reply_to = lambda method, path, _query: (
        (400, {"error": {"message": "Not yours.", "code": "IMG.0106"}})
        if method == "PUT"
        else (200, {"members": [build_member(image_id=image, member_id=OTHER), build_member(image_id=image)]})
        if path.endswith("/members")
        else None
    )

    error = imgshare("accept", image, OTHER, "--json").error()

    assert ("forbidden", "owner") == (error["code"], error["reason"])
    assert f"your project owns the image, and only project {OTHER} can decide" in error["message"]


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        (403, {"error": {"message": "No.", "code": "IMG.0026"}}, 'the user lacks a permission: "No. (IMG.0026)"'),
        (403, {"message": "Forbidden"}, "the user lacks a permission"),
    ],
)
def test_a_missing_permission(imgshare: RunImgshare, ims: ImsService, status: int, body: Any, why: str) -> None:
    """IMS has no role 'member': what is missing is a permission, by code or by what the members list shows."""
    image = ims.add(5)
    ims.reply_to = lambda method, _path, _query: (status, body) if method == "PUT" else None

    error = imgshare("accept", image, MEMBER, "--json").error()

    assert ("forbidden", "role", PERMISSIONS) == (error["code"], error["reason"], error["hint"])
    assert error["message"].endswith(f": {why}")


def test_a_private_image_whose_members_are_forbidden(imgshare: RunImgshare, ims: ImsService) -> None:
    """IMS calls shared images private: that is no reason."""
    write_config('[profiles.default]\nservice = "ims"\n')
    image = ims.add(5)
    ims.reply_to = lambda method, path, _query: (
        (403, {"message": "no"}) if method == "PUT" or path.endswith("/members") else None
    )

    error = imgshare("accept", image, MEMBER, "--json").error()

    assert error["reason"] is None
    assert PERMISSIONS == error["hint"]


def test_a_public_image(imgshare: RunImgshare, ims: ImsService) -> None:
    """A public image needs no decision."""
    image = ims.add(5, owner=OWNER, visibility="public", __imagetype="gold")
    del ims.statuses[image]
    ims.reply_to = lambda method, _path, _query: (403, {"message": "no"}) if method == "PUT" else None

    assert "visibility" == imgshare("accept", image, MEMBER, "--json").error()["reason"]


@pytest.mark.parametrize("code", ["IMG.0182", "IMG.0099", "IMG.0177"])
def test_what_needs_no_explanation(imgshare: RunImgshare, ims: ImsService, code: str) -> None:
    """What IMS says plainly is not looked into: one request."""
    image = ims.add(5)
    ims.reply_to = lambda _method, _path, _query: (400, {"error": {"message": "No.", "code": code}})

    assert 7 == imgshare("accept", image, MEMBER).code
    assert 1 == len(ims.requests)


def test_another_region(imgshare: RunImgshare) -> None:
    """An image of another region is found there, and the region is named."""
    image = build_image_id(5)
    write_config('[profiles.default]\nservice = "ims"\ntoken_store = "file"\n')
    with ScriptedCloud() as cloud, ImsService() as far:
        far.add(5)
        services = [("eu-de", cloud.endpoint), ("eu-nl", far.endpoint)]
        endpoints = [{"interface": "public", "region": region, "url": url} for region, url in services]

        def answer(request: Request) -> tuple[int, Any]:
            if request.path == "/v3/auth/catalog":
                return 200, {"catalog": [{"type": "image", "endpoints": endpoints}]}
            if request.path == "/v3/auth/projects":
                return 200, {"projects": []}
            if request.path == "/v2/images":
                return 200, {"images": []}
            return 400, {"error": {"message": "The image ID in the request does not exist.", "code": "IMG.0027"}}

        cloud.answers = answer
        keep(
            {
                "secret": TOKEN,
                "endpoint": cloud.endpoint,
                "auth_url": f"{cloud.endpoint}/v3",
                "project_id": MEMBER,
                "again": "imgshare login --auth-url X",
            }
        )

        error = imgshare("accept", image, "--json").error()

    assert ("not_found", "region") == (error["code"], error["reason"])
    assert "it is not in this region, but in eu-nl" in error["message"]
