"""`review`: what each key does, what is on the screen, and what the service thinks afterwards."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.support.fake_cloud import write_config
from tests.support.review_screens import (
    ASK,
    DEBIAN,
    DEBIAN_RC,
    HELP,
    LAST,
    OPENEULER,
    RED_HAT,
    UBUNTU,
    WINDOWS,
    build_panel,
)
from tests.support.run import TOOL, Run, run_tool
from tests.support.terminal import Terminal, run_at_terminal
from tests.support.users import User

if TYPE_CHECKING:
    from imgshare_cli.sandbox import Sandbox
    from tests.support.backend import Backend

REVIEW = [TOOL, "review"]
PENDING = {
    "golden-debian-12": "pending",
    "ubuntu-24.04-minimal": "pending",
    "[red] hat enterprise linux 9": "pending",
    "数据库-openEuler-22.03": "pending",
    "windows-server-2022": "pending",
    "golden-debian-12-rc": "pending",
}
LEFT = "{} are still pending\n`imgshare review` continues with them\n"


def test_owners_by_name(sandbox: Sandbox) -> None:
    """An owner that the config file names is called by its name, beside its ID, on the card and in the question."""
    [vendor] = [owner.project_id for owner in sandbox.owners if owner.name == "vendor"]
    write_config(f'[owners]\nvendor = "{vendor}"\n')
    card = WINDOWS.replace(f"owner    {vendor}", f"owner    vendor ({vendor})")

    with Terminal(REVIEW) as terminal:
        terminal.wait_for_screen(build_panel(1, 6, card))
        terminal.press_keys("A")
        terminal.wait_for_text(f"Accept all 3 from project vendor ({vendor})? [y/N]")
        terminal.press_keys("n", "q")
        assert 0 == terminal.wait_for_exit()


def read_statuses(sandbox: Sandbox) -> dict[str, str]:
    """What the service thinks of those that were pending at first."""
    return {share.name: share.status for share in sandbox.shares if share.name in PENDING}


def test_one_by_one(sandbox: Sandbox) -> None:
    """Each image is shown and decided about by a key; a sentence sums up; the service agrees."""
    with Terminal(REVIEW) as terminal:
        terminal.wait_for_screen(seen := build_panel(1, 6, WINDOWS))
        terminal.press_keys("a")
        terminal.wait_for_screen(seen := f"{seen}a\naccepted windows-server-2022\n" + build_panel(2, 6, OPENEULER))
        terminal.press_keys("r")
        terminal.wait_for_screen(seen := f"{seen}r\nrejected 数据库-openEuler-22.03\n" + build_panel(3, 6, RED_HAT))
        terminal.press_keys("s")
        terminal.wait_for_screen(seen := f"{seen}s\nskipped [red] hat enterprise linux 9\n" + build_panel(4, 6, UBUNTU))
        terminal.press_keys("a")
        terminal.wait_for_screen(seen := f"{seen}a\naccepted ubuntu-24.04-minimal\n" + build_panel(5, 6, DEBIAN))
        terminal.press_keys("a")
        terminal.wait_for_screen(seen := f"{seen}a\naccepted golden-debian-12\n" + build_panel(6, 6, DEBIAN_RC))
        terminal.press_keys("r")
        terminal.wait_for_screen(seen := f"{seen}r\nrejected golden-debian-12-rc\n{LAST}")
        terminal.press_keys("q")

        assert 0 == terminal.wait_for_exit()
        terminal.wait_for_screen(
            seen,
            "q\naccepted 3, rejected 2, skipped 1; 1 is still pending\n`imgshare review` continues with it\n",
        )
    assert {
        "windows-server-2022": "accepted",
        "数据库-openEuler-22.03": "rejected",
        "[red] hat enterprise linux 9": "pending",
        "ubuntu-24.04-minimal": "accepted",
        "golden-debian-12": "accepted",
        "golden-debian-12-rc": "rejected",
    } == read_statuses(sandbox)


@pytest.mark.parametrize(
    "key", ["?", "x", "Q", "\r", " ", "\t", "\x1b", "up", "\x1b|[A", "down", "f1", "\x1ba", "é", "界", "🙂"]
)
def test_other_keys_explain(sandbox: Sandbox, key: str) -> None:
    """Every other key shows the help; an arrow key is never taken for the letter that it ends with."""
    with Terminal(REVIEW) as terminal:
        terminal.wait_for_screen(seen := build_panel(1, 6, WINDOWS))
        terminal.press_keys(*key.split("|"))  # an arrow key may come in pieces
        shown = key if key.isprintable() and key in "?xQ " else ""
        terminal.wait_for_screen(seen := f"{seen}{shown}\n{HELP}{ASK}")
        terminal.press_keys("q")

        assert 0 == terminal.wait_for_exit()
        terminal.wait_for_screen(seen, f"q\nnothing was decided; {LEFT.format(6)}")
    assert PENDING == read_statuses(sandbox)


@pytest.mark.parametrize(
    ("key", "shown", "code", "said"),
    [
        ("q", "q", 0, ""),
        ("ctrl-d", "", 0, ""),
        ("ctrl-c", "", 130, "imgshare: interrupted\n"),
    ],
)
def test_leaving(sandbox: Sandbox, key: str, shown: str, code: int, said: str) -> None:
    """q, Ctrl-D and Ctrl-C end it with the sentence, what was decided stays so, and the terminal is as it was."""
    script = f"trap : INT; {TOOL} review; code=$?; stty -a | grep -ow -e '-*icanon' -e '-*echo'; exit $code"
    with Terminal(["/bin/sh", "-c", script]) as terminal:
        terminal.wait_for_screen(seen := build_panel(1, 6, WINDOWS))
        terminal.press_keys("a")
        terminal.wait_for_screen(seen := f"{seen}a\naccepted windows-server-2022\n" + build_panel(2, 6, OPENEULER))
        terminal.press_keys(key)

        assert code == terminal.wait_for_exit()
        terminal.wait_for_screen(seen, f"{shown}\naccepted 1; {LEFT.format(5)}{said}icanon\necho\n")
    assert PENDING | {"windows-server-2022": "accepted"} == read_statuses(sandbox)


@pytest.mark.parametrize(("key", "verb", "status"), [("A", "Accept", "accepted"), ("R", "Reject", "rejected")])
def test_all_from_an_owner(sandbox: Sandbox, key: str, verb: str, status: str) -> None:
    """A and R decide about this image and all later ones of its owner, once a person is sure; skipped ones stay."""
    theirs = "  数据库-openEuler-22.03\n  [red] hat enterprise linux 9\n"
    sure = f"{verb} all 2 from project 8c27b55dadfc52b48ea1a76ed79acb0e? [y/N] "
    with Terminal(REVIEW) as terminal:
        terminal.wait_for_screen(seen := build_panel(1, 6, WINDOWS))
        terminal.press_keys("s")
        terminal.wait_for_screen(seen := f"{seen}s\nskipped windows-server-2022\n" + build_panel(2, 6, OPENEULER))
        terminal.press_keys(key)
        terminal.wait_for_screen(seen := f"{seen}{key}\n{theirs}{sure}")
        terminal.press_keys("n")
        terminal.wait_for_screen(seen := f"{seen}n\n{ASK}")
        assert PENDING == read_statuses(sandbox)
        terminal.press_keys(key)
        terminal.wait_for_screen(seen := f"{seen}{key}\n{theirs}{sure}")
        terminal.press_keys("y")
        terminal.wait_for_screen(seen := f"{seen}y\n{status} 2 images\n" + build_panel(4, 6, UBUNTU))
        terminal.press_keys("q")

        assert 0 == terminal.wait_for_exit()
        terminal.wait_for_screen(seen, f"q\n{status} 2, skipped 1; {LEFT.format(4)}")
    decided = {"数据库-openEuler-22.03": status, "[red] hat enterprise linux 9": status}
    assert PENDING | decided == read_statuses(sandbox)


def test_undo(sandbox: Sandbox) -> None:
    """The key u takes back the last step, whether one decision, a whole owner or a skip, and goes back to it."""
    with Terminal(REVIEW) as terminal:
        terminal.wait_for_screen(seen := build_panel(1, 6, WINDOWS))
        terminal.press_keys("u")
        terminal.wait_for_screen(seen := f"{seen}u\nnothing to undo\n{ASK}")
        terminal.press_keys("a")
        terminal.wait_for_screen(seen := f"{seen}a\naccepted windows-server-2022\n" + build_panel(2, 6, OPENEULER))
        terminal.press_keys("s")
        terminal.wait_for_screen(seen := f"{seen}s\nskipped 数据库-openEuler-22.03\n" + build_panel(3, 6, RED_HAT))
        terminal.press_keys("u")
        terminal.wait_for_screen(seen := f"{seen}u\n" + build_panel(2, 6, OPENEULER))
        terminal.press_keys("u")
        terminal.wait_for_screen(
            seen := f"{seen}u\nwindows-server-2022 is pending again\n" + build_panel(1, 6, WINDOWS)
        )
        assert PENDING == read_statuses(sandbox)
        terminal.press_keys("R")
        terminal.wait_for_text("[y/N]")
        terminal.press_keys("y")
        terminal.wait_for_text("rejected 3 images\n4 of 6")
        assert 3 == list(read_statuses(sandbox).values()).count("rejected")
        terminal.press_keys("u")
        terminal.wait_for_text("3 images are pending again\n1 of 6")
        assert PENDING == read_statuses(sandbox)
        terminal.press_keys("q")

        assert 0 == terminal.wait_for_exit()
        terminal.wait_for_text(f"nothing was decided; {LEFT.format(6)}".rstrip())


def test_undo_at_the_end(sandbox: Sandbox) -> None:
    """After the last image one can still undo; any key but q, Enter and u asks again."""
    with Terminal([*REVIEW, "--name", "*debian-12"]) as terminal:
        terminal.wait_for_screen(seen := build_panel(1, 1, DEBIAN))
        terminal.press_keys("A")
        terminal.wait_for_screen(seen := f"{seen}A\naccepted golden-debian-12\n{LAST}")
        terminal.press_keys("x")
        terminal.wait_for_screen(seen := f"{seen}x\n{LAST}")
        terminal.press_keys("u")
        terminal.wait_for_screen(seen := f"{seen}u\ngolden-debian-12 is pending again\n" + build_panel(1, 1, DEBIAN))
        terminal.press_keys("r")
        terminal.wait_for_screen(seen := f"{seen}r\nrejected golden-debian-12\n{LAST}")
        terminal.press_keys("\r")

        assert 0 == terminal.wait_for_exit()
        terminal.wait_for_screen(seen, "\nrejected 1\n")
    assert PENDING | {"golden-debian-12": "rejected"} == read_statuses(sandbox)


def test_keys_in_advance_are_dropped(sandbox: Sandbox) -> None:
    """A key that was pressed before the question was there decides nothing: the user had not seen it."""
    with Terminal(REVIEW) as terminal:
        terminal.wait_for_screen(seen := build_panel(1, 6, WINDOWS))
        terminal.press_keys("aaaa")
        terminal.wait_for_screen(seen := f"{seen}a\naccepted windows-server-2022\n" + build_panel(2, 6, OPENEULER))
        terminal.press_keys("q")

        assert 0 == terminal.wait_for_exit()
        terminal.wait_for_screen(seen, f"q\naccepted 1; {LEFT.format(5)}")
    assert PENDING | {"windows-server-2022": "accepted"} == read_statuses(sandbox)


def test_away_and_back(sandbox: Sandbox) -> None:
    """Ctrl-Z gives the shell its terminal, and `fg` asks again."""
    shell = ["/bin/bash", "--norc", "--noprofile", "-i"]
    with Terminal(shell, {"PS1": "$ ", "PATH": f"{Path(TOOL).parent}:{os.environ['PATH']}"}) as terminal:
        terminal.wait_for_text("$")
        terminal.press_keys("imgshare review --name 'windows*'\r")
        terminal.wait_for_text(ASK.rstrip())
        terminal.press_keys("ctrl-z")
        terminal.wait_for_text("Stopped")
        terminal.press_keys("stty -a | grep -ow -e '-*icanon'\r")
        terminal.wait_for_text("\nicanon")
        terminal.press_keys("clear\r")
        terminal.wait_for_screen("$")
        terminal.press_keys("fg\r")
        terminal.wait_for_text("imgshare review --name 'windows*'\nAccept this image?")
        terminal.press_keys("r")
        terminal.wait_for_text("rejected windows-server-2022")
    assert PENDING | {"windows-server-2022": "rejected"} == read_statuses(sandbox)


def test_which_images(sandbox: Sandbox) -> None:
    """The options of `list` choose what is gone through."""
    platform = sandbox.owners[0].project_id
    with Terminal([*REVIEW, "--owner", platform, "--older-than", "10d", "--newer-than", "3w"]) as terminal:
        terminal.wait_for_screen(build_panel(1, 1, DEBIAN))


def test_200_columns(sandbox: Sandbox) -> None:
    """On a wide terminal nothing is folded, also where the answer goes elsewhere."""
    with Terminal(["/bin/sh", "-c", f"{TOOL} review > /dev/null"], columns=200) as terminal:
        facts = WINDOWS.replace("39\n         4a", "394a")
        terminal.wait_for_screen(build_panel(1, 6, facts, columns=200))
    assert PENDING == read_statuses(sandbox)


@pytest.mark.parametrize(("environ", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_colour(sandbox: Sandbox, environ: dict[str, str], coloured: bool) -> None:  # noqa: FBT001
    """Names are bold, and NO_COLOR or TERM=dumb leaves no escape at all."""
    with Terminal(REVIEW, environ) as terminal:
        terminal.wait_for_screen(build_panel(1, 6, WINDOWS))

        assert coloured == (b"\x1b[1mname" in terminal.raw)
        assert coloured == (b"\x1b" in terminal.raw)
    assert PENDING == read_statuses(sandbox)


def test_nothing_is_pending(sandbox: Sandbox) -> None:
    """Where nothing is to be decided, that is a sentence and exit 0."""
    with Terminal([*REVIEW, "--name", "no-such-*"]) as terminal:
        assert 0 == terminal.wait_for_exit()
        terminal.wait_for_screen("No matching images are pending.\n")
    assert PENDING == read_statuses(sandbox)


def test_no_terminal(sandbox: Sandbox) -> None:
    """Without a terminal to ask on, or where nothing may be asked, it is exit 2, which names the ways."""
    said = "a review is interactive: it needs a terminal"
    hint = "`imgshare list` shows what is pending, `imgshare accept IMAGE` accepts one"
    text = f"imgshare: {said}\nhint: {hint}\n"

    assert Run(2, "", text) == run_tool("review")
    elsewhere = (
        "hint: `imgshare list --profile p` shows what is pending, `imgshare accept IMAGE --profile p` accepts one"
    )
    assert elsewhere == run_tool("review", "--name", "x", "--profile", "p").err.splitlines()[1]
    assert "review has no JSON output" == run_tool("review", "--json").error()["message"]
    for variable in ("CI", "IMGSHARE_NO_INPUT"):
        forbidden = f"imgshare: a review is interactive, and {variable} forbids questions"
        assert (2, [forbidden, f"hint: {hint}"]) == run_at_terminal(200, "review", **{variable: "true"})[:2]
    for redirected in ("< /dev/null", "2> errors; code=$?; cat errors; exit $code"):
        with Terminal(["/bin/sh", "-c", f"cd $HOME; {TOOL} review {redirected}"], columns=400) as terminal:
            assert 2 == terminal.wait_for_exit()
            terminal.wait_for_text(said)
    assert PENDING == read_statuses(sandbox)


def test_on_every_ground(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    """The embedded service and a real Glance: what is accepted, rejected, undone and skipped is so."""
    owner, member = backend.create_project("owner"), backend.create_project("member")
    token = backend.issue_token(member, "member")
    for name, value in {"ENDPOINT": backend.endpoint, "TOKEN": token, "PROJECT_ID": member}.items():
        monkeypatch.setenv(f"IMGSHARE_{name}", value)
    with httpx.Client(base_url=backend.endpoint, timeout=60, trust_env=False) as http:
        sharer = User(http, owner, backend.issue_token(owner, "member"))
        ids = [sharer.make_image(name, os_distro="debian", os_version="12") for name in ("third", "second", "first")]
        for image_id in ids:
            sharer.share(image_id, member)
        with Terminal(REVIEW) as terminal:
            terminal.wait_for_screen(seen := build_panel(1, 3, _format_image("first", ids[2], owner)))
            terminal.press_keys("a")
            terminal.wait_for_screen(
                seen := f"{seen}a\naccepted first\n" + build_panel(2, 3, _format_image("second", ids[1], owner))
            )
            terminal.press_keys("A")
            sure = f"  second\n  third\nAccept all 2 from project {owner}? [y/N] "
            terminal.wait_for_screen(seen := f"{seen}A\n{sure}")
            terminal.press_keys("y")
            terminal.wait_for_screen(seen := f"{seen}y\naccepted 2 images\n{LAST}")
            terminal.press_keys("u")
            again = build_panel(2, 3, _format_image("second", ids[1], owner))
            terminal.wait_for_screen(seen := f"{seen}u\n2 images are pending again\n{again}")
            terminal.press_keys("r")
            terminal.wait_for_text("third\nimage")
            terminal.press_keys("q")

            assert 0 == terminal.wait_for_exit()
            terminal.wait_for_text("accepted 1, rejected 1; 1 is still pending\n`imgshare review` continues with it")
        asked = [sharer.ask("GET", f"/v2/images/{image_id}/members")[1]["members"] for image_id in ids]
    assert ["pending", "rejected", "accepted"] == [rows[0]["status"] for rows in asked]


def _format_image(name: str, image_id: str, owner: str) -> str:
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
