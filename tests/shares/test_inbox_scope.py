"""`list` shows what is shared with the project that is asked for, of the age that is asked for, and nothing else."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.fake_cloud import keep, write_config
from tests.support.fake_service import MEMBER, TOKEN
from tests.support.run import Run, RunImgshare
from tests.support.scripted_images import OWNER, Page, ScriptedImageService, build_image, build_image_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OTHER = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedImageService]:
    """An image service without images."""
    with ScriptedImageService() as service:
        service.enter(monkeypatch)
        yield service


def _pending(*rows: dict[str, Any], more: bool = False) -> Callable[[dict[str, str]], Page]:
    def page(query: dict[str, str]) -> Page:
        is_first = query.get("member_status") == "pending" and query["os_hidden"] == "false"
        return Page(list(rows) if is_first else [], more)

    return page


def _log_in(service: ScriptedImageService, monkeypatch: pytest.MonkeyPatch, *roles: str) -> None:
    """Have a credential that a login in project MEMBER gave."""
    monkeypatch.delenv("IMGSHARE_TOKEN")
    monkeypatch.delenv("IMGSHARE_PROJECT_ID")
    write_config('[profiles.default]\ntoken_store = "file"\n')
    keep({"secret": TOKEN, "endpoint": service.endpoint, "project_id": MEMBER, "roles": list(roles)})


def _lines(*numbers: int) -> str:
    return "".join(f"{build_image_id(number)}\n" for number in numbers)


def test_own_images(imgshare: RunImgshare, service: ScriptedImageService, monkeypatch: pytest.MonkeyPatch) -> None:
    """The project's own images, which Glance puts into every list, are left out."""
    service.list_page = _pending(build_image(1), build_image(2, owner=MEMBER), build_image(3))

    assert Run(0, _lines(1, 3)) == imgshare("list", "--quiet")
    _log_in(service, monkeypatch, "member")
    assert Run(0, _lines(1, 3)) == imgshare("list", "--quiet")


def test_an_image_that_comes_twice(imgshare: RunImgshare, service: ScriptedImageService) -> None:
    """An image that becomes hidden while the list is read is listed once."""
    service.list_page = lambda query: Page([build_image(1, os_hidden=query["os_hidden"] == "true")])

    assert Run(0, _lines(1)) == imgshare("list", "--quiet", "--status", "all")


def test_an_administrators_list(
    imgshare: RunImgshare, service: ScriptedImageService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of what an administrator is shown, which is every image of the cloud, only what is pending for the project is."""
    _log_in(service, monkeypatch, "admin")
    service.list_page = _pending(build_image(1), build_image(2), build_image(3))
    reply = service.reply
    shares: dict[str, tuple[int, Any]] = {build_image_id(2): (404, {}), build_image_id(3): (200, "accepted")}

    def answer_of(method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        status, content = reply(method, path, query, body)
        if "/members/" in path:
            status, decided = shares.get(path.split("/")[3], (200, "pending"))
            content = {**content, "status": decided}
        return status, content

    monkeypatch.setattr(service, "reply", answer_of)

    assert Run(0, _lines(1)) == imgshare("list", "--quiet")


def test_an_administrators_pages(
    imgshare: RunImgshare, service: ScriptedImageService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The images of every page are looked at, whichever page they are on."""
    _log_in(service, monkeypatch, "admin")
    first, last = _pending(build_image(1), build_image(2)), _pending(build_image(3))
    service.list_page = lambda query: last(query) if "marker" in query else Page(first(query).rows, more=True)

    assert Run(0, _lines(1, 2, 3)) == imgshare("list", "--quiet")


def test_another_project_after_a_login(
    imgshare: RunImgshare, service: ScriptedImageService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A member's login shows one project's images; --project of another is an error, not the same list."""
    _log_in(service, monkeypatch, "member")
    service.list_page = _pending(build_image(1))

    assert Run(
        3,
        "",
        f"imgshare: the token is for project {MEMBER} and cannot see what is shared with {OTHER}\n"
        f"hint: log in to project {OTHER}, or omit --project and IMGSHARE_PROJECT_ID\n",
    ) == imgshare("list", "--project", OTHER)
    assert Run(0, _lines(1)) == imgshare("list", "--quiet", "--project", MEMBER)


def test_another_project_with_a_bare_token(imgshare: RunImgshare, service: ScriptedImageService) -> None:
    """A token that nobody logged in for shows its own project's images, too."""
    service.list_page = _pending(build_image(1))

    assert Run(
        3,
        "",
        f"imgshare: the token is for project {MEMBER} and cannot see what is shared with {OTHER}\n"
        f"hint: log in to project {OTHER}, or omit --project and IMGSHARE_PROJECT_ID\n",
    ) == imgshare("list", "--project", OTHER)


def test_a_service_that_ignores_filters(imgshare: RunImgshare, service: ScriptedImageService) -> None:
    """What a service lists although it was not asked for is left out."""
    service.list_page = _pending(
        build_image(1), build_image(2, owner=OTHER), build_image(3, name="Golden"), build_image(4, visibility="public")
    )

    assert Run(0, _lines(1, 3)) == imgshare("list", "--quiet", "--owner", OWNER)
    assert Run(0, _lines(1, 2)) == imgshare("list", "--quiet", "--name", "golden")
    assert Run(0, _lines(1, 2, 3)) == imgshare("list", "--quiet")


def test_a_service_without_next(imgshare: RunImgshare, service: ScriptedImageService) -> None:
    """A full page is followed by another, also where the service does not say that there is more."""

    def page(query: dict[str, str]) -> Page:
        if query.get("member_status") != "pending" or query["os_hidden"] == "true":
            return Page()
        first = 1001 if "marker" in query else 1
        return Page([build_image(number) for number in range(first, min(first + 1000, 1501))])

    service.list_page = page

    assert Run(0, _lines(*range(1, 1501))) == imgshare("list", "--quiet")


def _ages(service: ScriptedImageService, monkeypatch: pytest.MonkeyPatch, *minutes: float, zone: str = "Z") -> None:
    """Have images that were shared so many minutes ago: the first is image 1."""
    now = datetime.now(UTC)
    old = {"created_at": "2020-01-01T00:00:00Z"}
    service.list_page = _pending(*[build_image(number, **old) for number in range(1, len(minutes) + 1)])
    reply = service.reply
    times = {
        build_image_id(number): f"{now - timedelta(minutes=age):%Y-%m-%dT%H:%M:%S}{zone}"
        for number, age in enumerate(minutes, 1)
    }

    def dated(method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        status, content = reply(method, path, query, body)
        if "/members/" in path:
            content = {**content, "updated_at": times[path.split("/")[3]]}
        return status, content

    monkeypatch.setattr(service, "reply", dated)


@pytest.mark.parametrize(
    ("span", "older"),
    [("30s", [1, 2, 3, 4]), ("10m", [2, 3, 4]), ("2h", [3, 4]), ("2d", [4]), ("1w", [4])],
)
def test_ages(
    imgshare: RunImgshare,
    service: ScriptedImageService,
    monkeypatch: pytest.MonkeyPatch,
    span: str,
    older: list[int],
) -> None:
    """`m` is minutes, and so on; --older-than and --newer-than are each the other's opposite."""
    _ages(service, monkeypatch, 5, 30, 60 * 24, 60 * 24 * 30)

    assert Run(0, _lines(*older)) == imgshare("list", "--quiet", "--older-than", span)
    newer = [number for number in (1, 2, 3, 4) if number not in older]
    assert Run(0, _lines(*newer)) == imgshare("list", "--quiet", "--newer-than", span)


@pytest.mark.parametrize("home", ["UTC", "America/New_York", "Asia/Tokyo"])
def test_a_time_without_a_zone(
    imgshare: RunImgshare, service: ScriptedImageService, monkeypatch: pytest.MonkeyPatch, home: str
) -> None:
    """The API's times are UTC, also where they do not say so, wherever the machine is."""
    monkeypatch.setenv("TZ", home)
    time.tzset()
    try:
        _ages(service, monkeypatch, 5, 30, zone="")
        assert Run(0, _lines(2)) == imgshare("list", "--quiet", "--older-than", "10m")
        assert Run(0, _lines(1)) == imgshare("list", "--quiet", "--newer-than", "10m")
    finally:
        monkeypatch.delenv("TZ")
        time.tzset()


@pytest.mark.parametrize("updated_at", [None, "yesterday"])
def test_a_share_without_a_time(
    imgshare: RunImgshare, service: ScriptedImageService, monkeypatch: pytest.MonkeyPatch, updated_at: str | None
) -> None:
    """A share whose age nobody knows is not listed by its age, and is listed otherwise."""
    service.list_page = _pending(build_image(1))
    reply = service.reply

    def timeless(method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        status, content = reply(method, path, query, body)
        return status, ({**content, "updated_at": updated_at} if "/members/" in path else content)

    monkeypatch.setattr(service, "reply", timeless)

    assert Run(0) == imgshare("list", "--quiet", "--older-than", "0s")
    assert Run(0) == imgshare("list", "--quiet", "--newer-than", "1w")
    assert Run(0, _lines(1)) == imgshare("list", "--quiet", "--sort", "shared")


def test_json_says_whose(imgshare: RunImgshare, service: ScriptedImageService) -> None:
    """Each image is listed with the project that it is shared with."""
    service.list_page = _pending(build_image(1))

    [listed] = json.loads(imgshare("list", "--json").out)
    assert {**build_image(1), "member_status": "pending", "member_id": MEMBER} == listed


@pytest.mark.parametrize("visibility", ["shared", "private"])
def test_a_name_that_a_public_image_has_too(
    imgshare: RunImgshare, service: ScriptedImageService, visibility: str
) -> None:
    """A name is that of the image that is shared; IMS, and clouds older than Ocata, call its visibility private."""
    service.list_page = lambda query: Page(
        [build_image(1, visibility="public", owner=OTHER), build_image(2, visibility=visibility)]
        if query["os_hidden"] == "false"
        else []
    )

    assert build_image_id(2) == imgshare("show", "golden", "--json").json()["image_id"]


def test_the_last_try_is_when_the_time_is_up(imgshare: RunImgshare, service: ScriptedImageService) -> None:
    """--wait waits for no longer than it says."""
    started = time.monotonic()

    assert 6 == imgshare("accept", "golden", "--wait", "3s").code
    assert 3 <= time.monotonic() - started < 4.5
    assert [] == service.decided
