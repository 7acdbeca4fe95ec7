"""Whatever bytes are words, variables and names, they are refused in a sentence, or mean what they say."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.examples import limit_examples
from tests.support.fake_service import IMAGE, MEMBER, TOKEN, FakeService, build_response
from tests.support.run import Run, run_tool
from tests.support.user_files import UserFiles, assert_clean_exit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.run import RunImgshare

pytestmark = pytest.mark.hostile


@pytest.fixture(scope="module")
def empty_service() -> Iterator[FakeService]:
    """A service that has nothing of what is asked for."""
    with FakeService(build_response(404, {"message": "no"})) as service:
        yield service


@pytest.fixture(scope="module")
def open_service() -> Iterator[FakeService]:
    """A service that takes every token."""
    with FakeService(build_response(200, {"name": "member", "properties": {}})) as service:
        yield service


@pytest.fixture
def places() -> UserFiles:
    """The files of a user who has none yet."""
    return UserFiles()


names = st.one_of(
    st.sampled_from(
        ["..", ".", "a/b", "/etc/passwd", "a.b", '"', "x" * 10_000, "ü" * 100, ".default.lock", "a\\b", "%2E"]
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20),
)


@limit_examples(12)
@given(name=names)
def test_any_profile_name(
    places: UserFiles, open_service: FakeService, imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A profile of any name keeps its own token in a file of its own, and nothing else is touched."""
    places.clear("config")
    shutil.rmtree(places.state)
    monkeypatch.setenv("IMGSHARE_ENDPOINT", open_service.endpoint)
    tokens = {"other": "token-of-other", name: "token-of-mine"}
    for profile, token in tokens.items():
        assert Run(0) == imgshare("config", "set", "token_store", "file", f"--profile={profile}")
        assert 0 == run_tool("login", f"--profile={profile}", stdin=token.encode()).code

    files = [path for path in places.state.parent.rglob("*") if path.is_file() and path.stat().st_size]
    assert {places.token.parent} == {path.parent for path in files}
    assert sorted(tokens.values()) == sorted(json.loads(path.read_text())["secret"] for path in files)
    for profile, token in tokens.items():
        assert 0 == imgshare("status", f"--profile={profile}").code
        assert token == open_service.requests[-1].headers["x-auth-token"]
    for profile in tokens:
        assert imgshare("logout", f"--profile={profile}").err.startswith("removed the token of profile ")
    assert [] == [path for path in files if path.exists()]


NOT_TEXT = b"\xff\xfe"


@pytest.mark.parametrize(
    "argv",
    [
        [b"config", b"set", b"project_id", NOT_TEXT],
        [b"config", b"set", NOT_TEXT, b"x"],
        [b"config", b"get", NOT_TEXT],
        [b"config", b"set", b"timeout", b"3", b"--profile", NOT_TEXT],
        [b"show", NOT_TEXT],
        [b"show", b"--", NOT_TEXT, NOT_TEXT],
        [b"show", b"x", b"--endpoint", b"https://" + NOT_TEXT],
        [b"list", b"--owner", NOT_TEXT],
        [b"list", b"--name", NOT_TEXT],
        [b"login", b"--username", NOT_TEXT],
        [NOT_TEXT],
    ],
    ids=lambda argv: b" ".join(argv).decode(errors="replace"),
)
def test_arguments_that_are_not_text(empty_service: FakeService, argv: list[bytes]) -> None:
    """An argument that is not UTF-8 is exit 2, and the argument is shown without its bytes reaching the terminal."""
    environ = {"IMGSHARE_ENDPOINT": empty_service.endpoint, "IMGSHARE_TOKEN": TOKEN}
    run = run_tool(*map(os.fsdecode, argv), environ=environ)

    assert (2, "") == (run.code, run.out)
    first, hint = run.err.splitlines()
    assert first.endswith("\\udcff\\udcfe' is not UTF-8 text")
    assert "hint: check the terminal's encoding" == hint


@pytest.mark.parametrize(
    "name",
    [
        "IMGSHARE_PROFILE",
        "IMGSHARE_ENDPOINT",
        "IMGSHARE_PROJECT_ID",
        "IMGSHARE_TIMEOUT",
        "IMGSHARE_TOKEN",
        "OS_CLOUD",
        "OS_PROJECT_ID",
        "OS_REGION_NAME",
        "HOME",
        "XDG_CONFIG_HOME",
        "XDG_STATE_HOME",
        "IMGSHARE_CONFIG",
        "TERM",
        "COLUMNS",
    ],
)
def test_variables_that_are_not_text(empty_service: FakeService, name: str, tmp_path: Path) -> None:
    """A variable that is not UTF-8 is a sentence that names it; a path may be any bytes."""
    not_text = os.fsdecode(NOT_TEXT)
    value = f"{tmp_path}/{not_text}" if "HOME" in name or name == "IMGSHARE_CONFIG" else not_text
    environ = {"IMGSHARE_ENDPOINT": empty_service.endpoint, "IMGSHARE_TOKEN": TOKEN, name: value}
    for command in (f"show {IMAGE} {MEMBER}", "config set timeout 3", "config path", "config list", "logout"):
        run = run_tool(*command.split(), environ=environ)
        assert_clean_exit(run, command)
        if name.startswith(("IMGSHARE_", "OS_")) and name != "IMGSHARE_CONFIG" and command.startswith("show"):
            assert f"imgshare: {name} is not UTF-8 text\nhint: set it again, or unset it\n" == run.err


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e999", "0", "-0", "1e-999", "", " ", "0x10", "9" * 5000])
def test_timeouts(
    empty_service: FakeService, imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    """What is no time is refused wherever it is given."""
    monkeypatch.setenv("IMGSHARE_ENDPOINT", empty_service.endpoint)
    monkeypatch.setenv("IMGSHARE_TOKEN", TOKEN)
    for argv in (["show", IMAGE, MEMBER, f"--timeout={value}"], ["config", "set", "timeout", "--", value]):
        assert imgshare(*argv).code in {2, 3}, argv
    monkeypatch.setenv("IMGSHARE_TIMEOUT", value)
    assert (6 if not value else 3) == imgshare("show", IMAGE, MEMBER).code


def test_a_timeout_in_other_digits(
    empty_service: FakeService, imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Digits of another script mean what they mean, everywhere."""
    monkeypatch.setenv("IMGSHARE_TOKEN", TOKEN)
    assert Run(0) == imgshare("config", "set", "timeout", "１０")  # noqa: RUF001
    assert Run(0, "10\n") == imgshare("config", "get", "timeout")
    assert 6 == imgshare("show", IMAGE, MEMBER, "--endpoint", empty_service.endpoint, "--timeout", "１０").code  # noqa: RUF001
