"""`accept` only what was meant: by its owner, by its hash, when it comes, and not a second of the same name."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING

import httpx
import pexpect
import pytest

from imgshare_cli.sandbox import Sandbox
from tests.support.fake_cloud import write_config
from tests.support.fake_service import IMAGE, MEMBER, build_member, build_response
from tests.support.known_owners import know_owners
from tests.support.run import TOOL, Run, run_tool
from tests.support.terminal import run_at_terminal
from tests.support.users import create_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.fake_service import StartService
    from tests.support.large_inbox import LargeInbox
    from tests.support.run import RunImgshare
    from tests.support.small_inbox import SmallInbox

NOTHING = "hint: nothing was changed; check with the person who told you about the image\n"


@pytest.fixture
def name() -> str:
    """A name that no other image has."""
    return create_name()


def test_by_owner(imgshare: RunImgshare, inbox: SmallInbox, name: str) -> None:
    """--owner accepts what is from there, and refuses what is not before anything is changed."""
    image = inbox.offer(name)
    other = inbox.two.project_id

    assert Run(
        7, "", f"imgshare: image {image} belongs to project {inbox.one.project_id}, not {other}\n{NOTHING}"
    ) == imgshare("accept", image, "--owner", other)
    assert Run(
        7,
        "",
        f"imgshare: no image named '{name}' belongs to project {other}:\n"
        f"  {image}  owner {inbox.one.project_id}\n"
        "hint: nothing was changed; these images have that name, and `imgshare show ID` shows one\n",
    ) == imgshare("accept", name, "--owner", other)
    assert "pending" == inbox.status(image)
    assert "accepted" == imgshare("accept", image, "--owner", inbox.one.project_id, "--json").json()["status"]
    assert "accepted" == inbox.status(image)


def test_an_image_without_data(imgshare: RunImgshare, inbox: SmallInbox, name: str) -> None:
    """What has no hash yet cannot be compared, and is not accepted."""
    image = inbox.offer(name)

    assert Run(
        7,
        "",
        f"imgshare: image {image} has no hash to compare: its status is queued\n"
        "hint: its owner has not uploaded the data yet; --wait 10m waits for it; nothing was changed\n",
    ) == imgshare("accept", image, "--hash", "sha512:" + "0" * 128)
    assert "pending" == inbox.status(image)


def _assert_hash_is_checked(environ: dict[str, str], image: str) -> None:
    raw = run_tool("list", "--json", "--status", "all", environ=environ)
    digest = next(one for one in json.loads(raw.out) if one["id"] == image)["os_hash_value"]
    wrong = "0" * 128
    said = f"imgshare: image {image} has the sha512 hash {digest}, which does not match --hash\n{NOTHING}"
    assert Run(7, "", said) == run_tool("accept", image, "--hash", f"sha512:{wrong}", environ=environ)
    said = f"imgshare: image {image} has a sha512 hash, but no sha256 hash to compare\n{NOTHING}"
    assert Run(7, "", said) == run_tool("accept", image, "--hash", f"sha256:{digest[:64]}", environ=environ)
    assert "pending" == run_tool("show", image, "--json", environ=environ).json()["status"]
    accepted = run_tool("accept", image, "--hash", f"SHA512:{digest.upper()}", "--json", environ=environ)
    assert "accepted" == accepted.json()["status"]
    assert "pending" == run_tool("reset", image, "--json", environ=environ).json()["status"]


def test_by_hash_on_glance(large_inbox: LargeInbox) -> None:
    """--hash compares with `os_hash_value`, if `os_hash_algo` is the same."""
    token = large_inbox.cloud.login(large_inbox.member)
    _assert_hash_is_checked(
        {
            "IMGSHARE_ENDPOINT": large_inbox.cloud.endpoint,
            "IMGSHARE_TOKEN": token,
            "IMGSHARE_PROJECT_ID": large_inbox.project,
        },
        min(large_inbox.pending),
    )


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A sandbox with the demonstration data, and the settings to use it."""
    with Sandbox() as sandbox:
        know_owners(*(owner.project_id for owner in sandbox.owners))
        monkeypatch.setenv("IMGSHARE_ENDPOINT", sandbox.endpoint)
        monkeypatch.setenv("IMGSHARE_TOKEN", sandbox.you.token)
        monkeypatch.setenv("IMGSHARE_PROJECT_ID", sandbox.you.project_id)
        yield sandbox


def test_by_hash_on_the_sandbox(sandbox: Sandbox) -> None:
    """The embedded service has hashes, too."""
    _assert_hash_is_checked({}, next(one.image_id for one in sandbox.shares if one.status == "pending"))


@pytest.mark.parametrize("text", ["sha512", "sha512:", ":abc", "sha512:xyz", "deadbeef", "sha512=ab", ""])
def test_no_hash(imgshare: RunImgshare, serve: StartService, text: str) -> None:
    """What is no hash is exit 2, and asks nobody; an empty one is no licence to accept anything."""
    service = serve(build_response(200, build_member()))

    assert Run(
        2,
        "",
        f"imgshare: --hash {text!r} is not a valid hash\nhint: use sha512:… or sha256:…, as published with the image\n",
    ) == imgshare("accept", IMAGE, MEMBER, "--hash", text)
    assert [] == service.requests


def test_no_owner(imgshare: RunImgshare, serve: StartService) -> None:
    """An empty owner, such as of a variable that is not set, is exit 2, and asks nobody."""
    service = serve(build_response(200, build_member()))

    assert 2 == imgshare("accept", IMAGE, MEMBER, "--owner", "").code
    assert [] == service.requests


@pytest.mark.parametrize("by_name", [True, False])
def test_waiting(imgshare: RunImgshare, inbox: SmallInbox, name: str, by_name: bool) -> None:  # noqa: FBT001
    """--wait accepts what is shared a little later."""
    image = inbox.one.make_image(name, visibility="shared")
    later = threading.Timer(1.5, lambda: inbox.one.share(image, inbox.member.project_id))
    later.start()

    run = imgshare("accept", name if by_name else image, "--wait", "1m", "--json")

    later.join()
    assert "accepted" == run.json()["status"]
    assert "accepted" == inbox.status(image)


def test_waiting_for_the_right_one(imgshare: RunImgshare, inbox: SmallInbox, name: str) -> None:
    """Another project's image of the same name does not end the waiting, and is not accepted."""
    wrong = inbox.offer(name, inbox.two)
    later = threading.Timer(1.5, lambda: inbox.offer("right", inbox.one, name=name))
    later.start()

    run = imgshare("accept", name, "--owner", inbox.one.project_id, "--wait", "1m", "--json")

    later.join()
    assert inbox.images["right"] == run.json()["image_id"]
    assert ("pending", "accepted") == (inbox.status(wrong), inbox.status(inbox.images["right"]))


def test_waiting_in_vain(imgshare: RunImgshare, inbox: SmallInbox, name: str) -> None:
    """What does not come within the time is exit 6, and says how long was waited."""
    image = inbox.one.make_image(name, visibility="shared")
    started = time.monotonic()

    run = imgshare("accept", image, "--wait", "2s", "--json")

    assert 2 <= time.monotonic() - started < 20
    assert (6, "not_found") == (run.code, run.error()["code"])
    assert "waited 2 s" in run.error()["message"]
    run = imgshare("accept", name, "--wait", "1s")
    assert (6, "") == (run.code, run.out)
    assert "waited 1 s\n" in run.err


def test_nothing_to_wait_for(imgshare: RunImgshare, inbox: SmallInbox, name: str) -> None:
    """What will not change by waiting ends at once: a wrong owner of an ID, one's own image, a bad span."""
    image = inbox.offer(name)
    started = time.monotonic()

    assert 7 == imgshare("accept", image, "--owner", inbox.two.project_id, "--wait", "10m").code
    assert 2 == imgshare("accept", image, "--wait", "soon").code
    own = inbox.member.make_image(visibility="shared")
    inbox.member.share(own, inbox.two.project_id)
    assert 5 == imgshare("accept", own, inbox.two.project_id, "--wait", "10m").code
    assert time.monotonic() - started < 60


@pytest.fixture
def twins(sandbox: Sandbox) -> tuple[str, str, str]:
    """An accepted image, a pending one of the same name from another project, and that project."""
    accepted = next(one for one in sandbox.shares if one.name == "golden-ubuntu-22.04")
    [vendor] = [one for one in sandbox.owners if one.name == "vendor"]
    with httpx.Client(base_url=sandbox.endpoint, headers={"X-Auth-Token": vendor.token}, trust_env=False) as http:
        image = http.post("/v2/images", json={"name": accepted.name, "visibility": "shared"}).json()["id"]
        http.post(f"/v2/images/{image}/members", json={"member": sandbox.you.project_id}).raise_for_status()
    return accepted.image_id, image, vendor.project_id


def test_a_second_of_the_same_name(sandbox: Sandbox, twins: tuple[str, str, str]) -> None:
    """A person at a terminal is told, and asked; Enter alone means no."""
    accepted, image, vendor = twins
    [platform] = [one.project_id for one in sandbox.owners if one.name == "platform"]

    code, lines, _ = run_at_terminal(120, "accept", image, answer="n")

    assert 130 == code
    assert [
        "an image named 'golden-ubuntu-22.04' is already in the project's image list:",
        f"  {accepted}  owner {platform}",
        f"Accept {image} from project {vendor} as well? [y/N]",
    ] == [line.removesuffix(" n") for line in lines[:3]]
    assert ["imgshare: nothing was changed"] == lines[3:]
    assert "pending" == run_tool("show", image, "--json").json()["status"]
    code, lines, _ = run_at_terminal(120, "accept", image, answer="y")
    assert (0, f"✓ Accepted golden-ubuntu-22.04 ({image[:8]}) from {vendor[:8]}") == (code, lines[3])
    assert "accepted" == run_tool("show", image, "--json").json()["status"]


def test_a_question_with_names(sandbox: Sandbox, twins: tuple[str, str, str]) -> None:
    """Owners that the config file names are called by their names, beside their IDs."""
    accepted, image, vendor = twins
    [platform] = [one.project_id for one in sandbox.owners if one.name == "platform"]
    write_config(f'[owners]\nplatform = "{platform}"\nvendor = "{vendor}"\n')

    lines = run_at_terminal(160, "accept", image, answer="n").lines

    assert [
        f"  {accepted}  owner platform ({platform})",
        f"Accept {image} from project vendor ({vendor}) as well? [y/N] n",
    ] == lines[1:3]


def test_a_question_after_waiting(twins: tuple[str, str, str]) -> None:
    """Nothing turns any more while a person is asked."""
    _, image, vendor = twins

    code, lines, raw = run_at_terminal(120, "accept", image, "--wait", "5s", answer="n")

    assert (130, "imgshare: nothing was changed") == (code, lines[-1])
    assert f"Accept {image} from project {vendor} as well? [y/N] n" in lines
    assert "waiting for image" in raw
    assert "waiting for image" not in raw.partition("[y/N]")[2]


def test_nobody_to_ask(twins: tuple[str, str, str]) -> None:
    """A script is not asked, nor is a user who names the owner."""
    _, image, vendor = twins

    assert "accepted" == run_tool("accept", image, "--json").json()["status"]
    assert 0 == run_tool("reset", image).code
    code, lines, _ = run_at_terminal(80, "accept", image, "--owner", vendor)
    assert (0, [f"✓ Accepted golden-ubuntu-22.04 ({image[:8]}) from {vendor[:8]}"]) == (code, lines)


def test_it_is_no_namesake_of_its_own(sandbox: Sandbox) -> None:
    """Accepting again what is in the list already asks nobody."""
    image = next(one.image_id for one in sandbox.shares if one.name == "golden-ubuntu-22.04")

    code, lines, _ = run_at_terminal(80, "accept", image)

    assert (0, [f"✓ golden-ubuntu-22.04 ({image[:8]}) was already accepted"]) == (code, lines)


def test_another_image_than_the_one_asked_for(imgshare: RunImgshare, serve: StartService) -> None:
    """What a confused service says of another image proves nothing of this one."""
    other = IMAGE.replace("d164", "0000")
    service = serve(build_response(200, {"id": other, "owner": MEMBER}), build_response(200, build_member()))

    run = imgshare("accept", IMAGE, MEMBER, "--owner", MEMBER)

    assert (8, "") == (run.code, run.out)
    assert f"another image, {other}" in run.err
    assert ["GET"] == [request.method for request in service.requests]


def test_what_is_asked_is_clean(sandbox: Sandbox) -> None:
    """The name that somebody else gave an image does nothing to the terminal that asks about it."""
    [vendor] = [one for one in sandbox.owners if one.name == "vendor"]
    name = "\x1b]0;owned\x07[red]"
    images = []
    with httpx.Client(base_url=sandbox.endpoint, headers={"X-Auth-Token": vendor.token}, trust_env=False) as http:
        for _ in range(2):
            images.append(http.post("/v2/images", json={"name": name, "visibility": "shared"}).json()["id"])  # noqa: PERF401
        for image in images:
            http.post(f"/v2/images/{image}/members", json={"member": sandbox.you.project_id}).raise_for_status()
    assert 0 == run_tool("accept", images[0]).code

    shown = run_at_terminal(120, "accept", images[1], answer="n")

    assert 130 == shown.code
    assert "\x1b]0" not in shown.raw
    assert "owned" in shown.lines[0]


def test_a_name_of_its_own(sandbox: Sandbox) -> None:
    """Where no image of the name is there, nobody is asked."""
    image = next(one.image_id for one in sandbox.shares if one.name == "golden-debian-12")
    [platform] = [one.project_id for one in sandbox.owners if one.name == "platform"]

    code, lines, _ = run_at_terminal(80, "accept", image)

    assert (0, [f"✓ Accepted golden-debian-12 ({image[:8]}) from {platform[:8]}, 2.2 GiB"]) == (code, lines)


@pytest.mark.usefixtures("sandbox")
def test_a_spinner() -> None:
    """A user who waits at a terminal sees that something goes on and, after two seconds, for how long."""
    terminal = pexpect.spawn(TOOL, ["accept", "[red]-later", "--wait", "4s"], encoding="utf-8", timeout=30)
    terminal.expect_exact("waiting for image [red]-later to be shared")
    terminal.expect_exact("waiting for image [red]-later to be shared (2 s)")
    assert " s)" not in terminal.before
    terminal.expect_exact("waiting for image [red]-later to be shared (3 s)")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert 6 == terminal.exitstatus
