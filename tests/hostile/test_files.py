"""Whatever is in our files, and whatever they are, a run ends soon, and in a sentence."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.examples import limit_examples
from tests.support.fake_service import IMAGE, MEMBER, FakeService, build_response
from tests.support.forked_run import run_forked
from tests.support.run import TOOL, Run
from tests.support.user_files import SECONDS, UserFiles, assert_clean_exit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.run import RunImgshare

pytestmark = pytest.mark.hostile

COMMANDS = {
    "config list": (),
    "config get endpoint": (),
    "config set endpoint https://h.example": (),
    "config unset vault_id": (),
    "config set default_profile default": (),
    f"show {IMAGE} {MEMBER}": (),
    f"show {IMAGE} {MEMBER} --debug --json": (),
    "list --quiet": (),
    "status": (),
    "logout": (),
    "TAB accept": ("accept", ""),
    "TAB show --profile": ("show", "--profile", ""),
}


@pytest.fixture(scope="module")
def empty_service() -> Iterator[FakeService]:
    """A service that has nothing of what is asked for."""
    with FakeService(build_response(404, {"message": "no"})) as service:
        yield service


@pytest.fixture
def places() -> UserFiles:
    """The files of a user who has none yet."""
    return UserFiles()


def _split_command(command: str) -> tuple[tuple[str, ...], dict[str, str]]:
    words = COMMANDS[command]
    return (words, {"_IMGSHARE_COMPLETE": "complete_zsh"}) if words else (tuple(command.split()), {})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
GRANT = [
    "secret",
    "endpoint",
    "auth_url",
    "expires_at",
    "header",
    "roles",
    "renewal",
    "again",
    "cloud",
    "user",
    "cacert",
]
odd_texts = st.sampled_from(
    ["", "x", "\ud800", "a\nb", "\0", "https://h.example", "http://h/\0", "9999-12-31T23:59:59-23:59", "0001-01-01"]
)
grants = st.dictionaries(st.sampled_from(GRANT), odd_texts | json_values, max_size=6).map(
    lambda value: {"secret": "gAAAA", **value}
)
TOML_LINES = [
    "[profiles.default]",
    "[profiles.default.deep]",
    "[[profiles]]",
    'token_store = "file"',
    'token_store = "nowhere"',
    "timeout = 1e999",
    "timeout = nan",
    f"timeout = {'9' * 5000}",
    "timeout = 2026-01-01",
    'cacert = "\\u0000"',
    'region = "a\\nb"',
    'endpoint = "https://\\u202e"',
    'endpoint = "https://h.example"',
    "endpoint = []",
    'default_profile = "x\\u0000"',
    "profiles = {}",
    "profiles.default.project_id.x = 1",
    '"" = 1',
    "'a.b'.'c' = {d = [{}]}",
    "x = '''",
    'project_id = "' + "y" * 3000 + '"',
]
DEEP = [
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b"a = " + b"[" * 5000,
    b"a." * 20_000 + b"b = 1",
    b"[" + b"a." * 5000 + b"b]",
]
contents = st.one_of(
    st.binary(max_size=300),
    st.sampled_from([*DEEP, b"NaN", b"1" * 5000, b"-Infinity", b"\xef\xbb\xbf", b"\0" * 2000, b'"\\ud800"']),
    json_values.map(lambda value: json.dumps(value).encode()),
    grants.map(lambda value: json.dumps(value).encode()),
    st.dictionaries(odd_texts | st.just(IMAGE), json_values, max_size=5).map(lambda value: json.dumps(value).encode()),
    st.lists(st.sampled_from(TOML_LINES), max_size=6).map(lambda lines: "\n".join(lines).encode()),
    json_values.map(lambda value: f"profiles.default = {json.dumps(value)}".encode()),
)


@limit_examples(150)
@given(
    content=contents,
    name=st.sampled_from(["config", "token", "images", "backend"]),
    command=st.sampled_from([*COMMANDS]),
)
def test_any_content(  # noqa: PLR0913, PLR0917
    places: UserFiles,
    empty_service: FakeService,
    imgshare: RunImgshare,
    monkeypatch: pytest.MonkeyPatch,
    content: bytes,
    name: str,
    command: str,
) -> None:
    """Any bytes in any of our files give a documented exit code and a sentence, soon."""
    path = places.clear(name)
    path.write_bytes(content)
    path.chmod(0o600)
    monkeypatch.setenv("IMGSHARE_ENDPOINT", empty_service.endpoint)
    argv, environ = _split_command(command)
    started = time.monotonic()
    with monkeypatch.context() as inside:
        for variable, value in environ.items():
            inside.setenv(variable, value)
        assert_clean_exit(imgshare(*argv), command)

    assert time.monotonic() - started < 5


def _make_fifo(path: Path) -> None:
    os.mkfifo(path)


def _make_sparse_file(path: Path) -> None:
    with path.open("wb") as stream:
        stream.truncate(1 << 30)


KINDS: dict[str, Callable[[Path], object]] = {
    "fifo": _make_fifo,
    "folder": Path.mkdir,
    "loop": lambda path: path.symlink_to(path.name),
    "nowhere": lambda path: path.symlink_to("/nonexistent/x"),
    "/dev/zero": lambda path: path.symlink_to("/dev/zero"),
    "/dev/null": lambda path: path.symlink_to("/dev/null"),
    "/dev/tty": lambda path: path.symlink_to("/dev/tty"),
    "/proc/self/mem": lambda path: path.symlink_to("/proc/self/mem"),
    "stdin": lambda path: path.symlink_to("/dev/stdin"),
    "a gigabyte": _make_sparse_file,
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["config", "token", "images", "backend"])
def test_any_kind_of_file(
    places: UserFiles, empty_service: FakeService, monkeypatch: pytest.MonkeyPatch, name: str, kind: str
) -> None:
    """What is not a regular file of a sane size is not waited for and not read, whichever of our files it is."""
    monkeypatch.setenv("IMGSHARE_ENDPOINT", empty_service.endpoint)
    for command in ("config set timeout 5", f"show {IMAGE} {MEMBER}", "logout", "TAB accept", "TAB show --profile"):
        path = places.clear(name)
        KINDS[kind](path)
        argv, environ = _split_command(command) if command in COMMANDS else (tuple(command.split()), {})
        reading, writing = os.pipe()
        with os.fdopen(reading, "rb") as source, os.fdopen(writing, "wb"):  # nobody writes to it, nobody closes it
            environ = {**os.environ, **environ}
            finished = run_forked([TOOL, *argv], environ, stdin=source, address_space=1_000_000 << 10, seconds=SECONDS)
        assert_clean_exit(Run(*finished[:3]), command)


def test_the_sentences_about_files(places: UserFiles, imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path that is not a regular file is named with what it is; the null device is an empty config."""
    said = "imgshare: cannot read {}: {}\n"
    _make_fifo(places.config)
    assert Run(3, "", said.format(places.config, "it is not a regular file")) == imgshare("config", "list")
    places.config.unlink()
    _make_sparse_file(places.config)
    assert Run(3, "", said.format(places.config, "it is larger than 256 KiB")) == imgshare("config", "list")
    monkeypatch.setenv("IMGSHARE_CONFIG", "/dev/null")
    assert Run(0) == imgshare("config", "list")
    assert 3 == imgshare("config", "set", "timeout", "3").code
    monkeypatch.setenv("IMGSHARE_CONFIG", "~no-such-user/config.toml")
    assert Run(
        3,
        "",
        "imgshare: user 'no-such-user' does not exist (in '~no-such-user/config.toml')\nhint: use the full path\n",
    ) == imgshare("config", "list")
    reading, writing = os.pipe()
    monkeypatch.setenv("IMGSHARE_CONFIG", f"/dev/fd/{reading}")
    assert Run(3, "", said.format(f"/dev/fd/{reading}", "it is not a regular file")) == imgshare("config", "list")
    os.close(reading)
    os.close(writing)


JSON_NUMBERS: list[Any] = [float("nan"), float("inf"), 10**400, -1, True, None, [], {}]


@pytest.mark.parametrize("value", JSON_NUMBERS, ids=str)
def test_wrong_types_in_a_token_file(places: UserFiles, imgshare: RunImgshare, value: object) -> None:
    """A token file that holds something else was not stored by us, and `logout` removes it."""
    for key in GRANT:
        places.clear("token").write_text(json.dumps({"secret": "x", "endpoint": "https://h.example", key: value}))
        places.token.chmod(0o600)
        run = imgshare("show", IMAGE, MEMBER)
        assert_clean_exit(run, key)
        # The empty ones are what we may have stored, and then nobody is at this address.
        assert run.code == (8 if (key, value) in [("roles", []), ("renewal", {})] else 4), (key, run)
        assert "removed the token" in imgshare("logout").err
        assert not places.token.exists()


SECRET = "gAAAAABsecret-that-nobody-may-see-0123456789"


@limit_examples(60)
@given(
    template=st.sampled_from(
        [
            "{} = 1",
            '"{}" = 1',
            "[profiles.default]\n{} = 1",
            '[profiles.default]\ntoken = "{}',
            "[profiles.default]\ntoken = {}",
            "{}\n",
            "[profiles.default]\ntoken = '{}' x",
            "[{}]\n[{}]",
            "{} = 1\n{} = 2",
            "[profiles.default]\n'{}' = 1\n'{}' = 1",
            "a = {{ {} = 1 }}\na.{} = 2",
            "[[profiles]]\n{} = 1",
            "[profiles]\n[profiles.{}]\n[[profiles.{}]]",
            'token = ["{}", {}]',
            '[profiles.default]\ntimeout = "{}"',
            '[profiles.default]\ntoken_store = "{}"',
        ]
    ),
    command=st.sampled_from(["config list", "config set timeout 5", "config unset timeout", f"show {IMAGE}", "logout"]),
)
def test_no_sentence_quotes_a_secret(places: UserFiles, imgshare: RunImgshare, template: str, command: str) -> None:
    """A token in the wrong place of the config file is in no sentence about that file."""
    places.config.write_text(template.format(SECRET, SECRET))

    run = imgshare(*command.split())

    assert_clean_exit(run, command)
    if not template.startswith("[profiles]\n"):  # the name of a profile is shown wherever it matters
        assert SECRET not in run.out + run.err
