"""The jobs of an IMS: what many members are changed by."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from imgshare_cli.sandbox import Sandbox
from tests.support.expectations import Text
from tests.support.ims_jobs import submit_job, wait_for_job
from tests.support.users import User

if TYPE_CHECKING:
    from tests.support.expectations import Answer

BATCH = "/v1/cloudimages/members"
FULL_SERVER = "5d3a8463-a4b3-5b71-b1c7-133669f3d5d3"
GOLDEN, MINIMAL = "c26a7205-6924-55d2-a1a9-c6d6caeb44f2", "cfdb5b5e-2f72-5dfd-a10d-ac4353155352"
UNKNOWN = "77777777-7777-7777-7777-777777777777"
A_MOMENT = Text(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def _refuse(code: str, message: str, status: int = 400) -> Answer:
    return status, {"error": {"message": message, "code": code}}


def _decide(you: User, *images: str, **more: Any) -> Any:
    job_id = submit_job(you, "PUT", images=images, project_id=you.project_id, status="accepted", **more)
    return wait_for_job(you, job_id)


def test_a_job() -> None:
    """A job takes its time, and changes nothing before its end; then each row has a status, in two spellings."""
    with Sandbox(flavor="ims", job_seconds=1) as slow, httpx.Client(base_url=slow.endpoint, trust_env=False) as http:
        you = User(http, slow.you.project_id, slow.you.token)
        job_id = submit_job(you, "PUT", images=[GOLDEN, MINIMAL], project_id=you.project_id, status="accepted")
        early = you.ask("GET", f"/v1/cloudimages/job/{job_id}")[1]
        assert "pending" == you.ask("GET", f"/v2/images/{GOLDEN}/members/{you.project_id}")[1]["status"]
        time.sleep(0.4)
        later = you.ask("GET", f"/v1/cloudimages/job/{job_id}")[1]
        time.sleep(0.8)
        assert "accepted" == you.ask("GET", f"/v2/images/{GOLDEN}/members/{you.project_id}")[1]["status"]
        ended = you.ask("GET", f"/v1/cloudimages/job/{job_id}")[1]

    begun = {
        "job_id": job_id,
        "job_type": "imsUpdateImageMembersJob",
        "begin_time": A_MOMENT,
        "error_code": None,
        "fail_reason": None,
    }
    waiting = {**begun, "end_time": None, "entities": {}}
    rows = [
        {"image_id": GOLDEN, "project_id": you.project_id, "status": "success"},
        {"image_id": MINIMAL, "project_id": you.project_id, "status": "SUCCESS"},
    ]
    assert {**waiting, "status": "INIT"} == early
    assert {**waiting, "status": "RUNNING"} == later
    assert {**begun, "status": "SUCCESS", "end_time": A_MOMENT, "entities": {"results": rows}} == ended


def test_a_row_that_fails(you: User) -> None:
    """A job may succeed though a row failed."""
    job = _decide(you, GOLDEN, UNKNOWN, MINIMAL)

    assert ("SUCCESS", None, None) == (job["status"], job["error_code"], job["fail_reason"])
    assert ["success", "FAIL", "success"] == [row["status"] for row in job["entities"]["results"]]


def test_a_row_that_does_not_fail(you: User) -> None:
    """A job that fails may have rows that did not; it names the first reason."""
    job = _decide(you, FULL_SERVER, GOLDEN)

    reason = "Failed to obtain the vault: vault_id is required for a full-ECS image."
    assert ("FAIL", "IMG.0184", reason) == (job["status"], job["error_code"], job["fail_reason"])
    assert ["fail", "SUCCESS"] == [row["status"] for row in job["entities"]["results"]]


def test_a_job_with_a_vault(sandbox: Sandbox, you: User) -> None:
    """A job takes one vault for all its images."""
    assert sandbox.ims

    assert "SUCCESS" == _decide(you, FULL_SERVER, GOLDEN, vault_id=sandbox.ims.vaults[0].id)["status"]


def test_share_in_a_job(you: User, platform: User) -> None:
    """An owner shares images with projects, accounts and organizations at once, and takes them back."""
    to = {"projects": ["f" * 32], "domains": ["d" * 32], "organizations": ["ou-1"]}
    job = wait_for_job(platform, submit_job(platform, "POST", images=[GOLDEN, MINIMAL], **to))

    members = platform.ask("GET", f"/v2/images/{GOLDEN}/members")[1]["members"]
    assert ("imsAddImageMembersJob", "SUCCESS", 6) == (job["job_type"], job["status"], len(job["entities"]["results"]))
    assert [
        (you.project_id, "project", "pending"),
        ("f" * 32, "project", "pending"),
        ("d" * 32, "domain", "accepted"),
        ("ou-1", "organization", "accepted"),
    ] == [(member["member_id"], member["member_type"], member["status"]) for member in members]

    job = wait_for_job(
        platform, submit_job(platform, "DELETE", images=[GOLDEN], projects=["f" * 32, "e" * 32, "d" * 32])
    )

    assert ["success", "FAIL", "success"] == [row["status"] for row in job["entities"]["results"]]
    left = platform.ask("GET", f"/v2/images/{GOLDEN}/members")[1]["members"]
    assert [you.project_id, "ou-1"] == [member["member_id"] for member in left]


def test_native_calls_are_gone() -> None:
    """An IMS that only has jobs answers as for a path that there is not, and still shows members."""
    with (
        Sandbox(flavor="ims", native_gone=True, job_seconds=0.01) as sandbox,
        httpx.Client(base_url=sandbox.endpoint, trust_env=False) as http,
    ):
        you = User(http, sandbox.you.project_id, sandbox.you.token)
        path = f"/v2/images/{GOLDEN}/members"
        for method, place in (("PUT", f"{path}/{you.project_id}"), ("DELETE", f"{path}/a"), ("POST", path)):
            status, body = you.ask(method, place, {"status": "accepted"})
            assert (404, "APIGW.0101") == (status, body["error_code"])
        assert "SUCCESS" == _decide(you, GOLDEN)["status"]
        assert "accepted" == you.ask("GET", path)[1]["members"][0]["status"]


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ({"images": []}, "IMG.0001", "The parameter images is invalid."),
        ({"images": GOLDEN}, "IMG.0001", "The parameter images is invalid."),
        ({"images": [1]}, "IMG.0001", "The parameter images is invalid."),
        ({"images": ["a"] * 1001}, "IMG.0001", "The parameter images is invalid."),
        ({"project_id": "f"}, "IMG.0030", "The project ID and the token do not match."),
        ({"project_id": ["f"]}, "IMG.0030", "The project ID and the token do not match."),
        ({"status": "pending"}, "IMG.0001", "The parameter status is invalid: it must be accepted or rejected."),
    ],
)
def test_refused_jobs(you: User, body: dict[str, Any], code: str, message: str) -> None:
    """What cannot be a job is refused at once."""
    valid = {"images": [GOLDEN], "project_id": you.project_id, "status": "accepted"}

    assert _refuse(code, message) == you.ask("PUT", BATCH, valid | body)


def test_jobs_without_members(platform: User) -> None:
    """A job needs somebody to share with, and has ten thousand rows at most."""
    refusal = _refuse("IMG.0001", "The parameter projects is invalid.")

    assert refusal == platform.ask("POST", BATCH, {"images": [GOLDEN]})
    assert refusal == platform.ask("DELETE", BATCH, {"images": [GOLDEN] * 101, "projects": ["f"] * 100})


def test_jobs_of_others(you: User, platform: User) -> None:
    """A job is only for its project."""
    job_id = submit_job(you, "PUT", images=[GOLDEN], project_id=you.project_id, status="accepted")
    refusal = _refuse("IMG.0031", "The resource ID is wrong: no such job.")

    assert refusal == platform.ask("GET", f"/v1/cloudimages/job/{job_id}")
    assert refusal == you.ask("GET", "/v1/cloudimages/job/a")
    mismatch = _refuse("IMG.0030", "The project ID and the token do not match.")
    assert mismatch == platform.ask("GET", f"/v1/{you.project_id}/jobs/{job_id}")
    wait_for_job(you, job_id)


def test_flow_control() -> None:
    """Jobs that wait for others have a limit; beyond it they are refused for now."""
    with (
        Sandbox(flavor="ims", job_seconds=600) as sandbox,
        httpx.Client(base_url=sandbox.endpoint, timeout=60, trust_env=False) as http,
    ):
        you = User(http, sandbox.you.project_id, sandbox.you.token)
        body = {"images": ["a"] * 1000, "projects": [str(number) for number in range(10)]}
        statuses = [you.ask("POST", BATCH, body)[0] for _ in range(11)]

        assert [200] * 11 == statuses
        assert _refuse("IMG.0060", "The request is under flow control, try again later.") == you.ask(
            "POST", BATCH, body
        )
