"""Whoever decides, alone or for many, with a vault, by a job or in a project of a fleet: it is a line of the log."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from imgshare_cli.cli.sandbox_settings import build_environ
from imgshare_cli.sandbox import Sandbox
from tests.support.decision_log import read_log
from tests.support.fake_cloud import write_clouds
from tests.support.fake_service import IMAGE, MEMBER
from tests.support.fleet_cloud import FleetCloud, build_project_id
from tests.support.run import TOOL, run_tool
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.small_inbox import SmallInbox

ERP = "5d3a8463-a4b3-5b71-b1c7-133669f3d5d3"  # erp-full-server, of the demonstration data
ONE = build_project_id(1)


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A new sandbox, and the tool pointed at it."""
    with Sandbox() as sandbox:
        for name, value in build_environ(sandbox).items():
            monkeypatch.setenv(name, value)
        yield sandbox


@pytest.fixture
def ims(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A new IMS, and the tool pointed at it."""
    with Sandbox(flavor="ims") as sandbox:
        for name, value in build_environ(sandbox).items():
            monkeypatch.setenv(name, value)
        yield sandbox


def _read(*keys: str) -> list[list[Any]]:
    return [[entry.get(key) for key in keys] for entry in read_log()]


def test_a_batch(inbox: SmallInbox) -> None:
    """A list tells what the images are and were; IDs from elsewhere tell nothing; what fails is not there."""
    owner = inbox.two.project_id
    pending, rejected = inbox.offer("pending", inbox.two), inbox.offer("rejected", inbox.two, decided="rejected")
    inbox.offer("accepted", inbox.two, decided="accepted")

    run = run_tool("accept", "--all", "--owner", owner, "--status", "all", "--yes", "--json")
    given = f"{pending}\n{rejected}\n00000000-0000-4000-8000-000000000000\n"
    assert 9 == run_tool("reject", "--from", "-", "--json", stdin=given.encode()).code

    assert 0 == run.code
    keys = ("image_id", "name", "owner", "old_status", "new_status", "command")
    assert [
        [pending, "pending", owner, "pending", "accepted", "accept"],
        [rejected, "rejected", owner, "rejected", "accepted", "accept"],
        [pending, None, None, None, "rejected", "reject"],
        [rejected, None, None, None, "rejected", "reject"],
    ] == sorted(_read(*keys), key=lambda line: (line[-1], line[0] != pending))
    assert {inbox.member.project_id} == {line["member_id"] for line in read_log()}


def test_a_review(sandbox: Sandbox) -> None:
    """Each key that decides is a line, and so is its undoing, with what the screen showed."""
    with Terminal([TOOL, "review"]) as terminal:
        terminal.wait_for_text("1 of 6")
        terminal.press_keys("a")
        terminal.wait_for_text("2 of 6")
        terminal.press_keys("u")
        terminal.wait_for_text("1 of 6")
        terminal.press_keys("q")
        terminal.wait_for_exit()

    [first, _] = lines = _read("image_id", "name", "old_status", "new_status", "command")
    assert [
        [first[0], "windows-server-2022", "pending", "accepted", "review"],
        [first[0], "windows-server-2022", "accepted", "pending", "review"],
    ] == lines
    assert sandbox.endpoint == read_log()[0]["endpoint"]


@pytest.mark.usefixtures("ims")
@pytest.mark.parametrize("how", [["--vault", "server-backups"], ["--vault", "server-backups", "--jobs-api"]])
def test_a_vault_and_a_job(how: list[str]) -> None:
    """A vault and a job change nothing about it; what names the vault is not logged."""
    assert 0 == run_tool("accept", ERP, *how, "--json").code
    assert 0 == run_tool("reject", "--from", "-", *how[2:], "--json", stdin=f"{ERP}\n".encode()).code

    keys = ("image_id", "new_status", "command")
    assert [[ERP, "accepted", "accept"], [ERP, "rejected", "reject"]] == _read(*keys)


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[FleetCloud]:
    """A cloud with three projects, `prod` of clouds.yaml."""
    with FleetCloud() as cloud:
        write_clouds(monkeypatch, prod=cloud.entry())
        cloud.is_new = True
        yield cloud


def test_a_fleet(cloud: FleetCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each line names its project, and the cloud and the user of the login."""
    monkeypatch.setenv("OS_CLOUD", "prod")
    assert 0 == run_tool("accept", IMAGE, "--projects", "tenant-1", "--json").code
    monkeypatch.delenv("OS_CLOUD")
    assert 0 == run_tool("reject", IMAGE, "--clouds", "prod", "--projects", "mine", "--json").code

    known = {"cloud": "prod", "endpoint": cloud.endpoint(), "image_id": IMAGE}
    lines = [{key: value for key, value in line.items() if key not in {"user", "request_id"}} for line in read_log()]
    assert [
        {**known, "project_id": ONE, "member_id": ONE, "new_status": "accepted", "command": "accept"},
        {**known, "project_id": MEMBER, "member_id": MEMBER, "new_status": "rejected", "command": "reject"},
    ] == lines
    assert 1 == len({line["user"] for line in read_log()})


def test_a_user_with_a_long_name(cloud: FleetCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an identity service says of a user cannot make a line so long that nobody can read it."""
    monkeypatch.setattr("tests.support.fake_cloud.USER", "u" * 40_000)
    write_clouds(monkeypatch, prod=cloud.entry())
    monkeypatch.setenv("OS_CLOUD", "prod")

    assert 0 == run_tool("accept", IMAGE, "--json").code

    run = run_tool("log", "--json")
    assert (0, "", IMAGE, None) == (run.code, run.err, run.json()["image_id"], run.json()["user"])


def test_the_log_takes_a_fleet_back(cloud: FleetCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each line is reset in the project and the cloud that it names, and in no other, in a fleet of any kind."""
    monkeypatch.setenv("OS_CLOUD", "prod")
    assert 0 == run_tool("accept", IMAGE, "--all-projects", "--json").code
    lines = "".join(json.dumps(line) + "\n" for line in read_log() if line["project_id"] != MEMBER)
    elsewhere = json.dumps(read_log()[0] | {"endpoint": "https://elsewhere.example"}) + "\n"
    cloud.decided.clear()

    one_cloud = run_tool("reset", "--from", "-", "--all-projects", "--json", stdin=(lines + elsewhere).encode())
    monkeypatch.delenv("OS_CLOUD")
    clouds = run_tool("reset", "--from", "-", "--clouds", "*", "--all-projects", "--json", stdin=lines.encode())

    expected = [(IMAGE, project, "pending") for project in (ONE, build_project_id(2))]
    assert (9, 0) == (one_cloud.code, clouds.code)
    assert sorted([*expected, *expected]) == sorted(cloud.decided)
    [failed] = [line for line in map(json.loads, one_cloud.out.splitlines()) if line["result"] == "failed"]
    assert failed["error"]["message"].endswith("is not among the projects of this run")
