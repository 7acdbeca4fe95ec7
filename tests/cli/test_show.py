"""`show` at a terminal: the share, its image, and other images of the name; elsewhere the share alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.fake_cloud import write_config
from tests.support.fake_service import IMAGE, MEMBER, build_member, build_response
from tests.support.run import TOOL, Run, run_tool
from tests.support.scripted_images import OWNER, Page, ScriptedImageService, build_image, build_image_id
from tests.support.terminal import Terminal, run_at_terminal
from tests.support.users import create_name

if TYPE_CHECKING:
    from tests.support.fake_service import StartService
    from tests.support.small_inbox import SmallInbox

DEBIAN = "c26a7205-6924-55d2-a1a9-c6d6caeb44f2"
YOU = "7554eb872fc85cd48edb777cd123c21e"
PLATFORM = "26407f07725950ca9b3f6f08141e8c86"
HASH = (
    "d437a875a7acb81400f24485f95f6c03fad131f9c9b1a44fc528c33240d47355"
    "828c683f2e1cd9b15cfd0a11be890ec43ea1441e3c28e1f83d7fd9ae685dbf89"
)
CARD = f"""\
name     golden-debian-12
image    {DEBIAN}
status   {{status}}
member   mine ({YOU})
owner    {{owner}}
{{times}}
created  14 days ago
size     2.2 GiB
system   debian 12, linux, x86_64
hash     {{hash}}
"""


def _build_card(columns: int, *, status: str = "pending", owner: str = PLATFORM, times: str = "14 days ago") -> str:
    digest = f"sha512:{HASH}"
    folded = f"{digest[:71]}\n         {digest[71:]}" if columns == 80 else digest
    return CARD.format(status=status, owner=owner, times=f"shared   {times}", hash=folded)


@pytest.mark.usefixtures("sandbox")
@pytest.mark.parametrize("columns", [80, 200])
def test_the_whole_screen(columns: int) -> None:
    """All that a card of `review` says is shown, with the decision; what was reset is not shared just now."""
    with Terminal([TOOL, "show", DEBIAN], columns=columns) as terminal:
        terminal.wait_for_screen(_build_card(columns))
    write_config(f'[owners]\nplatform = "{PLATFORM}"\n')
    for command, status in [("reject", "rejected"), ("reset", "pending")]:
        assert 0 == run_tool(command, DEBIAN).code
        with Terminal([TOOL, "show", DEBIAN], columns=columns) as terminal:
            times = "14 days ago\nchanged  just now"
            terminal.wait_for_screen(_build_card(columns, status=status, owner=f"platform ({PLATFORM})", times=times))


@pytest.mark.parametrize("name", ["[red] {}", "数据库 {}", "\x1b]0;owned\x07{}"])
def test_the_same_name(inbox: SmallInbox, name: str) -> None:
    """Other images of the name in the project's list are shown, also where this one is in it."""
    name = name.format(create_name())
    shown_name = name.replace("\x1b", "\\u001b").replace("\x07", "\\u0007")
    image = inbox.offer(name, os_distro="[red]", architecture="数")
    own = inbox.member.make_image(name, visibility="shared")
    twin = inbox.offer("twin", inbox.one, decided="accepted", name=name)
    other = inbox.offer("other", inbox.two, decided="accepted", name=name)
    beside = {
        f"{own}  your own",
        f"{twin}  from the same owner",
        f"{other}  {inbox.two.project_id}",
    }

    for status in ("pending", "accepted"):
        shown = run_at_terminal(200, "show", image, NO_COLOR="1")

        assert 0 == shown.code
        assert [
            f"name       {shown_name}",
            f"image      {image}",
            f"status     {status}",
            f"member     mine ({inbox.member.project_id})",
            f"owner      {inbox.one.project_id}",
            "shared     just now",
            "created    just now",
            "size       -",
            "system     [red], 数",
            "hash       -",
            "data       queued: the image cannot be used now",
        ] == [line for line in shown.lines[:-3] if not line.startswith("changed")]
        assert beside == {line.removeprefix("same name").strip() for line in shown.lines[-3:]}
        assert shown.lines[-3].startswith("same name  ")
        assert "\x1b" not in shown.raw
        assert inbox.member.decide(image, inbox.member.project_id, "accepted")[0] == 200


def test_requests(service: ScriptedImageService) -> None:
    """A card takes three requests, one more for a name, whose lookup has the image; a pipe and --json take one."""
    image = build_image_id(1)
    paths = [f"/v2/images/{image}/members/{MEMBER}", f"/v2/images/{image}", "/v2/images"]
    service.list_page = lambda query: Page([build_image()] if query.get("os_hidden") != "true" else [])

    assert 0 == run_at_terminal(80, "show", image).code
    assert paths == [path for _, path, _ in service.requests]
    service.requests.clear()
    assert 0 == run_at_terminal(80, "show", "golden").code
    assert ["/v2/images", "/v2/images", paths[0], "/v2/images"] == [path for _, path, _ in service.requests]
    service.requests.clear()
    assert 0 == run_tool("show", image).code
    assert 0 == run_at_terminal(300, "show", image, "--json").code
    assert paths[:1] * 2 == [path for _, path, _ in service.requests]


@pytest.mark.parametrize("status", [403, 404])
def test_the_image_is_refused(serve: StartService, status: int) -> None:
    """Where the service does not show the image, the share is shown and the rest is left out."""
    service = serve(build_response(200, build_member()), build_response(status, {}))

    shown = run_at_terminal(80, "show", IMAGE, MEMBER, NO_COLOR="1")

    assert 0 == shown.code
    assert [
        f"image    {IMAGE}",
        "status   accepted",
        f"member   {MEMBER}",
    ] == shown.lines[:3]
    assert "note     the service does not show the image itself" == shown.lines[-1]
    assert ["shared", "changed", "note"] == [line.split()[0] for line in shown.lines[3:]]
    assert 2 == len(service.requests)


def test_a_name_whose_image_is_refused(service: ScriptedImageService) -> None:
    """What the name's lookup told is shown, and the image itself is not asked for."""
    image = build_image(os_hash_algo="sha512", os_hash_value="ab", os_distro="debian")
    service.list_page = lambda query: Page([image] if query.get("member_status") == "all" else [])
    reply = service.reply

    def refuse(method: str, path: str, query: dict[str, str], body: object) -> tuple[int, object]:
        status, content = reply(method, path, query, body)
        return 403 if path == f"/v2/images/{build_image_id(1)}" else status, content

    service.reply = refuse  # type: ignore[method-assign]

    shown = run_at_terminal(80, "show", "golden", NO_COLOR="1")

    assert 0 == shown.code
    assert {"name     golden", f"owner    {OWNER}", "system   debian", "hash     sha512:ab"} <= set(shown.lines)


def test_a_name_that_many_images_have(service: ScriptedImageService) -> None:
    """Of many images not everything is kept, so the one that is meant is asked for, or shown without the rest."""
    mine = build_image(99, owner=MEMBER, os_hash_algo="sha512", os_hash_value="ab")
    others = [build_image(number, visibility="public") for number in range(1, 30)]
    service.list_page = lambda query: Page([*others, mine] if query.get("member_status") == "all" else [])

    shown = run_at_terminal(80, "show", "golden", MEMBER, NO_COLOR="1")

    assert (0, True) == (shown.code, "hash     -" in shown.lines)
    assert [f"/v2/images/{build_image_id(99)}"] == [path for _, path, _ in service.requests if path.endswith("abcd")]


@pytest.mark.parametrize("status", [403, 404, 500])
def test_the_list_is_refused(service: ScriptedImageService, status: int) -> None:
    """Whether other images have the name is unknown where the service does not list images."""
    service.list_page = lambda _query: status

    shown = run_at_terminal(120, "show", build_image_id(1), NO_COLOR="1")

    assert (0, "same name  unknown: the service does not show the project's image list") == (
        shown.code,
        shown.lines[-1],
    )


def test_an_owner_shows_a_members_share(inbox: SmallInbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The share of another project is not called that of the user's own."""
    image = inbox.offer(create_name())
    inbox.enter(monkeypatch, inbox.one, project=False)

    shown = run_at_terminal(120, "show", image, inbox.member.project_id, NO_COLOR="1")

    assert (0, f"member   {inbox.member.project_id}") == (shown.code, shown.lines[3])


def test_a_pipe_has_the_share_alone(serve: StartService) -> None:
    """In a pipe `show` prints the five fields that it always has."""
    serve(build_response(200, build_member()))

    said = f"image_id\t{IMAGE}\nmember_id\t{MEMBER}\nstatus\taccepted\n"
    times = "created_at\t2016-09-01T02:05:14Z\nupdated_at\t2016-09-01T02:37:11Z\n"
    assert Run(0, said + times) == run_tool("show", IMAGE, MEMBER)
