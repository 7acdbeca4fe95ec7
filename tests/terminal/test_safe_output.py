"""Whatever the service calls things, wherever that is shown, nothing of it acts on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.fake_cloud import write_config
from tests.support.fake_service import IMAGE, MEMBER, TOKEN, build_member, build_response
from tests.support.run import TOOL, Run, RunImgshare
from tests.support.scripted_images import Page, ScriptedImageService, build_image, build_image_id
from tests.support.terminal import Terminal, run_at_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.fake_service import StartService

# Codes that change the terminal, characters that turn the direction of a line, and one that nobody sees.
HOSTILE = "a\x1b[31m\x9b2J\u202e\u3164b"
SHOWN = "a\\u001b[31m\\u009b2J\\u202e\\u3164b"
ACTING = ("\x1b[31m", "\x9b", "\u202e", "\u3164")


@pytest.fixture
def inbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedImageService]:
    """A service with one pending image, whose name, owner and size are hostile."""
    with ScriptedImageService() as service:
        service.enter(monkeypatch)
        service.list_page = lambda query: Page(
            [build_image(name=HOSTILE, owner=HOSTILE)]
            if query.get("member_status") == "pending" and query["os_hidden"] == "false"
            else []
        )
        yield service


def _is_safe(raw: str) -> bool:
    return not any(text in raw for text in ACTING)


@pytest.mark.usefixtures("inbox")
def test_a_list_on_a_pipe(imgshare: RunImgshare) -> None:
    """A row on a pipe holds escapes instead of what a terminal would obey, also when it is shown later with cat."""
    line = f"{build_image_id(1)}\t{SHOWN}\t{SHOWN}\tpending\t1024\n"

    assert Run(0, line) == imgshare("list")


@pytest.mark.usefixtures("inbox")
def test_a_list_at_a_terminal() -> None:
    """A row at a terminal holds escapes instead of what the terminal would obey."""
    shown = run_at_terminal(400, "list", "--long", NO_COLOR="1")

    assert 0 == shown.code
    assert shown.lines[1].split()[:2] == [build_image_id(1), SHOWN]
    assert SHOWN in shown.lines[1].partition(SHOWN)[2]
    assert _is_safe(shown.raw)


@pytest.mark.usefixtures("inbox")
def test_json(imgshare: RunImgshare) -> None:
    """JSON is ASCII alone, so it is safe on a terminal, too."""
    listed = imgshare("list", "--json")

    assert (0, True) == (listed.code, listed.out.isascii())
    assert '"name": "a\\u001b[31m\\u009b2J\\u202e\\u3164b"' in listed.out


def test_a_share(imgshare: RunImgshare, serve: StartService) -> None:
    """The fields of a share are escaped on a pipe and at a terminal."""
    serve(build_response(200, build_member(created_at=HOSTILE)))
    fields = {
        "image_id": IMAGE,
        "member_id": MEMBER,
        "status": "accepted",
        "created_at": SHOWN,
        "updated_at": "2016-09-01T02:37:11Z",
    }

    assert Run(0, "".join(f"{name}\t{value}\n" for name, value in fields.items())) == imgshare("show", IMAGE, MEMBER)


def test_a_card(monkeypatch: pytest.MonkeyPatch, inbox: ScriptedImageService) -> None:
    """What `show` says of an image at a terminal is escaped, and so is the line that says what was decided."""
    inbox.image = lambda image: build_image(id=image, name=HOSTILE, owner=HOSTILE, status=HOSTILE, os_distro=HOSTILE)
    inbox.list_page = lambda _query: Page([build_image(2, name=HOSTILE, owner=HOSTILE + "2")])
    monkeypatch.setenv("IMGSHARE_TOKEN", TOKEN)

    shown = run_at_terminal(160, "show", build_image_id(1), MEMBER, NO_COLOR="1")
    assert [
        f"name       {SHOWN}",
        f"owner      {SHOWN}",
        f"system     {SHOWN}",
        f"data       {SHOWN}: the image cannot be used now",
        f"same name  {build_image_id(2)}  {SHOWN}2",
    ] == [line for line in shown.lines if SHOWN in line]
    assert _is_safe(shown.raw)
    shown = run_at_terminal(160, "reject", build_image_id(1), MEMBER, NO_COLOR="1")
    assert SHOWN in shown.lines[0]
    assert _is_safe(shown.raw)


def test_json_of_a_share(imgshare: RunImgshare, serve: StartService) -> None:
    """The API's own object is printed in ASCII."""
    serve(build_response(200, build_member(created_at=HOSTILE)))

    shown = imgshare("show", IMAGE, MEMBER, "--json")

    assert (0, True) == (shown.code, shown.out.isascii())


def test_a_setting(imgshare: RunImgshare) -> None:
    """A value of a config file that somebody else wrote is escaped."""
    write_config('[profiles.default]\nproject_id = "a\u202e\u3164b"\n')

    assert Run(0, "a\\u202e\\u3164b\n") == imgshare("config", "get", "project_id")
    assert Run(0, "profiles.default.project_id=a\\u202e\\u3164b\n") == imgshare("config", "list")


def test_an_error(imgshare: RunImgshare, serve: StartService) -> None:
    """The service's own words in an error are escaped."""
    serve(build_response(409, {"message": HOSTILE}))

    said = f'imgshare: cannot show image {IMAGE} for project {MEMBER}: refused (409 Conflict): "{SHOWN}"\n'
    assert Run(7, "", f"{said}request ID: req-0c0ffee0-0000-4000-8000-000000000000\n") == imgshare(
        "show", IMAGE, MEMBER
    )


def test_a_question(monkeypatch: pytest.MonkeyPatch, inbox: ScriptedImageService) -> None:
    """What a person is asked before a second image of a name is accepted holds no escape sequence."""
    described = {build_image_id(1): build_image(1, owner=HOSTILE), build_image_id(2): build_image(2, owner=HOSTILE)}
    inbox.image = described.__getitem__
    inbox.list_page = lambda query: Page([described[build_image_id(2)]] if query.get("name") == "golden" else [])
    monkeypatch.setenv("IMGSHARE_TOKEN", TOKEN)

    shown = run_at_terminal(160, "accept", build_image_id(1), MEMBER, answer="n", NO_COLOR="1")

    assert [
        "an image named 'golden' is already in the project's image list:",
        f"  {build_image_id(2)}  owner {SHOWN}",
        f"Accept {build_image_id(1)} from project {SHOWN} as well? [y/N] n",
        "imgshare: nothing was changed",
    ] == shown.lines
    assert _is_safe(shown.raw)
    assert [] == inbox.decided


@pytest.mark.usefixtures("inbox")
def test_what_is_waited_for() -> None:
    """The name of an image that is waited for is escaped beside what turns."""
    shown = run_at_terminal(160, "accept", "a\u202eb", "--wait", "1s", NO_COLOR="1")

    assert 2 == shown.code
    assert "waiting for image a\\u202eb to be shared" in shown.raw
    assert _is_safe(shown.raw)


@pytest.mark.usefixtures("inbox")
def test_what_is_reviewed() -> None:
    """The facts beside which a person decides are escaped."""
    with Terminal([TOOL, "review"], {"NO_COLOR": "1"}, columns=160) as terminal:
        terminal.wait_for_text(f"owner    {SHOWN}")
        terminal.wait_for_text(f"name     {SHOWN}")
        terminal.press_keys("q")
        terminal.wait_for_exit()
        assert _is_safe(terminal.raw.decode())
