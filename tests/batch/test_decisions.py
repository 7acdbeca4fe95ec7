"""`accept`, `reject` and `reset` of many images: one outcome each, on the sandbox and a real Glance."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.run import TOOL, Run, find_commands, run_command, run_tool
from tests.support.terminal import run_at_terminal
from tests.support.users import create_user

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.small_inbox import SmallInbox

MISSING = "11111111-1111-4111-8111-111111111111"


def _read(run: Run) -> dict[str | None, dict[str, Any]]:
    """The outcomes, by image; each image has one."""
    outcomes = [json.loads(line) for line in run.out.splitlines()]
    by_image = {one["image_id"]: one for one in outcomes}
    assert len(by_image) == len(outcomes)
    return by_image


def _build_done(inbox: SmallInbox, image: str, status: str) -> dict[str, str]:
    return {"image_id": image, "member_id": inbox.member.project_id, "result": "done", "status": status}


@pytest.fixture
def owner(inbox: SmallInbox) -> str:
    """An owner whose images no other test sees, and the images `golden-1` to `golden-3` that wait."""
    owner = create_user(inbox.backend, inbox.http, "batch")
    for number in (1, 2, 3):
        inbox.offer(f"golden-{number}", owner)
    return owner.project_id


def test_a_list_is_accepted(inbox: SmallInbox, owner: str) -> None:
    """What `list --json` prints goes into `accept --from -`, and each image has its outcome."""
    listed = run_tool("list", "--owner", owner, "--json").out.encode()

    run = run_tool("accept", "--from", "-", "--json", stdin=listed)

    images = inbox.ids("golden-1", "golden-2", "golden-3")
    assert {image: _build_done(inbox, image, "accepted") for image in images} == _read(run)
    assert (0, "") == (run.code, run.err)
    assert {"accepted"} == {inbox.status(image) for image in images}


@pytest.mark.usefixtures("owner")
def test_some_fail(inbox: SmallInbox, tmp_path: Path) -> None:
    """A failure has its outcome, the others are decided, and the summary says how to go on; that works."""
    good = inbox.images["golden-1"]
    images = tmp_path / "images"
    images.write_text(f"# one that nobody shares\n{MISSING}\n\n{good} {inbox.member.project_id}\nno id at all\n")

    run = run_tool("reject", "--from", str(images), "--json")

    outcomes = _read(run)
    assert 9 == run.code
    assert _build_done(inbox, good, "rejected") == outcomes[good]
    assert ("failed", "not_found") == (outcomes[MISSING]["result"], outcomes[MISSING]["error"]["code"])
    assert ("failed", 5, "usage") == (outcomes[None]["result"], outcomes[None]["line"], outcomes[None]["error"]["code"])
    error = json.loads(run.err)["error"]
    assert "partial" == error["code"]
    assert error["message"].startswith("rejected 1, failed 2 (1 not_found, 1 usage); ")
    rest = tmp_path / "OUTCOMES"
    rest.write_text(run.out)
    again = run_tool("reject", "--from", str(rest), "--json")
    assert {good: "skipped", MISSING: "failed", None: "failed"} == {
        image: outcome["result"] for image, outcome in _read(again).items()
    }


def test_a_name_that_comes(inbox: SmallInbox, tmp_path: Path) -> None:
    """`--wait` looks again for a name that nobody has shared yet."""
    images = tmp_path / "images"
    images.write_text('"comes-late"\n"came-early"\n')
    early = inbox.offer("came-early")

    with subprocess.Popen(
        [TOOL, "accept", "--from", str(images), "--wait", "30s", "--json"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        first = json.loads(process.stdout.readline())
        late = inbox.offer("comes-late")
        second = json.loads(process.stdout.readline())

    assert {**_build_done(inbox, early, "accepted"), "name": "came-early"} == first
    assert {**_build_done(inbox, late, "accepted"), "name": "comes-late"} == second
    assert 0 == process.returncode


def test_all_of_one_owner(inbox: SmallInbox, owner: str) -> None:
    """`--all` takes what waits from one owner, and nothing else; a second run finds nothing."""
    other = inbox.offer("of another owner", inbox.two)

    run = run_tool("accept", "--all", "--owner", owner, "--name", "golden-[12]", "--yes", "--json")

    assert {image: _build_done(inbox, image, "accepted") for image in inbox.ids("golden-1", "golden-2")} == _read(run)
    assert ["pending", "pending"] == [inbox.status(image) for image in (other, inbox.images["golden-3"])]
    again = run_tool("accept", "--all", "--owner", owner, "--name", "golden-[12]", "--yes", "--json")
    assert Run(0, "", "") == again


def test_reset_takes_what_was_decided(inbox: SmallInbox, owner: str) -> None:
    """`reset --all` makes accepted and rejected images pending, `--status` chooses."""
    first, second, third = (inbox.images[f"golden-{number}"] for number in (1, 2, 3))
    inbox.member.decide(first, inbox.member.project_id, "accepted")
    inbox.member.decide(second, inbox.member.project_id, "rejected")

    only = run_tool("reset", "--all", "--owner", owner, "--status", "rejected", "--yes", "--json")
    assert [second] == list(_read(only))
    assert [first] == list(_read(run_tool("reset", "--all", "--owner", owner, "--yes", "--json")))
    assert ["pending"] * 3 == [inbox.status(image) for image in (first, second, third)]


def test_dry_run(inbox: SmallInbox, owner: str) -> None:
    """`--dry-run` says what would be done, needs no confirmation, and changes nothing."""
    run = run_tool("accept", "--all", "--owner", owner, "--dry-run", "--json")

    expected = {"member_id": inbox.member.project_id, "result": "planned"}
    images = inbox.ids("golden-1", "golden-2", "golden-3")
    assert {image: {"image_id": image, **expected} for image in images} == _read(run)
    assert {"pending"} == {inbox.status(image) for image in images}


def test_names(inbox: SmallInbox) -> None:
    """A name in quotes is looked up, and stays in the outcome; several images of one name are a failure."""
    good = inbox.offer("only one")
    inbox.offer("twice", inbox.two)
    inbox.offer("twice again", inbox.two, name="twice")

    run = run_tool("accept", "--from", "-", "--json", stdin=b'"only one"\n"twice"\n')

    outcomes = _read(run)
    assert {**_build_done(inbox, good, "accepted"), "name": "only one"} == outcomes[good]
    assert ("twice", "usage", "2 images are named 'twice'") == (
        outcomes[None]["name"],
        outcomes[None]["error"]["code"],
        outcomes[None]["error"]["message"].partition(":")[0],
    )
    assert 9 == run.code


def test_checks(inbox: SmallInbox, owner: str) -> None:
    """`--owner` checks each image of a list, and what does not match is not accepted."""
    foreign, good = inbox.offer("foreign", inbox.two), inbox.images["golden-1"]

    run = run_tool("accept", "--from", "-", "--owner", owner, "--json", stdin=f"{foreign}\n{good}\n".encode())

    assert {foreign: "refused", good: None} == {
        image: outcome.get("error", {}).get("code") for image, outcome in _read(run).items()
    }
    assert ["pending", "accepted"] == [inbox.status(foreign), inbox.status(good)]


@pytest.mark.parametrize("columns", [80, 200])
def test_at_a_terminal(inbox: SmallInbox, owner: str, columns: int) -> None:
    """`--all` asks; each image is a line, then a line counts them, and the last one says how to take them back."""
    run = run_at_terminal(columns, "accept", "--all", "--owner", owner, answer="y", NO_COLOR="1")

    assert 0 == run.code
    for name in ("golden-1", "golden-2", "golden-3"):
        assert f"✓ Accepted {name} ({inbox.images[name][:8]}) from {owner[:8]}" in run.lines
    ends = [number for number, line in enumerate(run.lines) if re.fullmatch(r"accepted 3; \d+\.\d s, \d+/s", line)]
    assert 1 == len(ends)
    take_back = r"note: `imgshare log --since [\d-]{10}T[\d:.]{12}Z --json \| imgshare reset --from -` takes this back"
    assert re.fullmatch(take_back, " ".join(run.lines[ends[0] + 1 :]))


def test_no_at_a_terminal(inbox: SmallInbox, owner: str) -> None:
    """No is exit 130, and changes nothing."""
    run = run_at_terminal(80, "accept", "--all", "--owner", owner, answer="n", NO_COLOR="1")

    assert (130, "imgshare: nothing was changed") == (run.code, run.lines[-1])
    assert "pending" == inbox.status(inbox.images["golden-1"])


def test_nobody_to_ask(inbox: SmallInbox, owner: str) -> None:
    """Without a terminal `--all` needs `--yes`; the command in the hint works."""
    run = run_tool("accept", "--all", "--owner", owner)

    assert (
        Run(
            2,
            "",
            f"imgshare: accept --all needs a confirmation: it is about all pending images of project {owner}\n"
            f"hint: `imgshare accept --owner {owner} --all --yes` does it without asking, and "
            f"`imgshare accept --owner {owner} --all --dry-run` shows what it would do\n",
        )
        == run
    )
    assert 0 == run_command(find_commands(run.err)[0])
    assert "accepted" == inbox.status(inbox.images["golden-1"])


@pytest.mark.parametrize(
    ("arguments", "sentence", "hint"),
    [
        (
            ["accept", "--all"],
            "accept --all needs --owner: anyone can share an image with any name",
            "--owner PROJECT takes the images of one project, --any-owner those of all",
        ),
        (["accept", MISSING, "--from", "-"], "--from takes no IMAGE", "omit IMAGE, or omit --from"),
        (["reset", MISSING, "--all"], "--all takes no IMAGE", "omit IMAGE, or omit --all"),
        (["reject", "--from", "-", "--all"], "--from and --all cannot be used together", "omit one of them"),
        (
            ["reject", MISSING, "--jobs", "4"],
            "--jobs works only for many images",
            "use it with --from or --all, or omit it",
        ),
        (
            ["reject", MISSING, "--owner", "mine"],
            "--owner works only for many images",
            "use it with --from or --all, or omit it",
        ),
        (
            ["accept", "--from", "-", "--name", "x"],
            "--name filters --all, and does not work with --from",
            "omit --name",
        ),
        (
            ["accept", "--from", "/no/such/file"],
            "cannot read '/no/such/file': no such file or directory",
            "check the path after --from",
        ),
    ],
)
@pytest.mark.usefixtures("inbox")
def test_impossible_options(arguments: list[str], sentence: str, hint: str) -> None:
    """Options that contradict each other are exit 2, and nothing is sent."""
    assert Run(2, "", f"imgshare: {sentence}\nhint: {hint}\n") == run_tool(*arguments)
