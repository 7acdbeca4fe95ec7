"""IMAGE by its name: which one is meant, and what happens when nobody can know."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.fake_cloud import write_config
from tests.support.fake_service import IMAGE, MEMBER, build_member, build_response
from tests.support.run import Run, find_commands, run_command
from tests.support.scripted_images import OWNER, Page, ScriptedImageService, build_image, build_image_id
from tests.support.terminal import run_at_terminal
from tests.support.users import create_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.fake_service import StartService
    from tests.support.run import RunImgshare
    from tests.support.small_inbox import SmallInbox


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedImageService]:
    """A service whose lists the test writes."""
    with ScriptedImageService() as service:
        service.enter(monkeypatch)
        yield service


@pytest.fixture
def name() -> str:
    """A name that no other image has."""
    return create_name()


@pytest.mark.parametrize("state", ["pending", "accepted", "rejected"])
@pytest.mark.parametrize("hidden", [False, True])
def test_one_match(imgshare: RunImgshare, inbox: SmallInbox, name: str, state: str, hidden: bool) -> None:  # noqa: FBT001
    """A name is as good as an ID, whatever was decided before, and where the image is hidden too."""
    image = inbox.offer(name, decided=state, os_hidden=hidden)

    assert image == imgshare("show", name, "--json").json()["image_id"]
    assert "rejected" == imgshare("reject", name, "--json").json()["status"]
    assert "rejected" == inbox.status(image)
    assert "accepted" == imgshare("accept", name, "--json").json()["status"]
    assert "pending" == imgshare("reset", name, inbox.member.project_id, "--json").json()["status"]
    assert "pending" == inbox.status(image)


def test_a_bare_token(imgshare: RunImgshare, inbox: SmallInbox, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Nobody need say which project a token is for."""
    inbox.enter(monkeypatch, project=False)
    image = inbox.offer(name)

    assert "accepted" == imgshare("accept", name, "--json").json()["status"]
    assert "accepted" == inbox.status(image)


@pytest.mark.parametrize("odd", ["[red] {}", "{} with, commas", "in:{}", "neq:{}", 'say "{}"', "数据库 {}", "{}*"])
def test_odd_names(imgshare: RunImgshare, inbox: SmallInbox, name: str, odd: str) -> None:
    """A name is used unchanged; no operator, pattern or quote in it means anything."""
    image = inbox.offer(odd.format(name))
    inbox.offer(name)

    assert image == imgshare("show", odd.format(name), "--json").json()["image_id"]


def test_several(imgshare: RunImgshare, inbox: SmallInbox, name: str) -> None:
    """Of several nobody is guessed: all are shown with their owners, and nothing happens."""
    first = inbox.offer(name, inbox.one)
    second = inbox.offer("second", inbox.two, name=name, os_hidden=True)

    run = imgshare("accept", name)

    assert (
        Run(
            2,
            "",
            f"imgshare: 2 images are named '{name}':\n"
            f"  {first}  {inbox.one.project_id}  just now  -  pending, queued\n"
            f"  {second}  {inbox.two.project_id}  just now  -  pending, queued\n"
            f"hint: use the ID of the one you mean: `imgshare accept ID`\n",
        )
        == run
    )
    assert ("pending", "pending") == (inbox.status(first), inbox.status(second))
    assert (
        f"2 images are named '{name}': {first} (owner {inbox.one.project_id}, pending, queued), "
        f"{second} (owner {inbox.two.project_id}, pending, queued)"
        == imgshare("accept", name, "--json").error()["message"]
    )


@pytest.mark.parametrize("columns", [80, 200])
@pytest.mark.parametrize("odd", ["[red] {}", "数据库 {}", "a\u202eb {}", "{}"])
def test_several_at_a_terminal(inbox: SmallInbox, name: str, odd: str, columns: int) -> None:
    """Each is a line with its ID, owner, age, size and status; an owner with a name comes first."""
    write_config(f'[owners]\nplatform = "{inbox.one.project_id}"\n')
    name = odd.format(name[:12])
    first = inbox.offer("first", inbox.one, name=name, decided="rejected")
    second = inbox.offer("second", inbox.two, name=name)

    shown = run_at_terminal(columns, "show", name, NO_COLOR="1")

    if not name.isprintable():
        assert (2, f"imgshare: {name!a} is not a valid image ID or name") == (shown.code, shown.lines[0])
        return
    lines = [
        f"imgshare: 2 images are named '{name}':",
        f"  {first}  platform  AGE  -  rejected, queued",
        f"  {second}  {inbox.two.project_id[:8]}  AGE  -  pending, queued",
        "hint: use the ID of the one you mean: `imgshare show ID`",
    ]
    assert 2 == shown.code
    assert lines == [re.sub(r"\b\d+s +-", "AGE  -", line) for line in shown.lines]


@pytest.mark.parametrize(
    ("owner", "columns", "is_broken"), [("0" * 32, 79, False), ("0" * 32, 78, True), ("pla-tform", 79, True)]
)
def test_lines_that_do_not_fit(
    service: ScriptedImageService,
    owner: str,
    columns: int,
    is_broken: bool,  # noqa: FBT001
) -> None:
    """Where a line is wider than the terminal, each is broken behind its ID; no status is torn apart."""
    write_config(f'[owners]\npla-tform = "{OWNER}"\n' if owner == "pla-tform" else "")
    kinds: list[dict[str, Any]] = [{"size": 2362232012}, {"status": "queued", "size": None}]
    owner_id = OWNER if owner == "pla-tform" else owner
    common = {"name": "twin", "owner": owner_id, "created_at": "1990-01-01T00:00:00Z"}
    rows = [build_image(number, **common, **kind) for number, kind in enumerate(kinds, 1)]
    service.list_page = lambda query: Page(rows if query["os_hidden"] == "false" else [])

    shown = run_at_terminal(columns, "show", "twin")

    owner = owner[:9] if owner == "pla-tform" else owner[:8]
    gap = "\n    " if is_broken else "  "
    expected = [
        "imgshare: 2 images are named 'twin':",
        *f"  {build_image_id(1)}{gap}{owner}  AGE  2.2 GiB  pending".split("\n"),
        *f"  {build_image_id(2)}{gap}{owner}  AGE  -        pending, queued".split("\n"),
        "hint: use the ID of the one you mean: `imgshare show ID`",
    ]
    assert expected == [re.sub(r"\b\d+y\b", "AGE", line) for line in shown.lines]


def test_a_command_for_one_of_several(imgshare: RunImgshare, inbox: SmallInbox, name: str) -> None:
    """The hint has the user's own command, with every option, and no image chosen among those; it works with an ID."""
    first = inbox.offer(name, inbox.one)
    inbox.offer("second", inbox.two, name=name, os_hidden=True)
    member, endpoint = inbox.member.project_id, inbox.backend.endpoint

    run = imgshare("reject", name, member, "--endpoint", endpoint, "--debug", "--insecure-http")

    [command] = find_commands(run.err)
    assert f"imgshare reject ID {member} --endpoint {endpoint} --insecure-http --debug" == command
    assert 0 == run_command(command.replace(" ID ", f" {first} "))
    assert "rejected" == inbox.status(first)


def test_the_owner_tells_them_apart(imgshare: RunImgshare, inbox: SmallInbox, name: str) -> None:
    """With --owner a name that several use is enough."""
    first = inbox.offer(name, inbox.one)
    second = inbox.offer("second", inbox.two, name=name)

    assert second == imgshare("accept", name, "--owner", inbox.two.project_id, "--json").json()["image_id"]
    assert ("pending", "accepted") == (inbox.status(first), inbox.status(second))


def test_none(imgshare: RunImgshare, inbox: SmallInbox, name: str) -> None:
    """What is not found is exit 6, and says where it was looked for."""
    inbox.two.make_image(name, visibility="shared")

    assert Run(
        6,
        "",
        f"imgshare: no image named '{name}' found (searched shared, own, public and hidden images)\n"
        "hint: `imgshare list --status all` shows what is shared with you; or use an image ID\n",
    ) == imgshare("accept", name)
    assert "not_found" == imgshare("accept", name, "--json").error()["reason"]


def test_what_is_shared_comes_before_ones_own(imgshare: RunImgshare, inbox: SmallInbox, name: str) -> None:
    """Who decides means the image that is shared with them; who shares means their own."""
    own = inbox.member.make_image(name, visibility="shared")
    offered = inbox.offer(name)
    inbox.member.share(own, inbox.two.project_id)

    assert offered == imgshare("accept", name, "--json").json()["image_id"]
    assert f"{inbox.two.project_id}\tpending\t" in imgshare("members", name).out


def test_an_administrator(imgshare: RunImgshare, inbox: SmallInbox, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Other people's images of the same name confuse nobody."""
    image = inbox.offer(name)
    inbox.two.make_image(name, visibility="shared")
    inbox.enter(monkeypatch, inbox.create_user("admin"))

    assert "accepted" == imgshare("accept", name, "--json").json()["status"]
    assert "accepted" == inbox.status(image)


def test_an_id_is_one_request(imgshare: RunImgshare, serve: StartService) -> None:
    """What has the form of an ID is not looked up, in whatever case."""
    for image in (IMAGE, IMAGE.upper()):
        service = serve(build_response(200, build_member(image_id=image)))
        assert 0 == imgshare("accept", image, MEMBER).code
        assert 1 == len(service.requests)
