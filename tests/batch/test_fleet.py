"""One command in many projects: a token for each, an outcome for each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.fake_cloud import write_clouds
from tests.support.fake_service import IMAGE, MEMBER
from tests.support.fleet_cloud import FleetCloud, build_project_id
from tests.support.run import Run, run_tool
from tests.support.terminal import run_at_terminal

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("login")

OTHER = "11111111-1111-4111-8111-111111111111"
ONE, TWO = build_project_id(1), build_project_id(2)
PROJECTS = [(MEMBER, "mine"), (ONE, "tenant-1"), (TWO, "tenant-2")]


def _read(run: Run) -> list[dict[str, Any]]:
    """The outcomes, in the order of their projects and images."""
    lines = [json.loads(line) for line in run.out.splitlines()]
    return sorted(lines, key=lambda line: (line["project_name"] or "", line["image_id"] or ""))


def _build_done(project_id: str, name: str, image: str = IMAGE, status: str = "accepted") -> dict[str, str]:
    project = {"project_id": project_id, "project_name": name}
    return {"image_id": image, "member_id": project_id, "result": "done", **project, "status": status}


@pytest.mark.parametrize(("command", "status"), [("accept", "accepted"), ("reject", "rejected"), ("reset", "pending")])
def test_all_projects(cloud: FleetCloud, command: str, status: str) -> None:
    """One image is decided about in every project: one login, a token for each other project, one decision each."""
    run = run_tool(command, IMAGE, "--all-projects", "--json")

    assert [_build_done(*project, status=status) for project in PROJECTS] == _read(run)
    assert (0, "") == (run.code, run.err)
    assert 1 == len(cloud.logins)
    assert [ONE, TWO] == sorted(cloud.rescoped)
    assert sorted((IMAGE, project, status) for project, _ in PROJECTS) == sorted(cloud.decided)


def test_chosen_projects(cloud: FleetCloud, tmp_path: Path) -> None:
    """`--projects` takes names like a pattern, `--projects-file` names and IDs; an unknown name is a failed outcome."""
    names = tmp_path / "projects"
    names.write_text(f"# ours\ntenant-2\n{ONE}\nno-such-project\n")

    matching = run_tool("accept", IMAGE, "--projects", "tenant-[2-9]", "--json")
    named = run_tool("accept", IMAGE, "--projects-file", str(names), "--json")

    assert [_build_done(TWO, "tenant-2")] == _read(matching)
    unknown, *known = _read(named)
    assert [_build_done(ONE, "tenant-1"), _build_done(TWO, "tenant-2")] == known
    assert {
        "image_id": IMAGE,
        "member_id": None,
        "result": "failed",
        "project_id": None,
        "project_name": "no-such-project",
    } == {key: value for key, value in unknown.items() if key != "error"}
    assert "usage" == unknown["error"]["code"]
    assert 9 == named.code
    assert {ONE, TWO} == set(cloud.rescoped)
    # Where the project is known by then, the outcome is enough to go on.
    cloud.projects[build_project_id(5)] = "no-such-project"
    cloud.decided.clear()
    again = run_tool("accept", "--from", "-", "--all-projects", "--json", stdin=named.out.encode())
    assert (0, {"skipped": 2, "done": 1}) == (again.code, _count(again))
    assert [(IMAGE, build_project_id(5), "accepted")] == cloud.decided


def test_projects_that_refuse(cloud: FleetCloud) -> None:
    """A project that cannot be entered, and one that the image is not shared with, are outcomes; others are done."""
    cloud.closed.add(ONE)
    cloud.unshared.add(TWO)

    run = run_tool("accept", IMAGE, "--all-projects", "--json")

    mine, closed, unshared = _read(run)
    assert _build_done(MEMBER, "mine") == mine
    assert ("failed", ONE, "forbidden") == (closed["result"], closed["member_id"], closed["error"]["code"])
    assert (
        "cannot enter project tenant-1: the identity service gives this user no token for it"
        == (closed["error"]["message"])
    )
    assert ("failed", TWO, "not_found") == (unshared["result"], unshared["member_id"], unshared["error"]["code"])
    assert 9 == run.code
    assert json.loads(run.err)["error"]["message"].startswith(
        "accepted 1 (1 unchanged), failed 2 (1 forbidden, 1 not_found); "
    )
    assert 1 == len(cloud.logins)  # nobody logs in again because one project is closed


def test_every_image_in_every_project(cloud: FleetCloud, tmp_path: Path) -> None:
    """`--from` and a fleet combine, with one token a project; outcomes that are fed back say what is left."""
    cloud.unshared.add(ONE)

    run = run_tool("accept", "--from", "-", "--all-projects", "--json", stdin=f"{IMAGE}\nno id\n{OTHER}\n".encode())

    lines = [json.loads(line) for line in run.out.splitlines()]
    assert 7 == len(lines)
    assert [2] == [line["line"] for line in lines if "line" in line]
    assert [ONE, TWO] == sorted(cloud.rescoped)
    outcomes = tmp_path / "outcomes"
    outcomes.write_text("".join(f"{json.dumps(line)}\n" for line in lines if "line" not in line))
    cloud.unshared.clear()
    cloud.decided.clear()
    again = run_tool("accept", "--from", str(outcomes), "--all-projects", "--json")
    assert 0 == again.code
    assert sorted([(IMAGE, ONE, "accepted"), (OTHER, ONE, "accepted")]) == sorted(cloud.decided)
    assert {"skipped": 4, "done": 2} == _count(again)


def _count(run: Run) -> dict[str, int]:
    results = [json.loads(line)["result"] for line in run.out.splitlines()]
    return {result: results.count(result) for result in results}


def test_an_item_for_a_foreign_project(cloud: FleetCloud) -> None:
    """An image that names its project is done in that one alone, and one of another project is a failed outcome."""
    lines = f"{IMAGE} {TWO}\n{OTHER} {build_project_id(99)}\n"

    run = run_tool("accept", "--from", "-", "--all-projects", "--json", stdin=lines.encode())

    done, foreign = sorted((json.loads(line) for line in run.out.splitlines()), key=lambda line: line["result"])
    assert _build_done(TWO, "tenant-2") == done
    assert f"project {build_project_id(99)} is not among the projects of this run" == foreign["error"]["message"]
    assert [(IMAGE, TWO, "accepted")] == cloud.decided


def test_two_arrays(cloud: FleetCloud) -> None:
    """The elements of two arrays have an outcome each, although both arrays count from 1."""
    text = json.dumps([{"image_id": IMAGE, "member_id": build_project_id(99)}]) + json.dumps([{"image_id": OTHER}])

    run = run_tool("accept", "--from", "-", "--all-projects", "--json", stdin=text.encode())

    assert {"done": 3, "failed": 1} == _count(run)
    assert {OTHER} == {image for image, _, _ in cloud.decided}


def test_all_of_an_inbox(cloud: FleetCloud) -> None:
    """`--all` takes what waits in each project."""
    cloud.images = [{"id": IMAGE, "name": "golden", "owner": build_project_id(7), "visibility": "shared"}]

    run = run_tool("accept", "--all", "--any-owner", "--all-projects", "--yes", "--json")

    assert [_build_done(*project) for project in PROJECTS] == _read(run)
    assert 3 == len(cloud.decided)


def test_the_hash_of_an_inbox(cloud: FleetCloud) -> None:
    """`--all --hash` compares the hash of each image, in each project."""
    shared = {"name": "golden", "owner": build_project_id(7), "visibility": "shared", "os_hash_algo": "sha256"}
    cloud.images = [
        {"id": IMAGE, **shared, "os_hash_value": "0a" * 32},
        {"id": OTHER, **shared, "os_hash_value": "0b" * 32},
    ]

    hash_ = f"sha256:{'0a' * 32}"
    run = run_tool("accept", "--all", "--any-owner", "--hash", hash_, "--all-projects", "--yes", "--json")

    assert {"done": 3, "failed": 3} == _count(run)
    assert {IMAGE} == {image for image, _, _ in cloud.decided}


def test_dry_run(cloud: FleetCloud) -> None:
    """`--dry-run` says what would be done in each project, and changes nothing."""
    run = run_tool("accept", IMAGE, "--all-projects", "--dry-run", "--json")

    assert {"planned": 3} == _count(run)
    assert [] == cloud.decided


@pytest.mark.parametrize("jobs", [1, 4])
def test_connections(jobs: int) -> None:
    """Each worker has one connection to either service at most, however many projects there are."""
    with FleetCloud(40) as cloud, pytest.MonkeyPatch.context() as patch:
        write_clouds(patch, prod=cloud.entry())
        before = run_tool("status", environ={"OS_CLOUD": "prod"})
        setting_up = len(cloud.connections)
        run = run_tool("accept", IMAGE, "--all-projects", "--jobs", str(jobs), "--json", environ={"OS_CLOUD": "prod"})

        assert (0, {"done": 40}) == (run.code, _count(run))
        assert 0 == before.code
        assert len(cloud.connections) <= 2 * setting_up + 1 + 2 * jobs


def test_the_first_token_expires(cloud: FleetCloud) -> None:
    """When the first token expires in the middle, one login renews it, and later projects get their tokens with it."""
    cloud.projects |= {build_project_id(number): f"tenant-{number}" for number in range(3, 40)}
    cloud.token_seconds, cloud.seconds = 1.5, 0.1

    run = run_tool("accept", IMAGE, "--all-projects", "--jobs", "2", "--json")

    assert (0, {"done": 40}) == (run.code, _count(run))
    assert 40 == len({project for _, project, _ in cloud.decided})
    assert 2 <= len(cloud.logins) <= 5


def test_a_login_that_is_refused(cloud: FleetCloud) -> None:
    """When the first token has expired and the login is refused, the rest is not tried, and that is exit 4."""
    cloud.projects |= {build_project_id(number): f"tenant-{number}" for number in range(3, 20)}
    cloud.token_seconds, cloud.seconds = 1.0, 0.2

    def refuse() -> None:
        cloud.refuses_logins = True

    cloud.on_first_decision = refuse
    run = run_tool("accept", IMAGE, "--all-projects", "--jobs", "1", "--json")

    assert 4 == run.code
    counts = _count(run)
    assert 20 == sum(counts.values())
    assert 1 == counts["failed"]
    assert {"done", "failed", "not_tried"} == counts.keys()


def test_a_token_that_is_rejected(cloud: FleetCloud) -> None:
    """Where the image service rejects the token of one project, that project fails, and the others are done."""
    cloud.distrusted.add(ONE)

    run = run_tool("accept", IMAGE, "--all-projects", "--jobs", "1", "--json")

    mine, one, two = _read(run)
    assert [_build_done(MEMBER, "mine"), _build_done(TWO, "tenant-2")] == [mine, two]
    assert ("failed", ONE, "auth") == (one["result"], one["member_id"], one["error"]["code"])
    assert 9 == run.code


def test_list(cloud: FleetCloud) -> None:
    """`list` shows the project of each share: as a column, and in one array of JSON."""
    cloud.images = [{"id": IMAGE, "name": "golden", "owner": build_project_id(7), "visibility": "shared"}]

    plain = run_tool("list", "--all-projects")
    as_json = run_tool("list", "--all-projects", "--json")

    owner = build_project_id(7)
    assert Run(0, "".join(f"{IMAGE}\tgolden\t{owner}\tpending\t-\t{name}\n" for _, name in PROJECTS), "") == plain
    assert [
        {
            **cloud.images[0],
            "member_status": "pending",
            "member_id": project_id,
            "project_id": project_id,
            "project_name": name,
        }
        for project_id, name in PROJECTS
    ] == json.loads(as_json.out)
    assert (0, "") == (as_json.code, as_json.err)


def test_list_without_a_project(cloud: FleetCloud) -> None:
    """A project that cannot be read is an error at the end; the others are listed."""
    cloud.images = [{"id": IMAGE, "name": "golden", "owner": build_project_id(7), "visibility": "shared"}]
    cloud.closed.add(ONE)

    run = run_tool("list", "--all-projects", "--quiet")

    assert (9, f"{IMAGE}\n{IMAGE}\n") == (run.code, run.out)
    first, *_, last, hint = run.err.splitlines()
    assert ("imgshare: cannot enter project tenant-1: the identity service gives this user no token for it") == first
    assert ("imgshare: 1 of 3 projects could not be read", "hint: the images of the others are listed") == (last, hint)


def test_show(cloud: FleetCloud) -> None:
    """`show` has a line for each project; a project without the share is a failed one."""
    cloud.unshared.add(TWO)

    run = run_tool("show", IMAGE, "--all-projects", "--json")

    mine, one, two = _read(run)
    assert [_build_done(*project, status="pending") for project in PROJECTS[:2]] == [mine, one]
    assert ("failed", "not_found") == (two["result"], two["error"]["code"])
    assert 9 == run.code
    assert json.loads(run.err)["error"]["message"].startswith("shown 2, failed 1 (1 not_found); ")


@pytest.mark.parametrize("columns", [120, 200])
def test_at_a_terminal(cloud: FleetCloud, columns: int) -> None:
    """Each project is a line that names it."""
    cloud.closed.add(TWO)

    run = run_at_terminal(columns, "accept", IMAGE, "--all-projects", "--jobs", "1", NO_COLOR="1")

    text = " ".join(run.lines)
    for project in ("mine", "tenant-1"):
        assert f"✓ image {IMAGE} was already accepted for project {project}" in text
    assert "✗ cannot enter project tenant-2: the identity service gives this user no token for it" in text


@pytest.mark.usefixtures("cloud")
def test_plain_lines() -> None:
    """Without a terminal the name of the project is the last field."""
    run = run_tool("accept", IMAGE, "--projects", "tenant-1")

    assert f"{IMAGE}\t{ONE}\tdone\taccepted\ttenant-1\n" == run.out
    assert 0 == run.code


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["accept", "--all-projects"], "missing argument 'IMAGE'"),
        (["accept", IMAGE, MEMBER, "--all-projects"], "many projects take no MEMBER: each decides for itself"),
        (["show", IMAGE, MEMBER, "--all-projects"], "many projects take no MEMBER: each decides for itself"),
        (["accept", IMAGE, "--from", "-", "--all-projects"], "--from takes no IMAGE"),
        (["accept", IMAGE, "--projects", "none-*"], "none of your 3 projects has a name like 'none-*'"),
        (["accept", IMAGE, "--clouds", "none-*"], "no cloud in CLOUDS has a name like 'none-*'"),
        (["accept", IMAGE, "--clouds", "*", "--cloud", "prod"], "--cloud and --clouds cannot be used together"),
        (["accept", IMAGE, "--regions", "none-*"], "no region has a name like 'none-*'"),
    ],
)
def test_impossible_options(cloud: FleetCloud, arguments: list[str], sentence: str) -> None:
    """Options that contradict each other, and patterns that nothing matches, are exit 2, and nothing is decided."""
    run = run_tool(*arguments)

    first = run.err.splitlines()[0]
    assert (2, "", f"imgshare: {sentence}") == (run.code, run.out, _hide_path(first))
    assert [] == cloud.decided


def _hide_path(line: str) -> str:
    return " ".join("CLOUDS" if word.endswith("clouds.yaml") else word for word in line.split(" "))


def test_without_an_identity_service(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bare token leads to no other project; the error says what to do."""
    monkeypatch.setenv("IMGSHARE_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("IMGSHARE_TOKEN", "a-token")

    run = run_tool("accept", IMAGE, "--all-projects")

    assert (
        Run(
            3,
            "",
            "imgshare: many projects need a login at the identity service: a token alone does not say where it is "
            "from\nhint: run `imgshare login`, or set OS_CLOUD\n",
        )
        == run
    )
