"""The first image that is accepted from an owner: who is asked, what is said, and what is remembered."""

from __future__ import annotations

import json
import multiprocessing
import os
import stat
import time
from typing import TYPE_CHECKING

import pytest

from imgshare_cli.shares.known_owners import MAX_OWNERS, remember_owners
from tests.support.fake_cloud import write_clouds
from tests.support.fake_service import IMAGE
from tests.support.fleet_cloud import FleetCloud, build_project_id
from tests.support.known_owners import get_owners_file, know_owners, read_owners
from tests.support.run import TOOL, run_tool
from tests.support.scripted_images import OWNER, Page, ScriptedImageService, build_image, build_image_id
from tests.support.terminal import Shown, Terminal, run_at_terminal
from tests.support.user_files import UserFiles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imgshare_cli.sandbox import Sandbox

NAME = "Name for this owner, for lists, rules and --owner (Enter for none): "
VENDOR = "b" * 32


@pytest.fixture(autouse=True)
def unknown_owner(request: pytest.FixtureRequest) -> None:
    """Nothing was accepted before, whatever the other fixtures say."""
    for name in {"sandbox", "service"} & set(request.fixturenames):
        request.getfixturevalue(name)
    get_owners_file().unlink(missing_ok=True)


def _accept(*argv: str, answers: tuple[str, ...], columns: int = 200, **environ: str) -> Shown:
    """Accept at a terminal, and answer its questions in order."""
    with Terminal([TOOL, "accept", *argv], {"NO_COLOR": "1", **environ}, columns=columns) as terminal:
        for question, answer in zip(("[y/N]", "(Enter for none):", "(Enter for none):"), answers, strict=False):
            terminal.wait_for(lambda question=question: terminal.screen.rstrip().endswith(question))  # type: ignore[misc]
            terminal.press_keys(f"{answer}\r")
        code = terminal.wait_for_exit()
        return Shown(code, [line for line in terminal.screen.split("\n") if line], terminal.raw.decode())


def _get_share(sandbox: Sandbox, name: str) -> tuple[str, str]:
    """The ID of a demo image, and its owner."""
    image = next(one for one in sandbox.shares if one.name == name).image_id
    shown = json.loads(run_tool("list", "--json", "--status", "all").out)
    return image, next(str(one["owner"]) for one in shown if one["id"] == image)


@pytest.mark.parametrize(
    ("name", "size"),
    [("golden-debian-12", "2.2"), ("[red] hat enterprise linux 9", "3.8"), ("数据库-openEuler-22.03", "4.6")],
)
@pytest.mark.parametrize("columns", [80, 200])
def test_a_name(sandbox: Sandbox, name: str, size: str, columns: int) -> None:
    """By name, a person is asked once for each owner, and may name it; the next image of that owner is no question."""
    image, owner = _get_share(sandbox, name)
    quoted = f"'{name}'" if " " in name else name

    shown = _accept(name, answers=("y", ""), columns=columns)

    accepted = f"✓ Accepted {quoted} ({image[:8]}) from {owner[:8]}, {size} GiB"
    assert (0, [owner]) == (shown.code, read_owners())
    assert (
        f"no image from project {owner} was accepted here before Accept {image} from project {owner}? [y/N] y "
        f"{NAME}{accepted}"
    ) == " ".join(shown.lines)
    run_tool("reset", image)
    assert [accepted] == run_at_terminal(200, "accept", name).lines


def test_a_name_for_the_owner(sandbox: Sandbox) -> None:
    """The name is checked like one in the config file, and then used."""
    image, owner = _get_share(sandbox, "golden-debian-12")
    run_tool("config", "set", "owners.vendor", VENDOR)

    shown = _accept("golden-debian-12", answers=("y", "vendor", "platform"))

    assert [
        f"{NAME}vendor",
        f"'vendor' is the name of project {VENDOR}",
        f"{NAME}platform",
        f"✓ Accepted golden-debian-12 ({image[:8]}) from {owner[:8]}, 2.2 GiB",
        f"project {owner} is now called platform",
    ] == shown.lines[2:]
    assert f"owners.vendor={VENDOR}\nowners.platform={owner}\n" == run_tool("config", "list").out
    run_tool("reset", image)
    get_owners_file().unlink()
    assert [f"✓ Accepted golden-debian-12 ({image[:8]}) from platform, 2.2 GiB"] == run_at_terminal(
        200, "accept", "golden-debian-12"
    ).lines


@pytest.mark.parametrize("name", ["mine", "a b", "5bd2a8f1d4e34f0c9a7a63a1c1f0e7b2", "[red]", "x" * 31])
def test_a_name_that_no_owner_can_have(service: ScriptedImageService, name: str) -> None:
    """It is asked for again."""
    service.list_page = lambda query: Page([build_image()] if query.get("member_status") else [])

    shown = _accept("golden", answers=("y", name, ""))

    hint = "use letters, digits, - and _, begin with a letter, and neither 'mine' nor a project ID"
    assert (0, f"{name!r} is not a name for an owner: {hint}") == (shown.code, shown.lines[3])


def test_no(sandbox: Sandbox) -> None:
    """A no changes nothing, and the owner is as unknown as before."""
    image, owner = _get_share(sandbox, "golden-debian-12")

    shown = _accept("golden-debian-12", answers=("n",))

    assert (130, "imgshare: nothing was changed") == (shown.code, shown.lines[-1])
    assert "pending" == run_tool("show", image, "--json").json()["status"]
    assert not get_owners_file().exists()
    assert (
        f"no image from project {owner} was accepted here before"
        == _accept("golden-debian-12", answers=("n",)).lines[0]
    )


def test_one_question_for_two_reasons(service: ScriptedImageService) -> None:
    """An image of a known name from an owner nobody has met is one question."""
    service.list_page = lambda query: Page(
        [build_image(1 if query.get("member_status") else 2, owner=OWNER if query.get("member_status") else VENDOR)]
    )

    shown = _accept("golden", answers=("n",))

    assert [
        "an image named 'golden' is already in the project's image list:",
        f"  {build_image_id(2)}  owner {VENDOR}",
        f"no image from project {OWNER} was accepted here before",
        f"Accept {build_image_id(1)} from project {OWNER} as well? [y/N] n",
        "imgshare: nothing was changed",
    ] == shown.lines


def test_a_whole_id(sandbox: Sandbox) -> None:
    """By ID nothing is asked: the answer says that this is the first image, once, and how to name the owner."""
    image, owner = _get_share(sandbox, "golden-debian-12")
    second, _ = _get_share(sandbox, "ubuntu-24.04-minimal")

    first = run_at_terminal(200, "accept", image)

    assert [
        f"✓ Accepted golden-debian-12 ({image[:8]}) from {owner[:8]}, 2.2 GiB",
        f"first image accepted from project {owner}; `imgshare config set owners.NAME {owner}` gives it a name",
    ] == first.lines
    assert 1 == len(run_at_terminal(200, "accept", second).lines)
    assert [owner] == read_owners()


UNASKED = [
    (("--yes",), {}, True),
    (("--no-input",), {}, True),
    ((), {"CI": "true"}, True),
    ((), {"IMGSHARE_NO_INPUT": "1"}, True),
    (("--owner", "OWNER"), {}, False),
]


@pytest.mark.parametrize(("options", "environ", "says_so"), UNASKED, ids=str)
def test_who_is_not_asked(
    sandbox: Sandbox, options: tuple[str, ...], environ: dict[str, str], *, says_so: bool
) -> None:
    """Who wants no question gets none, and the line instead, unless the owner was given."""
    image, owner = _get_share(sandbox, "golden-debian-12")
    options = tuple(owner if option == "OWNER" else option for option in options)

    shown = run_at_terminal(200, "accept", "golden-debian-12", *options, **environ)

    line = f"first image accepted from project {owner}; `imgshare config set owners.NAME {owner}` gives it a name"
    accepted = f"✓ Accepted golden-debian-12 ({image[:8]}) from {owner[:8]}, 2.2 GiB"
    assert (0, [accepted, *([line] if says_so else [])]) == (shown.code, shown.lines)
    assert [owner] == read_owners()


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_script(sandbox: Sandbox, options: tuple[str, ...]) -> None:
    """A script is neither asked nor told; what it accepted by name is remembered."""
    _, owner = _get_share(sandbox, "golden-debian-12")

    run = run_tool("accept", "golden-debian-12", *options)

    assert (0, "") == (run.code, run.err)
    assert [owner] == read_owners()


def test_a_script_with_an_id(service: ScriptedImageService) -> None:
    """It still takes one request, from which the owner is not known."""
    assert 0 == run_tool("accept", build_image_id(1), "--json").code
    assert ["PUT"] == [method for method, _, _ in service.requests]
    assert not get_owners_file().exists()


def test_what_is_accepted_already(service: ScriptedImageService) -> None:
    """An image that is accepted already makes its owner no new one: there is no question, and no line."""
    service.status = "accepted"
    service.list_page = lambda query: Page([build_image()] if query.get("member_status") else [])

    shown = run_at_terminal(200, "accept", "golden")

    assert (0, [f"✓ golden ({build_image_id(1)[:8]}) was already accepted"]) == (shown.code, shown.lines)
    assert [OWNER] == read_owners()


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[FleetCloud]:
    """A cloud whose user may enter three projects."""
    with FleetCloud() as cloud:
        write_clouds(monkeypatch, prod=cloud.entry())
        monkeypatch.setenv("OS_CLOUD", "prod")
        yield cloud


@pytest.mark.parametrize(("number", "lines"), [(1, 1), (7, 2)])
def test_a_project_of_ones_own(cloud: FleetCloud, number: int, lines: int) -> None:
    """Who may enter the owner's project, as Keystone says, knows that owner."""
    owner = build_project_id(number)
    cloud.images = [build_image(1, owner=owner)]

    shown = run_at_terminal(200, "accept", build_image_id(1))

    assert (0, lines) == (shown.code, len(shown.lines))


def test_a_keystone_that_does_not_answer(cloud: FleetCloud) -> None:
    """An identity service that does not say whose the projects are delays an accept for seconds, and fails nothing."""
    owner = build_project_id(7)
    cloud.images = [build_image(1, owner=owner)]
    cloud.list_seconds = 30

    began_at = time.monotonic()
    shown = run_at_terminal(200, "accept", build_image_id(1))

    assert (0, 2, f"first image accepted from project {owner}") == (
        shown.code,
        len(shown.lines),
        shown.lines[-1].partition(";")[0],
    )
    assert time.monotonic() - began_at < 12


def test_a_review(sandbox: Sandbox) -> None:
    """The owners of what a review accepted are known from then on."""
    _, owner = _get_share(sandbox, "golden-debian-12")
    with Terminal([TOOL, "review", "--name", "golden-debian-12"], {"NO_COLOR": "1"}) as terminal:
        terminal.wait_for_text("[a,r,s,A,R,u,q,?]")
        terminal.press_keys("a")
        terminal.wait_for_text("[q,u]")
        terminal.press_keys("q")
        assert 0 == terminal.wait_for_exit()

    assert [owner] == read_owners()


@pytest.mark.parametrize(("command", "expected"), [("accept", 2), ("reject", 0)])
def test_a_batch(sandbox: Sandbox, command: str, expected: int) -> None:
    """A batch adds those whose images it accepted, at its end."""
    options = ["--any-owner"] if command == "accept" else []
    assert 0 == run_tool(command, "--all", "--yes", *options).code

    known = read_owners() if get_owners_file().exists() else []
    assert expected == len(known)
    assert set(known) <= {owner.project_id for owner in sandbox.owners}


def test_the_file(sandbox: Sandbox) -> None:
    """Only its owner reads it; it keeps the newest thousand, and is written where something is new."""
    know_owners(*(build_project_id(number) for number in range(MAX_OWNERS)))
    _, owner = _get_share(sandbox, "golden-debian-12")

    assert 0 == run_tool("accept", "golden-debian-12").code

    path = get_owners_file()
    assert [*(build_project_id(number) for number in range(1, MAX_OWNERS)), owner] == read_owners()
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    before = path.stat()
    assert 0 == run_tool("accept", "golden-debian-12").code
    assert before.st_ino == path.stat().st_ino


@pytest.mark.parametrize("content", ["", "{}", "[1, null]", "[" * 100_000, '{"a": []}', "\x00"])
def test_a_damaged_file(service: ScriptedImageService, content: str) -> None:
    """Whatever the file holds, an owner that is not in it is new, and is added."""
    know_owners()
    get_owners_file().write_text(content)

    shown = run_at_terminal(200, "accept", build_image_id(1))

    assert (0, 2) == (shown.code, len(shown.lines))
    assert [OWNER] == read_owners()
    assert 1 == len(service.decided)


def test_a_folder_that_cannot_be_written(service: ScriptedImageService) -> None:
    """An owner that cannot be remembered stops nothing."""
    folder = UserFiles().state
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir()
    folder.rmdir()
    folder.write_text("")

    assert 0 == run_at_terminal(200, "accept", build_image_id(1)).code
    assert 1 == len(service.decided)


def _remember(number: int) -> None:
    remember_owners([build_project_id(number)], os.environ)


def test_many_at_once() -> None:
    """Runs that end at the same time all add their owners."""
    with multiprocessing.get_context("fork").Pool(8) as pool:
        pool.map(_remember, range(40))

    assert {build_project_id(number) for number in range(40)} == set(read_owners())
    assert 40 == len(json.loads(get_owners_file().read_text()))


def test_an_owner_that_is_no_project_id(service: ScriptedImageService) -> None:
    """What a service calls an owner may be any text: it is shown cleaned, and cannot be named."""
    service.image = lambda image: build_image(id=image, owner="a\x1b[2J`b")

    shown = run_at_terminal(200, "accept", IMAGE)

    assert "first image accepted from project a\\u001b[2J'b" == shown.lines[-1]
