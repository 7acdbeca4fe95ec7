"""What a batch says to people: hints, names, and what is wrong with the input."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.support.fake_service import MEMBER, build_response, use_service
from tests.support.rules import build_rule, write_rules
from tests.support.run import TOOL, Run, find_commands, run_tool
from tests.support.share_service import ShareService
from tests.support.terminal import Terminal, run_at_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.fake_service import StartService
    from tests.support.small_inbox import SmallInbox

IMAGE = "11111111-1111-4111-8111-111111111111"


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[ShareService]:
    """A service that knows every share."""
    with ShareService() as service:
        use_service(monkeypatch, service.endpoint, MEMBER)
        yield service


def _feed(text: str, *arguments: str) -> Run:
    run = run_tool(*arguments, "--from", "-", stdin=text.encode())
    return Run(run.code, run.out, re.sub(r"; \d+\.\d s, \d+/s", "; 0.0 s, 0/s", run.err))


@pytest.mark.usefixtures("service")
def test_the_output_of_list() -> None:
    """Each line of a list fails, and the hint says once what the lines should be."""
    run = _feed(f"{IMAGE}\tgolden\t26407f\tpending\t5\n" * 2, "accept")

    assert (
        9,
        f"line 1\t{MEMBER}\tfailed\tline 1: more than 2 words\nline 2\t{MEMBER}\tfailed\tline 2: more than 2 words\n",
    ) == (
        run.code,
        run.out,
    )
    assert run.err == (
        "hint: a line is IMAGE or IMAGE MEMBER: `imgshare list --quiet` prints such lines\n"
        "imgshare: accepted 0, failed 2 (2 usage); 0.0 s, 0/s\n"
        "hint: correct the lines that failed, and run it again; what is done stays as it is\n"
    )


@pytest.mark.parametrize(("command", "member"), [("accept", MEMBER), ("share", "")])
def test_a_name_behind_the_id(service: ShareService, command: str, member: str) -> None:
    """What is no project's ID is not taken for one, as in `ID,NAME`; in quotes it is."""
    run = _feed(f"{IMAGE},golden-debian-12\n", command)

    assert (9, f"line 1\t{member}\tfailed\tline 1: 'golden-debian-12' is not a project ID\n") == (run.code, run.out)
    assert not service.requests
    assert (0, f"{IMAGE}\tgolden\tdone\taccepted\n") == _feed(f'{IMAGE} "golden"\n', "accept")[:2]


@pytest.mark.parametrize("text", [f"{IMAGE}\r{IMAGE}\r", f"{IMAGE} {IMAGE}\n"], ids=["CR", "on one line"])
def test_two_images_in_a_line(service: ShareService, text: str) -> None:
    """The second is no project, and nothing is sent."""
    run = _feed(text, "share", "--to", "1" * 32)

    assert (9, 1) == (run.code, len(run.out.splitlines()))
    assert not service.requests


@pytest.mark.usefixtures("service")
def test_hints_of_failures() -> None:
    """Each hint is printed once, whatever number of lines it is for, and no more than three."""
    run = _feed("golden\n" * 2 + f"{IMAGE}\n", "accept")

    assert (9, 3) == (run.code, len(run.out.splitlines()))
    assert run.err.splitlines()[0] == (
        'hint: put a name in quotes ("golden debian"), or write {"name": "golden debian"}'
    )
    assert run.err.splitlines()[2] == "imgshare: accepted 1, failed 2 (2 usage); 0.0 s, 0/s"


@pytest.mark.parametrize(("command", "verb"), [("accept", "accept"), ("reject", "reject"), ("reset", "reset")])
@pytest.mark.usefixtures("service")
def test_an_empty_input(command: str, verb: str) -> None:
    """An input without an image is no failure, and is told."""
    assert Run(0, "", f"no image to {verb}\n") == _feed("# nothing\n", command)


@pytest.mark.parametrize("command", ["accept --all --any-owner", "reject --all", "apply"])
def test_a_list_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    """It says nothing about how many images there are."""
    use_service(monkeypatch, "http://127.0.0.1:1", MEMBER)
    write_rules(build_rule("ask"))

    run = run_tool(*command.split(), "--yes", "--retries", "0")

    problem = "cannot reach http://127.0.0.1:1: connection refused"
    assert Run(8, "", f"imgshare: {problem}\nhint: check the endpoint and the network\n") == run


@pytest.mark.usefixtures("service")
def test_a_dry_run_that_plans_nothing() -> None:
    """It says that nothing would be done, not that nothing was."""
    run = _feed("golden\n", "accept", "--dry-run")

    assert run.err.splitlines()[1:] == ["imgshare: would accept 0, failed 1 (1 usage)"]


def test_a_dry_run_names_images(inbox: SmallInbox) -> None:
    """At a terminal it shows the names, as the real run does."""
    image = inbox.offer("golden")
    owner = inbox.one.project_id

    run = run_at_terminal(200, "accept", "--all", "--owner", owner, "--name", "golden", "--dry-run", NO_COLOR="1")

    assert (0, [f"would accept golden ({image})", "would accept 1"]) == (run.code, run.lines)


@pytest.mark.usefixtures("service")
def test_wait_for_all() -> None:
    """`--all` names no image that could be waited for."""
    run = run_tool("accept", "--all", "--any-owner", "--yes", "--wait", "5s")

    sentence = "--wait waits for images that are named, and does not work with --all"
    assert Run(2, "", f"imgshare: {sentence}\nhint: omit --wait\n") == run


def test_options_that_are_repeated(service: ShareService, tmp_path: Path) -> None:
    """The command that goes on has them all."""
    service.is_known = lambda _image, _member: False
    (tmp_path / "ids").write_text(f"{IMAGE}\n")

    run = run_tool("share", "--from", f"{tmp_path}/ids", "--to", "1" * 32, "--to", "2" * 32, "--retries", "0")

    again = f"`imgshare share --from {tmp_path}/ids --to {'1' * 32} --to {'2' * 32} --retries 0`"
    assert run.err.splitlines()[-1] == f"hint: {again} does it again; what is done stays as it is"


@pytest.mark.parametrize(("command", "options"), [("accept", {"--owner"}), ("reject", set())])
def test_a_filter_is_no_check(
    inbox: SmallInbox, monkeypatch: pytest.MonkeyPatch, command: str, options: set[str]
) -> None:
    """What is left of `--all --owner` is fed without the filter, which only `accept` also has as a check."""
    inbox.offer("golden")
    inbox.enter(monkeypatch, inbox.create_user("reader"))

    run = run_tool(command, "--all", "--owner", inbox.one.project_id, "--yes", "--json")

    words = set(find_commands(json.loads(run.err)["error"]["hint"])[0].split())
    assert {"--from", "OUTCOMES", *options} == words & {"--from", "OUTCOMES", "--owner", "--all", "--yes"}


def test_interrupted_at_a_terminal(service: ShareService, tmp_path: Path) -> None:
    """The first Ctrl-C says what it waits for, and how to end at once; the second leaves a clean line."""
    service.delay = 5
    (tmp_path / "ids").write_text(f"{IMAGE}\n" * 9)
    argv = [TOOL, "accept", "--from", f"{tmp_path}/ids", "--jobs", "4"]
    with Terminal(argv, {"NO_COLOR": "1"}, columns=80) as terminal:
        terminal.wait_for_text("accepting: 0")
        terminal.press_keys("\x03")
        terminal.wait_for_text("finishing 4 in progress; Ctrl-C again ends at once")
        terminal.press_keys("\x03")
        assert 130 == terminal.wait_for_exit()

        lines = [line for line in terminal.screen.split("\n") if line]
    assert lines[-1].endswith("ended at once: the service may or may not have done what was in progress")


@pytest.mark.parametrize("options", [[], ["--json"], ["--debug"]], ids=["plain", "json", "debug"])
def test_a_service_that_repeats_the_token(
    serve: StartService, monkeypatch: pytest.MonkeyPatch, options: list[str]
) -> None:
    """No outcome shows a token, whatever the service says."""
    secret = "gAAAAAB-a-token-that-nobody-may-see-0123456789"
    serve(build_response(403, {"message": f"the token {secret} is not good"}))
    monkeypatch.setenv("IMGSHARE_TOKEN", secret)

    run = run_tool("accept", "--from", "-", *options, stdin=f"{IMAGE} {MEMBER}\n".encode())

    assert 9 == run.code
    assert "(hidden)" in run.out
    assert secret[:12] not in run.out + run.err
