"""--help and `help`: groups, examples that can be pasted, and lines that fit."""

from __future__ import annotations

import re
import shlex
import subprocess
from typing import TYPE_CHECKING

import pytest
import typer

from imgshare_cli.cli.app import COMMANDS, app
from imgshare_cli.sandbox import Sandbox
from tests.support.rules import OTHER, build_rule, write_rules
from tests.support.run import TOOL, Run, run_tool

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.run import RunImgshare

CONFIG = ("path", "list", "get", "set", "unset")
PATHS = [(), *((name,) for name in COMMANDS), *(("config", name) for name in CONFIG), ("rules", "check")]
# What these need is not in a sandbox: a cloud to log in to, a person, another file to write to, a backup service; or
# they have no end. `verify` finds something there, which is exit 9.
UNPASTED = {"login", "logout", "review", "completion", "vaults", "watch", "verify"}
ROOT = """\
Usage: imgshare [OPTIONS] COMMAND [ARGS]...

  Accept or reject cloud images that other projects share with you.

Inbox:
  list        List the images that other projects share with yours.
  review      Go through the pending images one by one.
  accept      Accept an image that is shared with you.
  reject      Reject an image that is shared with you.
  reset       Make a share pending again, as if nothing had been decided.
  show        Show one share, and what the project decided.
  vaults      List your project's backup vaults, for full-server images (IMS).

Rules:
  rules       Check the rules by which `plan` and `apply` decide.
  plan        Show what your rules say about each image, and change nothing.
  apply       Accept and reject images as your rules or a saved plan say.
  watch       Print each image when it is shared with your project.
  log         Show the decisions made from this machine, the oldest first.
  verify      Compare what is accepted with the decision log and your rules.

Sharing:
  members     List the projects that an image is shared with.
  share       Share one of your images with other projects.
  unshare     Stop sharing an image.
  audit       List all shares of your images, and what is wrong with them.

Setup:
  login       Log in and store the token in the keyring.
  logout      Remove the stored token of a profile and revoke it.
  status      Show your login and check that it works.
  config      Show or change the config file.
  sandbox     Start a local test image service.
  completion  Print a shell completion script.
  help        Show the help of a command, as `--help` does.

Options:
  --version   Show the version.
  -h, --help  Show this message and exit.

Examples:
  # Try it without a cloud
  imgshare sandbox -- imgshare list

  # See what is shared with your project, and decide
  imgshare list
  imgshare accept golden-debian-12

  # Read about one command
  imgshare help accept
"""
ACCEPT = """\
Usage: imgshare accept [OPTIONS] [IMAGE] [MEMBER]

  Accept an image that is shared with you.

  It then appears in your project's image list. Running it again has no
  effect. A name proves nothing about an image: --owner and --hash check the
  image first, and change nothing if it does not match.

Arguments:
  IMAGE   Image ID or name; on a terminal also the beginning of an ID that
          `list` showed.
  MEMBER  ID of the project that the image is shared with. [default: your
          project]

Options:
  --owner PROJECT  Require this owner: a project ID, or a name in [owners].
  --hash ALGO:HEX  Require this checksum, such as sha512:…
  --wait DURATION  Wait for the image to be shared, such as 30s or 5m.
  --vault VAULT    Backup vault for a full-server image (IMS): an ID, a name
                   or auto.
  --yes            Do not ask for confirmation.
  --json           Print JSON, and errors as JSON on stderr.

Many at once:
  --from FILE           Read the images from a file, or from stdin with `-`:
                        IDs, or JSON.
  --all                 Take all shares that match the filters below.
  --any-owner           With --all: whoever shares the image.
  --status STATUS       Filter by status: pending, accepted, rejected or all.
                        [default: pending; for reset, decided ones]
  --name GLOB           Filter by name; `*`, `?` and `[…]` are wildcards.
  --older-than AGE      Only images shared longer ago, such as 12h, 7d or 2w.
  --newer-than AGE      Only images shared more recently.
  --jobs N              Work on so many images at once. [default: 16]
  --dry-run             Show what would be done, and change nothing.
  --fail-fast           Stop at the first failure.
  --shard I/N           Do one part of N, such as 0/4; the other parts are for
                        other runs.
  --all-projects        In every project that you may enter.
  --projects GLOB       Your own projects with such names, as in 'tenant-*'.
  --projects-file FILE  Read IDs or names of projects from a file, one a line.
  --clouds GLOB         With each such entry of clouds.yaml, as in 'prod-*'.
  --regions GLOB        In each such region of the catalog.

IMS:
  --jobs-api  Decide by a job, and wait for its end.

Common options:
  --profile NAME      Use this profile of the config file.
  --cloud NAME        Log in with this entry of clouds.yaml.
  --endpoint URL      Image service URL.
  --project ID        Your project's ID, the default for MEMBER. [default: the
                      token's]
  --timeout DURATION  Time limit for a request and its retries, such as 90s or
                      5m. [default: 30s]
  --retries N         Repeat a failed request up to N times. [default: 5]
  --cacert PATH       Verify https with these CA certificates.
  --insecure-http     Allow plain http to another machine.
  --insecure-tls      Do not verify certificates.
  --no-input          Never ask; fail where an answer is needed.
  --debug             Log requests and decisions to stderr.
  -h, --help          Show this message and exit.

Examples:
  # Accept an image for your project
  imgshare accept golden-debian-12

  # Accept it only if this project owns it
  imgshare accept golden-debian-12 --owner 26407f07725950ca9b3f6f08141e8c86

  # Wait until an image is shared
  imgshare accept golden-debian-12 --wait 5m

  # Accept all pending images of one project
  imgshare accept --all --owner 26407f07725950ca9b3f6f08141e8c86 --yes

  # Accept the images of a list
  imgshare list --older-than 7d --json | imgshare accept --from -
"""
CONFIG_SET = """\
Usage: imgshare config set [OPTIONS] KEY VALUE

  Change one setting; comments and order are kept.

Arguments:
  KEY    default_profile, decision_log, a profile's key such as endpoint,
         profiles.NAME.KEY, or owners.NAME.
  VALUE  The new value.

Common options:
  --profile NAME  Use this profile of the config file.
  -h, --help      Show this message and exit.

Examples:
  # Wait longer for slow services
  imgshare config set timeout 60

  # Name an owner
  imgshare config set owners.platform 26407f07725950ca9b3f6f08141e8c86
"""


@pytest.fixture(autouse=True)
def wide_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """The help is written for 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")


def _list_examples(text: str) -> list[str]:
    """The commands below `Examples:`, each with a comment or another command above it."""
    lines = text.partition("\nExamples:\n")[2].splitlines()
    blocks = [block.split("\n") for block in "\n".join(lines).split("\n\n")]
    for comment, *commands in blocks:
        assert re.fullmatch(r"  # [A-Z].*[^.]", comment), comment
        assert commands
        assert {"  imgshare"} == {command[:10] for command in commands}
    return [command.strip() for _, *commands in blocks for command in commands]


@pytest.mark.parametrize(
    ("words", "text"), [((), ROOT), (("accept",), ACCEPT), (("config", "set"), CONFIG_SET)], ids=" ".join
)
def test_the_whole_text(imgshare: RunImgshare, words: tuple[str, ...], text: str) -> None:
    """The help of imgshare, of a command and of a command within a command."""
    assert Run(0, text) == imgshare(*words, "--help")


@pytest.mark.parametrize("words", PATHS, ids=" ".join)
def test_every_help(imgshare: RunImgshare, words: tuple[str, ...]) -> None:
    """Every help fits 80 columns, has its options apart and examples that the parser takes; `help` shows the same."""
    run = imgshare(*words, "--help")
    text = run.out

    assert (0, "") == (run.code, run.err)
    assert run == imgshare("help", *words)
    assert 80 >= max(map(len, text.splitlines()))
    assert set() == set(re.findall(r"\{[A-Z]|\[required|<=x|x>=|\.\.\.$", text))
    own, _, common = text.partition("\nExamples:\n")[0].partition("\nCommon options:\n")
    assert "--debug" not in own
    assert ("--profile" in common) == ("-h, --help" in common)
    assert "--json" not in common
    for whole in _list_examples(text):
        parts = [part for part in whole.split(" | ") if part.startswith("imgshare")]
        examples = [shlex.split(re.split(r" [<>] ", part)[0])[1:] for part in parts]
        assert list(words) in (*(example[: len(words)] for example in examples), ["help"], ["config"])
        for example in examples:
            _parse(example)


def _parse(argv: list[str]) -> None:
    """Take a command line apart as the tool does, without running it."""
    command = typer.main.get_command(app)
    context = command.make_context("imgshare", argv.copy())
    words = context._protected_args + context.args  # noqa: SLF001
    while hasattr(command, "resolve_command") and words:
        name, command, words = command.resolve_command(context, words)
        context = command.make_context(name, words, parent=context)
        words = getattr(context, "_protected_args", []) + context.args


@pytest.mark.parametrize("words", [one for one in PATHS if not UNPASTED & set(one)], ids=" ".join)
def test_examples_work_when_they_are_pasted(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """In a sandbox, the examples of a command are right as they are, one after the other."""
    monkeypatch.chdir(tmp_path)
    text = run_tool(*words, "--help").out
    monkeypatch.setenv("PATH", f"{TOOL.rpartition('/')[0]}:/usr/bin:/bin")
    with Sandbox() as sandbox:
        monkeypatch.setenv("IMGSHARE_ENDPOINT", sandbox.endpoint)
        monkeypatch.setenv("IMGSHARE_TOKEN", sandbox.you.token)
        for setting in ("timeout 5", "endpoint http://127.0.0.1:1", "profiles.otc.project_id x"):
            assert 0 == run_tool("config", "set", *setting.split()).code
        write_rules(build_rule("ask", "other", owner=f'"{OTHER[::-1]}"'))
        if words == ("apply",):
            assert 0 == run_tool("plan", "--out", "plan.jsonl").code
        if words == ("unshare",):
            assert 0 == run_tool("share", "my-build-agent", sandbox.owners[0].project_id).code
        for example in _list_examples(text):
            if "--port" in example or example == "imgshare apply":
                continue  # one serves until it is ended, the other asks
            done = subprocess.run(
                ["/bin/sh", "-c", example], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
            )
            assert 0 == done.returncode, (example, done.stderr)


def test_help_is_for_the_project_of_the_command(imgshare: RunImgshare) -> None:
    """--project is the project to log in to, the default for MEMBER, or neither."""
    texts = [" ".join(imgshare(command, "--help").out.split()) for command in ("login", "reset", "members")]

    said = [re.search(r"--project ID (.*?\])", text) for text in texts]
    assert [
        "The project to log in to, by ID or name. [default: the user's or the cloud's]",
        "Your project's ID, the default for MEMBER. [default: the token's]",
        "Your project's ID. [default: the token's]",
    ] == [match and match[1] for match in said]


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (["acept"], "no such command 'acept'", "did you mean `imgshare help accept`?"),
        (["config", "sat"], "no such command 'sat'", "did you mean `imgshare help config set`?"),
        (["accept", "x"], "imgshare accept has no commands of its own", "`imgshare help accept` shows its usage"),
    ],
)
def test_help_of_what_is_no_command(imgshare: RunImgshare, words: list[str], message: str, hint: str) -> None:
    """It is exit 2, with what is close."""
    assert Run(2, "", f"imgshare: {message}\nhint: {hint}\n") == imgshare("help", *words)
