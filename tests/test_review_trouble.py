"""`review` where names lie, images vanish and services fail."""

from __future__ import annotations

import re
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from imgshare_cli.cli.commands.sandbox import build_environment
from imgshare_cli.sandbox import Sandbox
from tests.contract.cast import Person
from tests.reviews import ASK, DEBIAN, LAST, OPENEULER, RED_HAT, UBUNTU, WINDOWS, panel, wrapped
from tests.run import TOOL
from tests.service import IMAGE, MEMBER, answer, share
from tests.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.service import Service

REVIEW = [TOOL, "review"]
YOU = "7554eb872fc85cd48edb777cd123c21e"
PLATFORM = "26407f07725950ca9b3f6f08141e8c86"
VENDOR = "8c27b55dadfc52b48ea1a76ed79acb0e"
WINDOWS_ID = "3c45ee06-9672-5e73-9531-1da2b8fb7900"
EVIL = "[red]\x1b]0;owned\x07\x9b2J\u202e:warning: [link=https://evil]镜像\x00"
EVIL_SHOWN = "[red]\\u001b]0;owned\\u0007\\u009b2J\\u202e:warning: [link=https://evil]镜像\\u0000"


class World:
    """The demonstration world, and everybody in it."""

    def __init__(self, sandbox: Sandbox, http: httpx.Client) -> None:
        self.sandbox = sandbox
        self.you, self.platform, self.vendor = (
            Person(http, identity.project_id, identity.token) for identity in (sandbox.you, *sandbox.owners)
        )

    def offers(self, person: Person, name: str, **description: Any) -> str:
        """Let somebody share a new image with you; return its ID."""
        image_id = person.make_image(name, **description)
        person.share(image_id, YOU)
        return image_id

    def statuses(self) -> dict[str, str]:
        """What the service thinks of what is shared with you."""
        return {share.name: share.status for share in self.sandbox.shares}


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The demonstration world, anew."""
    with Sandbox() as sandbox, httpx.Client(base_url=sandbox.endpoint, trust_env=False) as http:
        for name, value in build_environment(sandbox).items():
            monkeypatch.setenv(name, value)
        yield World(sandbox, http)


def new(name: str, image_id: str, owner: str, more: str = "") -> str:
    """What is known of an image that was shared just now, and has no data."""
    return f"""\
name     {name}
image    {image_id}
owner    {owner}
shared   just now
created  just now
size     -
system   -
hash     -
status   queued
{more}"""


def test_a_hostile_name(world: World) -> None:
    """Markup, escapes, bidi overrides and emoji codes in a name act on no terminal."""
    image_id = world.offers(world.vendor, EVIL)
    folded = EVIL_SHOWN.replace(" ", "\n         ")
    with Terminal(REVIEW) as terminal:
        terminal.shows(seen := panel(1, 7, new(folded, image_id, VENDOR)))
        terminal.types("r")
        shown = EVIL_SHOWN.replace("镜像", "镜像\n")  # the terminal's edge
        terminal.shows(seen := f"{seen}r\nrejected {shown}\n" + panel(2, 7, WINDOWS))
    assert "rejected" == world.statuses()[EVIL]


def test_long_names_push_nothing_away(world: World) -> None:
    """However long a name and a release are, what comes after them stays on the screen."""
    image_id = world.offers(world.vendor, "\x1b" * 255, os_distro="\x1b" * 255)
    with Terminal(REVIEW) as terminal:
        terminal.says(ASK.rstrip())

        assert f"\nimage    {image_id}\nowner    {VENDOR}\n" in terminal.screen
        assert "\nhash     -\nstatus   queued\n" in terminal.screen


def test_a_name_that_is_in_the_list_already(world: World) -> None:
    """An image of the same name in the project's image list is a warning that says whose it is."""
    own = world.you.make_image("debian")
    theirs = world.offers(world.platform, "debian")
    world.you.decide(theirs, YOU, "accepted")
    former = world.offers(world.vendor, "debian")
    world.you.decide(former, YOU, "accepted")
    image_id = world.offers(world.vendor, "debian")
    warning = f"""\
warning  3 images of this name are in the project's image list already:
         {former}  of the same owner
         {theirs}  {PLATFORM}
         {own}  your own
"""
    with Terminal(REVIEW) as terminal:
        terminal.shows(panel(1, 7, new("debian", image_id, VENDOR, warning)))

        assert b"\x1b[33mwarning\x1b[0m  \x1b[33m3 images" in terminal.raw
        terminal.types("a")
        terminal.says("accepted debian")
    assert "accepted" == world.statuses()["debian"]


def test_a_name_that_others_share_as_well(world: World) -> None:
    """Where several owners offer the same name, each panel warns of the others, until they are decided about."""
    twin = world.offers(world.vendor, "golden-debian-12")
    debian = DEBIAN.splitlines()[1].split()[1]
    with Terminal([*REVIEW, "--name", "golden-debian-12"]) as terminal:
        one = f"""\
warning  an image of this name is shared by others as well:
         {debian}  {PLATFORM}
"""
        terminal.shows(seen := panel(1, 2, new("golden-debian-12", twin, VENDOR, one)))
        terminal.types("s")
        other = f"""\
warning  an image of this name is shared by others as well:
         {twin}  {VENDOR}
"""
        terminal.shows(seen := f"{seen}s\nskipped golden-debian-12\n" + panel(2, 2, DEBIAN + other))
        terminal.types("u")
        terminal.shows(seen := f"{seen}u\n" + panel(1, 2, new("golden-debian-12", twin, VENDOR, one)))
        terminal.types("r")
        terminal.shows(f"{seen}r\nrejected golden-debian-12\n" + panel(2, 2, DEBIAN))


def test_unshared_before_it_is_shown(world: World) -> None:
    """What was unshared or decided about meanwhile is said in a line, and the review goes on."""
    openeuler, red_hat = (facts.splitlines()[1].split()[1] for facts in (OPENEULER, RED_HAT))
    with Terminal(REVIEW) as terminal:
        terminal.shows(seen := panel(1, 6, WINDOWS))
        world.vendor.ask("DELETE", f"/v2/images/{openeuler}/members/{YOU}")
        world.you.decide(red_hat, YOU, "accepted")
        terminal.types("s")
        gone = "数据库-openEuler-22.03 is no longer shared with you\n[red] hat enterprise linux 9 is accepted already\n"
        terminal.shows(seen := f"{seen}s\nskipped windows-server-2022\n{gone}" + panel(4, 6, UBUNTU))
        terminal.types("q")

        assert 0 == terminal.ends()
        terminal.shows(seen, "q\nskipped 1; 4 are still pending\n`imgshare review` goes on with them\n")


def test_unshared_while_it_is_shown(world: World) -> None:
    """What is unshared while a person looks at it is an error of its own: the review goes on, and ends with exit 9."""
    with Terminal([*REVIEW, "--owner", VENDOR]) as terminal:
        terminal.shows(seen := panel(1, 3, WINDOWS))
        world.vendor.ask("DELETE", f"/v2/images/{WINDOWS_ID}/members/{YOU}")
        terminal.types("a")
        error = f'cannot accept image {WINDOWS_ID} for project {YOU}: not found: "Image {WINDOWS_ID} not found."'
        terminal.shows(seen := f"{seen}a\n{wrapped(error)}\n" + panel(2, 3, OPENEULER))
        terminal.types("a")
        terminal.shows(seen := f"{seen}a\naccepted 数据库-openEuler-22.03\n" + panel(3, 3, RED_HAT))
        terminal.types("q")

        assert 9 == terminal.ends()
        failed = wrapped(f"  {error}")
        terminal.shows(
            seen,
            "q\naccepted 1, failed 1; 1 is still pending\n`imgshare review` goes on with it\n",
            f"imgshare: 1 of 3 failed:\n{failed}\n",
        )


def test_a_failure_among_many(world: World) -> None:
    """Where one of an owner's images is refused, the others are decided about all the same, and it is asked about."""
    red_hat = RED_HAT.splitlines()[1].split()[1]
    with Terminal([*REVIEW, "--owner", VENDOR]) as terminal:
        terminal.shows(panel(1, 3, WINDOWS))
        world.vendor.replace(red_hat, "visibility", "private")
        terminal.types("A")
        terminal.says("Accept all 3 from")
        terminal.types("y")
        terminal.says("accepted 2 images\ncannot accept image c9f38594-55f1-56c7-8cb5-835c2c578065 for project")
        terminal.says(LAST.rstrip())
        terminal.types("u")
        terminal.says("2 images are pending again\n1 of 3")
        world.vendor.replace(red_hat, "visibility", "shared")
        terminal.types("A")
        terminal.says("Accept all 3 from")
        terminal.types("y")
        terminal.says("accepted 3 images\nThat was the last one.")
        terminal.types("q")

        assert 0 == terminal.ends()


def test_a_refusal(world: World) -> None:
    """An image that can no longer have members is forbidden; it stays pending, as far as anybody knows."""
    with Terminal([*REVIEW, "--name", "windows*"]) as terminal:
        terminal.shows(seen := panel(1, 1, WINDOWS))
        world.vendor.replace(WINDOWS_ID, "visibility", "community")
        terminal.types("r")
        error = (
            f"cannot reject image {WINDOWS_ID} for project {YOU}: "
            f'forbidden: "Not allowed to update members for image {WINDOWS_ID}."'
        )
        terminal.shows(seen := f"{seen}r\n{wrapped(error)}\n{LAST}")
        terminal.types("q")

        assert 9 == terminal.ends()
        terminal.says("failed 1; 1 is still pending\n`imgshare review` goes on with it\nimgshare: 1 of 1 failed:\n")


def test_a_token_that_ends(world: World) -> None:
    """When the service no longer takes the token, the review ends at once with exit 4, after its sentence."""
    with Terminal(REVIEW) as terminal:
        terminal.shows(seen := panel(1, 6, WINDOWS))
        terminal.types("a")
        terminal.shows(seen := f"{seen}a\naccepted windows-server-2022\n" + panel(2, 6, OPENEULER))
        world.sandbox.revoke(world.you.token)
        terminal.types("a")

        assert 4 == terminal.ends()
        terminal.says("accepted 1; 5 are still pending\n`imgshare review` goes on with them\nimgshare: cannot accept")
    assert "accepted" == world.statuses()["windows-server-2022"]


def test_a_service_that_ends() -> None:
    """Where the service no longer answers, a panel says what it does not know, and nothing is lost."""
    with ExitStack() as service:
        sandbox = service.enter_context(Sandbox())
        with Terminal([*REVIEW, "--owner", VENDOR], build_environment(sandbox)) as terminal:
            terminal.shows(seen := panel(1, 3, WINDOWS))
            terminal.types("r")
            terminal.shows(seen := f"{seen}r\nrejected windows-server-2022\n" + panel(2, 3, OPENEULER))
            service.close()
            terminal.types("a")
            openeuler = OPENEULER.splitlines()[1].split()[1]
            error = wrapped(f"image {openeuler}: cannot reach {sandbox.endpoint}: connection refused")
            unknown = "warning  it is not known whether the project's image list has one of this name\n"
            less = RED_HAT.replace("6 days ago", "-", 1) + unknown
            terminal.shows(seen := f"{seen}a\n{error}\n" + panel(3, 3, less))
            terminal.types("u")
            less = OPENEULER.replace("5 days ago", "-", 1) + unknown
            terminal.shows(seen := f"{seen}u\n" + panel(2, 3, less))
            terminal.types("q")

            assert 0 == terminal.ends()
            terminal.shows(seen, "q\nrejected 1; 2 are still pending\n`imgshare review` goes on with them\n")


def test_what_it_asks_for(serve: Callable[..., Service], monkeypatch: pytest.MonkeyPatch) -> None:
    """Two questions for each image and one for a decision, which names the vault; IMS has words of its own."""
    image = {
        "id": IMAGE,
        "name": "full\ud800server",
        "owner": VENDOR,
        "status": "active",
        "visibility": "shared",
        "created_at": "2016-09-01T02:05:14Z",
        "__os_version": "CentOS 7.3 64bit",
        "__os_type": "Linux",
    }
    nothing = answer(200, {"images": []})
    service = serve(
        answer(200, {"images": [image]}),
        nothing,  # it is not listed with another status, so the token is no administrator's
        answer(200, {"members": [share("pending")]}),
        nothing,  # no hidden ones
        answer(200, share("pending")),
        nothing,  # no namesakes
        answer(200, share("accepted")),
    )
    monkeypatch.setenv("IMGSHARE_VAULT_ID", "vault-of-mine")
    with Terminal(REVIEW) as terminal:
        terminal.says("size     -\nsystem   CentOS 7.3 64bit, Linux\nhash     -\nAccept this image?")
        terminal.types("a")
        terminal.says(f"accepted full\\ud800server\n{LAST}".rstrip())
        terminal.types("q")

        assert 0 == terminal.ends()
    assert [
        ("GET", f"/v2/images/{IMAGE}/members/{MEMBER}", b""),
        ("GET", "/v2/images?name=full%3Fserver&limit=10", b""),
        ("PUT", f"/v2/images/{IMAGE}/members/{MEMBER}", b'{"status":"accepted","vault_id":"vault-of-mine"}'),
    ] == [(asked.method, asked.path, asked.body) for asked in service.asked[4:]]


def test_interrupted_among_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while many are decided about: the sentence counts what the service did, and the one nobody knows of."""
    with Sandbox(images=3000) as sandbox:
        for name, value in build_environment(sandbox).items():
            monkeypatch.setenv(name, value)
        with Terminal([*REVIEW, "--name", "nightly*"]) as terminal:
            terminal.says(ASK.rstrip())
            terminal.types("A")
            terminal.says("Accept all 3000 from")
            terminal.types("y")
            terminal.says("accepting 3000 images")
            terminal.types("ctrl-c")

            assert 130 == terminal.ends()
            found = re.search(r"accepted (\d+)(, interrupted 1)?; (\d+) are still pending\n", terminal.screen)
            assert found, terminal.screen
        accepted, unknown = int(found[1]), 1 if found[2] else 0
        assert 3000 == accepted + unknown + int(found[3])
        statuses = [share.status for share in sandbox.shares if share.name.startswith("nightly")]
        assert accepted <= statuses.count("accepted") <= accepted + unknown
