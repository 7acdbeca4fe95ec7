"""What `list` leaves for TAB: the images that were listed last, their IDs, and the names that a shell can take."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.last_list import find_list_files, read_names, write_names
from tests.support.scripted_images import Page, ScriptedImageService, build_image, build_image_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.run import RunImgshare


@pytest.fixture
def complete(imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """What fish is told about a half-typed IMAGE."""

    def complete(text: str) -> str:
        with monkeypatch.context() as inside:
            inside.setenv("_IMGSHARE_COMPLETE", "complete_fish")
            run = imgshare("accept", text)
        assert (0, "") == (run.code, run.err)
        return run.out

    return complete


def _list(service: ScriptedImageService, *rows: dict[str, Any]) -> None:
    service.list_page = lambda query: Page(
        list(rows) if query.get("member_status") == "pending" and query["os_hidden"] == "false" else []
    )


def test_a_whole_list_takes_the_place_of_the_one_before(imgshare: RunImgshare, service: ScriptedImageService) -> None:
    """What is not pending any more is not offered, and nobody else can read what is."""
    _list(service, build_image(1, name="one"), build_image(2, name="two"))
    assert 0 == imgshare("list").code
    assert {build_image_id(1): "one", build_image_id(2): "two"} == read_names()
    assert 0o600 == stat.S_IMODE(find_list_files()[-1].stat().st_mode)
    _list(service, build_image(3, name="three"))

    assert 0 == imgshare("list").code
    assert {build_image_id(3): "three"} == read_names()


@pytest.mark.parametrize("option", [["--name", "three"], ["--limit", "1"], ["--status", "accepted"]], ids=" ".join)
def test_a_part_of_a_list_is_added(imgshare: RunImgshare, service: ScriptedImageService, option: list[str]) -> None:
    """A list with a filter or a limit does not make what was listed before unknown."""
    _list(service, build_image(1, name="one"), build_image(2, name="two"))
    assert 0 == imgshare("list").code
    service.list_page = lambda query: Page([build_image(3, name="three")] if query["os_hidden"] == "false" else [])

    assert 0 == imgshare("list", *option).code
    assert {build_image_id(1): "one", build_image_id(2): "two", build_image_id(3): "three"} == read_names()


def test_a_list_that_breaks_is_added(imgshare: RunImgshare, service: ScriptedImageService) -> None:
    """A list that fails on its way is not whole, and what was known before stays known."""
    _list(service, build_image(1, name="one"))
    assert 0 == imgshare("list").code

    def broken(query: dict[str, str]) -> Page | int:
        return 400 if query["os_hidden"] == "true" else Page([build_image(2, name="two")])

    service.list_page = broken

    assert 7 == imgshare("list").code
    assert {build_image_id(1): "one", build_image_id(2): "two"} == read_names()


def test_no_more_than_two_thousand(imgshare: RunImgshare, service: ScriptedImageService) -> None:
    """A long list does not make every TAB slow."""
    rows = [build_image(number, name=f"n{number}") for number in range(1, 2101)]
    service.list_page = lambda query: Page(
        (
            rows[1000:2000]
            if query.get("marker") == build_image_id(1000)
            else rows[2000:]
            if "marker" in query
            else rows[:1000]
        )
        if query.get("member_status") == "pending" and query["os_hidden"] == "false"
        else []
    )

    assert 2100 == len(imgshare("list", "--quiet").out.split())
    assert [build_image_id(number) for number in range(1, 2001)] == list(read_names())
    service.list_page = lambda query: Page([build_image(3000)] if query["os_hidden"] == "false" else [])
    assert 0 == imgshare("list", "--limit", "1").code
    assert (2000, build_image_id(3000)) == (len(read_names()), next(iter(read_names())))


def test_what_is_offered(imgshare: RunImgshare, service: ScriptedImageService, complete: Callable[[str], str]) -> None:
    """A name that two images have, or that a shell would read, is offered by the ID alone."""
    _list(
        service,
        build_image(1, name="golden"),
        build_image(2, name="twin"),
        build_image(3, name="twin"),
        build_image(4, name="$(touch x)"),
    )
    assert 0 == imgshare("list").code

    assert f"golden\t{build_image_id(1)}\n" == complete("g")
    assert "" == complete("t")
    assert "" == complete("$")
    assert (
        f"golden\t{build_image_id(1)}\n{build_image_id(2)}\ttwin\n"
        f"{build_image_id(3)}\ttwin\n{build_image_id(4)}\t??touch x?\n"
    ) == complete("")
    assert f"{build_image_id(4)}\t??touch x?\n" == complete("00000004")


def test_what_somebody_else_put_there(complete: Callable[[str], str]) -> None:
    """Nothing but the ID of an image, with a text as its name, is offered, whatever is in the file."""
    ids = {number: build_image_id(number) for number in range(1, 8)}
    known = {"--help": ["x", ""], "rm": ["y", ""], ids[1]: ["good", ""], ids[2]: 7, ids[3]: None, ids[4]: ["x"]}
    write_names({}).write_text(json.dumps({**known, ids[5]: [7, ""], ids[6]: ["a", "b", "c"], ids[7]: "text"}))

    assert f"good\t{build_image_id(1)}\n" == complete("")


def test_a_name_that_is_too_long(imgshare: RunImgshare, service: ScriptedImageService) -> None:
    """Of a name that no image can have, nothing is kept."""
    _list(service, build_image(1, name="x" * 256), build_image(2, name="y" * 255))

    assert 0 == imgshare("list").code
    assert {build_image_id(1): "", build_image_id(2): "y" * 255} == read_names()
