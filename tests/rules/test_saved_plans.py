"""`plan --out` and `apply PLAN`: a saved plan is done exactly, and only where and while nothing has changed."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.changing_inbox import GOLDEN, HASH, RED, WINDOWS, ChangingInbox
from tests.support.fake_cloud import write_clouds
from tests.support.fake_service import MEMBER
from tests.support.fleet_cloud import FleetCloud, build_project_id, pick
from tests.support.rules import OTHER, build_rule, write_rules
from tests.support.run import Run, run_tool
from tests.support.scripted_images import OWNER, build_image
from tests.support.terminal import run_at_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

USES_OF_RULES = {"plan": [], "apply": ["--yes"], "verify": []}
PLAN_AGAIN = "hint: `imgshare plan --out PLAN` writes one"


@pytest.fixture
def saved(changing: ChangingInbox) -> Path:
    """A saved plan for it."""
    assert 0 == run_tool("plan", "--out", "plan.jsonl").code
    changing.requests.clear()
    return Path("plan.jsonl")


def _read_outcomes(run: Run) -> dict[str, dict[str, Any]]:
    return {one["image_id"]: one for one in map(json.loads, run.out.splitlines())}


def test_the_file(changing: ChangingInbox, saved: Path) -> None:
    """It is JSON Lines that only its owner reads: a header, and each share that something is to be done with."""
    header, *lines = map(json.loads, saved.read_text().splitlines())

    assert 0o600 == stat.S_IMODE(saved.stat().st_mode)
    assert {"format", "time", "endpoint", "project_id", "shares"} == header.keys()
    assert ("imgshare-plan-1", changing.endpoint, MEMBER) == (
        header["format"],
        header["endpoint"],
        header["project_id"],
    )
    assert {
        "image_id": GOLDEN,
        "member_id": MEMBER,
        "name": "golden-debian-12",
        "owner": OWNER,
        "decision": "accept",
        "rule": "golden",
        "reason": "owner platform, image golden-*",
        "hash": f"sha512:{HASH['os_hash_value']}",
        "image_status": "active",
        "status": "pending",
    } == lines[0]
    assert [(GOLDEN, "accept"), (WINDOWS, "reject"), (RED, "ask")] == [
        (line["image_id"], line["decision"]) for line in lines
    ]


@pytest.mark.usefixtures("changing")
def test_what_is_printed() -> None:
    """--out changes nothing of what `plan` prints; at a terminal it says how to go on."""
    plain, saving = run_tool("plan", "--json"), run_tool("plan", "--json", "--out", "a b.jsonl")

    assert plain == saving
    assert (
        "`imgshare apply plan.jsonl` does what this plan says"
        == run_at_terminal(200, "plan", "--out", "plan.jsonl").lines[-1]
    )


def test_exactly_that(changing: ChangingInbox, saved: Path) -> None:
    """It does what the plan says, whatever the rules and the list say by now; nothing else is read."""
    write_rules("not valid")
    changing.rows["pending"].append(build_image(5, name="golden-new"))

    run = run_tool("apply", str(saved), "--yes", "--json")

    assert (0, "") == (run.code, run.err)
    assert [(GOLDEN, "accepted"), (WINDOWS, "rejected")] == sorted(changing.decisions)
    assert [] == [path for _, path, _ in changing.requests if path == "/v2/images"]
    assert {"golden", "no windows"} == {one["rule"] for one in _read_outcomes(run).values()}


def test_again(changing: ChangingInbox, saved: Path) -> None:
    """What is done already is skipped."""
    run_tool("apply", str(saved), "--yes")

    run = run_tool("apply", str(saved), "--yes", "--json")

    assert (0, [("skipped", "accepted"), ("skipped", "rejected")]) == (run.code, pick(run, "result", "status"))
    assert 2 == len(changing.decisions)


@pytest.mark.parametrize(
    ("change", "fact"),
    [
        ({"name": "golden-evil"}, "name"),
        ({"owner": OTHER}, "owner"),
        ({"os_hash_value": "cd" * 64}, "hash"),
        ({"status": "deactivated"}, "status"),
    ],
)
@pytest.mark.parametrize("is_accepted", [False, True])
def test_an_image_that_changed_since(
    changing: ChangingInbox, saved: Path, change: dict[str, Any], fact: str, *, is_accepted: bool
) -> None:
    """It is refused, also where somebody has accepted it meanwhile, and the others are done."""
    changing.changed[GOLDEN] = change
    changing.statuses |= {GOLDEN: "accepted"} if is_accepted else {}

    run = run_tool("apply", str(saved), "--yes", "--json")

    outcome = _read_outcomes(run)[GOLDEN]
    said = "and is accepted already: " if is_accepted else ": "
    assert (9, "failed", [(WINDOWS, "rejected")]) == (run.code, outcome["result"], changing.decisions)
    assert f"image {GOLDEN} has changed since it was planned" in outcome["error"]["message"]
    assert f"{said}its {fact} was " in outcome["error"]["message"]


def test_a_terminal(changing: ChangingInbox, saved: Path) -> None:
    """A person sees what the plan says, and is asked."""
    shown = run_at_terminal(200, "apply", str(saved), answer="y", NO_COLOR="1")

    assert ["accept", "reject", "ask"] == [line.split()[0] for line in shown.lines[1:4]]
    assert (0, "Accept 1 image and reject 1 image? [y/N] y") == (shown.code, shown.lines[4])
    assert 2 == len(changing.decisions)


def test_a_script_without_yes(changing: ChangingInbox, saved: Path) -> None:
    """A script must say --yes."""
    assert Run(
        2,
        "",
        "imgshare: apply needs a confirmation\n"
        "hint: `imgshare apply plan.jsonl --yes` does what the plan says without asking\n",
    ) == run_tool("apply", str(saved))
    assert [] == changing.requests


@pytest.mark.parametrize(
    "options", [("--owner", "platform"), ("--name", "x"), ("--status", "all"), ("--rules", "x"), ("--older-than", "1d")]
)
def test_filters(changing: ChangingInbox, saved: Path, options: tuple[str, ...]) -> None:
    """A saved plan takes no filters: it says which images are meant."""
    assert Run(
        2,
        "",
        "imgshare: a saved plan says which images are meant, and takes no rules and no filters\n"
        "hint: omit PLAN, or these options\n",
    ) == run_tool("apply", str(saved), "--yes", *options)
    assert [] == changing.requests


def test_another_service(changing: ChangingInbox, saved: Path) -> None:
    """A plan for another service, or another project, is not done here."""
    endpoint = changing.endpoint.replace("127.0.0.1", "localhost")

    here = run_tool("apply", str(saved), "--yes", environ={"IMGSHARE_ENDPOINT": endpoint})
    own = run_tool("apply", str(saved), "--yes", "--project", OTHER)

    assert (2, True) == (here.code, "the plan in 'plan.jsonl' is about another image service:" in here.err)
    assert (2, f"imgshare: the plan in 'plan.jsonl' is about project {MEMBER}, not {OTHER}") == (
        own.code,
        own.err.splitlines()[0],
    )
    assert [] == changing.decisions


DAMAGED = {
    "nothing": ("", "line 1 "),
    "no plan": ("[1]\n", "line 1 "),
    "not JSON": ("{\n", "line 1 "),
    "deep": ("[" * 50_000 + "\n", "line 1 "),
    "long": (" " * 70_000 + "{}\n", "line 1 "),
    "another version": ('{"format": "imgshare-plan-2"}\n', "it does not begin"),
    "binary": ("\x00\x1b[2J", "line 1 "),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_what_is_no_plan(changing: ChangingInbox, name: str) -> None:
    """What is no plan is exit 2, which quotes nothing of it."""
    content, problem = DAMAGED[name]
    Path("plan.jsonl").write_text(content)

    run = run_tool("apply", "plan.jsonl", "--yes")

    first, hint = run.err.splitlines()
    assert (2, PLAN_AGAIN) == (run.code, hint)
    assert first.startswith(f"imgshare: 'plan.jsonl' is not a plan: {problem}")
    assert [] == changing.requests


@pytest.mark.parametrize(
    "values",
    [
        {"image_id": "../x"},
        {"image_id": None},
        {"member_id": OTHER},
        {"member_id": "a/b"},
        {"decision": "none"},
        {"decision": ["accept"]},
        {"status": "x"},
        {"status": {}},
        {"rule": None},
        {"rule": ""},
        {"name": 1},
        {"owner": "x" * 300},
        {"reason": "x" * 3000},
        {"endpoint": "http://other"},
    ],
    ids=str,
)
def test_a_damaged_line(changing: ChangingInbox, saved: Path, values: dict[str, Any]) -> None:
    """Nothing of a plan is done where a line of it is not what a plan has."""
    lines = saved.read_text().splitlines()
    lines[1] = json.dumps({**json.loads(lines[1]), **values})
    saved.write_text("\n".join([*lines, ""]))

    run = run_tool("apply", str(saved), "--yes")

    assert (2, True) == (run.code, run.err.startswith("imgshare: 'plan.jsonl' is not a plan: "))
    assert [] == changing.decisions


@pytest.mark.parametrize("values", [{}, {"decision": "reject"}, {"image_id": GOLDEN.upper(), "name": "other"}], ids=str)
def test_a_share_that_is_planned_twice(changing: ChangingInbox, saved: Path, values: dict[str, Any]) -> None:
    """A plan that says twice what is to be done with a share is none: nobody knows which of it would be done last."""
    lines = saved.read_text().splitlines()
    saved.write_text("\n".join([*lines, json.dumps({**json.loads(lines[1]), **values}), ""]))

    run = run_tool("apply", str(saved), "--yes")

    problem = f"line {len(lines) + 1} is about a share that an earlier line is about"
    assert Run(2, "", f"imgshare: 'plan.jsonl' is not a plan: {problem}\n{PLAN_AGAIN}\n") == run
    assert [] == changing.decisions


@pytest.mark.parametrize(
    ("is_cut_between_lines", "problem"),
    [(False, "its last line is not whole"), (True, "its first line says that it has another number of shares")],
)
def test_a_plan_that_is_cut(changing: ChangingInbox, saved: Path, problem: str, *, is_cut_between_lines: bool) -> None:
    """A plan without its end is none, wherever it was cut."""
    whole = saved.read_text()
    saved.write_text("".join(whole.splitlines(keepends=True)[:-1]) if is_cut_between_lines else whole[:-1])

    run = run_tool("apply", str(saved), "--yes")

    assert f"imgshare: 'plan.jsonl' is not a plan: {problem}\n{PLAN_AGAIN}\n" == run.err
    assert [] == changing.decisions


@pytest.mark.usefixtures("changing")
def test_rules_in_the_place_of_a_plan() -> None:
    """A file of rules that is given without --rules gets a hint with it."""
    path = write_rules(build_rule()).resolve()

    runs = {command: run_tool(command, *options, str(path)) for command, options in USES_OF_RULES.items()}

    assert {
        command: (2, f"hint: did you mean `imgshare {' '.join([command, *options])} --rules {path}`?")
        for command, options in USES_OF_RULES.items()
    } == {command: (run.code, run.err.splitlines()[-1]) for command, run in runs.items()}


@pytest.mark.usefixtures("changing")
@pytest.mark.parametrize("kind", ["missing", "folder", "fifo", "large"])
def test_a_file_that_cannot_be_read(kind: str) -> None:
    """Only a regular file of a reasonable size is read."""
    path = Path("plan.jsonl")
    if kind == "folder":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "large":
        with path.open("wb") as stream:
            stream.truncate(65 << 20)

    run = run_tool("apply", str(path), "--yes", seconds=20)

    problem = {
        "missing": "there is no plan in 'plan.jsonl'",
        "folder": "cannot read the plan in 'plan.jsonl': it is not a regular file",
        "fifo": "cannot read the plan in 'plan.jsonl': it is not a regular file",
        "large": "cannot read the plan in 'plan.jsonl': it is larger than 65536 KiB",
    }
    assert Run(2, "", f"imgshare: {problem[kind]}\n{PLAN_AGAIN}\n") == run


@pytest.mark.parametrize("path", ["", "no/such/folder/plan", "/dev/null", ".", "fifo"], ids=repr)
def test_a_file_that_cannot_be_written(changing: ChangingInbox, path: str) -> None:
    """A device, a folder and a pipe are never replaced by a file, and nothing is read before that is known."""
    os.mkfifo("fifo")

    run = run_tool("plan", "--out", path)

    assert (2, "hint: use the path of a file, in a folder that exists") == (run.code, run.err.splitlines()[1])
    assert [] == changing.requests
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_a_list_that_fails(changing: ChangingInbox, saved: Path) -> None:
    """Where the plan is not whole, the file stays as it was."""
    before = saved.read_text()
    changing.list_page = lambda _: 403

    assert 5 == run_tool("plan", "--out", str(saved)).code
    assert before == saved.read_text()


@pytest.mark.usefixtures("changing")
def test_a_link(saved: Path, tmp_path: Path) -> None:
    """Where the path is a link, what it leads to is written."""
    link = tmp_path / "link"
    link.symlink_to(saved.resolve())
    saved.write_text("")

    assert 0 == run_tool("plan", "--out", str(link)).code
    assert link.is_symlink()
    assert 4 == len(saved.read_text().splitlines())


def test_a_name_that_is_too_long(changing: ChangingInbox) -> None:
    """A name that no image can have takes no space in the plan, and is compared all the same."""
    changing.rows["pending"] = [build_image(1, name=f"golden-{'x' * 100_000}")]
    run_tool("plan", "--out", "plan.jsonl")
    plan = Path("plan.jsonl").read_text()

    changing.changed[GOLDEN] = {"name": f"golden-{'x' * 99_999}y"}
    changed = run_tool("apply", "plan.jsonl", "--yes", "--json")
    changing.changed.clear()
    same = run_tool("apply", "plan.jsonl", "--yes", "--json")

    assert len(plan) < 2000
    assert (["failed"], ["done"]) == ([json.loads(changed.out)["result"]], [json.loads(same.out)["result"]])


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FleetCloud]:
    """A cloud with three projects, in each of which images wait."""
    monkeypatch.chdir(tmp_path)
    with FleetCloud() as cloud:
        write_clouds(monkeypatch, prod=cloud.entry())
        monkeypatch.setenv("OS_CLOUD", "prod")
        write_rules(build_rule("accept", "golden", owner=f'"{OWNER}"', image='"golden-*"'))
        cloud.images = [build_image(1, name="golden-debian-12"), build_image(2, name="other")]
        yield cloud


def test_long_names_and_addresses(cloud: FleetCloud) -> None:
    """However long an address and the name of a project are, a plan that was saved is one that is applied."""
    cloud.projects[MEMBER] = "x" * 600
    cloud.moved = {"one": f"{cloud.address}/{'o' * 600}-public"}
    assert 0 == run_tool("plan", "--all-projects", "--regions", "one", "--out", "plan.jsonl").code

    run = run_tool("apply", "plan.jsonl", "--all-projects", "--regions", "one", "--yes", "--json")

    assert (0, [("done",)] * 3) == (run.code, pick(run, "result"))


PROJECTS = [(MEMBER, "mine"), *((build_project_id(number), f"tenant-{number}") for number in (1, 2))]


@pytest.mark.parametrize("is_saved", [False, True])
def test_a_fleet(cloud: FleetCloud, *, is_saved: bool) -> None:
    """In many projects, each decides for itself; a saved plan does it in the projects that it names."""
    if is_saved:
        assert 0 == run_tool("plan", "--all-projects", "--out", "plan.jsonl").code

    run = run_tool("apply", *(["plan.jsonl"] if is_saved else []), "--all-projects", "--yes", "--json")

    keys = ("image_id", "project_id", "project_name", "result", "rule", "status")
    expected = [(GOLDEN, project, name, "done", "golden", "accepted") for project, name in PROJECTS]
    assert (0, sorted(expected, key=str)) == (run.code, pick(run, *keys))
    assert sorted((GOLDEN, project, "accepted") for project, _ in PROJECTS) == sorted(cloud.decided)


def test_a_fleet_plan_elsewhere(cloud: FleetCloud) -> None:
    """A plan over many projects needs their options, and a project that is not among them is an outcome."""
    assert 0 == run_tool("plan", "--all-projects", "--out", "plan.jsonl").code

    alone = run_tool("apply", "plan.jsonl", "--yes")
    some = run_tool("apply", "plan.jsonl", "--projects", "tenant-1", "--yes", "--json")

    assert (2, "imgshare: the plan in 'plan.jsonl' is about many projects") == (alone.code, alone.err.splitlines()[0])
    assert (9, ["done", "failed", "failed"]) == (some.code, sorted(one[0] for one in pick(some, "result")))
    assert [(GOLDEN, build_project_id(1), "accepted")] == cloud.decided


def test_a_fleet_plan_for_another_service(cloud: FleetCloud) -> None:
    """A line for another image service than that of its project is refused."""
    assert 0 == run_tool("plan", "--all-projects", "--out", "plan.jsonl").code
    path = Path("plan.jsonl")
    path.write_text(path.read_text().replace('"endpoint": "http', '"endpoint": "https'))

    run = run_tool("apply", "plan.jsonl", "--all-projects", "--yes", "--json")

    errors = {one["error"]["message"] for one in map(json.loads, run.out.splitlines())}
    elsewhere = cloud.endpoint().replace("http", "https")
    assert {f"project {project} at {elsewhere!r} is not among the projects of this run" for project, _ in PROJECTS} == (
        errors
    )
    assert (9, {("failed",)}) == (run.code, set(pick(run, "result")))
    assert [] == cloud.decided


def test_a_project_that_cannot_be_read(cloud: FleetCloud) -> None:
    """What is planned in the other projects is done, and the run ends with 9; its plan is not saved."""
    cloud.closed = {build_project_id(1)}

    plan = run_tool("plan", "--all-projects", "--out", "plan.jsonl")
    run = run_tool("apply", "--all-projects", "--yes", "--json")

    assert (9, False) == (plan.code, Path("plan.jsonl").exists())
    assert (9, 2, 2) == (run.code, len(run.out.splitlines()), len(cloud.decided))
    assert "1 of 3 projects could not be read" in run.err


def test_several_clouds(cloud: FleetCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each line is done in the cloud that it names, also where another one has the same project and the same image."""
    with FleetCloud() as other:
        other.images = [build_image(2, name="golden-too")]
        write_clouds(monkeypatch, prod=cloud.entry(), test=other.entry())
        monkeypatch.delenv("OS_CLOUD")
        everywhere = ("--clouds", "*", "--projects", "mine")
        assert 0 == run_tool("plan", *everywhere, "--out", "plan.jsonl").code
        cloud.images = other.images = [build_image(1, name="golden-debian-12"), build_image(2, name="golden-too")]

        run = run_tool("apply", "plan.jsonl", *everywhere, "--yes", "--json")
        monkeypatch.setenv("OS_CLOUD", "prod")
        alone = run_tool("apply", "plan.jsonl", "--projects", "mine", "--yes", "--json")

    assert (0, [(GOLDEN, "prod", "done"), (WINDOWS, "test", "done")]) == (
        run.code,
        pick(run, "image_id", "cloud", "result"),
    )
    # A run in one cloud does the lines of its service.
    assert (9, [(GOLDEN, "done"), (WINDOWS, "failed")]) == (alone.code, pick(alone, "image_id", "result"))
    assert [(GOLDEN, MEMBER, "accepted")] * 2 == cloud.decided
    assert [(WINDOWS, MEMBER, "accepted")] == other.decided
