"""`plan`: what it prints, to people and to programs, and how it ends."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.fake_cloud import write_clouds
from tests.support.fake_service import MEMBER
from tests.support.fleet_cloud import FleetCloud, build_project_id
from tests.support.rules import OTHER, OWNERS, RuledInbox, build_rule, write_rules
from tests.support.run import Run, run_tool
from tests.support.scripted_images import OWNER, build_image, build_image_id
from tests.support.terminal import run_at_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.run import RunImgshare
    from tests.support.small_inbox import SmallInbox

GOLDEN = "golden images of the platform team"
RULES = (
    build_rule("accept", GOLDEN, owner='"platform"', image='"golden-*"')
    + build_rule("reject", "no windows", image='"win*"')
    + build_rule("ask", "vendor", owner='"vendor"')
)
ONE, TWO, THREE, FOUR = map(build_image_id, range(1, 5))
NOTHING_MATCHES = f"{GOLDEN}: name does not match golden-*"


def _build_rows() -> list[dict[str, Any]]:
    return [
        build_image(1, name="golden-debian-12", created_at="2026-01-04T00:00:00Z"),
        build_image(2, name="windows-10", created_at="2026-01-03T00:00:00Z"),
        build_image(3, name="[red] hat", owner=OTHER, created_at="2026-01-02T00:00:00Z"),
        build_image(4, name="数据库-openEuler", created_at="2026-01-01T00:00:00Z"),
    ]


@pytest.fixture
def ruled(ruled: RuledInbox) -> RuledInbox:
    """An inbox with an image for each decision."""
    write_rules(RULES)
    ruled.rows["pending"] = _build_rows()
    return ruled


@pytest.mark.usefixtures("ruled")
def test_a_pipe(imgshare: RunImgshare) -> None:
    """A pipe gets a line for each share, in the order of `list`, with whole IDs."""
    assert Run(
        0,
        f"accept\t{ONE}\tgolden-debian-12\t{OWNER}\t{GOLDEN}\towner platform, image golden-*\n"
        f"reject\t{TWO}\twindows-10\t{OWNER}\tno windows\timage win*\n"
        f"ask\t{THREE}\t[red] hat\t{OTHER}\tvendor\towner vendor\n"
        f"none\t{FOUR}\t数据库-openEuler\t{OWNER}\t-\t{NOTHING_MATCHES}\n",
    ) == imgshare("plan")


@pytest.mark.usefixtures("ruled")
def test_json(imgshare: RunImgshare) -> None:
    """--json prints an array; where no rule matches, `rule` is null and the reason names the nearest."""

    def build(image_id: str, name: str, owner: str, *ruling: str | None) -> dict[str, Any]:
        share = {"image_id": image_id, "member_id": MEMBER, "name": name, "owner": owner}
        return {**share, **dict(zip(("decision", "rule", "reason"), ruling, strict=True))}

    run = imgshare("plan", "--json")

    assert [
        build(
            *(ONE, "golden-debian-12", OWNER),
            *("accept", GOLDEN, "owner platform, image golden-*"),
        ),
        build(TWO, "windows-10", OWNER, "reject", "no windows", "image win*"),
        build(THREE, "[red] hat", OTHER, "ask", "vendor", "owner vendor"),
        build(FOUR, "数据库-openEuler", OWNER, "none", None, NOTHING_MATCHES),
    ] == json.loads(run.out)
    assert (0, "") == (run.code, run.err)


@pytest.mark.usefixtures("ruled")
def test_a_terminal() -> None:
    """People read the rule with its reason, the names of owners, and how many shares there are of each kind."""
    assert [
        "DECISION  ID        NAME              OWNER     REASON",
        "accept    00000001  golden-debian-12  platform  golden images of the platform",
        "                                                team: owner platform, image",
        "                                                golden-*",
        "reject    00000002  windows-10        platform  no windows: image win*",
        "ask       00000003  [red] hat         vendor    vendor: owner vendor",
        "none      00000004  数据库-openEuler  platform  golden images of the platform",
        "                                                team: name does not match",
        "                                                golden-*",
        "1 to accept, 1 to reject, 1 to ask about, 1 left alone",
    ] == run_at_terminal(80, "plan", NO_COLOR="1").lines


def test_a_terminal_with_long_names(ruled: RuledInbox) -> None:
    """A long name and a long reason share what room there is."""
    ruled.rows["pending"] = [build_image(1, name="golden-" * 12)]
    write_rules(build_rule("accept", "golden images of the platform team, tested", owner='"platform"'))

    assert [
        f"{'DECISION':10}{'ID':10}{'NAME':26}{'OWNER':10}REASON",
        f"{'accept':10}{'00000001':10}{'golden-golden-golden-':26}{'platform':10}golden images of the",
        f"{'':20}{'golden-golden-golden-':36}platform team, tested:",
        f"{'':20}{'golden-golden-golden-':36}owner platform",
        f"{'':20}golden-golden-golden-",
        "1 to accept",
    ] == run_at_terminal(80, "plan", NO_COLOR="1").lines


def test_a_wide_terminal() -> None:
    """Where there is room, everything is on one line."""
    with RuledInbox() as ruled, pytest.MonkeyPatch.context() as monkeypatch:
        ruled.enter(monkeypatch)
        write_rules(RULES)
        ruled.rows["pending"] = _build_rows()[2:]

        lines = run_at_terminal(200, "plan", NO_COLOR="1").lines

    assert [
        f"{'DECISION':10}{'ID':38}{'NAME':18}{'OWNER':10}REASON",
        f"{'ask':10}{THREE:38}{'[red] hat':18}{'vendor':10}vendor: owner vendor",
        f"{'none':10}{FOUR:38}{'数据库-openEuler':15}{'platform':10}{NOTHING_MATCHES}",
        "1 to ask about, 1 left alone",
    ] == lines


def test_what_is_decided(imgshare: RunImgshare, ruled: RuledInbox) -> None:
    """What is as the rules say is left alone, what is otherwise is to be changed, and nobody is asked again."""
    pending, ruled.rows = ruled.rows["pending"], {}
    ruled.rows["accepted"] = [pending[0], pending[2]]
    ruled.rows["rejected"] = [pending[1], {**pending[0], "id": FOUR}]

    def plan(status: str) -> list[list[str]]:
        return [line.split("\t") for line in imgshare("plan", "--status", status).out.splitlines()]

    assert [
        ["none", ONE, GOLDEN, "already accepted"],
        ["none", THREE, "vendor", "already accepted"],
        ["none", TWO, "no windows", "already rejected"],
        ["accept", FOUR, GOLDEN, "owner platform, image golden-*"],
    ] == [[line[0], line[1], *line[4:]] for line in plan("all")]
    assert [TWO, FOUR] == [line[1] for line in plan("rejected")]
    assert [] == plan("pending")


@pytest.mark.parametrize(
    ("names", "code"), [(("golden-debian-12",), 10), (("[red] hat",), 10), (("数据库-openEuler",), 0), ((), 0)]
)
def test_the_detailed_exit_code(imgshare: RunImgshare, ruled: RuledInbox, names: tuple[str, ...], code: int) -> None:
    """With --detailed-exitcode it ends with 10 where a share is to be decided or asked about; without, with 0."""
    ruled.rows["pending"] = [row for row in _build_rows() if row["name"] in names]

    assert code == imgshare("plan", "--detailed-exitcode").code
    assert code == imgshare("plan", "--detailed-exitcode", "--json").code
    assert 0 == imgshare("plan").code


@pytest.mark.usefixtures("ruled")
@pytest.mark.parametrize(
    ("options", "images"),
    [
        (("--owner", "vendor"), [THREE]),
        (("--name", "*o*"), [ONE, TWO, FOUR]),
        (("--newer-than", "1d"), []),
        (("--older-than", "1d"), [ONE, TWO, THREE, FOUR]),
    ],
)
def test_filters(imgshare: RunImgshare, options: tuple[str, ...], images: list[str]) -> None:
    """The filters of `list` choose what is planned."""
    listed = imgshare("list", "--quiet", *options).out.split()
    planned = [one["image_id"] for one in json.loads(imgshare("plan", "--json", *options).out)]

    assert images == listed == planned


def test_nothing_is_changed(imgshare: RunImgshare, ruled: RuledInbox) -> None:
    """A plan asks and never tells."""
    assert 0 == imgshare("plan").code
    assert {"GET"} == {method for method, *_ in ruled.requests}


@pytest.mark.usefixtures("ruled")
def test_an_empty_inbox_at_a_terminal(ruled: RuledInbox) -> None:
    """Where nothing is shared, a line says so."""
    ruled.rows = {}

    assert ["no images match"] == run_at_terminal(80, "plan").lines


def test_a_note_at_a_terminal(ruled: RuledInbox) -> None:
    """A note begins a line of its own, where the spinner was."""
    ruled.rows["pending"] = [build_image(1, name="golden-debian-12")]
    write_rules(build_rule(owner='"mine"'))

    assert [
        "note: rules with the owner mine match nothing, as your projects are not known: a",
        "token without a login does not tell which they are",
        f"{'DECISION':10}{'ID':10}{'NAME':18}{'OWNER':10}REASON",
        f"{'none':10}{'00000001':10}{'golden-debian-12':18}{'platform':10}golden: your projects are not",
        f"{'':48}known",
        "1 left alone",
    ] == run_at_terminal(80, "plan", NO_COLOR="1").lines


@pytest.mark.usefixtures("ruled")
def test_mine_without_an_identity_service(imgshare: RunImgshare) -> None:
    """Without Keystone, `mine` matches nothing, and a note and the reason say so."""
    write_rules(build_rule(owner='"mine"'))

    run = imgshare("plan", "--json", "--name", "golden-*")

    assert [("none", None, "golden: your projects are not known")] == [
        (one["decision"], one["rule"], one["reason"]) for one in json.loads(run.out)
    ]
    assert (
        "note: rules with the owner mine match nothing, as your projects are not known:"
        " a token without a login does not tell which they are\n"
    ) == run.err


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[FleetCloud]:
    """A cloud with three projects; an image of each of two, and one of a stranger, wait in each."""
    write_rules(OWNERS, "config.toml").chmod(0o600)
    write_rules(build_rule("accept", "mine", owner='"mine"') + build_rule("ask", "vendor", owner='"vendor"'))
    with FleetCloud() as cloud:
        cloud.images = [
            build_image(1, owner=build_project_id(1)),
            build_image(2, owner=OTHER),
            build_image(3, owner=build_project_id(9)),
        ]
        write_clouds(monkeypatch, prod=cloud.entry())
        yield cloud


MINE = ["accept", "mine", "owner mine"]
STRANGER = ["none", None, "mine: owner is not one of your projects"]


def _pick(run: Run, *keys: str) -> list[list[Any]]:
    return [[one.get(key) for key in keys] for one in json.loads(run.out)]


def test_mine(cloud: FleetCloud) -> None:
    """`mine` is every project that the user may enter, which Keystone is asked once."""
    run = run_tool("plan", "--json", environ={"OS_CLOUD": "prod"})

    assert [MINE, ["ask", "vendor", "owner vendor"], STRANGER] == _pick(run, "decision", "rule", "reason"), run
    cloud.page = {"truncated": True}
    again = run_tool("plan", "--json", environ={"OS_CLOUD": "prod"})
    assert [None, "vendor", None] == [rule for [rule] in _pick(again, "rule")]
    assert again.err.endswith("are not known: the identity service lists only a part of the projects\n")


def test_an_expired_token_and_mine(cloud: FleetCloud) -> None:
    """A token that has expired is renewed before Keystone is asked whose projects are `mine`."""
    write_rules(OWNERS + '[profiles.default]\ntoken_store = "file"\n', "config.toml").chmod(0o600)
    environ = {"OS_CLOUD": "prod"}
    assert 0 == run_tool("plan", environ=environ).code
    cloud.refused.add("token-1")

    run = run_tool("plan", "--json", environ=environ)

    assert (0, "", MINE) == (run.code, run.err, _pick(run, "decision", "rule", "reason")[0])


@pytest.mark.usefixtures("cloud")
@pytest.mark.parametrize("flags", [("--all-projects",), ("--clouds", "prod")])
def test_fleets(flags: tuple[str, ...]) -> None:
    """In a fleet each share has its project; `mine` are the projects of its cloud."""
    run = run_tool("plan", *flags, "--json", environ={"OS_CLOUD": "prod"} if flags[0] == "--all-projects" else None)

    projects = ["mine", "tenant-1", "tenant-2"] if flags[0] == "--all-projects" else ["mine"]
    cloud = None if flags[0] == "--all-projects" else "prod"
    rows = _pick(run, "project_name", "cloud", "image_id", "decision", "rule", "reason")
    # In its own inbox, an image of tenant-1 is no share.
    assert [[project, cloud, ONE, *MINE] for project in projects if project != "tenant-1"] == [
        row for row in rows if row[2] == ONE
    ]
    assert [[project, cloud, THREE, *STRANGER] for project in projects] == [row for row in rows if row[2] == THREE]
    assert (0, "") == (run.code, run.err)


def test_a_project_that_cannot_be_read(cloud: FleetCloud) -> None:
    """What could not be read is an error at the end, with exit 9, which wins over 10."""
    cloud.closed.add(build_project_id(1))

    run = run_tool("plan", "--all-projects", "--detailed-exitcode", environ={"OS_CLOUD": "prod"})

    assert (9, 6) == (run.code, len(run.out.splitlines()))
    assert "imgshare: cannot enter project tenant-1" in run.err
    assert run.err.endswith("1 of 3 projects could not be read\nhint: the images of the others are listed\n")


def test_on_every_backend(imgshare: RunImgshare, inbox: SmallInbox) -> None:
    """The sandbox and a real Glance are planned for alike: name, owner, property and the age of the share."""
    if not inbox.images:
        inbox.offer("golden-1", os_distro="debian")
        inbox.offer("golden-2", os_distro="rocky")
        inbox.offer("golden-3", inbox.two, os_distro="debian")
        inbox.offer("golden-4", os_distro="debian", decided="accepted")
    write_rules(f'[owners]\nplatform = "{inbox.one.project_id}"\n', "config.toml").chmod(0o600)
    write_rules(
        build_rule("ask", "old", older_than='"1d"')
        + build_rule(owner='"platform"', image='"golden-*"', properties='{ os_distro = "debian" }', newer_than='"1h"')
    )

    run = imgshare("plan", "--json", "--status", "all")

    assert {
        "golden-1": ["accept", "golden", "owner platform, image golden-*, os_distro debian, shared at most 1h ago"],
        "golden-2": ["none", None, "golden: os_distro is rocky, not debian"],
        "golden-3": ["none", None, "golden: owner is not platform"],
        "golden-4": ["none", "golden", "already accepted"],
    } == {name: rest for name, *rest in _pick(run, "name", "decision", "rule", "reason")}
