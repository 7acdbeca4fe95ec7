"""`share` and `unshare` of many images and projects: one outcome each, on the sandbox and a real Glance."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.run import Run, run_tool
from tests.support.terminal import run_at_terminal

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.small_inbox import SmallInbox

PROJECTS = [f"{number:032x}" for number in range(0xABC0, 0xABC5)]


@pytest.fixture
def images(inbox: SmallInbox, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two new images of an owner, who uses the tool."""
    inbox.enter(monkeypatch, inbox.one, project=False)
    monkeypatch.setenv("IMGSHARE_PROJECT_ID", inbox.one.project_id)
    return [inbox.one.make_image(name, visibility="shared") for name in ("first", "second")]


def _read(run: Run) -> list[dict[str, Any]]:
    """The outcomes, by image and project."""
    outcomes = [json.loads(line) for line in run.out.splitlines()]
    return sorted(outcomes, key=lambda one: (str(one["image_id"]), str(one["member_id"])))


def _build(images: list[str], members: list[str], **fields: str) -> list[dict[str, str]]:
    pairs = [(image, member) for image in sorted(images) for member in sorted(members)]
    return [{"image_id": image, "member_id": member, "result": "done", **fields} for image, member in pairs]


def _list_members(inbox: SmallInbox, image: str) -> set[str]:
    _, body = inbox.one.ask("GET", f"/v2/images/{image}/members")
    return {row["member_id"] for row in body["members"]}


def test_each_image_with_each_project(inbox: SmallInbox, images: list[str]) -> None:
    """Each image of `--from` is shared with each project, and taken back in the same way."""
    text = "".join(f"{image}\n" for image in images).encode()
    to = [word for member in PROJECTS[:3] for word in ("--to", member)]

    run = run_tool("share", "--from", "-", *to, "--json", stdin=text)
    assert (0, _build(images, PROJECTS[:3], status="pending")) == (run.code, _read(run))
    assert set(PROJECTS[:3]) == _list_members(inbox, images[0]) == _list_members(inbox, images[1])

    # The outcomes name the pairs, and an earlier `share` is no reason to skip an `unshare`.
    run = run_tool("unshare", "--from", "-", "--json", stdin=run.out.encode())
    assert (0, _build(images, PROJECTS[:3])) == (run.code, _read(run))
    assert set() == _list_members(inbox, images[0]) | _list_members(inbox, images[1])


def test_earlier_outcomes(inbox: SmallInbox, images: list[str], tmp_path: Path) -> None:
    """What an earlier run has done is skipped, whatever the project has decided since."""
    image, member = images[0], inbox.member.project_id
    first = run_tool("share", image, "--to", member, "--json")
    inbox.member.decide(image, member, "accepted")
    (tmp_path / "outcomes").write_text(f"{first.out}{image} {PROJECTS[0]}\n")

    run = run_tool("share", "--from", str(tmp_path / "outcomes"), "--json")

    assert {member: "skipped", PROJECTS[0]: "done"} == {one["member_id"]: one["result"] for one in _read(run)}
    assert "accepted" == inbox.status(image)


def test_a_file_of_projects(images: list[str], tmp_path: Path) -> None:
    """Projects come from a file; a line that is no project fails alone."""
    (tmp_path / "projects").write_text(f"\ufeff# tenants\n{PROJECTS[0]}\r\n\n  {PROJECTS[1]}\nno such project\n")

    run = run_tool("share", images[0], "--projects-file", str(tmp_path / "projects"), "--json")

    failed, *done = sorted(_read(run), key=lambda one: one["result"], reverse=True)
    assert _build(images[:1], PROJECTS[:2], status="pending") == done
    assert (
        "failed",
        "usage",
        "'no such project' is neither a project ID nor the name of a project that you may enter",
    ) == (
        failed["result"],
        failed["error"]["code"],
        failed["error"]["message"],
    )
    assert 9 == run.code
    # Read again, also with other projects, its outcome is about that project alone.
    keys = ("member_id", "project_name", "result")
    assert (None, "no such project", "failed") == tuple(failed[key] for key in keys)
    again = run_tool("share", "--from", "-", "--to", PROJECTS[2], "--json", stdin=run.out.encode())
    unknown, *skipped = sorted(_read(again), key=lambda one: one["result"])
    assert ["skipped", "skipped"] == [one["result"] for one in skipped]
    assert (None, "no such project", "failed") == tuple(unknown[key] for key in keys)
    number = 1 + ["no such project" in line for line in run.out.splitlines()].index(True)
    assert (f"line {number}: project 'no such project' was not known", "write the ID of the project as member_id") == (
        unknown["error"]["message"],
        unknown["error"]["hint"],
    )


def test_no_room(inbox: SmallInbox, images: list[str]) -> None:
    """Where an image has as many members as the service allows, its other projects are not tried."""
    members = [f"{number:032x}" for number in range(1, 141)]
    text = "".join(f"{images[0]} {member}\n" for member in members) + f"{images[1]} {members[0]}\n"

    run = run_tool("share", "--from", "-", "--jobs", "1", "--json", stdin=text.encode())

    outcomes = [json.loads(line) for line in run.out.splitlines()]
    first = [one["result"] for one in outcomes if one["image_id"] == images[0]]
    assert ["done"] * 128 + ["failed"] + ["not_tried"] * 11 == first
    assert (413, "refused") == (outcomes[128]["error"]["http_status"], outcomes[128]["error"]["code"])
    assert "done" == outcomes[-1]["result"]

    again = run_tool(
        "share", "--from", "-", "--jobs", "1", "--json", stdin="".join(text.splitlines(keepends=True)[:128]).encode()
    )
    assert (0, 128, ["done"] * 128) == (again.code, again.out.count("\n"), [one["result"] for one in _read(again)])
    assert 128 == len(_list_members(inbox, images[0]))
    assert json.loads(run.err)["error"]["message"].startswith("shared 129, failed 1 (1 refused), not tried 11; ")


def test_at_a_terminal(inbox: SmallInbox, images: list[str]) -> None:
    """Each share is a line; unshare asks, and no changes nothing."""
    run = run_at_terminal(200, "share", images[0], "--to", PROJECTS[0], NO_COLOR="1")
    assert (0, f"✓ Shared image {images[0]} with {PROJECTS[0]}") == (run.code, run.lines[0])
    assert run.lines[1].startswith("shared 1; ")

    to = ["--to", PROJECTS[0], "--to", PROJECTS[1]]
    run = run_at_terminal(200, "unshare", images[0], *to, answer="n", NO_COLOR="1")
    assert (130, [f"Stop sharing {images[0]} with 2 projects? [y/N] n", "imgshare: nothing was changed"]) == (
        run.code,
        run.lines,
    )
    assert {PROJECTS[0]} == _list_members(inbox, images[0])


@pytest.mark.parametrize(
    ("arguments", "sentence", "hint"),
    [
        (["share", "--to", PROJECTS[0]], "missing argument 'IMAGE'", "`imgshare share --help` shows its usage"),
        (["share", "x"], "missing argument 'MEMBER…'", "`imgshare share --help` shows its usage"),
        (["unshare", "x", "--from", "-"], "--from takes no IMAGE", "omit IMAGE, or omit --from"),
        (
            ["share", "x", PROJECTS[0], "--jobs", "2"],
            "--jobs works only for many images",
            "use it with --from, --to or --projects, or omit it",
        ),
        (
            ["share", "x", "--to", "nobody"],
            "'nobody' is neither a project ID nor the name of a project that you may enter",
            "use the ID of the project",
        ),
        (
            ["share", "x", "--projects", "a*"],
            "none of your 0 projects has a name like 'a*'",
            "without a login at the identity service no project is known; --projects-file takes IDs",
        ),
        (
            ["share", "x", "--projects-file", "/no/such/file"],
            "cannot read '/no/such/file': no such file",
            "check the path after --projects-file",
        ),
    ],
)
@pytest.mark.usefixtures("images")
def test_impossible_options(arguments: list[str], sentence: str, hint: str) -> None:
    """Options that contradict each other are exit 2, and nothing is sent."""
    assert Run(2, "", f"imgshare: {sentence}\nhint: {hint}\n") == run_tool(*arguments)
