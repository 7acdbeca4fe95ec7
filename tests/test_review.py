"""`review`: what each key does, what is on the screen, and what the service thinks afterwards."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from imgshare_cli.cli.commands.sandbox import build_environment
from imgshare_cli.sandbox import Sandbox
from tests.contract.cast import Person
from tests.reviews import ASK, DEBIAN, DEBIAN_RC, HELP, LAST, OPENEULER, RED_HAT, UBUNTU, WINDOWS, panel
from tests.run import TOOL, Run, tool
from tests.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.grounds import Ground

REVIEW = [TOOL, "review"]
PENDING = {
    "golden-debian-12": "pending",
    "ubuntu-24.04-minimal": "pending",
    "[red] hat enterprise linux 9": "pending",
    "数据库-openEuler-22.03": "pending",
    "windows-server-2022": "pending",
    "golden-debian-12-rc": "pending",
}
LEFT = "{} are still pending\n`imgshare review` goes on with them\n"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """The demonstration world, anew."""
    with Sandbox() as sandbox:
        for name, value in build_environment(sandbox).items():
            monkeypatch.setenv(name, value)
        yield sandbox


def statuses(world: Sandbox) -> dict[str, str]:
    """What the service thinks of those that were pending at first."""
    return {share.name: share.status for share in world.shares if share.name in PENDING}


def test_one_by_one(world: Sandbox) -> None:
    """Each image is shown and decided about by a key; a sentence sums up; the service agrees."""
    with Terminal(REVIEW) as terminal:
        terminal.shows(seen := panel(1, 6, WINDOWS))
        terminal.types("a")
        terminal.shows(seen := f"{seen}a\naccepted windows-server-2022\n" + panel(2, 6, OPENEULER))
        terminal.types("r")
        terminal.shows(seen := f"{seen}r\nrejected 数据库-openEuler-22.03\n" + panel(3, 6, RED_HAT))
        terminal.types("s")
        terminal.shows(seen := f"{seen}s\nskipped [red] hat enterprise linux 9\n" + panel(4, 6, UBUNTU))
        terminal.types("a")
        terminal.shows(seen := f"{seen}a\naccepted ubuntu-24.04-minimal\n" + panel(5, 6, DEBIAN))
        terminal.types("a")
        terminal.shows(seen := f"{seen}a\naccepted golden-debian-12\n" + panel(6, 6, DEBIAN_RC))
        terminal.types("r")
        terminal.shows(seen := f"{seen}r\nrejected golden-debian-12-rc\n{LAST}")
        terminal.types("q")

        assert 0 == terminal.ends()
        terminal.shows(
            seen,
            "q\naccepted 3, rejected 2, skipped 1; 1 is still pending\n`imgshare review` goes on with it\n",
        )
    assert {
        "windows-server-2022": "accepted",
        "数据库-openEuler-22.03": "rejected",
        "[red] hat enterprise linux 9": "pending",
        "ubuntu-24.04-minimal": "accepted",
        "golden-debian-12": "accepted",
        "golden-debian-12-rc": "rejected",
    } == statuses(world)


@pytest.mark.parametrize(
    "key", ["?", "x", "Q", "\r", " ", "\t", "\x1b", "up", "\x1b|[A", "down", "f1", "\x1ba", "é", "界", "🙂"]
)
def test_other_keys_explain(world: Sandbox, key: str) -> None:
    """Every other key shows the help; an arrow key is never taken for the letter that it ends with."""
    with Terminal(REVIEW) as terminal:
        terminal.shows(seen := panel(1, 6, WINDOWS))
        terminal.types(*key.split("|"))  # an arrow key may come in pieces
        shown = key if key.isprintable() and key in "?xQ " else ""
        terminal.shows(seen := f"{seen}{shown}\n{HELP}{ASK}")
        terminal.types("q")

        assert 0 == terminal.ends()
        terminal.shows(seen, f"q\nnothing was decided; {LEFT.format(6)}")
    assert PENDING == statuses(world)


@pytest.mark.parametrize(
    ("key", "shown", "code", "said"),
    [
        ("q", "q", 0, ""),
        ("ctrl-d", "", 0, ""),
        ("ctrl-c", "", 130, "imgshare: interrupted\n"),
    ],
)
def test_leaving(world: Sandbox, key: str, shown: str, code: int, said: str) -> None:
    """q, Ctrl-D and Ctrl-C end it with the sentence, what was decided stays so, and the terminal is as it was."""
    script = f"trap : INT; {TOOL} review; code=$?; stty -a | grep -ow -e '-*icanon' -e '-*echo'; exit $code"
    with Terminal(["/bin/sh", "-c", script]) as terminal:
        terminal.shows(seen := panel(1, 6, WINDOWS))
        terminal.types("a")
        terminal.shows(seen := f"{seen}a\naccepted windows-server-2022\n" + panel(2, 6, OPENEULER))
        terminal.types(key)

        assert code == terminal.ends()
        terminal.shows(seen, f"{shown}\naccepted 1; {LEFT.format(5)}{said}icanon\necho\n")
    assert PENDING | {"windows-server-2022": "accepted"} == statuses(world)


@pytest.mark.parametrize(("key", "verb", "status"), [("A", "Accept", "accepted"), ("R", "Reject", "rejected")])
def test_all_from_an_owner(world: Sandbox, key: str, verb: str, status: str) -> None:
    """A and R decide about this image and all later ones of its owner, once a person is sure; skipped ones stay."""
    theirs = "  数据库-openEuler-22.03\n  [red] hat enterprise linux 9\n"
    sure = f"{verb} all 2 from project 8c27b55dadfc52b48ea1a76ed79acb0e? [y/N] "
    with Terminal(REVIEW) as terminal:
        terminal.shows(seen := panel(1, 6, WINDOWS))
        terminal.types("s")
        terminal.shows(seen := f"{seen}s\nskipped windows-server-2022\n" + panel(2, 6, OPENEULER))
        terminal.types(key)
        terminal.shows(seen := f"{seen}{key}\n{theirs}{sure}")
        terminal.types("n")
        terminal.shows(seen := f"{seen}n\n{ASK}")
        assert PENDING == statuses(world)
        terminal.types(key)
        terminal.shows(seen := f"{seen}{key}\n{theirs}{sure}")
        terminal.types("y")
        terminal.shows(seen := f"{seen}y\n{status} 2 images\n" + panel(4, 6, UBUNTU))
        terminal.types("q")

        assert 0 == terminal.ends()
        terminal.shows(seen, f"q\n{status} 2, skipped 1; {LEFT.format(4)}")
    decided = {"数据库-openEuler-22.03": status, "[red] hat enterprise linux 9": status}
    assert PENDING | decided == statuses(world)


def test_undo(world: Sandbox) -> None:
    """The key u takes back the last step, whether one decision, a whole owner or a skip, and goes back to it."""
    with Terminal(REVIEW) as terminal:
        terminal.shows(seen := panel(1, 6, WINDOWS))
        terminal.types("u")
        terminal.shows(seen := f"{seen}u\nthere is nothing to undo\n{ASK}")
        terminal.types("a")
        terminal.shows(seen := f"{seen}a\naccepted windows-server-2022\n" + panel(2, 6, OPENEULER))
        terminal.types("s")
        terminal.shows(seen := f"{seen}s\nskipped 数据库-openEuler-22.03\n" + panel(3, 6, RED_HAT))
        terminal.types("u")
        terminal.shows(seen := f"{seen}u\n" + panel(2, 6, OPENEULER))
        terminal.types("u")
        terminal.shows(seen := f"{seen}u\nwindows-server-2022 is pending again\n" + panel(1, 6, WINDOWS))
        assert PENDING == statuses(world)
        terminal.types("R")
        terminal.says("[y/N]")
        terminal.types("y")
        terminal.says("rejected 3 images\n4 of 6")
        assert 3 == list(statuses(world).values()).count("rejected")
        terminal.types("u")
        terminal.says("3 images are pending again\n1 of 6")
        assert PENDING == statuses(world)
        terminal.types("q")

        assert 0 == terminal.ends()
        terminal.says(f"nothing was decided; {LEFT.format(6)}".rstrip())


def test_undo_at_the_end(world: Sandbox) -> None:
    """After the last image one can still undo; any key but q, Enter and u asks again."""
    with Terminal([*REVIEW, "--name", "*debian-12"]) as terminal:
        terminal.shows(seen := panel(1, 1, DEBIAN))
        terminal.types("A")
        terminal.shows(seen := f"{seen}A\naccepted golden-debian-12\n{LAST}")
        terminal.types("x")
        terminal.shows(seen := f"{seen}x\n{LAST}")
        terminal.types("u")
        terminal.shows(seen := f"{seen}u\ngolden-debian-12 is pending again\n" + panel(1, 1, DEBIAN))
        terminal.types("r")
        terminal.shows(seen := f"{seen}r\nrejected golden-debian-12\n{LAST}")
        terminal.types("\r")

        assert 0 == terminal.ends()
        terminal.shows(seen, "\nrejected 1\n")
    assert PENDING | {"golden-debian-12": "rejected"} == statuses(world)


def test_keys_in_advance_are_dropped(world: Sandbox) -> None:
    """A key that was pressed before the question was there decides nothing: whoever pressed it had not seen it."""
    with Terminal(REVIEW) as terminal:
        terminal.shows(seen := panel(1, 6, WINDOWS))
        terminal.types("aaaa")
        terminal.shows(seen := f"{seen}a\naccepted windows-server-2022\n" + panel(2, 6, OPENEULER))
        terminal.types("q")

        assert 0 == terminal.ends()
        terminal.shows(seen, f"q\naccepted 1; {LEFT.format(5)}")
    assert PENDING | {"windows-server-2022": "accepted"} == statuses(world)


def test_away_and_back(world: Sandbox) -> None:
    """Ctrl-Z gives the shell its terminal, and `fg` asks again."""
    shell = ["/bin/bash", "--norc", "--noprofile", "-i"]
    with Terminal(shell, {"PS1": "$ ", "PATH": f"{Path(TOOL).parent}:{os.environ['PATH']}"}) as terminal:
        terminal.says("$")
        terminal.types("imgshare review --name 'windows*'\r")
        terminal.says(ASK.rstrip())
        terminal.types("ctrl-z")
        terminal.says("Stopped")
        terminal.types("stty -a | grep -ow -e '-*icanon'\r")
        terminal.says("\nicanon")
        terminal.types("clear\r")
        terminal.shows("$")
        terminal.types("fg\r")
        terminal.says("imgshare review --name 'windows*'\nAccept this image?")
        terminal.types("r")
        terminal.says("rejected windows-server-2022")
    assert PENDING | {"windows-server-2022": "rejected"} == statuses(world)


def test_which_images(world: Sandbox) -> None:
    """The options of `list` choose what is gone through."""
    platform = world.owners[0].project_id
    with Terminal([*REVIEW, "--owner", platform, "--older-than", "10d", "--newer-than", "3w"]) as terminal:
        terminal.shows(panel(1, 1, DEBIAN))


def test_200_columns(world: Sandbox) -> None:
    """On a wide terminal nothing is folded, also where the answer goes elsewhere."""
    with Terminal(["/bin/sh", "-c", f"{TOOL} review > /dev/null"], columns=200) as terminal:
        facts = WINDOWS.replace("39\n         4a", "394a")
        terminal.shows(panel(1, 6, facts, columns=200))
    assert PENDING == statuses(world)


@pytest.mark.parametrize(("environ", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_colour(world: Sandbox, environ: dict[str, str], coloured: bool) -> None:  # noqa: FBT001
    """Names are bold, and NO_COLOR or TERM=dumb leaves no escape at all."""
    with Terminal(REVIEW, environ) as terminal:
        terminal.shows(panel(1, 6, WINDOWS))

        assert coloured == (b"\x1b[1mname" in terminal.raw)
        assert coloured == (b"\x1b" in terminal.raw)
    assert PENDING == statuses(world)


def test_nothing_is_pending(world: Sandbox) -> None:
    """Where nothing is to be decided, that is a sentence and exit 0."""
    with Terminal([*REVIEW, "--name", "no-such-*"]) as terminal:
        assert 0 == terminal.ends()
        terminal.shows("no matching image is pending\n")
    assert PENDING == statuses(world)


def test_no_terminal(world: Sandbox) -> None:
    """Without a terminal to ask on, or for a program that wants JSON, it is exit 2, which names the ways."""
    said = "a review asks a person: it needs a terminal to show images and to take keys, and has no JSON"
    hint = "`imgshare list` shows what is pending, `imgshare accept IMAGE` accepts one"
    text = f"imgshare: {said}\nhint: {hint}\n"

    assert Run(2, "", text) == tool("review")
    assert ("usage", said, hint) == tuple(map(tool("review", "--json").error().get, ("code", "message", "hint")))
    for redirected in ("< /dev/null", "--json", "2> errors; code=$?; cat errors; exit $code"):
        with Terminal(["/bin/sh", "-c", f"cd $HOME; {TOOL} review {redirected}"], columns=400) as terminal:
            assert 2 == terminal.ends()
            terminal.says(said)
    assert PENDING == statuses(world)


def test_on_every_ground(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """The embedded service and a real Glance: what is accepted, rejected, undone and skipped is so."""
    owner, member = ground.project("owner"), ground.project("member")
    token = ground.token(member, "member")
    for name, value in {"ENDPOINT": ground.endpoint, "TOKEN": token, "PROJECT_ID": member}.items():
        monkeypatch.setenv(f"IMGSHARE_{name}", value)
    with httpx.Client(base_url=ground.endpoint, timeout=60, trust_env=False) as http:
        sharer = Person(http, owner, ground.token(owner, "member"))
        ids = [sharer.make_image(name, os_distro="debian", os_version="12") for name in ("third", "second", "first")]
        for image_id in ids:
            sharer.share(image_id, member)
        with Terminal(REVIEW) as terminal:
            terminal.shows(seen := panel(1, 3, _new("first", ids[2], owner)))
            terminal.types("a")
            terminal.shows(seen := f"{seen}a\naccepted first\n" + panel(2, 3, _new("second", ids[1], owner)))
            terminal.types("A")
            sure = f"  second\n  third\nAccept all 2 from project {owner}? [y/N] "
            terminal.shows(seen := f"{seen}A\n{sure}")
            terminal.types("y")
            terminal.shows(seen := f"{seen}y\naccepted 2 images\n{LAST}")
            terminal.types("u")
            again = panel(2, 3, _new("second", ids[1], owner))
            terminal.shows(seen := f"{seen}u\n2 images are pending again\n{again}")
            terminal.types("r")
            terminal.says("third\nimage")
            terminal.types("q")

            assert 0 == terminal.ends()
            terminal.says("accepted 1, rejected 1; 1 is still pending\n`imgshare review` goes on with it")
        asked = [sharer.ask("GET", f"/v2/images/{image_id}/members")[1]["members"] for image_id in ids]
    assert ["pending", "rejected", "accepted"] == [rows[0]["status"] for rows in asked]


def _new(name: str, image_id: str, owner: str) -> str:
    return f"""\
name     {name}
image    {image_id}
owner    {owner}
shared   just now
created  just now
size     -
system   debian 12
hash     -
status   queued
"""
