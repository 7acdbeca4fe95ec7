"""`share` and `unshare`: what is not shared, what was probably meant, and what is asked first."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest

from tests.support.fake_cloud import write_config
from tests.support.fake_service import IMAGE, MEMBER, build_member, build_response
from tests.support.run import TOOL, Run, find_commands, run_command, run_tool
from tests.support.terminal import Terminal, run_at_terminal
from tests.support.users import create_name

if TYPE_CHECKING:
    from tests.support.fake_service import StartService
    from tests.support.run import RunImgshare
    from tests.support.small_inbox import SmallInbox

STRANGER = "00000000000000000000000000000abc"


@pytest.fixture
def inbox(inbox: SmallInbox, monkeypatch: pytest.MonkeyPatch) -> SmallInbox:
    """An inbox, and the tool in the hands of an owner."""
    inbox.enter(monkeypatch, inbox.one, project=False)
    return inbox


@pytest.fixture
def image(inbox: SmallInbox) -> str:
    """An image of the owner's that is shared with the member."""
    image = inbox.one.make_image(create_name(), visibility="shared")
    inbox.one.share(image, inbox.member.project_id)
    return image


def _list_members(inbox: SmallInbox, image: str) -> list[str]:
    _, body = inbox.one.ask("GET", f"/v2/images/{image}/members")
    return [row["member_id"] for row in body["members"]]


def _join(lines: list[str]) -> str:
    """Return what was said without spaces: a question breaks at the edge, a note between words."""
    return "".join("".join(lines).split())


@pytest.mark.parametrize("member", [STRANGER, "my-project", "项目"])
@pytest.mark.parametrize("others", [0, 1, 2])
def test_what_is_not_shared(imgshare: RunImgshare, inbox: SmallInbox, image: str, member: str, others: int) -> None:
    """Unsharing what is not shared is done already, whoever else the image is shared with."""
    left = [inbox.member.project_id, inbox.two.project_id][:others]
    if others == 0:
        inbox.one.send("DELETE", f"/v2/images/{image}/members/{inbox.member.project_id}").raise_for_status()
    if others == 2:
        inbox.one.share(image, inbox.two.project_id)

    assert Run(0, "", f"image {image} was not shared with project {member}\n") == imgshare("unshare", image, member)
    outcome = {"image_id": image, "member_id": member, "result": "not_shared"}
    assert outcome == imgshare("unshare", image, member, "--json").json()
    assert left == _list_members(inbox, image)


@pytest.mark.parametrize("what", ["lost", "twice", "wrong", "swapped", "capitals", "dashes", "begun"])
def test_a_typing_error(imgshare: RunImgshare, inbox: SmallInbox, image: str, what: str) -> None:
    """An ID that is nearly that of a member is not found, and the command in the hint does what was meant."""
    member = inbox.member.project_id
    at = next(at for at in range(8, 30) if member[at] != member[at + 1])
    capitals = member.upper()
    typed = {
        "lost": member[:-1],
        "twice": member[:9] + member[8:],
        "wrong": f"{member[:9]}{'0' if member[9] != '0' else '1'}{member[10:]}",
        "swapped": member[:at] + member[at + 1] + member[at] + member[at + 2 :],
        "capitals": capitals if capitals != member else f"{member[:-1]}A",
        "dashes": f"{member[:8]}-{member[8:12]}-{member[12:16]}-{member[16:20]}-{member[20:]}",
        "begun": member[:8],
    }[what]

    run = imgshare("unshare", image, typed)

    command = f"imgshare unshare {image} {member}"
    assert (6, "") == (run.code, run.out)
    assert [
        f"imgshare: image {image} is not shared with project {typed}: it is shared with {member}",
        f"hint: did you mean `{command}`?",
    ] == run.err.splitlines()[:2]
    assert "not_a_member" == imgshare("unshare", image, typed, "--json").error()["reason"]
    assert [member] == _list_members(inbox, image)
    assert 0 == run_command(command)
    assert [] == _list_members(inbox, image)


def test_a_name_from_the_config(imgshare: RunImgshare, inbox: SmallInbox, image: str) -> None:
    """The name of an owner is that project, for `share` and `unshare`; a literal share of that name is undone first."""
    member = inbox.member.project_id
    write_config(f'[owners]\nteam = "{member}"\nothers = "{STRANGER}"\n')
    inbox.one.share(image, "team")

    gone = "image {} is no longer shared with project {}\n"
    assert Run(0, "", gone.format(image, "team")) == imgshare("unshare", image, "team")
    assert Run(0, "", gone.format(image, member)) == imgshare("unshare", image, "team")
    assert Run(0, "", f"image {image} was not shared with project {member}\n") == imgshare("unshare", image, "team")
    assert Run(0, "", f"image {image} was not shared with project {STRANGER}\n") == imgshare("unshare", image, "others")
    shared = imgshare("share", image, "team")
    assert (0, f"project 'team' is {member}\n") == (shared.code, shared.err)
    assert [member] == _list_members(inbox, image)


def test_a_name_and_another_spelling(imgshare: RunImgshare, inbox: SmallInbox, image: str) -> None:
    """Where only another spelling of the named project has the image, the hint is about that share."""
    member = "26407f07725950ca9b3f6f08141e8c86"
    write_config(f'[owners]\nplatform = "{member}"\n')
    inbox.one.share(image, member.upper())

    run = imgshare("unshare", image, "platform")

    undo = f"imgshare unshare {image} {member.upper()}"
    assert (6, f"hint: did you mean `{undo}`?") == (run.code, run.err.splitlines()[1])
    assert 0 == run_command(undo)
    assert member.upper() not in _list_members(inbox, image)


def test_our_own_project_by_name(imgshare: RunImgshare, image: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`mine` is never a literal project: it is the user's own, or an error where that is not known."""
    run = imgshare("share", image, "mine")
    hint = "pass it with --project ID"
    assert Run(2, "", f"imgshare: MEMBER mine: your project is not known\nhint: {hint}\n") == run

    monkeypatch.setenv("IMGSHARE_PROJECT_ID", MEMBER)
    assert f"project 'mine' is {MEMBER}\n" == imgshare("share", image, "mine").err


@pytest.mark.parametrize("form", ["capitals", "dashes", "begun"])
def test_what_was_probably_meant(imgshare: RunImgshare, inbox: SmallInbox, image: str, form: str) -> None:
    """A share with another spelling of an ID may be dead: the commands undo it, and share with the project."""
    member = "26407f07725950ca9b3f6f08141e8c86"
    write_config(f'[owners]\nplatform = "{member}"\n')
    typed = {
        "capitals": member.upper(),
        "dashes": "26407f07-7259-50ca-9b3f-6f08141e8c86",
        "begun": member[:8],
    }[form]

    run = imgshare("share", image, typed)

    undo, redo = f"imgshare unshare {image} {typed}", f"imgshare share {image} {member}"
    assert (
        f"note: '{typed}' does not look like a project ID; if it is not one, nobody can accept the share, and "
        f"`{undo}` removes it; did you mean `{redo}`?\n"
    ) == run.err
    assert [0, 0] == [run_command(undo), run_command(redo)]
    assert {inbox.member.project_id, member} == set(_list_members(inbox, image))


@pytest.mark.parametrize("columns", [80, 200])
def test_lines_at_a_terminal(inbox: SmallInbox, columns: int) -> None:
    """At a terminal sharing and its end are a line with the image's name each."""
    name = f"数据库-{create_name()}"
    image = inbox.one.make_image(name, visibility="shared")
    member, subject = inbox.two.project_id, f"{name} ({image[:8]})"
    lines = {
        "share": [f"Shared {subject} with {member}", f"{subject} was already shared with {member}: pending"],
        "unshare": [f"Stopped sharing {subject} with {member}", f"{subject} was not shared with {member}"],
    }
    for command, texts in lines.items():
        for text in texts:
            shown = run_at_terminal(columns, command, name, member, NO_COLOR="1")
            assert (0, _join([f"✓ {text}"])) == (shown.code, _join(shown.lines))


def test_a_typing_error_among_several(imgshare: RunImgshare, inbox: SmallInbox, image: str) -> None:
    """The others are unshared; the command keeps the options of the user's own."""
    member, two = inbox.member.project_id, inbox.two.project_id
    inbox.one.share(image, two)

    run = imgshare("unshare", image, two, member[:-1], "--endpoint", inbox.backend.endpoint)

    assert 9 == run.code
    [command] = find_commands(run.err)
    assert f"imgshare unshare {image} {member} --endpoint {inbox.backend.endpoint}" == command
    assert [member] == _list_members(inbox, image)


@pytest.mark.parametrize("who", ["member", "two"])
def test_who_cannot_know(
    imgshare: RunImgshare, inbox: SmallInbox, image: str, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    """A member and a stranger are told nothing of other projects, so nothing is said to be done."""
    inbox.enter(monkeypatch, inbox.member if who == "member" else inbox.two, project=False)

    run = imgshare("unshare", image, STRANGER)

    assert 6 == run.code
    assert run.err.startswith(f"imgshare: cannot unshare image {image} from project {STRANGER}: not found")


def test_a_list_that_has_it(imgshare: RunImgshare, serve: StartService) -> None:
    """A 404 about a project that is in the list of members stays an error."""
    image = {"id": IMAGE, "name": "golden", "owner": "me", "visibility": "shared"}
    members = {"members": [build_member(), build_member(member_id=STRANGER)]}
    serve(build_response(404, {}), build_response(200, members), build_response(200, image))

    assert 6 == imgshare("unshare", IMAGE, MEMBER).code


@pytest.mark.parametrize("columns", [80, 200])
@pytest.mark.parametrize("answer", ["y", "n"])
def test_the_question(inbox: SmallInbox, image: str, columns: int, answer: str) -> None:
    """Several projects, or one that accepted, are unshared from at a terminal after a yes."""
    member, two = inbox.member.project_id, inbox.two.project_id
    inbox.one.share(image, two)
    inbox.member.decide(image, member, "accepted")

    shown = run_at_terminal(columns, "unshare", image, member, two, answer=answer)

    question = f"Stop sharing {image} with 2 projects, 1 of which accepted it? [y/N] {answer}"
    after = [f"✓ Stopped sharing image {image} with {id_}" for id_ in (member, two)]
    lines = [question, *(after if answer == "y" else ["imgshare: nothing was changed"])]
    assert _join(lines) == _join(shown.lines)
    assert (0 if answer == "y" else 130) == shown.code
    assert ([] if answer == "y" else [member, two]) == _list_members(inbox, image)


def test_one_that_accepted(inbox: SmallInbox, image: str) -> None:
    """A project that uses the image is named in the question; Enter alone means no."""
    member = inbox.member.project_id
    inbox.member.decide(image, member, "accepted")

    shown = run_at_terminal(200, "unshare", image, member, answer="")

    question = f"Stop sharing {image} with project {member}, which accepted it? [y/N]"
    assert (130, [question, "imgshare: nothing was changed"]) == (shown.code, shown.lines)


@pytest.mark.parametrize("key", ["ctrl-c", "ctrl-d"])
def test_no_answer(inbox: SmallInbox, image: str, key: str) -> None:
    """What follows a question that is not answered starts on a line of its own, and nothing is changed."""
    member = inbox.member.project_id
    inbox.member.decide(image, member, "accepted")

    with Terminal([TOOL, "unshare", image, member], columns=200) as terminal:
        terminal.wait_for_text("[y/N]")
        terminal.press_keys(key)
        code = terminal.wait_for_exit()
        last = terminal.screen.rstrip().splitlines()[-1]

    ended = "the input ended before all questions were answered; nothing was changed"
    assert (130, f"imgshare: {'interrupted' if key == 'ctrl-c' else ended}") == (code, last)
    assert [member] == _list_members(inbox, image)


def test_nobody_accepted(inbox: SmallInbox, image: str) -> None:
    """Of several projects of which none accepted, no number is told."""
    shown = run_at_terminal(200, "unshare", image, inbox.member.project_id, "nobody", answer="n")

    assert f"Stop sharing {image} with 2 projects? [y/N] n" == shown.lines[0]


@pytest.mark.parametrize("how", ["pending", "rejected", "--yes", "--json", "pipe"])
def test_no_question(inbox: SmallInbox, image: str, how: str) -> None:
    """One project that did not accept, --yes, JSON and a pipe are not asked about."""
    member = inbox.member.project_id
    inbox.member.decide(image, member, how if how in {"pending", "rejected"} else "accepted")
    argv = ["unshare", image, member, *([how] if how.startswith("--") else [])]

    code = run_tool(*argv).code if how == "pipe" else run_at_terminal(200, *argv).code

    assert 0 == code
    assert [] == _list_members(inbox, image)


@pytest.mark.parametrize("how", ["--no-input", "CI"])
def test_nobody_may_be_asked(inbox: SmallInbox, image: str, how: str) -> None:
    """Where questions are forbidden, nothing is unshared that needs one, and the hint has the command that does it."""
    member = inbox.member.project_id
    inbox.member.decide(image, member, "accepted")
    option = [how] if how.startswith("--") else []

    shown = run_at_terminal(400, "unshare", image, member, *option, **({} if option else {"CI": "1"}))

    command = f"imgshare unshare {image} {member} --yes"
    subject = f"imgshare: unsharing {image} from project {member}, which accepted it,"
    assert [
        f"{subject} needs a confirmation, and {how} forbids asking for it",
        f"hint: `{command}` unshares it",
    ] == shown.lines
    assert (2, [member]) == (shown.code, _list_members(inbox, image))
    assert 0 == run_at_terminal(200, *command.split()[1:]).code
    assert [] == _list_members(inbox, image)


def test_a_note_comes_after(imgshare: RunImgshare, serve: StartService) -> None:
    """What looks odd is told only about a share that was made."""
    serve(build_response(413, {"message": "full"}))
    assert "does not look like" not in imgshare("share", IMAGE, "my-project").err
    serve(build_response(200, build_member("pending", member_id="my-project")))
    assert "note: 'my-project' does not look like a project ID" in imgshare("share", IMAGE, "my-project").err


def test_shared_again_with_several(inbox: SmallInbox, image: str) -> None:
    """Sharing with one that has it and one that has not shows both as they are."""
    member, two = inbox.member.project_id, inbox.two.project_id
    inbox.member.decide(image, member, "rejected")

    shown = run_at_terminal(200, "share", image, member, two, NO_COLOR="1")

    assert (
        0,
        [
            f"✓ image {image} was already shared with {member}: rejected",
            f"✓ Shared image {image} with {two}",
        ],
    ) == (shown.code, shown.lines)


def test_several_shares_and_a_command(imgshare: RunImgshare, inbox: SmallInbox, image: str) -> None:
    """Where MEMBER is needed, the projects are listed one a line, and the command in the hint works."""
    member, two = inbox.member.project_id, inbox.two.project_id
    inbox.one.share(image, two)

    run = imgshare("show", image)

    assert (
        Run(
            2,
            "",
            f"imgshare: image {image} is shared with 2 projects:\n  {member}\n  {two}\n"
            f"hint: pass the one you mean as MEMBER, for example `imgshare show {image} {member}`\n",
        )
        == run
    )
    [command] = find_commands(run.err)
    assert 0 == run_tool(*shlex.split(command)[1:]).code
