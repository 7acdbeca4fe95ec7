"""What `list` shows on a terminal: the same columns whatever is in them, and nothing cut."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.fake_cloud import write_config
from tests.support.run import TOOL, RunImgshare
from tests.support.scripted_images import OWNER, Page, ScriptedImageService, build_image, build_image_id
from tests.support.terminal import Terminal, run_at_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

OTHER = "8c27b55dadfc52b48ea1a76ed79acb0e"
ONE, TWO, THREE, FOUR, FIVE = (
    "c26a7205-6924-55d2-a1a9-c6d6caeb44f2",
    "c26a7205-ffff-55d2-a1a9-c6d6caeb44f2",
    "7ffa93d5-25ea-5d4c-8dc2-788ac6762eca",
    "3c45ee06-9672-5e73-9531-1da2b8fb7900",
    "c9f38594-55f1-56c7-8cb5-835c2c578065",
)
CHINESE = "数据库-" * 12
LONG = "golden-" + "0123456789" * 24 + "abcdefgh"  # as long as a name can be
FOOTER = ("5 images are pending.", "Accept one with `imgshare accept ID`, or go through them with `imgshare review`.")
NARROW = f"{FOOTER[0]}\n{FOOTER[1]}\n"
WIDE = f"{' '.join(FOOTER)}\n"


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedImageService]:
    """An image service with names as they come; two IDs begin with the same digits, and one image is hidden."""
    rows = [
        _build_row(ONE, "golden-debian-12", days=14, size=2362231808),
        _build_row(TWO, "[red] hat", days=400, owner=OTHER),
        _build_row(THREE, CHINESE, hours=5),
        _build_row(FOUR, LONG, minutes=3, owner=None, size=None),
    ]
    hidden = [_build_row(FIVE, "hidden", os_hidden=True, days=2, size=1023 << 20)]
    with ScriptedImageService() as service:
        service.enter(monkeypatch)
        service.list_page = lambda query: (
            Page(hidden if query["os_hidden"] == "true" else rows)
            if query.get("member_status", "pending") == "pending"
            else Page()
        )
        yield service


def _build_row(image_id: str, name: str, *, owner: str | None = OWNER, **other: Any) -> dict[str, Any]:
    age = timedelta(**{unit: other.pop(unit) for unit in ("days", "hours", "minutes") if unit in other}, seconds=1)
    created = datetime.now(UTC) - age
    return build_image(id=image_id, name=name, owner=owner, created_at=f"{created:%Y-%m-%dT%H:%M:%SZ}", **other)


def _show(columns: int, lines: int, *argv: str, **environ: str) -> str:
    with Terminal([TOOL, *argv], environ, columns=columns, lines=lines) as terminal:
        assert 0 == terminal.wait_for_exit()
        return f"{terminal.screen}\n"


@pytest.mark.usefixtures("service")
def test_80_columns() -> None:
    """Each ID is its shortest prefix that no other has, owners are their first digits, and only names wrap."""
    assert f"""\
ID          NAME                                       OWNER     SIZE        AGE
3c45ee06    {LONG[:41]}  -         -           3m
            {LONG[41:82]}
            {LONG[82:123]}
            {LONG[123:164]}
            {LONG[164:205]}
            {LONG[205:246]}
            {LONG[246:]}
7ffa93d5    数据库-数据库-数据库-数据库-数据库-        5bd2a8f1  1.0 KiB     5h
            数据库-数据库-数据库-数据库-数据库-
            数据库-数据库-
c9f38594    hidden                                     5bd2a8f1  1023.0 MiB  2d
c26a7205-6  golden-debian-12                           5bd2a8f1  2.2 GiB     14d
c26a7205-f  [red] hat                                  8c27b55d  1.0 KiB     1y
{NARROW}""" == _show(80, 24, "list")


@pytest.mark.parametrize(
    "parts",
    [
        ("platform-golden-debian-12-hardened-cis-level-", "2-2026.11.29_build.4711 final release-", "candidate"),
        (f"{'a' * 46}", f"{'a' * 4}-{'b' * 40}_", f"数据.{'c' * 41}", f"{'c' * 9}-d"),
        ("[red] hat enterprise linux 9 for the teams of ", "the platform"),
        (f"many separators:   {'-' * 27}", f"{'-' * 46}"),
    ],
)
def test_where_names_break(service: ScriptedImageService, parts: tuple[str, ...]) -> None:
    """A name breaks after a separator; only a word that is longer than the column is cut."""
    row = _build_row(ONE, "".join(parts), hours=5)
    service.list_page = lambda query: Page([] if query["os_hidden"] == "true" else [row])

    lines = run_at_terminal(80, "list", NO_COLOR="1").lines

    assert f"c26a7205  {parts[0]}" == lines[1].partition(f"  {OWNER[:8]}")[0].rstrip().ljust(10 + len(parts[0]))
    assert [f"{' ' * 10}{part.rstrip()}" for part in parts[1:]] == lines[2:-1]


@pytest.mark.usefixtures("service")
def test_100_columns() -> None:
    """Where whole IDs do not fit, names get the room."""
    assert f"""\
ID          NAME                                                           OWNER     SIZE        AGE
3c45ee06    {LONG[:61]}  -         -           3m
            {LONG[61:122]}
            {LONG[122:183]}
            {LONG[183:244]}
            {LONG[244:]}
7ffa93d5    数据库-数据库-数据库-数据库-数据库-数据库-数据库-数据库-       5bd2a8f1  1.0 KiB     5h
            数据库-数据库-数据库-数据库-
c9f38594    hidden                                                         5bd2a8f1  1023.0 MiB  2d
c26a7205-6  golden-debian-12                                               5bd2a8f1  2.2 GiB     14d
c26a7205-f  [red] hat                                                      8c27b55d  1.0 KiB     1y
{NARROW}""" == _show(100, 40, "list")


@pytest.mark.usefixtures("service")
def test_200_columns() -> None:
    """On a wide terminal IDs are whole."""
    assert f"""\
ID                                    NAME{" " * 107}  OWNER                             SIZE        AGE
{FOUR}  {LONG[:111]}  {"-":32}  -           3m
{" " * 36}  {LONG[111:222]}
{" " * 36}  {LONG[222:]}
{THREE}  {CHINESE}{" " * 27}  {OWNER}  1.0 KiB     5h
{FIVE}  {"hidden":111}  {OWNER}  1023.0 MiB  2d
{ONE}  {"golden-debian-12":111}  {OWNER}  2.2 GiB     14d
{TWO}  {"[red] hat":111}  {OTHER}  1.0 KiB     1y
{WIDE}""" == _show(200, 50, "list")


@pytest.mark.parametrize(("columns", "is_whole"), [(113, False), (114, True)])
@pytest.mark.usefixtures("service")
def test_where_ids_become_whole(columns: int, is_whole: bool) -> None:  # noqa: FBT001
    """The width of the terminal decides, and not what is in the list: the same list looks the same tomorrow."""
    for name in ("hidden", "[red] hat", "gold*"):
        lines = run_at_terminal(columns, "list", "--name", name).lines

        assert is_whole == (len(lines[1].split()[0]) == 36)
        assert ["ID", "NAME", "OWNER", "SIZE", "AGE"] == lines[0].split()


@pytest.mark.usefixtures("service")
def test_owners_with_names() -> None:
    """An owner that has a name in the config is shown by it, at every width; a pipe gets the ID."""
    write_config(f'[owners]\nplatform = "{OWNER}"\n')

    for columns in (80, 200):
        owners = [line.split()[2] for line in run_at_terminal(columns, "list", "--name", "golden-d*").lines[:2]]
        assert ["OWNER", "platform"] == owners


SIMILAR = f"{ONE[:-1]}3"


@pytest.mark.parametrize("status", ["pending", "all"])
def test_two_similar_ids(service: ScriptedImageService, status: str) -> None:
    """An ID that differs from another one at its end has a line of its own, and takes no room from all others."""
    rows = [
        _build_row(ONE, "golden-debian-12", days=14, size=2362231808),
        _build_row(SIMILAR, "[red] hat", days=14, owner=OTHER),
        _build_row(THREE, CHINESE[:12], hours=5),
    ]
    service.list_page = lambda query: Page([] if query["os_hidden"] == "true" else rows)
    end, heading = ("  pending", "  STATUS") if status == "all" else ("", "")
    footer = {
        "pending": NARROW.replace("5", "3"),
        "all": "3 images are shared with you. Show one with `imgshare show ID`.",
    }

    assert (
        f"""\
ID        NAME                   OWNER     SIZE     AGE{heading}
7ffa93d5  数据库-数据库-数据库-  5bd2a8f1  1.0 KiB  5h{" " * (end != "")}{end}
{ONE}
          golden-debian-12       5bd2a8f1  2.2 GiB  14d{end}
{SIMILAR}
          [red] hat              8c27b55d  1.0 KiB  14d{end}
{footer[status]}""".rstrip()
        == _show(80, 24, "list", "--status", status).rstrip()
    )


def test_a_similar_id_in_another_column(service: ScriptedImageService) -> None:
    """The line of a long ID begins below its heading, or as far to the left of that as it must to fit."""
    service.list_page = lambda query: Page(
        [] if query["os_hidden"] == "true" else [_build_row(ONE, "a" * 30), _build_row(SIMILAR, "b" * 60)]
    )

    for columns, indent in (("OWNER,ID,NAME", 10), ("NAME,OWNER,ID", 44)):
        lines = run_at_terminal(80, "list", "--columns", columns, NO_COLOR="1").lines
        assert [f"{' ' * indent}{ONE}", f"{' ' * indent}{SIMILAR}"] == [line for line in lines if "c26a7205" in line]


def test_many_similar_ids(service: ScriptedImageService) -> None:
    """Each ID is as long as it must be: what one image makes longer stays short for the others."""
    rows = [build_image(number, name="n") for number in range(1, 500)]
    rows += [build_image(id=f"{number:08x}-abce-4000-8000-00000000abcd", name="n") for number in (1, 2)]
    service.list_page = lambda query: Page(rows if query["os_hidden"] == "false" else [])
    with Terminal([TOOL, "list", "--columns", "ID,NAME,OWNER,SIZE,AGE,CREATED"], {"NO_COLOR": "1"}) as terminal:
        assert 0 == terminal.wait_for_exit()
        ids = [line.split()[0] for line in terminal.raw.decode().split("\r\n") if "  n  " in line]

    long = [image for image in ids if len(image) > 8]
    assert ["00000001-abcd", "00000001-abce", "00000002-abcd", "00000002-abce"] == sorted(long)
    assert {f"{number:08x}" for number in range(3, 500)} == {*ids} - {*long}


@pytest.mark.usefixtures("service")
def test_every_status() -> None:
    """Where several statuses were asked for, they are shown, at every width."""
    assert """\
ID        NAME    OWNER     SIZE        AGE  STATUS
c9f38594  hidden  5bd2a8f1  1023.0 MiB  2d   pending
1 matching image is shared with you. Show it with `imgshare show ID`.
""" == _show(80, 24, "list", "--status", "all", "--name", "hidden")


@pytest.mark.parametrize(
    ("argv", "names"),
    [
        ([], ["golden-0", "数据库", "hidden", "golden-d", "[red]"]),
        (["--limit", "4"], ["golden-d", "[red]", "数据库", "golden-0"]),
        (["--sort", "created"], ["[red]", "golden-d", "hidden", "数据库", "golden-0"]),
    ],
    ids=["newest first", "as read", "oldest first"],
)
@pytest.mark.usefixtures("service")
def test_the_order_at_a_terminal(argv: list[str], names: list[str]) -> None:
    """Without --sort and --limit the newest image is first, also a hidden one; with --limit no more is read."""
    lines = run_at_terminal(600, "list", *argv).lines[1:-1]

    assert [True] * len(names) == [line.split()[1].startswith(name) for line, name in zip(lines, names, strict=True)]


@pytest.mark.parametrize("columns", [80, 600])
@pytest.mark.usefixtures("service")
def test_long(columns: int) -> None:
    """--long has whole IDs and everything known; its lines may pass the edge, and nothing is wrapped or cut."""
    write_config(f'[owners]\nplatform = "{OWNER}"\n')
    years = (datetime.now(UTC) - datetime(2016, 9, 1, 2, 37, 11, tzinfo=UTC)).days // 365
    with Terminal([TOOL, "list", "--long"], {"NO_COLOR": "1"}, columns=columns) as terminal:
        assert 0 == terminal.wait_for_exit()
        lines = terminal.raw.decode().split("\x1b[?25h")[-1].split("ID  ", 1)[1].split("\r\n")
    end = f"{years}y  pending  2016-09-01T02:37:11Z  "

    assert (
        f"{' ' * 34}NAME{' ' * 251}  {'OWNER':43}  SIZE        AGE  STATUS   {'SHARED':20}  {'CREATED':20}  "
        "STATE   HIDDEN" == lines[0]
    )
    assert lines[4].startswith(f"{ONE}  {'golden-debian-12':255}  platform ({OWNER})  2.2 GiB     {end}")
    assert lines[2].startswith(f"{THREE}  {CHINESE}{' ' * 171}  platform ({OWNER})  1.0 KiB     {end}")
    assert lines[1].startswith(f"{FOUR}  {LONG}  {'-':43}  -           {end}")
    assert ["no", "no", "yes", "no", "no"] == [line.split()[-1] for line in lines[1:6]]


@pytest.mark.parametrize("option", [["--sort", "shared"], ["--older-than", "1d"]], ids=" ".join)
@pytest.mark.usefixtures("service")
def test_the_age_of_shares(option: list[str]) -> None:
    """Where the shares themselves are asked for, AGE is theirs, at every width."""
    years = (datetime.now(UTC) - datetime(2016, 9, 1, 2, 37, 11, tzinfo=UTC)).days // 365
    shown = run_at_terminal(80, "list", "--name", "hidden", *option)

    assert ["ID", "NAME", "OWNER", "SIZE", "AGE"] == shown.lines[0].split()
    assert f"{years}y" == shown.lines[1].split()[-1]


def test_a_thousand_rows(service: ScriptedImageService) -> None:
    """A long list has a row for each image, aligned with the first, and no pager stops it."""
    rows = [build_image(number, name=f"nightly-{number:06}") for number in range(1, 1001)]
    service.list_page = lambda query: Page(rows if query["os_hidden"] == "false" and "marker" not in query else [])
    with Terminal([TOOL, "list"], {"NO_COLOR": "1"}) as terminal:
        assert 0 == terminal.wait_for_exit()
        lines = terminal.raw.decode().split("\r\n")[-1004:]

    assert "ID        NAME            OWNER     SIZE     AGE" == lines[0].rpartition("\x1b[2K")[2]
    assert [f"{number:08x}  nightly-{number:06}  5bd2a8f1  1.0 KiB" for number in range(1, 1001)] == [
        line.rpartition("  ")[0] for line in lines[1:1001]
    ]
    assert "1000 images are pending." == lines[1001]


@pytest.mark.parametrize(
    ("environ", "has_colour", "has_spinner"),
    [
        ({}, True, True),
        ({"TERM": "dumb"}, False, False),
        ({"CLICOLOR": "0"}, False, True),
        ({"CLICOLOR": "1"}, True, True),
        ({"CLICOLOR": "0", "CLICOLOR_FORCE": "1"}, True, True),
        ({"NO_COLOR": "1", "CLICOLOR_FORCE": "1"}, False, True),
    ],
    ids=str,
)
@pytest.mark.usefixtures("service")
def test_colour(environ: dict[str, str], has_colour: bool, has_spinner: bool) -> None:  # noqa: FBT001
    """Without colour, and on a terminal that can only print, the table is the same."""
    with Terminal([TOOL, "list", "--status", "all", "--name", "hidden"], environ) as terminal:
        assert 0 == terminal.wait_for_exit()
        raw, screen = terminal.raw, terminal.screen

    assert (
        "ID        NAME    OWNER     SIZE        AGE  STATUS\nc9f38594  hidden  5bd2a8f1  1023.0 MiB  2d   pending"
        in screen
    )
    assert has_colour == (b"\x1b[33mpending\x1b[0m" in raw)
    assert has_colour == (b"\x1b[1mID\x1b[0m" in raw)
    assert has_spinner == (b"\x1b[?25l" in raw)
    assert "TERM" not in environ or b"\x1b" not in raw


@pytest.mark.usefixtures("service")
def test_a_pipe(imgshare: RunImgshare) -> None:
    """A pipe gets whole IDs and numbers for programs, with the columns that it has always had."""
    write_config(f'[owners]\nplatform = "{OWNER}"\n')
    hidden = f"{FIVE}\thidden\t{OWNER}\tpending\t1072693248"

    assert f"{hidden}\n" == imgshare("list", "--name", "hidden").out
    assert f"{hidden}\t2016-09-01T02:37:11Z\n" == imgshare("list", "--name", "hidden", "--long").out
    assert f"{hidden}\t2016-09-01T02:37:11Z\n" == imgshare("list", "--name", "hidden", "--older-than", "1d").out


@pytest.mark.usefixtures("service")
def test_members_with_names() -> None:
    """The projects of an image are shown with their names on a terminal."""
    write_config(f'[owners]\nplatform = "{OWNER}"\nus = "edc89b490d7d4392898e19b2deb34797"\n')

    lines = run_at_terminal(80, "members", build_image_id(1)).lines

    assert [
        "MEMBER                                   STATUS   SINCE",
        "mine (edc89b490d7d4392898e19b2deb34797)  pending",
    ] == [lines[0], lines[1].rpartition("  ")[0]]
