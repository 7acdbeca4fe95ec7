"""`share --account` and `--organization`: by a job of IMS, and a sentence elsewhere."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.fake_service import IMAGE, MEMBER, use_service
from tests.support.job_service import JobService
from tests.support.run import Run
from tests.support.terminal import run_at_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.run import RunImgshare

ACCOUNT = "0a1b2c3d4e5f0a1b2c3d4e5f0a1b2c3d"
UNIT = "ou-qdjrky7i07higfa4f6reqv9etybmp4ng"
JOB = f"{1:032x}"


def _build_row(member: str, kind: str) -> dict[str, Any]:
    return {
        "image_id": IMAGE,
        "member_id": member,
        "member_type": kind,
        "status": "accepted",
        "created_at": "2016-09-01T02:05:14Z",
        "updated_at": "2016-09-01T02:05:14Z",
        "schema": "/v2/schemas/member",
    }


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[JobService]:
    """A service that shares by jobs."""
    with JobService() as service:
        service.members[IMAGE] = [_build_row(ACCOUNT, "domain"), _build_row(UNIT, "organization")]
        use_service(monkeypatch, service.endpoint, MEMBER)
        yield service


@pytest.mark.parametrize(
    ("option", "receiver", "key", "kind"),
    [("--account", ACCOUNT, "domains", "domain"), ("--organization", UNIT, "organizations", "organization")],
)
def test_share(  # noqa: PLR0913, PLR0917  (what a row of the table has)
    imgshare: RunImgshare, service: JobService, option: str, receiver: str, key: str, kind: str
) -> None:
    """A job shares the image, and the answer is the row of the list of members."""
    service.seconds = 0.4

    run = imgshare("share", IMAGE, option, receiver, "--json")

    assert _build_row(receiver, kind) == run.json()
    assert {"method": "POST", "images": [IMAGE], key: [receiver]} == {
        name: value for name, value in service.submitted[0].items() if name != "done"
    }
    assert f"GET /v2/images/{IMAGE}/members" == service.requests[-1]


def test_several(imgshare: RunImgshare, service: JobService) -> None:
    """Both options can be repeated and used together; each share is a job and a line."""
    run = imgshare("share", IMAGE, "--account", ACCOUNT, "--organization", UNIT, "--json")

    assert (0, 2) == (run.code, len(run.out.splitlines()))
    assert 2 == len(service.submitted)


def test_a_list_that_does_not_show_it(imgshare: RunImgshare, service: JobService) -> None:
    """Where the list of members does not show an account, the answer says what is known."""
    service.members.clear()

    assert {"image_id": IMAGE, "member_id": ACCOUNT} == imgshare("share", IMAGE, "--account", ACCOUNT, "--json").json()
    assert Run(0, "", f"image {IMAGE} is shared with account {ACCOUNT}\n") == (
        imgshare("share", IMAGE, "--account", ACCOUNT)
    )


def test_a_failure(imgshare: RunImgshare, service: JobService) -> None:
    """The reason of the job is the reason of the error."""
    service.members.clear()
    service.rows = lambda _body: []
    service.end = ("FAIL", "IMG.0089", "public")

    said = f'cannot share image {IMAGE} with account {ACCOUNT}: job {JOB} failed: "public" (IMG.0089)'
    hint = "every project can see a public image: it needs no share"
    assert Run(7, "", f"imgshare: {said}\nhint: {hint}\n") == imgshare("share", IMAGE, "--account", ACCOUNT)


def test_already_shared(imgshare: RunImgshare, service: JobService) -> None:
    """What an account has already is no error, as for a project; a project of the same ID is not the account."""
    service.rows = lambda body: [{"image_id": body["images"][0], "status": "fail"}]
    service.end = ("FAIL", "IMG.0112", "a member of that ID is there")
    had = f"image {IMAGE} was already shared with account {ACCOUNT}\n"

    assert Run(0, json.dumps(_build_row(ACCOUNT, "domain")) + "\n", had) == (
        imgshare("share", IMAGE, "--account", ACCOUNT, "--json")
    )
    shown = run_at_terminal(200, "share", IMAGE, "--account", ACCOUNT)
    assert [f"✓ image {IMAGE} was already shared with account {ACCOUNT}"] == shown.lines

    service.members[IMAGE] = [_build_row(ACCOUNT, "project")]
    said = f'job {f"{3:032x}"} failed: "a member of that ID is there" (IMG.0112)'
    assert Run(
        8,
        "",
        f"imgshare: cannot share image {IMAGE} with account {ACCOUNT}: {said}\n"
        "hint: try again later; its operators can look up the request ID\n",
    ) == imgshare("share", IMAGE, "--account", ACCOUNT)


def test_on_glance(imgshare: RunImgshare, service: JobService) -> None:
    """Glance has no accounts, and nothing is shared with a project of that ID instead."""
    service.answer = lambda *_: (404, {"message": "The resource could not be found."})

    run = imgshare("share", IMAGE, "--account", ACCOUNT)

    said = "only the image service of Huawei-style clouds (IMS) shares with accounts and organizations"
    named = f"imgshare: cannot share image {IMAGE} with account {ACCOUNT}"
    assert Run(7, "", f"{named}: {said}\nrequest ID: 0c0ffee0\n") == run
    assert ["POST /v1/cloudimages/members"] == service.requests


@pytest.mark.parametrize(
    "words", [(MEMBER, "--account", ACCOUNT), ("--account", ACCOUNT, "--to", MEMBER), ("--account", "../x")], ids=str
)
def test_usage(imgshare: RunImgshare, service: JobService, words: tuple[str, ...]) -> None:
    """An account is no project, and an ID that cannot be one is refused before anything is sent."""
    run = imgshare("share", IMAGE, *words)

    assert (2, "") == (run.code, run.out)
    assert [] == service.requests


def test_unshare(imgshare: RunImgshare, service: JobService) -> None:
    """`unshare --account` removes it as it removes a project."""
    service.answer = lambda method, _path: (200, {}) if method == "DELETE" else False

    run = imgshare("unshare", IMAGE, "--account", ACCOUNT, "--json")

    assert [f"DELETE /v2/images/{IMAGE}/members/{ACCOUNT}"] == service.requests
    assert 0 == run.code, run


def test_unshare_names_what_it_is(imgshare: RunImgshare, service: JobService) -> None:
    """The question and the answer of `unshare` say account and organization."""
    service.answer = lambda method, _path: (200, {}) if method == "DELETE" else False

    assert Run(0, "", f"image {IMAGE} is no longer shared with organization {UNIT}\n") == (
        imgshare("unshare", IMAGE, "--organization", UNIT)
    )
    shown = run_at_terminal(200, "unshare", IMAGE, "--account", ACCOUNT, answer="y\r")
    assert [
        f"Stop sharing {IMAGE} with account {ACCOUNT}, which accepted it? [y/N] y",
        f"✓ Stopped sharing image {IMAGE} with account {ACCOUNT}",
    ] == shown.lines
