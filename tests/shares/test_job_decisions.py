"""Decisions by jobs, about one image: `--jobs-api`, the setting, a service without the API's own call, and faults."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.fake_service import IMAGE, MEMBER, use_service
from tests.support.job_service import GONE, JobService
from tests.support.run import TOOL, Run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.run import RunImgshare

OTHER = "6596628c-42d4-4ff1-8660-8ea5ae61f243"
JOB = f"{1:032x}"
NAMED = f"cannot accept image {IMAGE} for project {MEMBER}"
SHARE = {
    "image_id": IMAGE,
    "member_id": MEMBER,
    "status": "accepted",
    "created_at": "2016-09-01T02:05:14Z",
    "updated_at": "2016-09-01T02:05:14Z",
    "schema": "/v2/schemas/member",
}

VAULT = "59504f13-9358-56ad-a418-62b7f374e0c7"


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[JobService]:
    """A service that decides by jobs."""
    with JobService() as service:
        use_service(monkeypatch, service.endpoint)
        yield service


def _list_kept() -> list[dict[str, Any]]:
    """The jobs that the state folder has."""
    files = Path(os.environ["XDG_STATE_HOME"], "imgshare", "jobs").glob("[!.]*.json")
    return [entry for file in files for entry in json.loads(file.read_text())]


def _accept(imgshare: RunImgshare, *options: str) -> Run:
    return imgshare("accept", IMAGE, MEMBER, "--jobs-api", "--json", *options)


def test_jobs_api(imgshare: RunImgshare, service: JobService) -> None:
    """--jobs-api submits a job, waits for it, and prints the share as the API's own call does."""
    service.seconds = 0.5

    run = _accept(imgshare, "--vault", VAULT)

    assert SHARE == run.json()
    assert [
        {
            "method": "PUT",
            "images": [IMAGE],
            "project_id": MEMBER,
            "status": "accepted",
            "vault_id": VAULT,
            "done": True,
        }
    ] == [{**one, "done": True} for one in service.submitted]
    assert "PUT /v1/cloudimages/members" == service.requests[0]
    assert {f"GET /v1/{MEMBER}/jobs/{JOB}"} == set(service.requests[1:-1])
    assert f"GET /v2/images/{IMAGE}/members/{MEMBER}" == service.requests[-1]
    assert [] == _list_kept()


def test_the_setting(imgshare: RunImgshare, service: JobService) -> None:
    """`decide_by = "jobs"` in the profile decides so without an option, and a vault is not sent with a rejection."""
    config = Path(os.environ["XDG_CONFIG_HOME"], "imgshare", "config.toml")
    config.parent.mkdir()
    config.write_text(f'[profiles.default]\nendpoint = "{service.endpoint}"\ndecide_by = "jobs"\nvault_id = "v"\n')

    run = imgshare("reject", IMAGE, MEMBER, "--json")

    assert {**SHARE, "status": "rejected"} == run.json()
    assert [None] == [one.get("vault_id") for one in service.submitted]


def test_a_call_that_is_gone(imgshare: RunImgshare, service: JobService) -> None:
    """Where the gateway does not know the API's own call, a job decides, and the next run does not ask again."""
    service.is_native_gone = True

    first = imgshare("accept", IMAGE, MEMBER, "--json")
    second = imgshare("reject", IMAGE, MEMBER, "--json")

    assert ("accepted", "rejected") == (first.json()["status"], second.json()["status"])
    assert 1 == service.count("PUT /v2")
    assert 2 == service.count("PUT /v1")


@pytest.mark.parametrize("status", [404, 410])
def test_all_native_calls_are_gone(imgshare: RunImgshare, service: JobService, status: int) -> None:
    """Where the share cannot be looked at either, the answer is what the job says."""
    service.answer = lambda _method, path: (status, GONE[1]) if path.startswith("/v2") else False

    run = imgshare("accept", IMAGE, MEMBER, "--json")

    assert {"image_id": IMAGE, "member_id": MEMBER, "status": "accepted"} == run.json()


def test_no_call_is_there(imgshare: RunImgshare, service: JobService) -> None:
    """Where the gateway knows neither way to decide, the address is probably wrong."""
    service.answer = lambda *_: GONE

    assert Run(
        7,
        "",
        f"imgshare: {NAMED}: the service has no batch API, as only IMS has (404 Not Found)\n"
        "hint: check the endpoint: `imgshare status` shows it\nrequest ID: 0c0ffee0\n",
    ) == imgshare("accept", IMAGE, MEMBER)


def test_another_404(imgshare: RunImgshare, service: JobService) -> None:
    """A service that does not know the image has the call, and no job is begun."""
    service.answer = lambda *_: (404, {"error": {"message": "no image", "code": "IMG.0027"}})

    assert 6 == imgshare("accept", IMAGE, MEMBER).code
    assert 0 == service.count("PUT /v1")
    assert not list(Path(os.environ["XDG_STATE_HOME"]).rglob("job-endpoints.json"))


def test_reset(imgshare: RunImgshare, service: JobService) -> None:
    """Jobs cannot reset a share, and nothing is sent that would pretend so."""
    service.is_native_gone = True

    assert Run(
        7,
        "",
        f"imgshare: cannot reset image {IMAGE} for project {MEMBER}: the jobs of the image service only accept or "
        f"reject\nhint: `imgshare reject {IMAGE} {MEMBER}` hides it instead; or ask the owner to unshare it and share "
        "it again\n",
    ) == imgshare("reset", IMAGE, MEMBER)
    assert 0 == service.count("PUT /v1")


@pytest.mark.parametrize(
    ("status", "body", "line"),
    [
        (404, {"message": "The resource could not be found.", "code": "404 Not Found"}, "404 Not Found"),
        (300, {"versions": []}, "300 Multiple Choices"),
    ],
    ids=["a proxy", "Glance"],
)
def test_a_service_without_jobs(
    imgshare: RunImgshare, service: JobService, status: int, body: dict[str, Any], line: str
) -> None:
    """--jobs-api at a Glance says that there are no jobs, and what to do."""
    service.answer = lambda *_: (status, body)

    error = _accept(imgshare).error()

    assert ("refused", status) == (error["code"], error["http_status"])
    assert f"{NAMED}: the service has no batch API, as only IMS has ({line})" == error["message"]
    assert "omit --jobs-api, or run `imgshare config unset decide_by`" == error["hint"]


@pytest.mark.parametrize(
    ("end", "rows", "code", "message"),
    [
        (
            ("FAIL", "IMG.0182", "insufficient vault\n capacity"),
            [],
            7,
            f'job {JOB} failed: "insufficient vault capacity" (IMG.0182)',
        ),
        (
            ("FAIL", "IMG.0184", "no vault"),
            [{"image_id": IMAGE, "status": "failed"}, {"image_id": OTHER, "status": "success"}],
            7,
            (
                'it needs a backup vault, as full-server images do: "no vault" (IMG.0184); the vaults cannot be '
                "listed: the address of the backup service (CBR) is not known"
            ),
        ),
        (("fail", None, None), [], 7, f"job {JOB} failed: no reason is given"),
        (
            ("SUCCESS", None, None),
            [{"image_id": IMAGE, "status": "Failed", "error_code": "IMG.0027", "error": "no image"}],
            6,  # and the diagnosis has looked for the image
            (
                "the image does not exist, or it is not (or no longer) shared with your project; the service does not "
                "say which"
            ),
        ),
        (
            ("SUCCESS", None, None),
            [{"image_id": OTHER, "status": "success"}],
            7,
            f"job {JOB} ended with 'SUCCESS', says nothing about it, and the share is still pending",
        ),
        (
            ("failed", "IMG.0001", "x" * 400),
            [{"image_id": OTHER, "status": "success"}],
            7,
            f'job {JOB} failed: "{"x" * 300}…" (IMG.0001)',
        ),
        (
            ("FAIL", None, None),
            [{"image_id": IMAGE, "status": "fail", "addition_error_code": "IMG.0100", "addition_error_msg": "no key"}],
            7,
            f'job {JOB} failed: "no key" (IMG.0100)',
        ),
    ],
    ids=["job", "row without", "no reason", "row", "no row", "long", "addition"],
)
def test_failures(  # noqa: PLR0913, PLR0917  (what a row of the table has)
    imgshare: RunImgshare, service: JobService, end: Any, rows: Any, code: int, message: str
) -> None:
    """A failure of the job or of its row is named with the service's reason and code."""
    service.end, service.rows = end, lambda _body: rows

    run = _accept(imgshare)

    assert code == run.code
    assert f"{NAMED}: {message}" == run.error()["message"]
    assert [] == _list_kept()


@pytest.mark.parametrize(
    "rows",
    [
        [{"image_id": IMAGE.upper(), "status": "SUCCESS"}],
        [{"image_id": IMAGE, "status": "success"}, {"image_id": OTHER, "status": "failed"}],
        [None, 7, "x", {}, {"image_id": 3}, {"image_id": "../..", "status": "failed"}, {"image_id": IMAGE}],
        [{"image_id": IMAGE, "status": "sleeping"}],
        {"image_id": IMAGE},
        None,
        [{"image_id": f"{number:08x}-0000-4000-8000-000000000000", "status": "failed"} for number in range(5000)],
    ],
    ids=["capitals", "mixed", "malformed", "unknown", "an object", "null", "many"],
)
def test_rows_of_a_job_that_succeeded(imgshare: RunImgshare, service: JobService, rows: Any) -> None:
    """Rows that are malformed, or of images that nobody asked for, are as if they were not there."""
    service.rows = lambda _body: rows
    service.statuses[IMAGE, MEMBER] = "accepted"

    assert "accepted" == _accept(imgshare).json()["status"]


def test_a_row_that_succeeded_in_a_job_that_failed(imgshare: RunImgshare, service: JobService) -> None:
    """What the row says counts."""
    service.end = ("FAIL", "IMG.0001", "something else")

    assert "accepted" == _accept(imgshare).json()["status"]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_faults_while_waiting(imgshare: RunImgshare, service: JobService, status: int) -> None:
    """A service that fails a while does not lose the job, and gets no second one."""
    service.seconds = 0.3
    faults = iter(range(3))
    service.answer = lambda _method, path: (
        (status, {}) if "/jobs/" in path and next(faults, None) is not None else False
    )

    assert "accepted" == _accept(imgshare).json()["status"]
    assert 1 == service.count("PUT /v1")


def test_a_long_pause(imgshare: RunImgshare, service: JobService) -> None:
    """A pause that the service asks for is kept, also one longer than the time for a request."""
    times: list[float] = []

    def answer(_method: str, path: str) -> Any:
        if "/jobs/" not in path:
            return False
        times.append(time.monotonic())
        return (429, {}, ("Retry-After", "2")) if len(times) == 1 else False

    service.answer = answer

    assert "accepted" == _accept(imgshare, "--timeout", "1s").json()["status"]
    assert 2 <= times[1] - times[0] < 3


def test_faults_that_stay(imgshare: RunImgshare, service: JobService) -> None:
    """A service that goes on failing ends the run, which names the job; the same command looks at it again."""
    service.answer = lambda _method, path: (500, {}) if "/jobs/" in path else False

    error = _accept(imgshare, "--retries", "0").error()

    again = f"`imgshare accept {IMAGE} {MEMBER} --json --retries 0 --jobs-api`"
    assert "unavailable" == error["code"]
    assert error["message"] == (
        f"{NAMED}: the service failed (500 Internal Server Error); job {JOB} goes on, and {again} shows how it ended"
    )
    assert [JOB] == [entry["job"] for entry in _list_kept()]

    service.answer = lambda _method, _path: False
    assert "accepted" == _accept(imgshare).json()["status"]
    assert 1 == service.count("PUT /v1")
    assert [] == _list_kept()


def test_the_newer_path(imgshare: RunImgshare, service: JobService) -> None:
    """Where the documented path of jobs is gone, the newer one is asked, and from then on only that."""
    service.seconds = 0.5
    service.answer = lambda _method, path: GONE if "/jobs/" in path else False

    assert "accepted" == _accept(imgshare).json()["status"]
    assert 1 == service.count(f"GET /v1/{MEMBER}/jobs/")
    assert service.count(f"GET /v1/cloudimages/job/{JOB}") > 1


@pytest.mark.parametrize(("status", "code"), [("accepted", 0), ("pending", 8)])
def test_a_job_that_is_not_known(imgshare: RunImgshare, service: JobService, status: str, code: int) -> None:
    """Where the service does not know its own job, the share says what became of it."""
    service.answer = lambda _method, path: (404, {"error": {"code": "IMG.0008"}}) if "/job" in path else False
    service.statuses[IMAGE, MEMBER] = status
    service.rows = lambda _body: []

    run = _accept(imgshare)

    assert code == run.code
    if code:
        assert f"{NAMED}: the service does not know job {JOB}, and the share is not accepted" == run.error()["message"]
    assert 1 == service.count("PUT /v1")
    assert [] == _list_kept()


def test_an_unknown_state(imgshare: RunImgshare, service: JobService, monkeypatch: pytest.MonkeyPatch) -> None:
    """A state that nobody knows is waited for until the time is up, and then named."""
    monkeypatch.setattr("imgshare_cli.shares.jobs.poll._LEAST_PATIENCE", 1.0)
    monkeypatch.setattr("imgshare_cli.shares.jobs.poll._PATIENCE", 0)
    service.end = ("[red]PAUSED\x1b[31m", None, None)

    error = _accept(imgshare).error()

    assert re.fullmatch(
        re.escape(NAMED) + rf": job {JOB} has not ended after [01] s: its state is '\[red\]PAUSED.*'; job .*",
        error["message"],
    )
    assert "\x1b" not in error["message"]
    assert [JOB] == [entry["job"] for entry in _list_kept()]


@pytest.mark.parametrize(
    "job_id", ["../../v2/images", "a/b", "a\x1b[31mb", "", "..", "x" * 200, 7, None, {"a": 1}, "a b", "é"]
)
def test_a_hostile_job_id(imgshare: RunImgshare, service: JobService, job_id: Any) -> None:
    """What cannot be the ID of a job gets into no path, no file and no message; the share is looked at instead."""
    service.answer = lambda method, _path: (200, {"job_id": job_id}) if method == "PUT" else False

    error = _accept(imgshare).error()

    assert f"{NAMED}: the response is not from the image API: an object without a valid job_id" == error["message"]
    assert {"PUT /v1/cloudimages/members", f"GET /v2/images/{IMAGE}/members/{MEMBER}"} == set(service.requests)
    assert [None] == [entry["job"] for entry in _list_kept()]


@pytest.mark.parametrize("answer", [None, (500, {}), (502, {}), (504, {})], ids=["hang up", "500", "502", "504"])
def test_lost_after_the_submission(imgshare: RunImgshare, service: JobService, answer: Any) -> None:
    """Where no response says whether a job began, the share is looked at: nothing is submitted twice."""
    service.after = lambda method, _path: answer if method == "PUT" else False
    service.end = ("SUCCESS", None, None)
    service.statuses[IMAGE, MEMBER] = "accepted"  # what the job has done meanwhile

    assert "accepted" == _accept(imgshare).json()["status"]
    assert 1 == service.count("PUT /v1")
    assert [] == _list_kept()


def test_lost_before_the_submission(imgshare: RunImgshare, service: JobService) -> None:
    """Where the share has not changed after a submission without a response, it is submitted again, once."""
    lost = iter([None])
    service.answer = lambda method, _path: next(lost, False) if method == "PUT" else False

    assert "accepted" == _accept(imgshare).json()["status"]
    assert 2 == service.count("PUT /v1")


@pytest.mark.parametrize("status", [429, 503])
def test_a_submission_that_is_refused_for_now(imgshare: RunImgshare, service: JobService, status: int) -> None:
    """429 and 503 say that nothing began: it is submitted again without a look."""
    refusals: Iterator[Any] = iter([(status, {}), (status, {})])
    service.answer = lambda method, _path: next(refusals, False) if method == "PUT" else False

    assert "accepted" == _accept(imgshare).json()["status"]
    assert 3 == service.count("PUT /v1")
    assert 1 == service.count("GET /v2")


def test_a_submission_that_is_refused(imgshare: RunImgshare, service: JobService) -> None:
    """An error of the submission is the error of the decision, and nothing is kept of it."""
    service.answer = lambda *_: (400, {"error": {"message": "vault [red]", "code": "IMG.0184"}})

    run = _accept(imgshare)

    assert 7 == run.code
    assert "IMG.0184" in run.error()["message"]
    assert [] == _list_kept()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_interrupted(imgshare: RunImgshare, service: JobService, number: signal.Signals) -> None:
    """After Ctrl-C or `kill -9` the same command waits for the job that it began, and submits no other."""
    service.seconds = 2.0
    argv = [TOOL, "accept", IMAGE, MEMBER, "--jobs-api"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        while not service.count("GET /v1"):
            time.sleep(0.02)
        process.send_signal(number)
        _, err = process.communicate(timeout=20)

    if number is signal.SIGINT:
        assert 130 == process.returncode
        assert (
            f"imgshare: interrupted: job {JOB} goes on\nhint: `imgshare accept {IMAGE} {MEMBER} --jobs-api` shows "
            "how it ended\n"
        ) == err
    assert "accepted" == _accept(imgshare).json()["status"]
    assert 1 == service.count("PUT /v1")
    assert [] == _list_kept()


def test_two_at_once(service: JobService) -> None:
    """Two runs with the same image at the same time have one job, and both wait for it."""
    service.seconds = 1.5
    argv = [TOOL, "accept", IMAGE, MEMBER, "--jobs-api", "--json"]
    runs = [subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]

    ends = [(*run.communicate(timeout=20), run.returncode) for run in runs]

    assert [(SHARE, b"", 0)] * 2 == [(json.loads(out), err, code) for out, err, code in ends]
    assert 1 == service.count("PUT /v1")


def test_a_kept_job_of_another_decision(imgshare: RunImgshare, service: JobService) -> None:
    """A kept job does not hide what somebody decided after it: a rejected share is accepted again."""
    service.answer = lambda _method, path: (500, {}) if "/jobs/" in path else False
    assert 8 == _accept(imgshare, "--retries", "0").code
    service.answer = lambda _method, _path: False
    service.reply("GET", f"/v1/{MEMBER}/jobs/{JOB}", {})
    service.statuses[IMAGE, MEMBER] = "rejected"

    assert "accepted" == _accept(imgshare).json()["status"]
    assert 2 == service.count("PUT /v1")


@pytest.mark.parametrize("text", ["[", "{}", "[7]", '[{"job": "../x"}]', "x" * 100])
def test_damaged_state(imgshare: RunImgshare, service: JobService, text: str) -> None:
    """A state folder with something else in it does no harm."""
    service.answer = lambda _method, path: (500, {}) if "/jobs/" in path else False
    assert 8 == _accept(imgshare, "--retries", "0").code
    service.answer = lambda _method, _path: False
    for file in Path(os.environ["XDG_STATE_HOME"], "imgshare", "jobs").glob("[!.]*.json"):
        assert 0o600 == file.stat().st_mode & 0o777
        file.write_text(text)

    assert "accepted" == _accept(imgshare).json()["status"]
