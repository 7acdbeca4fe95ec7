"""`imgshare login` at a terminal, where nothing says how to log in: it asks, and logs in as its options would."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.fake_cloud import token_file, write_config, write_own_clouds
from tests.support.fake_keystone import FakeKeystone, build_login_response, build_token_document
from tests.support.hostile_responses import build_reply
from tests.support.keyring_backends import CHANGING
from tests.support.refusing_proxy import RefusingProxy
from tests.support.run import TOOL, Run, run_tool
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from tests.support.fake_cloud import FakeCloud

URL = "Identity service URL"
EXAMPLE = "The identity service (Keystone) of the cloud, such as https://iam.eu-de.otc.t-systems.com/v3"
PROJECT = "Project, by name or ID (empty: your default): "
SEARCHED = "$OS_CLIENT_CONFIG_FILE, the current directory, ~/.config/openstack and /etc/openstack"
OTHERS = (
    "a cloud: its address, a user and a password",
    "a token that you have already",
    "an access key (AK/SK) of Open Telekom Cloud or Huawei Cloud",
)
NO_KEYRING = "There is no keyring to store the token in. It can be stored in a file that only you can read (mode 600):"
UNTIL = "2099-01-01T00:00:00Z"
PROJECT_ID = "edc89b490d7d4392898e19b2deb34797"


@pytest.fixture
def keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a keyring that works."""
    folder = tmp_path / "keyring"
    folder.mkdir()
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", CHANGING)
    monkeypatch.setenv("TEST_KEYRING", str(folder))
    return folder


def _start(*argv: str, columns: int = 200, **environ: str) -> Terminal:
    return Terminal([TOOL, "login", *argv], environ, columns=columns)


def _answer(terminal: Terminal, *dialogue: tuple[str, str]) -> None:
    """Wait for the end of each question on the screen's last line, and answer it."""
    for question, answer in dialogue:
        terminal.wait_for_text(question.rstrip())
        terminal.press_keys(f"{answer}\r")


def _nothing_is_stored() -> bool:
    config = Path(os.environ["XDG_CONFIG_HOME"], "imgshare", "config.toml")
    return not config.exists() and not token_file().parent.exists()


def test_choose_a_cloud(cloud: FakeCloud, keyring: Path) -> None:
    """The clouds of clouds.yaml are listed with the file; one is chosen, and the next command needs nothing more."""
    path = write_own_clouds({"dev": cloud.entry(), "otc": cloud.entry()})
    with _start() as terminal:
        asked = f"Log in with a cloud of {path}, or in another way:\n  1  dev\n  2  otc\n"
        asked += f"  3  another cloud{OTHERS[0].removeprefix('a cloud')}\n  4  {OTHERS[1]}\n  5  {OTHERS[2]}\n"
        asked += "Number or name: "
        terminal.wait_for_screen(asked)
        terminal.press_keys("2\r")
        assert 0 == terminal.wait_for_exit()
        terminal.wait_for_screen(
            f"{asked}2\n",
            f"logged in as me in project mine ({PROJECT_ID}), until {UNTIL}\n",
            f"image service: {cloud.endpoint()}\n",
            f"stored a token for {cloud.endpoint()} in the keyring, profile 'default'\n",
        )

    assert ["imgshare default@otc"] == [entry.name for entry in keyring.iterdir()]
    status = run_tool("status", "--json").json()
    assert ("otc", "ok") == (status["cloud"], status["service"])
    assert 1 == len(cloud.logins)


def test_choose_a_cloud_by_name(cloud: FakeCloud, keyring: Path) -> None:
    """A name is as good as a number, a number means the number, and what is neither is asked again."""
    write_own_clouds({"2": cloud.entry(), "otc": cloud.entry(), "生产": cloud.entry(), "[red] x\u202e": cloud.entry()})
    with _start(columns=80) as terminal:
        terminal.wait_for_text("  1  2\n  2  otc\n  3  '生产'\n  4  '[red] x\\u202e'\n  5  another cloud")
        _answer(
            terminal, ("Number or name: ", "9"), ("list; Ctrl-C ends", "otcc"), ("did you mean otc? type a", "生产")
        )
        assert 0 == terminal.wait_for_exit()
    with _start("--profile", "second") as terminal:
        _answer(terminal, ("Number or name: ", "2"), ("Make 'second' the default", ""))
        assert 0 == terminal.wait_for_exit()

    assert {"imgshare default@生产", "imgshare second@otc"} == {entry.name for entry in keyring.iterdir()}


def test_a_cloud_without_a_password(cloud: FakeCloud) -> None:
    """What the entry of a cloud lacks is said before anything is asked."""
    entry = cloud.entry()
    del entry["auth"]["password"]
    write_own_clouds({"otc": entry})
    with _start() as terminal:
        _answer(terminal, ("Number or name: ", "otc"))
        assert 3 == terminal.wait_for_exit()
        terminal.wait_for_text("imgshare: the settings of cloud 'otc' do not contain password")
        assert "[y/N]" not in terminal.screen


@pytest.mark.usefixtures("keyring")
def test_the_endpoint_of_the_profile(cloud: FakeCloud) -> None:
    """Where nobody has typed the image service in this run, it is said where it comes from, and how to change that."""
    write_config(f'[profiles.default]\nendpoint = "{cloud.endpoint()}"\n')
    cases: list[tuple[list[str], dict[str, Any], str | None]] = [
        (
            [],
            {},
            "profile 'default'; --endpoint URL names another one, and `imgshare config unset endpoint` forgets it",
        ),
        ([], {"IMGSHARE_ENDPOINT": f"{cloud.endpoint()}/x"}, "the environment; --endpoint URL overrides it"),
        (["--endpoint", cloud.endpoint()], {}, None),
    ]
    for argv, environ, note in cases:
        with _start(*argv, **environ) as terminal:
            terminal.wait_for_text("(hidden):")
            terminal.press_keys("ctrl-c")
            assert 130 == terminal.wait_for_exit()
            assert (note is not None) == ("note: logging in to " in terminal.screen)
            assert f", the endpoint of {note}\n" in terminal.screen or not note


def test_another_profile_may_become_the_default(cloud: FakeCloud, keyring: Path) -> None:
    """Where it changes something, the profile is offered as the default."""
    write_own_clouds({"otc": cloud.entry()})
    question = "Make 'work' the default profile, instead of 'default'? [y/N] "
    with _start("--profile", "work") as terminal:
        _answer(terminal, ("Number or name: ", "otc"), (question, "y"))
        assert 0 == terminal.wait_for_exit()

    assert Run(0, "work\n") == run_tool("config", "get", "default_profile")
    assert ["imgshare work@otc"] == [entry.name for entry in keyring.iterdir()]


def test_a_user_and_a_file(cloud: FakeCloud) -> None:
    """Without a clouds.yaml and a keyring, it asks for the user, and stores the token in a file if that is wanted."""
    with _start() as terminal:
        _answer(
            terminal,
            ("Number: ", "4"),
            ("type a number from 1 to 3; Ctrl-C ends", "1"),
            ("[y/N] ", "y"),
            (f"{URL}: ", "iam.example/v3"),
            ("did you mean https://iam.example/v3?", cloud.auth_url),
            ("User: ", "me"),
            ("Domain of the user [Default]: ", "people"),
            (PROJECT, "mine"),
            ("(hidden): ", "the password"),
        )
        assert 0 == terminal.wait_for_exit()
        terminal.wait_for_screen(
            f"There is no clouds.yaml, which is searched for in {SEARCHED}.\n",
            f"  1  {OTHERS[0]}\n  2  {OTHERS[1]}\n  3  {OTHERS[2]}\nNumber: 4\n",
            "type a number from 1 to 3; Ctrl-C ends\nNumber: 1\n",
            f"{NO_KEYRING}\n",
            f"  {token_file()}\n",
            "Store it there, now and later (token_store = file)? [y/N] y\n",
            f"{EXAMPLE}\n{URL}: iam.example/v3\n",
            "the URL 'iam.example/v3' is not an http or https URL; did you mean https://iam.example/v3?\n",
            f"{URL}: {cloud.auth_url}\n",
            "User: me\nDomain of the user [Default]: people\n",
            f"{PROJECT}mine\n",
            f"Password for me at {cloud.auth_url} (hidden):\n",
            f"logged in as me in project mine ({PROJECT_ID}), until {UNTIL}\n",
            f"image service: {cloud.endpoint()}\n",
            f"stored a token for {cloud.endpoint()} in {token_file()}, profile 'default'\n",
        )

    assert 0o600 == token_file().stat().st_mode & 0o777
    assert Run(0, "file\n") == run_tool("config", "get", "token_store")
    [login] = cloud.logins
    user = {"name": "me", "domain": {"name": "people"}, "password": "the password"}
    assert user == login["auth"]["identity"]["password"]["user"]
    assert {"name": "mine", "domain": {"name": "people"}} == login["auth"]["scope"]["project"]
    assert 0 == run_tool("list").code


def test_an_access_key() -> None:
    """An access key is asked for with its region; a failure says the whole command, which asks for the secret alone."""
    write_own_clouds({})
    with RefusingProxy() as proxy, _start(HTTPS_PROXY=proxy.endpoint) as terminal:
        _answer(
            terminal,
            ("Number: ", "3"),
            ("[y/N] ", "y"),
            ("Access key ID: ", "AKIDEXAMPLE0000000AB"),
            ("Region, such as eu-de: ", "eu-west-0"),
            ("region 'eu-west-0' is not known; the known ones are ae-ad-1,", "eu-de"),
            ("Secret of access key AKIDEXAMPLE0000000AB (hidden):", "the-secret-key"),
        )
        assert 8 == terminal.wait_for_exit()
        assert "the-secret-key" not in terminal.raw.decode()
        command = "`imgshare login --access-key AKIDEXAMPLE0000000AB --region eu-de` tries again"
        assert command in "".join(terminal.screen.split("\n")), terminal.screen
        assert ["iam.eu-de.otc.t-systems.com:443"] == list(dict.fromkeys(proxy.wanted))


def test_a_token(cloud: FakeCloud, keyring: Path) -> None:
    """A token is asked for with its image service, hidden, and checked before it is stored."""
    with _start() as terminal:
        _answer(
            terminal,
            ("Number: ", "2"),
            ("Image service URL: ", cloud.endpoint()),
            ("(hidden): ", "pasted-token"),
        )
        assert 0 == terminal.wait_for_exit()
        assert "pasted-token" not in terminal.raw.decode()

    assert ["pasted-token"] == cloud.tokens
    assert ["imgshare default"] == [entry.name for entry in keyring.iterdir()]
    assert 0 == run_tool("list").code


def test_the_address_of_the_environment(cloud: FakeCloud, keyring: Path) -> None:
    """OS_AUTH_URL alone is the answer that Enter gives."""
    with _start(OS_AUTH_URL=cloud.auth_url) as terminal:
        _answer(
            terminal,
            ("Number: ", "1"),
            (f"{URL} [{cloud.auth_url}]: ", ""),
            ("User: ", "me"),
            ("[Default]: ", ""),
            (PROJECT, ""),
            ("(hidden): ", "pw"),
        )
        assert 0 == terminal.wait_for_exit()
    assert "scope" not in cloud.logins[0]["auth"]
    assert [] != list(keyring.iterdir())


def test_a_file_that_is_not_wanted(cloud: FakeCloud) -> None:
    """Who wants no file is asked for nothing that would be lost; a cloud logs in again by itself."""
    for way in "1", "2":
        with _start() as terminal:
            _answer(terminal, ("Number: ", way), ("[y/N] ", URL))
            terminal.wait_for_text("type y or n; Ctrl-C ends\n")
            _answer(terminal, ("[y/N] ", ""))
            assert 130 == terminal.wait_for_exit()
            terminal.wait_for_text(
                "imgshare: you answered no, so nothing was stored and you are not logged in\n"
                "hint: `imgshare login` asks again; a clouds.yaml or IMGSHARE_TOKEN needs no store"
            )
    assert _nothing_is_stored()

    write_own_clouds({"otc": cloud.entry()})
    with _start() as terminal:
        _answer(terminal, ("Number or name: ", "otc"), ("[y/N] ", "no"))
        assert 0 == terminal.wait_for_exit()
        terminal.wait_for_text(
            "note: the token is not stored, so every run logs in again; `imgshare config set token_st"
        )
    assert not token_file().parent.exists()
    assert 0 == run_tool("list").code


USER = [("Number: ", "1"), (f"{URL}: ", "URL"), ("User: ", "me"), ("Domain of the user", ""), ("Project", "mine")]
INTERRUPTED = "interrupted"
NO_ANSWER = "so you are not logged in"
ENDED = "the input ended before all questions were answered; nothing was changed"


@pytest.mark.usefixtures("keyring")
@pytest.mark.parametrize(
    ("answers", "question", "key", "code", "sentence"),
    [
        ([], "Number: ", "\r", 4, f"no way to log in was chosen, {NO_ANSWER}"),
        ([], "Number: ", "ctrl-c", 130, INTERRUPTED),
        ([], "Number: ", "ctrl-d", 130, ENDED),
        (USER[:1], f"{URL}: ", "\r", 4, f"no URL was entered, {NO_ANSWER}"),
        (USER[:2], "User: ", "\r", 4, f"no user was entered, {NO_ANSWER}"),
        (USER[:3], "Domain of the user", "ctrl-c", 130, INTERRUPTED),
        (USER[:3], "Domain of the user", "ctrl-d", 130, ENDED),
        (USER, "(hidden): ", "\r", 4, f"nothing was entered, {NO_ANSWER}"),
        (USER, "(hidden): ", "ctrl-c", 130, INTERRUPTED),
        (USER, "(hidden): ", "ctrl-d", 130, ENDED),
        (USER, "(hidden): ", "half\x04", 130, ENDED),
        (USER, "(hidden): ", "half\x04\r", 130, ENDED),
        ([("Number: ", "2"), ("Image service", "URL")], "(hidden): ", "\r", 4, "the token from your input is empty"),
    ],
)
def test_who_stops_halfway(  # noqa: PLR0913, PLR0917
    cloud: FakeCloud, answers: list[tuple[str, str]], question: str, key: str, code: int, sentence: str
) -> None:
    """An empty answer, Ctrl-C and Ctrl-D end in a sentence, and nothing is stored."""
    with _start() as terminal:
        _answer(terminal, *[(asked, cloud.auth_url if answer == "URL" else answer) for asked, answer in answers])
        terminal.wait_for_text(question.rstrip())
        terminal.press_keys(key)
        assert code == terminal.wait_for_exit()
        assert f"\nimgshare: {sentence}" in terminal.screen
    assert _nothing_is_stored()
    assert [] == cloud.logins


UNSCOPED = build_login_response({"token": {**build_token_document("http://127.0.0.1:1")["token"], "project": None}})
REJECTED = build_reply(b'{"error": {"code": 401, "message": "no", "title": "x"}}', status=401)


@pytest.mark.usefixtures("keyring")
@pytest.mark.parametrize(
    ("project", "password", "answer", "hint"),
    [
        ("", "pw", UNSCOPED, "set the project: `{command}`"),
        (
            "mine",
            "wrong",
            REJECTED,
            "check user, password and project; the user may also be disabled; `{command}` tries again",
        ),
        (
            "mine",
            "",
            REJECTED,
            "run the command again, and paste or pipe the secret; `{command}` tries again",
        ),
    ],
)
def test_answers_are_not_lost(project: str, password: str, answer: bytes, hint: str) -> None:
    """A login that fails after the questions says the whole command, which asks for the password alone."""
    with FakeKeystone(answer) as keystone, _start("--profile", "work") as terminal:
        _answer(
            terminal,
            ("Number: ", "1"),
            (f"{URL}: ", keystone.auth_url),
            ("User: ", "me"),
            ("[Default]: ", "people"),
            (PROJECT, project),
            ("[y/N]", "y"),
            ("(hidden): ", password),
        )
        assert 4 == terminal.wait_for_exit()
        shown = " ".join(terminal.screen.split())
    login = f"imgshare login --profile work --auth-url {keystone.auth_url} --username me --user-domain people"
    command = f"{login} --project {project or 'NAME'} --default"
    assert shown.endswith(f"hint: {hint.format(command=command)}")
    assert _nothing_is_stored()


@pytest.mark.usefixtures("keyring")
def test_an_empty_user_keeps_the_address(cloud: FakeCloud) -> None:
    """Who does not answer the second question need not answer the first one again."""
    with _start("--profile", "work") as terminal:
        _answer(terminal, ("Number: ", "1"), (f"{URL}: ", cloud.auth_url), ("User: ", ""))
        assert 4 == terminal.wait_for_exit()
        command = f"`imgshare login --profile work --auth-url {cloud.auth_url} --username NAME`"
        assert terminal.screen.endswith(f"\nhint: {command} asks for the password")


@pytest.mark.parametrize(
    ("environ", "user"),
    [({}, "--auth-url URL --username NAME"), ({"OS_AUTH_URL": "https://iam.example/v3"}, "--username NAME")],
)
def test_without_a_terminal(environ: dict[str, str], user: str) -> None:
    """Where nobody can be asked, it fails at once and says what to pass."""
    hint = f"hint: pass --cloud NAME, {user}, or --endpoint URL if you have a token\n"
    for argv, why in ((), "there is no terminal to ask at"), (("--no-input",), "--no-input forbids questions"):
        said = f"imgshare: nothing says how to log in, and {why}\n{hint}"
        assert Run(2, "", said) == run_tool("login", *argv, environ=environ)


def test_with_json(cloud: FakeCloud) -> None:
    """With --json nothing is asked, also at a terminal; the clouds to pass are named."""
    path = write_own_clouds({"otc": cloud.entry(), "a b": cloud.entry()})
    with _start("--json") as terminal:
        assert 2 == terminal.wait_for_exit()
        error = json.loads(terminal.raw)["error"]
    assert "nothing says how to log in, and --json forbids questions" == error["message"]
    user = "--auth-url URL --username NAME, or --endpoint URL if you have a token"
    assert f"pass --cloud NAME ({path} has otc, 'a b'), {user}" == error["hint"]


def test_a_locked_keyring_offers_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """A keyring that is there and fails is not replaced by a file."""
    write_config("[profiles.default]\n")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", CHANGING)
    folder = Path(os.environ["HOME"], "ring")
    folder.mkdir()
    (folder / "changes").write_text("99")
    monkeypatch.setenv("TEST_KEYRING", str(folder))
    with _start() as terminal:
        _answer(terminal, ("Number: ", "2"))
        assert 4 == terminal.wait_for_exit()
        assert "imgshare: another program keeps changing the entry in the keyring" in terminal.screen
