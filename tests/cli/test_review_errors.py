"""`review` where names lie, images vanish and services fail."""

from __future__ import annotations

import os
import re
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from imgshare_cli.cli.sandbox_settings import build_environ
from imgshare_cli.sandbox import Sandbox
from tests.support.fake_service import IMAGE, MEMBER, build_member, build_response
from tests.support.review_screens import ASK, DEBIAN, LAST, OPENEULER, RED_HAT, UBUNTU, WINDOWS, build_panel, wrap_line
from tests.support.run import TOOL
from tests.support.terminal import Terminal
from tests.support.users import User

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.fake_service import StartService

REVIEW = [TOOL, "review"]
YOU = "7554eb872fc85cd48edb777cd123c21e"
PLATFORM = "26407f07725950ca9b3f6f08141e8c86"
VENDOR = "8c27b55dadfc52b48ea1a76ed79acb0e"
WINDOWS_ID = "3c45ee06-9672-5e73-9531-1da2b8fb7900"
EVIL = "[red]\x1b]0;owned\x07\x9b2J\u202e:warning: [link=https://evil]镜像\x00"
EVIL_SHOWN = "[red]\\u001b]0;owned\\u0007\\u009b2J\\u202e:warning: [link=https://evil]镜像\\u0000"


class SandboxUsers:
    """The demonstration data of a sandbox, and its users."""

    def __init__(self, sandbox: Sandbox, http: httpx.Client) -> None:
        self.sandbox = sandbox
        self.you, self.platform, self.vendor = (
            User(http, identity.project_id, identity.token) for identity in (sandbox.you, *sandbox.owners)
        )

    def share_image(self, person: User, name: str, **description: Any) -> str:
        """Let somebody share a new image with you; return its ID."""
        image_id = person.make_image(name, **description)
        person.share(image_id, YOU)
        return image_id

    def read_statuses(self) -> dict[str, str]:
        """What the service thinks of what is shared with you."""
        return {share.name: share.status for share in self.sandbox.shares}


@pytest.fixture
def users(monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxUsers]:
    """A new sandbox with the demonstration data, and its users."""
    with Sandbox() as sandbox, httpx.Client(base_url=sandbox.endpoint, trust_env=False) as http:
        for name, value in build_environ(sandbox).items():
            monkeypatch.setenv(name, value)
        yield SandboxUsers(sandbox, http)


def format_image(name: str, image_id: str, owner: str, more: str = "") -> str:
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


def test_a_hostile_name(users: SandboxUsers) -> None:
    """Markup, escapes, bidi overrides and emoji codes in a name act on no terminal."""
    image_id = users.share_image(users.vendor, EVIL)
    folded = EVIL_SHOWN.replace(" ", "\n         ")
    with Terminal(REVIEW) as terminal:
        terminal.wait_for_screen(seen := build_panel(1, 7, format_image(folded, image_id, VENDOR)))
        terminal.press_keys("r")
        shown = EVIL_SHOWN.replace(" ", "\n")  # where the line is full
        terminal.wait_for_screen(seen := f"{seen}r\nrejected {shown}\n" + build_panel(2, 7, WINDOWS))
    assert "rejected" == users.read_statuses()[EVIL]


def test_long_names_push_nothing_away(users: SandboxUsers) -> None:
    """However long a name and a release are, what comes after them stays on the screen."""
    image_id = users.share_image(users.vendor, "\x1b" * 255, os_distro="\x1b" * 255)
    with Terminal(REVIEW) as terminal:
        terminal.wait_for_text(ASK.rstrip())

        assert f"\nimage    {image_id}\nowner    {VENDOR}\n" in terminal.screen
        assert "\nhash     -\nstatus   queued\n" in terminal.screen


def test_a_name_that_is_in_the_list_already(users: SandboxUsers) -> None:
    """An image of the same name in the project's image list is a warning that says whose it is."""
    own = users.you.make_image("debian")
    theirs = users.share_image(users.platform, "debian")
    users.you.decide(theirs, YOU, "accepted")
    former = users.share_image(users.vendor, "debian")
    users.you.decide(former, YOU, "accepted")
    image_id = users.share_image(users.vendor, "debian")
    warning = f"""\
warning  3 images with this name are already in the project's image list:
         {former}  from the same owner
         {theirs}  {PLATFORM}
         {own}  your own
"""
    with Terminal(REVIEW) as terminal:
        terminal.wait_for_screen(build_panel(1, 7, format_image("debian", image_id, VENDOR, warning)))

        assert b"\x1b[33mwarning\x1b[0m  \x1b[33m3 images" in terminal.raw
        terminal.press_keys("a")
        terminal.wait_for_text("accepted debian")
    assert "accepted" == users.read_statuses()["debian"]


def test_a_name_that_others_share_as_well(users: SandboxUsers) -> None:
    """Where several owners offer the same name, each panel warns of the others, until they are decided about."""
    twin = users.share_image(users.vendor, "golden-debian-12")
    debian = DEBIAN.splitlines()[1].split()[1]
    with Terminal([*REVIEW, "--name", "golden-debian-12"]) as terminal:
        one = f"""\
warning  an image with this name is also shared by other projects:
         {debian}  {PLATFORM}
"""
        terminal.wait_for_screen(seen := build_panel(1, 2, format_image("golden-debian-12", twin, VENDOR, one)))
        terminal.press_keys("s")
        other = f"""\
warning  an image with this name is also shared by other projects:
         {twin}  {VENDOR}
"""
        terminal.wait_for_screen(seen := f"{seen}s\nskipped golden-debian-12\n" + build_panel(2, 2, DEBIAN + other))
        terminal.press_keys("u")
        terminal.wait_for_screen(
            seen := f"{seen}u\n" + build_panel(1, 2, format_image("golden-debian-12", twin, VENDOR, one))
        )
        terminal.press_keys("r")
        terminal.wait_for_screen(f"{seen}r\nrejected golden-debian-12\n" + build_panel(2, 2, DEBIAN))


def test_unshared_before_it_is_shown(users: SandboxUsers) -> None:
    """What was unshared or decided about meanwhile is said in a line, and the review goes on."""
    openeuler, red_hat = (facts.splitlines()[1].split()[1] for facts in (OPENEULER, RED_HAT))
    with Terminal(REVIEW) as terminal:
        terminal.wait_for_screen(seen := build_panel(1, 6, WINDOWS))
        users.vendor.ask("DELETE", f"/v2/images/{openeuler}/members/{YOU}")
        users.you.decide(red_hat, YOU, "accepted")
        terminal.press_keys("s")
        gone = "数据库-openEuler-22.03 is no longer shared with you\n[red] hat enterprise linux 9 is already accepted\n"
        terminal.wait_for_screen(seen := f"{seen}s\nskipped windows-server-2022\n{gone}" + build_panel(4, 6, UBUNTU))
        terminal.press_keys("q")

        assert 0 == terminal.wait_for_exit()
        terminal.wait_for_screen(seen, "q\nskipped 1; 4 are still pending\n`imgshare review` continues with them\n")


def test_unshared_while_it_is_shown(users: SandboxUsers) -> None:
    """What is unshared while a person looks at it is an error of its own: the review goes on, and ends with exit 9."""
    with Terminal([*REVIEW, "--owner", VENDOR]) as terminal:
        terminal.wait_for_screen(seen := build_panel(1, 3, WINDOWS))
        users.vendor.ask("DELETE", f"/v2/images/{WINDOWS_ID}/members/{YOU}")
        terminal.press_keys("a")
        error = f'cannot accept image {WINDOWS_ID} for project {YOU}: not found: "Image {WINDOWS_ID} not found."'
        terminal.wait_for_screen(seen := f"{seen}a\n{wrap_line(error)}\n" + build_panel(2, 3, OPENEULER))
        terminal.press_keys("a")
        terminal.wait_for_screen(seen := f"{seen}a\naccepted 数据库-openEuler-22.03\n" + build_panel(3, 3, RED_HAT))
        terminal.press_keys("q")

        assert 9 == terminal.wait_for_exit()
        failed = wrap_line(f"  {error}")
        terminal.wait_for_screen(
            seen,
            f"q\naccepted 1, failed 1; 1 is still pending\n`imgshare review --owner {VENDOR}` continues with it\n",
            f"imgshare: 1 of 3 failed:\n{failed}\n",
        )


def test_a_failure_among_many(users: SandboxUsers) -> None:
    """Where one of an owner's images is refused, the others are decided about all the same, and it is asked about."""
    red_hat = RED_HAT.splitlines()[1].split()[1]
    with Terminal([*REVIEW, "--owner", VENDOR]) as terminal:
        terminal.wait_for_screen(build_panel(1, 3, WINDOWS))
        users.vendor.replace(red_hat, "visibility", "private")
        terminal.press_keys("A")
        terminal.wait_for_text("Accept all 3 from")
        terminal.press_keys("y")
        terminal.wait_for_text(
            "accepted 2 images\ncannot accept image c9f38594-55f1-56c7-8cb5-835c2c578065 for project"
        )
        terminal.wait_for_text(LAST.rstrip())
        terminal.press_keys("u")
        terminal.wait_for_text("2 images are pending again\n1 of 3")
        users.vendor.replace(red_hat, "visibility", "shared")
        terminal.press_keys("A")
        terminal.wait_for_text("Accept all 3 from")
        terminal.press_keys("y")
        terminal.wait_for_text("accepted 3 images\nThat was the last image.")
        terminal.press_keys("q")

        assert 0 == terminal.wait_for_exit()


def test_a_refusal(users: SandboxUsers) -> None:
    """An image that can no longer have members is forbidden; it stays pending, as far as anybody knows."""
    with Terminal([*REVIEW, "--name", "windows*"]) as terminal:
        terminal.wait_for_screen(seen := build_panel(1, 1, WINDOWS))
        users.vendor.replace(WINDOWS_ID, "visibility", "community")
        terminal.press_keys("r")
        error = (
            f"cannot reject image {WINDOWS_ID} for project {YOU}: "
            f'forbidden: "Not allowed to update members for image {WINDOWS_ID}."'
        )
        terminal.wait_for_screen(seen := f"{seen}r\n{wrap_line(error)}\n{LAST}")
        terminal.press_keys("q")

        assert 9 == terminal.wait_for_exit()
        terminal.wait_for_text(
            "failed 1; 1 is still pending\n`imgshare review --name 'windows*'` continues with it\n"
            "imgshare: 1 of 1 failed:\n"
        )


def test_a_token_that_ends(users: SandboxUsers) -> None:
    """When the service no longer takes the token, the review ends at once with exit 4, after its sentence."""
    with Terminal(REVIEW) as terminal:
        terminal.wait_for_screen(seen := build_panel(1, 6, WINDOWS))
        terminal.press_keys("a")
        terminal.wait_for_screen(seen := f"{seen}a\naccepted windows-server-2022\n" + build_panel(2, 6, OPENEULER))
        users.sandbox.revoke_token(users.you.token)
        terminal.press_keys("a")

        assert 4 == terminal.wait_for_exit()
        terminal.wait_for_text(
            "accepted 1; 5 are still pending\n`imgshare review` continues with them\nimgshare: cannot accept"
        )
    assert "accepted" == users.read_statuses()["windows-server-2022"]


def test_a_service_that_ends() -> None:
    """Where the service no longer answers, a panel says what it does not know, and nothing is lost."""
    with ExitStack() as service:
        sandbox = service.enter_context(Sandbox())
        with Terminal([*REVIEW, "--owner", VENDOR], build_environ(sandbox)) as terminal:
            terminal.wait_for_screen(seen := build_panel(1, 3, WINDOWS))
            terminal.press_keys("r")
            terminal.wait_for_screen(seen := f"{seen}r\nrejected windows-server-2022\n" + build_panel(2, 3, OPENEULER))
            service.close()
            terminal.press_keys("a")
            openeuler = OPENEULER.splitlines()[1].split()[1]
            error = wrap_line(f"image {openeuler}: cannot reach {sandbox.endpoint}: connection refused")
            unknown = "warning  cannot check whether the project's image list has this name already\n"
            less = RED_HAT.replace("6 days ago", "-", 1) + unknown
            terminal.wait_for_screen(seen := f"{seen}a\n{error}\n" + build_panel(3, 3, less))
            terminal.press_keys("u")
            less = OPENEULER.replace("5 days ago", "-", 1) + unknown
            terminal.wait_for_screen(seen := f"{seen}u\n" + build_panel(2, 3, less))
            terminal.press_keys("q")

            assert 0 == terminal.wait_for_exit()
            terminal.wait_for_screen(
                seen, f"q\nrejected 1; 2 are still pending\n`imgshare review --owner {VENDOR}` continues with them\n"
            )


def test_what_it_asks_for(serve: StartService, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two questions for each image and one for a decision, which names no vault; IMS has words of its own."""
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
    nothing = build_response(200, {"images": []})
    service = serve(
        build_response(200, {"images": [image]}),
        nothing,  # it is not listed with another status, so the token is no administrator's
        build_response(200, {"members": [build_member("pending")]}),
        nothing,  # no hidden ones
        build_response(200, build_member("pending")),
        nothing,  # no namesakes
        build_response(200, build_member("accepted")),
    )
    monkeypatch.setenv("IMGSHARE_VAULT_ID", "vault-of-mine")
    with Terminal(REVIEW) as terminal:
        terminal.wait_for_text("size     -\nsystem   CentOS 7.3 64bit, Linux\nhash     -\nAccept this image?")
        terminal.press_keys("a")
        terminal.wait_for_text(f"accepted full\\ud800server\n{LAST}".rstrip())
        terminal.press_keys("q")

        assert 0 == terminal.wait_for_exit()
    assert [
        ("GET", f"/v2/images/{IMAGE}/members/{MEMBER}", b""),
        ("GET", "/v2/images?name=full%3Fserver&limit=10", b""),
        ("PUT", f"/v2/images/{IMAGE}/members/{MEMBER}", b'{"status":"accepted"}'),
    ] == [(request.method, request.path, request.body) for request in service.requests[4:]]


def test_interrupted_among_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while many are decided about: the sentence counts what the service did, and the one nobody knows of."""
    with Sandbox(images=3000) as sandbox:
        for name, value in build_environ(sandbox).items():
            monkeypatch.setenv(name, value)
        with Terminal([*REVIEW, "--name", "nightly*"]) as terminal:
            terminal.wait_for_text(ASK.rstrip())
            terminal.press_keys("A")
            terminal.wait_for_text("Accept all 3000 from")
            terminal.press_keys("y")
            terminal.wait_for_text("accepting 3000 images")
            terminal.press_keys("ctrl-c")

            assert 130 == terminal.wait_for_exit()
            found = re.search(r"accepted (\d+)(, interrupted 1)?; (\d+) are still pending\n", terminal.screen)
            assert found, terminal.screen
        accepted, unknown = int(found[1]), 1 if found[2] else 0
        assert 3000 == accepted + unknown + int(found[3])
        statuses = [share.status for share in sandbox.shares if share.name.startswith("nightly")]
        assert accepted <= statuses.count("accepted") <= accepted + unknown


def test_interrupted_while_a_job_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while a job of IMS is waited for ends the review, and names the job."""
    with Sandbox(flavor="ims", native_gone=True, job_seconds=60) as sandbox:
        for name, value in build_environ(sandbox).items():
            monkeypatch.setenv(name, value)
        jobs = Path(os.environ["XDG_STATE_HOME"], "imgshare", "jobs")
        with Terminal(REVIEW) as terminal:
            terminal.wait_for_text(ASK.rstrip())
            terminal.press_keys("a")
            while not any('"job": "' in file.read_text() for file in jobs.glob("[!.]*.json")):
                time.sleep(0.05)  # until its ID is kept
            terminal.press_keys("ctrl-c")

            assert 130 == terminal.wait_for_exit()
            assert re.search(r"interrupted 1; \d+ are still pending\n", terminal.screen), terminal.screen
            assert re.search(r"imgshare: interrupted: job [0-9a-f]{32} goes on\n", terminal.screen), terminal.screen
