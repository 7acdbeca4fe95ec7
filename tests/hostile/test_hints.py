"""Hints that run: what is in backticks can be pasted, whatever the services, the files and the settings hold."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgshare_cli import hints
from tests.support.examples import ROUNDS, limit_examples
from tests.support.fake_service import IMAGE, MEMBER, build_member, build_response
from tests.support.hint_scenarios import build_scenarios
from tests.support.hostile_texts import WORDS, texts
from tests.support.programs import require_program
from tests.support.run import Run
from tests.support.scripted_cloud import ScriptedCloud
from tests.support.shells import SHELLS, TypedCommand, parse_command, paste_commands
from tests.support.small_inbox import create_small_inbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.backend import Backend
    from tests.support.fake_service import StartService
    from tests.support.run import RunImgshare

pytestmark = pytest.mark.hostile

WORD = r"[A-Za-z0-9._:@/+][A-Za-z0-9._:@/+=-]*"
GLOB = r"'[A-Za-z0-9._:@/+*?\[][A-Za-z0-9._:@/+*?\[\],-]*'"
COMMAND = re.compile(
    rf"(OS_[A-Z_]+=({WORD}|{GLOB}|-) |xargs -n1 )?imgshare( -{{0,2}}{WORD}| {GLOB}| -)*|export [A-Z_]+=({WORD}|{GLOB})"
)
OPTIONS = {
    *(
        "--help",
        "--json",
        "--status",
        "--profile",
        "--cloud",
        "--endpoint",
        "--cacert",
        "--insecure-http",
        "--auth-url",
        "--vault",
    ),
    *("--username", "--user-domain", "--project", "--project-domain", "--application-credential-id"),
    *(
        "--json",
        "--owner",
        "--hash",
        "--wait",
        "--timeout",
        "--name",
        "--quiet",
        "--debug",
        "--long",
        "-n1",
        "--from",
        "-",
    ),
}


@pytest.fixture(scope="module")
def cloud() -> Iterator[ScriptedCloud]:
    """Services that say anything."""
    with ScriptedCloud() as cloud:
        yield cloud


def _find_commands(talk: str) -> list[str]:
    """Return the text between backticks, which come in pairs."""
    assert 0 == talk.count("`") % 2, talk
    return re.findall(r"`([^`]*)`", talk)


def _read_messages(run: Run) -> str:
    """What stderr says, also in JSON."""
    lines = []
    for line in run.err.splitlines():
        try:
            error = json.loads(line)["error"]
        except (ValueError, TypeError, KeyError):
            lines.append(line)
        else:
            lines += [error["message"], error["hint"] or ""]
    return "\n".join(lines)


def _assert_safe(command: str) -> None:
    assert COMMAND.fullmatch(command), command
    assert {word for word in command.split(" ") if word.startswith("-")} <= OPTIONS, command
    assert "accept evil" not in command


def _assert_nothing_else_runs(commands: set[str], folder: Path) -> None:
    for shell in SHELLS:
        require_program(shell)
        # xargs would read the commands after it; what follows its own words is built like any other.
        wanted = sorted(command.removeprefix("xargs -n1 ") for command in commands)
        given_, left, complaints = paste_commands(shell, wanted, folder / shell)
        assert ("", []) == (complaints, left), shell
        assert [parse_command(command) for command in wanted if not command.startswith("export ")] == given_, shell


def _run_scenarios(
    text: str,
    cloud: ScriptedCloud,
    imgshare: RunImgshare,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> set[str]:
    """The commands of every hint that a text from outside can be a part of: of every eighth in a usual round."""
    commands: set[str] = set()
    for number, scene in enumerate(build_scenarios(text, cloud), sum(text.encode(errors="replace"))):
        if ROUNDS == 1 and number % 8:
            continue
        with monkeypatch.context() as patch:
            patch.setenv("IMGSHARE_ENDPOINT", cloud.endpoint)
            patch.setenv("IMGSHARE_TIMEOUT", "5")
            scene.enter(cloud, tmp_path_factory.mktemp("home"), patch.setenv)
            argv = [*scene.argv[:1], *["--json"] * (number % 16 == 0), *scene.argv[1:]]
            run = imgshare(*argv)
        assert "this is a bug" not in run.err, (argv, run)
        for command in _find_commands(_read_messages(run)):
            _assert_safe(command)
            commands.add(command)
    return commands


@pytest.mark.parametrize("shell", SHELLS)
def test_the_shells_do_what_they_are_told(tmp_path: Path, shell: str) -> None:
    """The stand-in takes down what it was given, and a command that does more is seen by what it leaves."""
    require_program(shell)

    hostile = "OS_REGION_NAME=south imgshare accept 'a b';touch PWNED"

    assert (
        [TypedCommand({"OS_REGION_NAME": "south", "OS_PROJECT_ID": ""}, ["accept", "a b"])],
        ["PWNED"],
        "",
    ) == paste_commands(shell, [hostile], tmp_path)


def test_what_is_known_to_hurt(
    cloud: ScriptedCloud,
    imgshare: RunImgshare,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Whatever holds one of these texts, pasting any command of any hint runs just `imgshare` with its words."""
    commands: set[str] = set()
    for text in WORDS:
        commands |= _run_scenarios(text, cloud, imgshare, monkeypatch, tmp_path_factory)

    assert len(commands) > 40  # the scenes end in hints still
    _assert_nothing_else_runs(commands, tmp_path)


def test_any_text(
    cloud: ScriptedCloud,
    imgshare: RunImgshare,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """The same holds for texts that nobody has thought of."""
    commands: set[str] = set()

    @limit_examples(4)
    @given(text=texts)
    def play(text: str) -> None:
        commands.update(_run_scenarios(text, cloud, imgshare, monkeypatch, tmp_path_factory))

    play()
    _assert_nothing_else_runs(commands, tmp_path)


def test_names_that_are_near(
    sandbox_backend: Backend, imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whatever the images of the last list are called, a suggestion of one runs just `imgshare` with its words."""
    inbox = create_small_inbox(sandbox_backend)
    inbox.enter(monkeypatch)
    starts = [f"x{hashlib.sha256(str(number).encode()).hexdigest()[:30]}" for number, _ in enumerate(WORDS)]
    for start, text in zip(starts, WORDS, strict=True):
        inbox.offer(f"{start}{text.encode(errors='replace').decode()}"[:200])
    assert 0 == imgshare("list").code
    commands: set[str] = set()
    for start in starts:
        run = imgshare("show", start)
        assert (6, "hint: did you mean `imgshare show ") == (run.code, run.err.splitlines()[1][:34]), run
        commands.update(_find_commands(run.err))
    inbox.http.close()

    for command in commands:
        _assert_safe(command)
    _assert_nothing_else_runs(commands, tmp_path)


def test_the_words_themselves(tmp_path: Path) -> None:
    """Of any words a command is made that runs with these words or their placeholders, in every shell."""
    commands: set[str] = set()

    @limit_examples(300)
    @given(
        words=st.lists(st.sampled_from(WORDS) | texts | st.from_regex(WORD, fullmatch=True), min_size=1, max_size=3),
        region=st.none() | st.sampled_from(WORDS) | texts | st.from_regex(WORD, fullmatch=True),
    )
    def build(words: list[str], region: str | None) -> None:
        outside = [hints.quote_word(word, f"WORD_{number}") for number, word in enumerate(words)]
        environ = {} if region is None else {"OS_REGION_NAME": hints.quote_word(region, "REGION")}

        text = hints.build_command("accept", *outside, *hints.build_options({"--project": words[0]}), **environ)

        (command,) = _find_commands(text)
        assert text == hints.render_commands(text)
        assert text.startswith(f"`{command}`")
        _assert_safe(command)
        for number, word in enumerate(words):
            assert parse_command(command).arguments[number + 1] in {word, f"WORD_{number}"}
        commands.add(command)

    build()
    _assert_nothing_else_runs(commands, tmp_path)


@limit_examples(300)
@given(again=texts | st.lists(st.sampled_from([*WORDS, *OPTIONS]) | texts, max_size=6).map(" ".join))
def test_any_kept_login(again: str) -> None:
    """Whatever is kept as the command line of a login, the hint made of it is a login with options that there are."""
    (command,) = _find_commands(hints.build_login_command(again))

    _assert_safe(command)
    assert ["login"] == parse_command(command).arguments[:1]


@limit_examples(300)
@given(before=texts, after=texts, name=st.sampled_from(WORDS) | texts)
def test_nobody_else_makes_a_command(before: str, after: str, name: str) -> None:
    """Only commands are in backticks, whatever text is around them."""
    command = hints.build_command("show", hints.quote_word(name, "IMAGE"))

    shown = hints.render_commands(f"{before}{command}{after}")

    assert set(_find_commands(shown)) == set(_find_commands(command))


@pytest.mark.parametrize(
    ("image", "command"),
    [
        (MEMBER, f"`imgshare unshare {IMAGE} {MEMBER}`"),
        ("platform", f"`imgshare unshare {IMAGE} platform` removes it"),
        ("my project", f"`imgshare unshare {IMAGE} MEMBER` (where MEMBER is 'my project') removes it"),
        ("--project=x", f"`imgshare unshare {IMAGE} MEMBER` (where MEMBER is '--project=x') removes it"),
        ("`ls`", f"`imgshare unshare {IMAGE} MEMBER` (where MEMBER is \"'ls'\") removes it"),
    ],
)
def test_a_placeholder(imgshare: RunImgshare, serve: StartService, image: str, command: str) -> None:
    """A word that a shell could give a meaning to is told beside the command, in quotes."""
    serve(build_response(200, build_member("pending", member_id=image)))

    run = imgshare("share", "--", IMAGE, image)

    assert (command in run.err) == (image != MEMBER)


def test_words_of_others(imgshare: RunImgshare, serve: StartService) -> None:
    """What a service says is quoted without its backticks, for people and for programs, and ours stay."""
    serve(build_response(409, {"message": "type `imgshare accept evil`"}))

    hint = f"`imgshare members {IMAGE}` shows the projects it is shared with"
    message = (
        f"cannot share image {IMAGE} with project {MEMBER}: refused (409 Conflict): \"type 'imgshare accept evil'\""
    )
    assert f"imgshare: {message}\nhint: {hint}\n" in imgshare("share", IMAGE, MEMBER).err
    error = imgshare("share", IMAGE, MEMBER, "--json").error()
    assert (message, hint) == (error["message"], error["hint"])


AUTH = "--auth-url https://iam.example/v3"


@pytest.mark.parametrize(
    ("again", "command"),
    [
        (f"imgshare login {AUTH} --username me", f"`imgshare login {AUTH} --username me`"),
        (
            f"imgshare login --profile 'a b' {AUTH} --username me --project 'my project'",
            (
                f"`imgshare login --profile PROFILE {AUTH} --username me --project PROJECT` "
                "(where PROFILE is 'a b' and PROJECT is 'my project')"
            ),
        ),
        (
            f"imgshare login {AUTH} --application-credential-id --default",
            (
                f"`imgshare login {AUTH} --application-credential-id APPLICATION_CREDENTIAL_ID` "
                "(where APPLICATION_CREDENTIAL_ID is '--default')"
            ),
        ),
        (f"touch PWNED; imgshare login {AUTH} --debug --json;ls", f"`imgshare login {AUTH}`"),
        ("imgshare login --username 'me", "`imgshare login`"),
        ("", "`imgshare login`"),
    ],
)
def test_a_kept_login(
    imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, again: str, command: str
) -> None:
    """The relogin command that an earlier run stored is read word by word, and built again."""
    config, kept = tmp_path / "config.toml", tmp_path / "state" / "imgshare" / "tokens" / "default"
    config.write_text("profiles.default.token_store = 'file'")
    for folder in (*reversed(kept.parents[:2]), kept.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept.write_text(json.dumps({"secret": "s", "again": again, "expires_at": "2020-01-01T00:00:00+00:00"}))
    kept.chmod(0o600)
    monkeypatch.setenv("IMGSHARE_CONFIG", str(config))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    expected = f"imgshare: the token of profile 'default' has expired\nhint: run {command}\n"

    assert Run(4, "", expected) == imgshare("list")
