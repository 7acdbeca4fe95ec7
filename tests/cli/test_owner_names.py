"""Names of owners: `--owner` takes them everywhere, and people are shown them in the place of numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.fake_cloud import write_config
from tests.support.fake_service import MEMBER
from tests.support.run import TOOL, Run
from tests.support.scripted_images import OWNER, Page, ScriptedImageService, build_image, build_image_id
from tests.support.terminal import Terminal, run_at_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.run import RunImgshare

OTHER = "8c27b55dadfc52b48ea1a76ed79acb0e"
ONE, TWO = build_image_id(1), build_image_id(2)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedImageService]:
    """A service with an image of each of two owners; the config names both."""
    write_config(f'[owners]\nplatform = "{OWNER}"\nvendor = "{OTHER}"\n')
    rows = {ONE: build_image(1), TWO: build_image(2, owner=OTHER)}
    with ScriptedImageService() as service:
        service.enter(monkeypatch)
        service.list_page = lambda query: Page(
            [row for row in rows.values() if query.get("owner") in {None, row["owner"]}]
            if query["os_hidden"] == "false" and query.get("member_status") in {"pending", "all"}
            else []
        )
        service.image = rows.__getitem__
        yield service


@pytest.mark.parametrize("owner", ["platform", OWNER, OWNER.upper()])
def test_list(imgshare: RunImgshare, service: ScriptedImageService, owner: str) -> None:
    """A name and an ID, in capitals as well, ask for the same owner, by the ID as services write it."""
    assert Run(0, f"{ONE}\n") == imgshare("list", "-q", "--owner", owner)
    assert {OWNER} == {query["owner"] for query in service.lists}


@pytest.mark.parametrize("owner", ["platform", OWNER.upper()])
def test_accept(imgshare: RunImgshare, service: ScriptedImageService, owner: str) -> None:
    """`accept --owner NAME` accepts what is from there, by ID and by name, and nothing else; a pipe gets IDs."""
    refused = (
        f"imgshare: image {TWO} belongs to project {OTHER}, not {OWNER}\n"
        "hint: nothing was changed; check with the person who told you about the image\n"
    )

    assert Run(7, "", refused) == imgshare("accept", TWO, MEMBER, "--owner", owner)
    assert 0 == imgshare("accept", ONE, MEMBER, "--owner", owner).code
    assert 0 == imgshare("accept", "golden", MEMBER, "--owner", owner).code
    assert [ONE, ONE] == service.decided


def test_an_error_at_a_terminal(service: ScriptedImageService) -> None:
    """A person is shown the names beside the numbers."""
    shown = run_at_terminal(200, "accept", TWO, MEMBER, "--owner", "platform")

    assert f"imgshare: image {TWO} belongs to project vendor ({OTHER}), not platform ({OWNER})" == shown.lines[0]
    assert [] == service.decided


@pytest.mark.usefixtures("service")
def test_a_review() -> None:
    """A review takes the name."""
    with Terminal([TOOL, "review", "--owner", "vendor"]) as terminal:
        terminal.wait_for_text("1 of 1")
        terminal.wait_for_text(OTHER)
        terminal.press_keys("q")
        assert 0 == terminal.wait_for_exit()


@pytest.mark.usefixtures("service")
@pytest.mark.parametrize("command", ["list", "review", "accept"])
def test_completion(imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    """TAB completes --owner to the names of owners."""
    with monkeypatch.context() as inside:
        inside.setenv("_IMGSHARE_COMPLETE", "complete_fish")

        assert Run(0, f"platform\t{OWNER}\n") == imgshare(command, "--owner", "pl")
        assert Run(0, f"platform\t{OWNER}\nvendor\t{OTHER}\n") == imgshare(command, "--owner", "")
        write_config("[owners")
        assert Run(0) == imgshare(command, "--owner", "")


def test_mine(imgshare: RunImgshare, service: ScriptedImageService, monkeypatch: pytest.MonkeyPatch) -> None:
    """`mine` is the project that the run is for, and an error where that is not known."""
    assert Run(0) == imgshare("list", "--owner", "mine")
    assert {MEMBER} == {query["owner"] for query in service.lists}
    monkeypatch.delenv("IMGSHARE_PROJECT_ID")
    service.requests.clear()

    assert Run(
        2, "", "imgshare: --owner mine: your project is not known\nhint: pass it with --project ID\n"
    ) == imgshare("list", "--owner", "mine")
    assert [] == service.requests
