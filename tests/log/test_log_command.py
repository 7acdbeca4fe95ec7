"""`imgshare log`: what it shows of the decision log, whatever is in that."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.decision_log import build_entry, find_log, read_lines, write_log
from tests.support.examples import limit_examples
from tests.support.fake_cloud import write_config
from tests.support.fake_service import IMAGE, MEMBER
from tests.support.run import Run
from tests.support.terminal import run_at_terminal

if TYPE_CHECKING:
    from tests.support.run import RunImgshare

PLATFORM = "26407f07725950ca9b3f6f08141e8c86"
OTHER = "c26a7205-6924-55d2-a1a9-c6d6caeb44f2"
OLD = build_entry("2026-09-30T23:59:59Z", name="[red] hat", owner=MEMBER, user="alice", command="review")
NEW = build_entry(
    "2026-10-01T00:00:00Z",
    image_id=OTHER,
    name="数据库-openEuler",
    owner=PLATFORM,
    new_status="rejected",
    command="apply",
    rule="golden images",
)


@pytest.fixture
def log() -> None:
    """A log of two decisions, in two months."""
    write_log(NEW, OLD)


def _format(*entries: dict[str, Any]) -> str:
    return "".join(json.dumps(entry) + "\n" for entry in entries)


@pytest.mark.usefixtures("log")
def test_a_pipe(imgshare: RunImgshare) -> None:
    """A line for each decision, the oldest first, with whole IDs; --json prints the lines as they are."""
    assert Run(
        0,
        f"2026-09-30T23:59:59Z\t{IMAGE}\t[red] hat\t{MEMBER}\taccepted\treview\t{MEMBER}\talice\t-\n"
        f"2026-10-01T00:00:00Z\t{OTHER}\t数据库-openEuler\t{PLATFORM}\trejected\tapply\t{MEMBER}\t-\tgolden images\n",
    ) == imgshare("log")
    assert Run(0, _format(OLD, NEW)) == imgshare("log", "--json")


@pytest.mark.usefixtures("log")
def test_a_terminal() -> None:
    """A table that fits, with names of owners, rules in the place of commands, and the users where one is known."""
    write_config(f'[owners]\nplatform = "{PLATFORM}"\n')

    wide = run_at_terminal(200, "log", NO_COLOR="1")
    narrow = run_at_terminal(80, "log", "--since", "2026-10-01", NO_COLOR="1")
    without = run_at_terminal(80, "log", "--image", IMAGE, NO_COLOR="1")

    assert [
        f"TIME (UTC)        ID{' ' * 36}NAME              OWNER{' ' * 29}STATUS    BY             USER",
        f"2026-09-30 23:59  {IMAGE}  [red] hat         {MEMBER}  accepted  review         alice",
        f"2026-10-01 00:00  {OTHER}  数据库-openEuler  platform{' ' * 26}rejected  golden images  -",
    ] == wide.lines
    assert [
        "TIME (UTC)        ID        NAME              OWNER     STATUS    BY",
        "2026-10-01 00:00  c26a7205  数据库-openEuler  platform  rejected  golden images",
    ] == narrow.lines
    assert [
        "TIME (UTC)        ID        NAME       OWNER     STATUS    BY      USER",
        "2026-09-30 23:59  d164b5df  [red] hat  edc89b49  accepted  review  alice",
    ] == without.lines


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--since", "2026-10-01"], [NEW]),
        (["--since", "2026-09-30T23:59:59Z"], [OLD, NEW]),
        (["--since", "2026-10-01T02:00:00+02:00"], [NEW]),
        (["--since", "1s"], []),
        (["--since", "999999w"], [OLD, NEW]),
        (["--since", "60000w"], [OLD, NEW]),
        (["--since", "9999-12-31"], []),
        (["--image", IMAGE.upper()], [OLD]),
        (["--image", "数据库-openEuler"], [NEW]),
        (["--image", "数据库"], []),
        (["--owner", PLATFORM.upper()], [NEW]),
        (["--owner", "platform"], [NEW]),
        (["--rule", "golden images"], [NEW]),
        (["--rule", "golden"], []),
        (["--rule", "golden images", "--image", IMAGE], []),
    ],
)
def test_filters(imgshare: RunImgshare, arguments: list[str], expected: list[dict[str, Any]]) -> None:
    """A time is one of UTC unless it says otherwise; all filters must match."""
    write_config(f'[owners]\nplatform = "{PLATFORM}"\n')

    assert Run(0, _format(*expected)) == imgshare("log", *arguments, "--json")


def test_an_age(imgshare: RunImgshare) -> None:
    """`--since 1h` is an hour ago."""
    now = datetime.now(UTC)
    before, after = (build_entry(f"{now - timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}") for minutes in (65, 55))
    write_log(before, after)

    assert Run(0, _format(after)) == imgshare("log", "--since", "1h", "--json")


@pytest.mark.parametrize("text", ["", "yesterday", "7", "2026-13-01", "1y"])
def test_a_since_that_is_none(imgshare: RunImgshare, text: str) -> None:
    """What is neither an age nor a date is exit 2."""
    run = imgshare("log", "--since", text)

    today = f"{datetime.now(UTC):%Y-%m-%d}"
    assert (
        Run(
            2,
            "",
            f"imgshare: --since {text!r} is neither an age nor a date (try 1h or {today})\n"
            "hint: use a number and s, m, h, d or w, or a date or time such as 2026-11-28T22:00:00Z\n",
        )
        == run
    )


def test_many_projects_at_a_terminal() -> None:
    """Where several projects decided, each line says which."""
    write_log(build_entry("2026-10-01T00:00:00Z"), build_entry("2026-10-02T00:00:00Z", member_id=PLATFORM))

    assert [
        f"{'TIME (UTC)':18}{'ID':10}{'NAME':6}{'OWNER':7}{'STATUS':10}{'BY':8}MEMBER",
        f"{'2026-10-01 00:00':18}{'d164b5df':10}{'-':6}{'-':7}{'accepted':10}{'accept':8}{MEMBER[:8]}",
        f"{'2026-10-02 00:00':18}{'d164b5df':10}{'-':6}{'-':7}{'accepted':10}{'accept':8}{PLATFORM[:8]}",
    ] == run_at_terminal(80, "log", NO_COLOR="1").lines


def test_an_empty_log(imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is printed, and people are told; a log that is off is told to all."""
    assert Run(0) == imgshare("log")
    assert ["No decisions are in the log."] == run_at_terminal(80, "log").lines
    assert ["No decisions match."] == run_at_terminal(80, "log", "--since", "1h").lines
    monkeypatch.setenv("IMGSHARE_DECISION_LOG", "off")
    assert Run(0, "", "note: the decision log is off\n") == imgshare("log", "--json")


def test_what_is_no_decision(imgshare: RunImgshare) -> None:
    """Lines that are not decisions are left out, and counted; other files of the folder are not read."""
    path = write_log(
        "not JSON",
        "",
        OLD | {"time": "2026-11-01T00:00:00Z"},
        json.dumps(OLD)[:-20],
        "[" * 30_000,
        '{"name": "' + "x" * 100_000 + '"}',
        json.dumps(OLD | {"image_id": "../../etc"}),
        json.dumps(OLD | {"new_status": "owned"}),
        json.dumps(OLD | {"time": "1e400"}),
        NEW | {"time": "2026-11-02T00:00:00Z"},
    )
    find_log().joinpath("2026-11.jsonl.bak").write_text(json.dumps(OLD))
    with path.open("ab") as stream:
        stream.write(b"\xff\xfe\n" + b"x" * 200_000)

    run = imgshare("log", "--json")

    kept = _format(OLD | {"time": "2026-11-01T00:00:00Z"}, NEW | {"time": "2026-11-02T00:00:00Z"})
    assert Run(0, kept, f"note: in {path}, 9 lines are not decisions and are left out\n") == run


def test_values_that_are_none(imgshare: RunImgshare) -> None:
    """What is not a text, or too long, is not known; keys of later versions are left out."""
    odd = OLD | {"user": 5, "rule": ["x"], "hash": "x" * 5000, "later": {"a": 1}}
    write_log(json.dumps(odd))

    assert Run(0, _format(OLD | {"user": None, "rule": None, "hash": None})) == imgshare("log", "--json")


def test_a_file_that_cannot_be_read(imgshare: RunImgshare) -> None:
    """A folder or a FIFO in the place of a month is exit 3, and is not waited for."""
    path = write_log(OLD)
    path.unlink()
    os.mkfifo(path)

    hint = "IMGSHARE_DECISION_LOG, or decision_log in the config file, names its folder"
    assert Run(
        3, "", f"imgshare: cannot read the decision log in {path}: it is not a regular file\nhint: {hint}\n"
    ) == imgshare("log")


@pytest.mark.hostile
@limit_examples(100)
@given(name=st.text(max_size=60), user=st.text(max_size=60), rule=st.text(max_size=60))
def test_any_text(imgshare: RunImgshare, name: str, user: str, rule: str) -> None:
    """Whatever somebody has put into the log, it is one line that acts on no terminal."""
    for path in find_log().glob("*"):
        path.unlink()
    write_log(OLD | {"name": name, "user": user, "rule": rule})

    run = imgshare("log")

    assert (0, "", 1) == (run.code, run.err, run.out.count("\n"))
    assert all(text.isprintable() for text in run.out.rstrip("\n").split("\t"))
    assert [name, user, rule] == [read_lines()[0][key] for key in ("name", "user", "rule")]
