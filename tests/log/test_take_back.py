"""A mistake is taken back with the log, as the summary of each batch says."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from imgshare_cli.cli.sandbox_settings import build_environ
from imgshare_cli.sandbox import Sandbox
from tests.support.decision_log import build_entry, read_log
from tests.support.run import TOOL, find_commands, run_tool

if TYPE_CHECKING:
    from tests.support.small_inbox import SmallInbox


WAITING = ("golden-debian-12", "ubuntu-24.04-minimal")


def _run_pipe(command: str) -> subprocess.CompletedProcess[str]:
    """Type a command as it is shown."""
    shell = command.replace("imgshare", TOOL)
    return subprocess.run(["/bin/sh", "-c", shell], capture_output=True, text=True, check=False)


def _read_summary(err: str) -> list[str]:
    return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", "TIME", re.sub(r"; .*/s", "; …", err)).splitlines()


def test_the_command_of_the_summary(inbox: SmallInbox) -> None:
    """It resets what the run decided, and only that; the reset is in the log, and shows no such command."""
    images = [inbox.offer(f"mistake-{number}") for number in range(3)]
    earlier = inbox.offer("earlier", inbox.two)

    assert 0 == run_tool("accept", earlier).code
    run = run_tool("accept", "--from", "-", stdin="".join(f"{image}\n" for image in images).encode())
    [command] = find_commands(run.err)
    taken_back = _run_pipe(command)

    take_back = "note: `imgshare log --since TIME --json | imgshare reset --from -` takes this back"
    assert ["accepted 3; …", take_back] == _read_summary(run.err)
    assert (0, ["reset 3; …"]) == (taken_back.returncode, _read_summary(taken_back.stderr))
    assert ["pending"] * 3 == [inbox.status(image) for image in images]
    assert "accepted" == inbox.status(earlier)
    assert ["accepted"] * 4 + ["pending"] * 3 == [line["new_status"] for line in read_log()]


def test_a_summary_of_a_failure(inbox: SmallInbox) -> None:
    """It is shown before the error, with the options that name the service and the projects."""
    image = inbox.offer("mistake")

    given = f"{image}\nx\n".encode()
    run = run_tool("reject", "--from", "-", "--endpoint", inbox.backend.endpoint, stdin=given)

    place = f"--endpoint {inbox.backend.endpoint}"
    assert (
        f"note: `imgshare log --since TIME --json | imgshare reset --from - {place}` takes this back"
        == (_read_summary(run.err)[1])
    )
    assert run.err.splitlines()[2].startswith("imgshare: rejected 1, failed 1 (1 usage)")
    assert 0 == _run_pipe(find_commands(run.err)[0]).returncode
    assert "pending" == inbox.status(image)


@pytest.mark.parametrize("options", [["--json"], ["--dry-run"]])
def test_where_it_is_not_shown(inbox: SmallInbox, options: list[str]) -> None:
    """A program, and a run that changed nothing, get no such command; nor does one whose log is off."""
    image = inbox.offer("mistake")

    run = run_tool("accept", "--from", "-", *options, stdin=f"{image}\n".encode())
    off = run_tool("reject", "--from", "-", stdin=f"{image}\n".encode(), environ={"IMGSHARE_DECISION_LOG": "off"})

    assert (0, 0) == (run.code, off.code)
    assert [] == find_commands(run.err + off.err)


@pytest.mark.parametrize("native_gone", [True, False])
@pytest.mark.parametrize(("command", "count"), [("accept", 1), ("reject", 0)])
def test_an_ims(monkeypatch: pytest.MonkeyPatch, command: str, count: int, *, native_gone: bool) -> None:
    """On IMS nothing can be reset, with jobs or without: what was accepted can be hidden, and a rejection stays."""
    with Sandbox(flavor="ims", native_gone=native_gone, job_seconds=0.1) as sandbox:
        for name, value in build_environ(sandbox).items():
            monkeypatch.setenv(name, value)
        images = [share.image_id for share in sandbox.shares if share.name in WAITING]

        run = run_tool(command, "--from", "-", stdin="".join(f"{image}\n" for image in images).encode())
        commands = find_commands(run.err)
        taken_back = [_run_pipe(shown) for shown in commands]

        hides = "note: `imgshare log --since TIME --json | imgshare reject --from -` hides what was accepted"
        assert (0, [f"{command}ed {len(images)}; …", *[hides] * count]) == (run.code, _read_summary(run.err))
        assert [0] * count == [done.returncode for done in taken_back]
        shown = [run_tool("show", image, "--json").json()["status"] for image in images]
        assert ["rejected"] * len(images) == shown


def test_a_line_is_never_done(inbox: SmallInbox) -> None:
    """A line says what was decided, and not that it is done: any command does it, also the same."""
    image = inbox.offer("again")
    entry = build_entry("2026-11-01T00:00:00Z", image_id=image, member_id=inbox.member.project_id, name="other")
    line = json.dumps(entry).encode()

    for command, status in (("accept", "accepted"), ("reject", "rejected"), ("reset", "pending")):
        run = run_tool(command, "--from", "-", "--json", stdin=line)
        assert (0, "done") == (run.code, json.loads(run.out)["result"])
        assert status == inbox.status(image)


def test_a_line_about_another_service(inbox: SmallInbox) -> None:
    """An owner may choose the ID of an image, so an ID that was decided about elsewhere is another image here."""
    elsewhere, here = inbox.offer("elsewhere"), inbox.offer("here")
    known = {"member_id": inbox.member.project_id, "new_status": "accepted"}
    lines = [
        build_entry("2026-11-01T00:00:00Z", image_id=elsewhere, endpoint="https://ims.example", **known),
        build_entry("2026-11-01T00:00:00Z", image_id=here, endpoint=inbox.backend.endpoint, **known),
    ]

    run = run_tool("accept", "--from", "-", "--json", stdin="".join(map(json.dumps, lines)).encode())

    outcomes = {one["image_id"]: one for one in map(json.loads, run.out.splitlines())}
    assert (9, "failed", "done") == (run.code, outcomes[elsewhere]["result"], outcomes[here]["result"])
    assert {
        "code": "usage",
        "reason": None,
        "message": f"image {elsewhere} was decided about at 'https://ims.example', which is another image service",
        "hint": f"this run asks {inbox.backend.endpoint}; use the profile, cloud or endpoint of the other one",
        "http_status": None,
        "request_id": None,
    } == outcomes[elsewhere]["error"]
    assert ("pending", "accepted") == (inbox.status(elsewhere), inbox.status(here))
