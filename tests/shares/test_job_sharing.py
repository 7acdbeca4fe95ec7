"""`share` and `unshare` by jobs, one image at a time: on an IMS that has no other way, and faults."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from imgshare_cli.sandbox import Sandbox
from tests.support.fake_service import IMAGE, MEMBER, use_service
from tests.support.job_service import GONE, JobService, build_rows
from tests.support.run import TOOL, Run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.run import RunImgshare

GOLDEN = "c26a7205-6924-55d2-a1a9-c6d6caeb44f2"  # of the first owner
FULL_SERVER = "5d3a8463-a4b3-5b71-b1c7-133669f3d5d3"
OWN_IMAGE = "0ac376d2-9b81-514f-b26f-053198fdef79"  # shared with an account and an organization as well
ACCOUNT, UNIT = "60b7ea1730e254609d43a28f933e81d3", "ou-qdjrky7i07higfa4f6reqv9etybmp4ng"
PROJECTS = [f"{number:032x}" for number in range(0xABC0, 0xABCF)]
JOB = f"{1:032x}"
SHARED = f"cannot share image {IMAGE} with project {PROJECTS[0]}"


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """An IMS with nothing but jobs, and the owner of some images."""
    with Sandbox(flavor="ims", native_gone=True, job_seconds=0.1) as sandbox:
        monkeypatch.setenv("IMGSHARE_ENDPOINT", sandbox.endpoint)
        _enter(sandbox, monkeypatch, 0)
        yield sandbox


def _enter(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, number: int | None) -> None:
    who = sandbox.you if number is None else sandbox.owners[number]
    monkeypatch.setenv("IMGSHARE_TOKEN", who.token)
    monkeypatch.setenv("IMGSHARE_PROJECT_ID", who.project_id)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[JobService]:
    """A service that shares by jobs only."""
    with JobService(is_native_gone=True) as service:
        use_service(monkeypatch, service.endpoint, MEMBER)
        yield service


def _list_members(imgshare: RunImgshare, image: str) -> set[str]:
    return {row["member_id"] for row in json.loads(imgshare("members", image, "--json").out)}


@pytest.mark.usefixtures("sandbox")
def test_share_and_unshare(imgshare: RunImgshare) -> None:
    """The answers are those of the API's own calls, also for what is shared already and for what is not."""
    first, again = imgshare("share", GOLDEN, PROJECTS[0], "--json"), imgshare("share", GOLDEN, PROJECTS[0])
    assert (GOLDEN, PROJECTS[0], "pending", "project") == tuple(
        first.json()[key] for key in ("image_id", "member_id", "status", "member_type")
    )
    assert (0, f"image {GOLDEN} was already shared with project {PROJECTS[0]}\n") == (again.code, again.err)
    assert PROJECTS[0] in _list_members(imgshare, GOLDEN)

    outcome = {"image_id": GOLDEN, "member_id": PROJECTS[0]}
    assert {**outcome, "result": "unshared"} == imgshare("unshare", GOLDEN, PROJECTS[0], "--json").json()
    assert PROJECTS[0] not in _list_members(imgshare, GOLDEN)
    assert {**outcome, "result": "not_shared"} == imgshare("unshare", GOLDEN, PROJECTS[0], "--json").json()


def test_what_is_not_shared(imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch) -> None:
    """An IMS that has the API's own calls says so with 404 and a code of its own, and it is no error either."""
    with Sandbox(flavor="ims") as sandbox:
        _enter(sandbox, monkeypatch, 0)
        monkeypatch.setenv("IMGSHARE_ENDPOINT", sandbox.endpoint)

        run = imgshare("unshare", GOLDEN, PROJECTS[0], "--json")

    assert {"image_id": GOLDEN, "member_id": PROJECTS[0], "result": "not_shared"} == run.json()


@pytest.mark.usefixtures("sandbox")
def test_several(imgshare: RunImgshare) -> None:
    """Several projects are several lines, and one that is refused does not hide the others."""
    own = os.environ["IMGSHARE_PROJECT_ID"]

    run = imgshare("share", GOLDEN, PROJECTS[0], own, PROJECTS[1], "--json")

    assert (9, 2) == (run.code, len(run.out.splitlines()))
    assert "IMG.0076" in run.err
    assert {*PROJECTS[:2]} <= _list_members(imgshare, GOLDEN)


def test_accounts(imgshare: RunImgshare, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """`unshare --account` and `--organization` go by jobs, too."""
    _enter(sandbox, monkeypatch, None)

    run = imgshare("unshare", OWN_IMAGE, "--account", ACCOUNT, "--organization", UNIT, "--json")

    assert (0, 2) == (run.code, run.out.count('"unshared"'))
    assert {sandbox.owners[0].project_id} == _list_members(imgshare, OWN_IMAGE)


@pytest.mark.parametrize(
    ("argv", "code", "said"),
    [
        (("share", GOLDEN, "{own}"), 7, "IMG.0076"),
        (("share", "00000000-0000-0000-0000-000000000000", PROJECTS[0]), 6, "IMG.0027"),
        (("unshare", "00000000-0000-0000-0000-000000000000", PROJECTS[0]), 6, "IMG.0027"),
        (("share", FULL_SERVER, PROJECTS[0]), 6, "IMG.0027"),
        (("share", GOLDEN, "a/b"), 2, "'a/b' is not a valid project ID"),
    ],
)
def test_refusals(imgshare: RunImgshare, sandbox: Sandbox, argv: tuple[str, ...], code: int, said: str) -> None:
    """A refusal has the exit code of the service's own code."""
    run = imgshare(*(word.format(own=sandbox.owners[0].project_id) for word in argv))

    assert (code, "") == (run.code, run.out)
    assert said in run.err


def test_a_member_and_a_quota(imgshare: RunImgshare, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the owner shares an image (exit 5), and a full-server image with ten projects only (exit 7)."""
    _enter(sandbox, monkeypatch, None)
    assert 5 == imgshare("share", GOLDEN, PROJECTS[0]).code

    _enter(sandbox, monkeypatch, 1)
    run = imgshare("share", FULL_SERVER, *PROJECTS[:10], "--json")
    assert (9, 9) == (run.code, len(run.out.splitlines()))
    assert (7, "quota") == (
        imgshare("share", FULL_SERVER, PROJECTS[9]).code,
        imgshare("share", FULL_SERVER, PROJECTS[9], "--json").error()["reason"],
    )


def test_a_name(imgshare: RunImgshare, sandbox: Sandbox) -> None:
    """A project that has a name in the config file is unshared by it."""
    path = Path(os.environ["XDG_CONFIG_HOME"], "imgshare", "config.toml")
    path.parent.mkdir(exist_ok=True)
    path.write_text(f'[owners]\ntenant = "{sandbox.you.project_id}"\n')

    assert "unshared" == imgshare("unshare", GOLDEN, "tenant", "--json").json()["result"]
    assert sandbox.you.project_id not in _list_members(imgshare, GOLDEN)


def test_it_is_remembered(imgshare: RunImgshare, service: JobService) -> None:
    """The next run does not ask for the call that is gone, and says the same."""
    assert 0 == imgshare("share", IMAGE, PROJECTS[0]).code
    assert 0 == imgshare("unshare", IMAGE, PROJECTS[0]).code

    assert (1, 0) == (service.count("POST /v2"), service.count("DELETE /v2"))
    assert [("POST", {"projects": [PROJECTS[0]]}), ("DELETE", {"projects": [PROJECTS[0]]})] == [
        (one["method"], {"projects": one["projects"]}) for one in service.submitted
    ]


def test_the_setting(imgshare: RunImgshare, service: JobService) -> None:
    """`decide_by = "jobs"` shares by jobs where there are other calls, and waits for them."""
    service.is_native_gone, service.seconds = False, 0.4
    config = Path(os.environ["XDG_CONFIG_HOME"], "imgshare", "config.toml")
    config.parent.mkdir()
    config.write_text('[profiles.default]\ndecide_by = "jobs"\n')

    assert "pending" == imgshare("share", IMAGE, PROJECTS[0], "--json").json()["status"]
    assert (0, 1) == (service.count("POST /v2"), service.count("POST /v1"))


def test_nothing_can_be_read(imgshare: RunImgshare, service: JobService) -> None:
    """Where the members cannot be read either, the answer is what the job says."""
    service.answer = lambda _method, path: GONE if path.startswith("/v2") else False

    shared = {"image_id": IMAGE, "member_id": PROJECTS[0], "status": "pending"}
    assert shared == imgshare("share", IMAGE, PROJECTS[0], "--json").json()
    assert "unshared" == imgshare("unshare", IMAGE, "--account", ACCOUNT, "--json").json()["result"]
    assert [ACCOUNT] == service.submitted[1]["domains"]


@pytest.mark.parametrize("has_begun", [False, True])
@pytest.mark.parametrize("command", ["share", "unshare"])
def test_a_lost_answer(imgshare: RunImgshare, service: JobService, command: str, *, has_begun: bool) -> None:
    """Where the answer to the submission is lost, the share is looked at before another job is submitted."""
    if command == "unshare":
        service.reply("POST", "/v1/cloudimages/members", {"images": [IMAGE], "projects": [PROJECTS[0]]})
    lost = iter([True])
    hang_up: Any = lambda _method, path: None if path.startswith("/v1") and next(lost, False) else False  # noqa: E731
    service.answer, service.after = (service.answer, hang_up) if has_begun else (hang_up, service.after)
    before = len(service.submitted)

    run = imgshare(command, IMAGE, PROJECTS[0], "--json")

    assert 0 == run.code
    assert run.json().get("result", "pending") in {"pending", "unshared"}
    assert "" == run.err
    assert 1 == len(service.submitted) - before
    assert (PROJECTS[0] if command == "share" else None) == next(
        (row["member_id"] for row in service.members[IMAGE]), None
    )


@pytest.mark.parametrize(
    ("rows", "end", "code", "said"),
    [
        ([], ("FAIL", "IMG.0088", "full [red]"), 7, f'{SHARED}: job {JOB} failed: "full [red]" (IMG.0088)'),
        (None, ("SUCCESS", None, None), 7, f"{SHARED}: job {JOB} ended with 'SUCCESS', says nothing about it"),
        ([{"status": "FAIL"}], ("SUCCESS", None, None), 7, f"{SHARED}: job {JOB} failed: no reason is given"),
        ([{"status": "fail", "error_code": "IMG.0047"}], ("FAIL", None, None), 5, "(IMG.0047)"),
        ([{"status": "unheard of"}], ("FAIL", "IMG.0014", None), 8, "(IMG.0014)"),
    ],
)
def test_failures(  # noqa: PLR0913, PLR0917  (what a row of the table has)
    imgshare: RunImgshare,
    service: JobService,
    rows: list[dict[str, str]] | None,
    end: tuple[str, str | None, str | None],
    code: int,
    said: str,
) -> None:
    """The row decides, or else the job, and its reason is the reason of the error."""
    service.rows = lambda _body: [{"image_id": IMAGE, **row} for row in rows] if rows is not None else None
    service.end = end

    run = imgshare("share", IMAGE, PROJECTS[0])

    assert (code, "") == (run.code, run.out)
    assert said in run.err.splitlines()[0]


def test_a_job_without_rows(imgshare: RunImgshare, service: JobService) -> None:
    """What a job that succeeded does not mention is looked at: the share is there."""
    service.rows = lambda body: [] if service.members else build_rows(body)

    assert 0 == imgshare("share", IMAGE, PROJECTS[0]).code


def test_no_jobs_either(imgshare: RunImgshare, service: JobService) -> None:
    """A service that has neither says so."""
    service.answer = lambda _method, path: GONE if path.startswith("/v1") else False

    run = imgshare("share", IMAGE, PROJECTS[0])

    assert 7 == run.code
    assert "the service has no batch API" in run.err


def test_interrupted(service: JobService) -> None:
    """Ctrl-C leaves the job, and says what shows its end."""
    service.seconds = 1.5
    argv = [TOOL, "share", IMAGE, PROJECTS[0]]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        while not service.count("GET /v1"):
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)

    hint = f"`imgshare share {IMAGE} {PROJECTS[0]}` shows how it ended"
    assert Run(130, "", f"imgshare: interrupted: job {JOB} goes on\nhint: {hint}\n") == Run(
        process.returncode, out, err
    )
