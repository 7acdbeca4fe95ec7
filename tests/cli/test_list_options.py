"""`list` with options that choose: columns, ages, names; what cannot be meant is exit 2 and asks nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.fake_cloud import write_config
from tests.support.fake_service import MEMBER
from tests.support.run import Run, find_commands, run_command
from tests.support.scripted_images import OWNER, Page, ScriptedImageService, build_image, build_image_id
from tests.support.terminal import run_at_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.run import RunImgshare

KNOWN = "ID, NAME, OWNER, SIZE, AGE, STATUS, SHARED, CREATED, STATE, HIDDEN"
ONE, TWO = build_image_id(1), build_image_id(2)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedImageService]:
    """An image service with two pending images."""
    rows = [build_image(1, name="one"), build_image(2, name="two", os_hidden=False)]
    with ScriptedImageService() as service:
        service.enter(monkeypatch)
        service.list_page = lambda query: Page(
            [row for row in rows if query.get("name") in {None, row["name"]}]
            if query["os_hidden"] == "false" and query.get("member_status") == "pending"
            else []
        )
        yield service


def test_columns_on_a_pipe(imgshare: RunImgshare, service: ScriptedImageService) -> None:
    """--columns chooses columns in this order, by names in any case; a pipe gets their full values."""
    assert Run(0, f"one\t{ONE}\ntwo\t{TWO}\n") == imgshare("list", "--columns", "name, Id")
    assert Run(0, f"{OWNER}\t1024\tactive\tno\tpending\n" * 2) == imgshare(
        "list", "--columns", "OWNER,SIZE,STATE,HIDDEN,STATUS"
    )
    assert Run(0, "2026-01-01T00:00:00Z\t2026-01-01T00:00:00Z\n" * 2) == imgshare("list", "--columns", "age,created")
    assert not [path for _, path, _ in service.requests if path.endswith(MEMBER)]
    assert Run(0, "2016-09-01T02:37:11Z\n" * 2) == imgshare("list", "--columns", "shared")


def test_a_column_is_completed(imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch) -> None:
    """TAB completes --columns to the names of columns."""
    monkeypatch.setenv("_IMGSHARE_COMPLETE", "complete_bash")

    assert Run(0, "STATUS\nSTATE\n") == imgshare("list", "--columns", "ST")
    assert KNOWN.replace(", ", "\n") + "\n" == imgshare("list", "--columns", "").out


@pytest.mark.usefixtures("service")
def test_columns_at_a_terminal() -> None:
    """A terminal gets the same columns, below their names."""
    assert [
        "NAME  ID                                    HIDDEN",
        f"one   {ONE}  no",
        f"two   {TWO}  no",
        "2 images are pending.",
        "Accept one with `imgshare accept ID`, or go through them with `imgshare review`.",
    ] == run_at_terminal(80, "list", "--columns", "name,id,hidden").lines


def test_columns_that_cannot_fit(service: ScriptedImageService) -> None:
    """Where a name in the room that is left could not be read, it is whole, and the lines pass the edge."""
    row = build_image(1, name="golden-ubuntu-22.04-minimal")
    service.list_page = lambda query: Page([row] if query["os_hidden"] == "false" else [])
    raw = run_at_terminal(80, "list", "--columns", "id,name,owner,status,shared,created,state,hidden").raw

    assert (
        f"{ONE[:8]}  golden-ubuntu-22.04-minimal  {OWNER[:8]}  \x1b[33mpending\x1b[0m  2016-09-01T02:37:11Z  2026-"
        in raw
    )


@pytest.mark.parametrize(
    ("argv", "sentence", "hint"),
    [
        (["--columns", "ID,FOO"], "--columns has the unknown column 'FOO'", f"known columns: {KNOWN}"),
        (
            ["--columns", "ID,nmae"],
            "--columns has the unknown column 'NMAE'",
            f"did you mean `imgshare list --columns 'ID,NAME'`? known columns: {KNOWN}",
        ),
        (
            ["--sort", "nmae:desc", "-q"],
            "unknown sort key 'nmae:desc'",
            (
                "did you mean `imgshare list --sort name:desc --quiet`? known keys: name, owner, status, size, "
                "created, shared; add :desc to reverse"
            ),
        ),
        (["--columns", "ID,"], "--columns has an empty name", f"known columns: {KNOWN}"),
        (["--columns", ""], "--columns has an empty name", f"known columns: {KNOWN}"),
        (["--columns", "ID", "-q"], "--columns cannot be combined with --quiet", "omit --columns or --quiet"),
        (["--name", ""], "--name is empty", "omit it to list images of any name"),
        (
            ["--older-than", ""],
            "--older-than '' is not a duration (try 7h or 7d)",
            "use a number and s, m, h, d or w",
        ),
        (
            ["--newer-than", ""],
            "--newer-than '' is not a duration (try 7h or 7d)",
            "use a number and s, m, h, d or w",
        ),
        *[
            (
                ["--older-than", older, "--newer-than", newer],
                "no image can match both --older-than and --newer-than: the first age is not below the second",
                "--older-than 1d --newer-than 7d matches what was shared between 7 days and 1 day ago",
            )
            for older, newer in (("7d", "1d"), ("1w", "7d"))
        ],
        (["--owner", ""], "--owner is empty", "use the ID of the owner's project, or its name in [owners]"),
        (["--owner", " "], "--owner is empty", "use the ID of the owner's project, or its name in [owners]"),
        (
            ["--owner", "platfrom"],
            "--owner 'platfrom' is neither a project ID nor the name of an owner",
            (
                "did you mean `imgshare list --owner platform`? known names: platform, vendor, mine; "
                "`imgshare config set owners.NAME ID` adds one"
            ),
        ),
        (
            ["--owner", OWNER[:-1]],
            f"--owner '{OWNER[:-1]}' is neither a project ID nor the name of an owner",
            f"did you mean `imgshare list --owner {OWNER}`?",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_meant(
    imgshare: RunImgshare, service: ScriptedImageService, argv: list[str], sentence: str, hint: str
) -> None:
    """An option that nothing can match is a usage error that says what to pass, and is never ignored."""
    write_config(f'[owners]\nplatform = "{OWNER}"\nvendor = "{MEMBER[::-1]}"\n')

    assert Run(2, "", f"imgshare: {sentence}\nhint: {hint}\n") == imgshare("list", *argv)
    assert [] == service.requests


def test_columns_and_json(imgshare: RunImgshare, service: ScriptedImageService) -> None:
    """JSON has everything, so --columns has no meaning there."""
    error = imgshare("list", "--json", "--columns", "ID").error()

    assert ("usage", "--columns cannot be combined with --json") == (error["code"], error["message"])
    assert [] == service.requests


@pytest.mark.parametrize(
    ("argv", "footer"),
    [
        (["--name", "one"], "1 matching image is pending. Accept it with `imgshare accept ID`."),
        (["--limit", "1"], "Only the first image is shown. Accept it with `imgshare accept ID`."),
        (
            ["--limit", "2"],
            (
                "Only the first 2 images are shown. Accept one with `imgshare accept ID`, or go through them with "
                "`imgshare review`."
            ),
        ),
        (
            ["--name", "none"],
            (
                "No matching images are pending. `imgshare list --status all --name '*none*'` finds it in longer names "
                "of any status."
            ),
        ),
        (
            ["--name", "NONE*"],
            (
                "No matching images are pending. `imgshare list` shows all pending images, and `imgshare list --status "
                "all --name 'NONE*'` the matching ones of any status."
            ),
        ),
        (["--owner", "mine"], "No matching images are pending. The images of your own project are never listed."),
        (["--status", "rejected"], "No images are rejected. `imgshare list --status all` shows the others."),
        (
            ["--status", "accepted", "--newer-than", "1d"],
            (
                "No matching images are accepted. `imgshare list --status accepted` shows all accepted images, and "
                "`imgshare list --status all --newer-than 1d` the matching ones of any status."
            ),
        ),
        (
            ["--status", "all", "--name", "none?"],
            "No matching images are shared with you. `imgshare list --status all` shows all images.",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
@pytest.mark.usefixtures("service")
def test_footers(argv: list[str], footer: str) -> None:
    """Below a list on a terminal, sentences say how many images there are and which command is next."""
    assert [footer] == run_at_terminal(200, "list", *argv).lines[-1:]
    for command in find_commands(footer):
        assert command.endswith(("ID", "review")) or 0 == run_command(command)


@pytest.mark.usefixtures("service")
def test_a_footer_keeps_the_options() -> None:
    """The commands that it names ask the same service for the same project."""
    [*_, last] = run_at_terminal(200, "list", "--project", MEMBER, "--name", "one").lines

    assert f"1 matching image is pending. Accept it with `imgshare accept ID --project {MEMBER}`." == last


@pytest.mark.usefixtures("service")
def test_an_empty_inbox(service: ScriptedImageService) -> None:
    """Where nothing is pending, it says so, and what shows the rest."""
    service.list_page = lambda _query: Page([])

    assert ["No images are pending. `imgshare list --status all` shows the others."] == run_at_terminal(
        80, "list"
    ).lines
    assert ["No images are shared with you."] == run_at_terminal(80, "list", "--status", "all").lines
    assert [] == run_at_terminal(80, "list", "-q").lines
