"""The beginning of an ID as IMAGE: it means the one image that a list has shown, or nothing is done."""

from __future__ import annotations

import json
import re
import shlex
import uuid
from typing import TYPE_CHECKING

import pytest

from tests.support.fake_service import MEMBER, build_member
from tests.support.last_list import find_list_files
from tests.support.run import Run
from tests.support.scripted_images import OWNER, Page, ScriptedImageService, build_image, build_image_id
from tests.support.terminal import run_at_terminal
from tests.support.vault_service import VAULT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from tests.support.run import RunImgshare
    from tests.support.small_inbox import SmallInbox

ONE, TWO = build_image_id(1), build_image_id(2)
EVIL = ONE.replace("abcd-4000", "abce-4000")  # its creator chose an ID that begins with the same 8 digits
PREFIX = ONE[:8]


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedImageService]:
    """A service with two pending images."""
    with ScriptedImageService() as service:
        service.enter(monkeypatch)
        _list(service, build_image(1, name="one"), build_image(2, name="two"))
        yield service


def _list(service: ScriptedImageService, *rows: dict[str, Any]) -> None:
    service.list_page = lambda query: Page(
        [row for row in rows if query.get("name") in {None, row["name"]}]
        if query.get("member_status") in {"pending", "all"} and query["os_hidden"] == "false"
        else []
    )


def _create_ids() -> tuple[str, str]:
    """Create two IDs that begin with the same 8 digits."""
    one = str(uuid.uuid4())
    return one, one[:8] + str(uuid.uuid4())[8:]


def _get_command(hint: str) -> list[str]:
    return shlex.split(hint.split("`")[1])[1:]


def test_what_a_list_has_shown(imgshare: RunImgshare, inbox: SmallInbox) -> None:
    """A prefix that a list has shown will do at a terminal; to look, also in a script; not in capitals."""
    image = inbox.offer("prefixed", id=f"abc{str(uuid.uuid4())[3:]}")
    [_, row, *_] = run_at_terminal(80, "list", "--name", "prefixed").lines
    prefix = row.split()[0]
    assert image[:8] == prefix

    assert image == imgshare("show", prefix, "--json").json()["image_id"]
    for capitals in (imgshare("show", prefix.upper()), run_at_terminal(200, "accept", prefix.upper())):
        assert 6 == capitals.code
    assert "pending" == inbox.status(image)
    assert 0 == imgshare("members", prefix).code
    for command, status in (("accept", "accepted"), ("reset", "pending"), ("reject", "rejected")):
        assert 0 == run_at_terminal(80, command, prefix).code
        assert status == inbox.status(image)


def test_what_no_list_has_shown(service: ScriptedImageService) -> None:
    """At a terminal a prefix that no image of the last list has is said to be that."""
    assert 0 == run_at_terminal(80, "list").code

    shown = run_at_terminal(200, "accept", "cfdb5b5f")

    listed = "`imgshare list --status all --long` shows whole IDs"
    assert (6, f"hint: no image of the last list begins with 'cfdb5b5f'; {listed}") == (shown.code, shown.lines[-1])
    assert [] == service.decided


def test_a_name_in_two_words(imgshare: RunImgshare, service: ScriptedImageService) -> None:
    """A name with a space that was typed without quotes is found, with a command that can be pasted."""
    _list(service, build_image(1, name="my image"))
    assert 0 == imgshare("list").code

    run = imgshare("accept", "my", "image")

    hint = f"hint: did you mean `imgshare accept {ONE}` ('my image', owner {OWNER})?"
    assert (6, hint) == (run.code, run.err.splitlines()[-1])
    assert 0 == imgshare(*_get_command(run.err)).code
    assert [ONE] == service.decided


def test_a_typing_error_in_the_name_of_two(imgshare: RunImgshare, service: ScriptedImageService) -> None:
    """Where several images have the name that was meant, each is suggested by its ID, with its owner."""
    _list(service, build_image(1, name="golden"), build_image(2, name="golden", owner="0" * 32))
    assert 0 == imgshare("list").code

    run = imgshare("accept", "golden-1")

    first = f"`imgshare accept {ONE}` ('golden', owner {OWNER})"
    second = f"`imgshare accept {TWO}` ('golden', owner {'0' * 32})"
    assert (6, f"hint: did you mean {first} or {second}?") == (run.code, run.err.splitlines()[-1])


def test_a_script_needs_the_whole_id(imgshare: RunImgshare, inbox: SmallInbox) -> None:
    """In a script a prefix is no ID: exit 6, nothing changes, and the command in the hint does it."""
    image = inbox.offer("scripted", id=str(uuid.uuid4()))
    assert 0 == run_at_terminal(80, "list", "--name", "scripted").code

    run = imgshare("accept", image[:8], inbox.member.project_id)

    command = f"`imgshare accept {image} {inbox.member.project_id}` ('scripted', owner {inbox.one.project_id})"
    assert (
        Run(
            6,
            "",
            f"imgshare: no image named '{image[:8]}' found (searched shared, own, public and hidden images)\n"
            f"hint: the whole ID is needed here: {command}\n",
        )
        == run
    )
    assert "pending" == inbox.status(image)
    assert 0 == imgshare(*_get_command(run.err)).code
    assert "accepted" == inbox.status(image)


@pytest.mark.parametrize("name", ["数据库-openEuler-22.03", "g\u043elden"])
def test_a_name_in_another_alphabet(imgshare: RunImgshare, service: ScriptedImageService, name: str) -> None:
    """A hint about an ID shows the image's name as it is: there is no name that it could be mistaken for."""
    _list(service, build_image(1, name=name))
    assert 0 == imgshare("list").code

    lost = ONE.replace("abcd-4000", "abd-4000")
    hints = [imgshare("accept", text, "--json").error()["hint"] for text in (PREFIX, PREFIX[:7], lost)]

    command = f"`imgshare accept {ONE} --json` ({name!r}, owner {OWNER})"
    assert [
        f"the whole ID is needed here: {command}",
        f"the beginning of an ID needs at least 8 characters: did you mean {command}?",
        f"did you mean {command}?",
    ] == hints
    shown = run_at_terminal(200, "accept", PREFIX, "--no-input", LANG="C.UTF-8")
    assert (
        f"hint: the whole ID is needed here: `imgshare accept {ONE} --no-input` ({name!r}, owner {OWNER})"
        == (shown.lines[-1])
    )


def test_two_images_with_one_prefix(imgshare: RunImgshare, inbox: SmallInbox) -> None:
    """What two images of the list have is exit 2 and lists both; the longer prefix of the list tells them apart."""
    one, two = _create_ids()
    for image in (one, two):
        inbox.offer(f"twin-{one[:8]}", id=image)
    shown = [line.split()[0] for line in run_at_terminal(80, "list", "--name", f"twin-{one[:8]}").lines[1:3]]
    assert {one, two} == {image for image in (one, two) for prefix in shown if image.startswith(prefix)}
    assert [one[: len(shown[0])] in shown, two[: len(shown[0])] in shown] == [True, True]

    ambiguous = imgshare("show", one[:8])
    refused = run_at_terminal(200, "accept", one[:8])
    assert (2, 2) == (ambiguous.code, refused.code)
    assert f"imgshare: 2 images have '{one[:8]}' as their name or at the beginning of their ID:" == refused.lines[0]
    about = f"'twin-{one[:8]}'  {inbox.one.project_id[:8]}  AGE  -  pending, queued"
    assert {f"  {image}  {about}" for image in (one, two)} == {
        re.sub(r"\b\d+s +-", "AGE  -", line) for line in refused.lines[1:3]
    }
    assert "hint: use the whole ID of the one you mean: `imgshare accept ID`" == refused.lines[3]
    assert 0 == run_at_terminal(80, "accept", two[: len(shown[0])]).code
    assert ("pending", "accepted") == (inbox.status(one), inbox.status(two))


def test_a_name_that_is_a_prefix(imgshare: RunImgshare, inbox: SmallInbox) -> None:
    """What somebody has named like the beginning of an ID is exit 2: both are listed, and neither is decided."""
    image = inbox.offer("victim", id=str(uuid.uuid4()))
    assert 0 == run_at_terminal(80, "list", "--name", "victim").code
    evil = inbox.offer(image[:8], inbox.two)

    refused = run_at_terminal(200, "accept", image[:8])

    assert 2 == refused.code
    assert {
        f"  {image}  'victim'    {inbox.one.project_id[:8]}  AGE  -  pending, queued",
        f"  {evil}  {image[:8]!r}  {inbox.two.project_id[:8]}  AGE  -  pending, queued",
    } == {re.sub(r"\b\d+s +-", "AGE  -", line) for line in refused.lines[1:3]}
    assert ("pending", "pending") == (inbox.status(image), inbox.status(evil))
    # A script has no prefixes, so there it is a name and nothing else.
    assert evil == imgshare("accept", image[:8], "--json").json()["image_id"]


def test_an_image_that_comes_after_the_list(service: ScriptedImageService) -> None:
    """A prefix means what the user saw, whatever else has it by now; once that is listed, it means neither."""
    assert 0 == run_at_terminal(80, "list").code
    _list(service, build_image(id=EVIL, name="evil"), build_image(1, name="one"), build_image(2, name="two"))

    assert 0 == run_at_terminal(80, "accept", PREFIX).code
    assert [ONE] == service.decided
    [_, first, second, *_] = run_at_terminal(80, "list").lines
    assert [EVIL[:13], ONE[:13]] == [first.split()[0], second.split()[0]]
    assert 2 == run_at_terminal(80, "accept", PREFIX).code
    assert [ONE] == service.decided


def test_a_list_that_nobody_saw(imgshare: RunImgshare, service: ScriptedImageService) -> None:
    """What a script has listed is no list that a user saw: it can make a prefix ambiguous, never give it a meaning."""
    assert 0 == imgshare("list").code
    shown = run_at_terminal(200, "accept", PREFIX, MEMBER)
    hint = f"hint: the whole ID is needed here: `imgshare accept {ONE} {MEMBER}` ('one', owner {OWNER})"
    assert (6, hint) == (shown.code, shown.lines[-1])
    assert ONE in imgshare("show", PREFIX).out
    assert 0 == run_at_terminal(80, "list").code
    _list(service, build_image(id=EVIL, name="evil"))
    assert 0 == imgshare("list", "--json").code

    assert 2 == run_at_terminal(80, "accept", PREFIX).code
    assert [] == service.decided


@pytest.mark.parametrize("columns", [80, 200])
def test_what_is_known_of_two(imgshare: RunImgshare, service: ScriptedImageService, columns: int) -> None:
    """Each image of a prefix has a line like those of a name; what the service does not show now has a dash."""
    rows = [build_image(1, name="数据库-openEuler"), build_image(id=EVIL, name="[red] hat"), build_image(2)]
    _list(service, *rows)
    assert 0 == run_at_terminal(80, "list").code
    service.image = lambda image: build_image(id=image, name="[red] hat", created_at="1990-01-01T00:00:00Z")
    reply = service.reply
    service.reply = lambda method, path, query, body: (  # type: ignore[method-assign]
        (404, {}) if path == f"/v2/images/{ONE}" else reply(method, path, query, body)
    )

    shown = run_at_terminal(columns, "accept", PREFIX)
    refused = imgshare("show", PREFIX, "--json").error()["message"]

    gap = "\n    " if columns == 80 else "  "
    one = f"  {ONE}{gap}'数据库-openEuler'  {OWNER[:8]}  -    -        -"
    evil = f"  {EVIL}{gap}'[red] hat'         {OWNER[:8]}  AGE  1.0 KiB  pending"
    said = "\n".join(re.sub(r"\b\d+y\b", "AGE", line) for line in shown.lines)
    assert 2 == shown.code
    assert f"ID:\n{one}\n{evil}\nhint: use the whole ID" in said
    assert (
        f"2 images have '{PREFIX}' as their name or at the beginning of their ID: "
        f"{ONE} ('数据库-openEuler', owner {OWNER}), {EVIL} ('[red] hat', owner {OWNER}, 1.0 KiB, pending)"
    ) == refused
    assert [] == service.decided


def test_a_list_in_another_terminal(service: ScriptedImageService) -> None:
    """A list that shows only the other image of a prefix does not give it that meaning: both are listed."""
    assert 0 == run_at_terminal(80, "list").code
    _list(service, build_image(id=EVIL, name="evil"), build_image(1, name="one"), build_image(2, name="two"))
    assert 0 == run_at_terminal(80, "list", "--name", "evil").code

    shown = run_at_terminal(120, "accept", PREFIX)

    assert 2 == shown.code
    assert {ONE, EVIL} == {line.split()[0] for line in shown.lines[1:3]}
    assert [] == service.decided


def test_an_image_that_is_waited_for(service: ScriptedImageService) -> None:
    """With --wait, IMAGE is an image to come, so nothing that a list has shown is taken for it."""
    assert 0 == run_at_terminal(80, "list").code

    shown = run_at_terminal(200, "accept", PREFIX, "--wait", "1h")

    hint = f"hint: the whole ID is needed here: `imgshare accept {ONE} --wait 1h` ('one', owner {OWNER})"
    assert (6, hint) == (shown.code, shown.lines[-1])
    assert [] == service.decided


@pytest.mark.parametrize("options", [[], ["--owner", OWNER], ["--yes", "--json"]], ids=str)
def test_a_script_that_waits_for_a_prefix(
    imgshare: RunImgshare, service: ScriptedImageService, options: list[str]
) -> None:
    """A script learns at once that a prefix needs its whole ID, with all that it typed, and does not wait for it."""
    assert 0 == imgshare("list").code

    run = imgshare("accept", PREFIX, "--wait", "1h", *options)

    error = run.err if "--json" not in options else f"{json.loads(run.err)['error']['hint']}"
    assert 6 == run.code
    assert f"the whole ID is needed here: `imgshare accept {ONE} " in error
    assert {ONE, "--wait", "1h", *options} <= {*_get_command(error)}
    assert 0 == imgshare(*_get_command(error)).code
    assert [ONE] == service.decided


def test_a_script_that_waits_for_one_of_two(imgshare: RunImgshare, service: ScriptedImageService) -> None:
    """The prefix of several known images is not waited for either."""
    _list(service, build_image(id=EVIL, name="evil"), build_image(1, name="one"))
    assert 0 == imgshare("list").code

    run = imgshare("accept", PREFIX, "--wait", "1h")

    hint = "hint: an ID must be whole here, and `imgshare list --status all --long` shows whole IDs"
    assert (6, hint) == (run.code, run.err.splitlines()[-1])


def test_a_name_like_a_prefix_that_is_waited_for(imgshare: RunImgshare, service: ScriptedImageService) -> None:
    """What no known image has at the beginning of its ID may be a name, so it is waited for, and that is said."""
    lists = []

    def share_at_last(query: dict[str, str]) -> Page:
        lists.append(query)
        return Page([build_image(1, name="deadbeef")] if len(lists) > 2 and query["os_hidden"] == "false" else [])

    service.list_page = share_at_last

    run = imgshare("accept", "deadbeef", "--wait", "1h")

    assert (0, "note: 'deadbeef' is taken as a name, because an ID must be whole with --wait\n") == (run.code, run.err)
    assert [ONE] == service.decided


@pytest.mark.parametrize(
    "options",
    [["--owner", OWNER, "--json"], ["--vault", VAULT, "--hash", f"sha512:{'0' * 128}"], ["--yes", "--timeout", "9s"]],
    ids=str,
)
def test_the_options_in_a_hint(imgshare: RunImgshare, service: ScriptedImageService, options: list[str]) -> None:
    """A command in a hint about a prefix has all options that were typed: those that protect most of all."""
    assert 0 == run_at_terminal(80, "list").code

    run = imgshare("accept", PREFIX, MEMBER, *options)

    hint = json.loads(run.err)["error"]["hint"] if "--json" in options else run.err
    assert (6, ["accept", ONE, MEMBER]) == (run.code, _get_command(hint)[:3])
    assert sorted(options) == sorted(_get_command(hint)[3:])
    _list(service, build_image(id=EVIL, name="evil"), build_image(1, name="one"))
    assert 0 == run_at_terminal(80, "list").code
    shown = run_at_terminal(400, "accept", PREFIX, *(option for option in options if option != "--json"))
    assert 2 == shown.code
    assert ["accept", "ID"] == _get_command(shown.lines[-1])[:2]
    assert {*options} - {"--json"} == {*_get_command(shown.lines[-1])[2:]}


def test_the_last_list_counts(service: ScriptedImageService) -> None:
    """What an earlier list has shown, and the last one has not, is not meant."""
    assert 0 == run_at_terminal(80, "list").code
    assert 0 == run_at_terminal(80, "list", "--name", "two").code

    assert 6 == run_at_terminal(80, "accept", PREFIX).code
    assert 0 == run_at_terminal(80, "accept", TWO[:8]).code
    assert [TWO] == service.decided


@pytest.mark.parametrize("command", ["accept", "reject", "reset", "share", "unshare"])
def test_every_command(service: ScriptedImageService, command: str) -> None:
    """All commands that change something take the same prefix, at a terminal."""
    assert 0 == run_at_terminal(80, "list").code
    service.requests.clear()

    run_at_terminal(80, command, PREFIX, MEMBER)

    changes = [path for method, path, _ in service.requests if method != "GET"]
    assert [f"/v2/images/{ONE}/members"] == [path.removesuffix(f"/{MEMBER}") for path in changes]


@pytest.mark.parametrize("command", ["accept", "share", "unshare"])
def test_a_script(imgshare: RunImgshare, service: ScriptedImageService, command: str) -> None:
    """In a script, none of them does; the hint has the command."""
    assert 0 == run_at_terminal(80, "list").code

    run = imgshare(command, PREFIX, MEMBER)

    assert (6, f"hint: the whole ID is needed here: `imgshare {command} {ONE} {MEMBER}` ('one', owner {OWNER})") == (
        run.code,
        run.err.splitlines()[-1],
    )
    assert {"GET"} == {method for method, *_ in service.requests}


@pytest.mark.parametrize("text", ["0000000", "00000001-abcd-4000-8000-0000000000000", "0000000g", "-0000001"])
def test_what_is_no_prefix(service: ScriptedImageService, text: str) -> None:
    """Fewer than 8 characters, or others than an ID has, are a name."""
    assert 0 == run_at_terminal(80, "list").code

    shown = run_at_terminal(200, "accept", "--project", MEMBER, "--", text)

    assert 6 == shown.code
    assert [] == service.decided


def test_another_project(service: ScriptedImageService) -> None:
    """The list of another project or another image service is another list."""
    assert 0 == run_at_terminal(80, "list").code

    assert 6 == run_at_terminal(200, "accept", PREFIX, "--project", OWNER).code
    with ScriptedImageService() as other:
        assert 6 == run_at_terminal(200, "accept", PREFIX, "--endpoint", other.endpoint).code
        assert [] == other.decided + service.decided
    assert 0 == run_at_terminal(200, "accept", PREFIX).code


def test_a_list_that_was_too_long(service: ScriptedImageService) -> None:
    """Where the list had more images than are kept, nothing is known of the rest, and a prefix will not do."""
    rows = [build_image(number, name=f"n{number}") for number in range(1, 2102)]
    service.list_page = lambda query: Page(
        [row for row in rows if row["id"] > query.get("marker", "")][:1000]
        if query["os_hidden"] == "false" and "name" not in query
        else []
    )
    assert 0 == run_at_terminal(80, "list").code

    shown = run_at_terminal(200, "accept", PREFIX)

    assert [
        f"imgshare: '{PREFIX}' may be the beginning of several IDs: the last list was too long to remember",
        "hint: use the whole ID: `imgshare accept ID`",
    ] == shown.lines
    assert (2, []) == (shown.code, service.decided)


@pytest.mark.parametrize("content", ["", "[]", "{", f'{{"{ONE}": 7}}', f'{{"{ONE}": ["a"]}}', "\0", "[" * 100_000])
def test_a_file_that_is_broken(imgshare: RunImgshare, service: ScriptedImageService, content: str) -> None:
    """Whatever is in what is kept, a prefix that is not known from it is a name."""
    assert 0 == run_at_terminal(80, "list").code
    for folder in ("lists", "shown"):
        find_list_files(folder)[-1].write_text(content)

    assert 6 == run_at_terminal(80, "accept", PREFIX).code
    assert 6 == imgshare("show", PREFIX).code
    assert [] == service.decided


def test_a_hostile_name_in_the_answer(service: ScriptedImageService) -> None:
    """The names of the images that are listed instead do nothing to the terminal."""
    name = "\x1b]0;owned\x07[red]`imgshare accept x`"
    _list(service, build_image(1, name=name), build_image(id=EVIL, name=name))
    assert 0 == run_at_terminal(80, "list").code

    shown = run_at_terminal(200, "accept", PREFIX)

    assert 2 == shown.code
    assert "\x1b]0" not in shown.raw
    assert "`imgshare accept x`" not in shown.raw


def test_no_more_files_than_needed(imgshare: RunImgshare, service: ScriptedImageService) -> None:
    """Of many projects, the lists of the last ones are kept."""
    projects = [f"{number:032x}" for number in range(25)]
    for project in projects:
        member = build_member("pending", image_id=ONE, member_id=project)
        service.members = lambda _image, member=member: [member]  # type: ignore[misc]
        assert 0 == imgshare("list", "--project", project).code

    assert 20 == len(find_list_files())
    assert 6 == imgshare("show", PREFIX, "--project", projects[4]).code
    assert 0 == imgshare("show", PREFIX, "--project", projects[5]).code


def test_whole_ids_ask_for_nothing_more(imgshare: RunImgshare, service: ScriptedImageService) -> None:
    """A whole ID takes the one request that it took before, in a script."""
    assert 0 == run_at_terminal(80, "list").code
    service.requests.clear()

    assert 0 == imgshare("accept", ONE, MEMBER).code
    assert ["PUT"] == [method for method, *_ in service.requests]
