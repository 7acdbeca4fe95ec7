"""Whatever the home and its folders are, the work goes on, and what is made is private."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgshare_cli.sandbox import Sandbox
from tests.support.examples import ROUNDS, limit_examples
from tests.support.fake_service import IMAGE, MEMBER, TOKEN, build_response
from tests.support.forked_run import run_forked
from tests.support.run import TOOL, Run, run_tool
from tests.support.user_files import FILE_STORE, SECONDS, UserFiles, assert_clean_exit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.fake_service import StartService

pytestmark = pytest.mark.hostile


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """An image service with shares waiting in it."""
    with Sandbox(images=ROUNDS * 30) as sandbox:
        yield sandbox


@pytest.fixture
def places() -> UserFiles:
    """The files of a user who has none yet."""
    return UserFiles()


UMASKS = [0o000, 0o022, 0o077, 0o777]
HOMES = [None, "", "/dev/null", "/nonexistent/home", "relative/home", "/proc", ".", "~root", "/" + "x" * 300, "home"]
XDG = [None, "", "relative", "/proc/1", "/dev/null", "/nonexistent/xdg", "/" + "y" * 5000, "xdg"]


def _run_with_home(tmp_path: Path, umask: int, home: str | None, xdg: str | None, *argv: str) -> tuple[Run, set[Path]]:
    """Run the tool with such a home, in an empty folder; also tell what is new in its places afterwards."""
    folder = tmp_path / "here"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("HOME", "XDG_"))}
    for name, value in {"HOME": home, "XDG_CONFIG_HOME": xdg, "XDG_STATE_HOME": xdg}.items():
        if value is not None:
            environ[name] = str(tmp_path / value) if value in {"home", "xdg"} else value
    with contextlib.chdir(folder):
        finished = run_forked([TOOL, *argv], environ, umask=umask, seconds=SECONDS * 2)
    assert not list(folder.iterdir()), "nothing is made in whatever folder we are started in"
    made = {path for place in ("home", "xdg") for path in (tmp_path / place).rglob("*")}
    return Run(*finished[:3]), made


@limit_examples(25)
@given(umask=st.sampled_from(UMASKS), home=st.sampled_from(HOMES), xdg=st.sampled_from(XDG))
def test_any_home(  # noqa: PLR0913, PLR0917
    tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, umask: int, home: str | None, xdg: str | None
) -> None:
    """With any HOME, XDG folders and umask, `list` lists, `show` shows, and what is made only its owner can read."""
    root_home = Path.home().resolve() if home in {None, "", "relative/home", ".", "~root"} else None
    if root_home and xdg in {None, "", "relative"}:
        home = "home"  # the real one of the person who runs the tests does not matter
    for place in ("home", "xdg"):
        shutil.rmtree(tmp_path / place, ignore_errors=True)
    monkeypatch.setenv("IMGSHARE_ENDPOINT", sandbox.endpoint)
    monkeypatch.setenv("IMGSHARE_TOKEN", sandbox.you.token)

    listed, _ = _run_with_home(tmp_path, umask, home, xdg, "list", "--quiet", "--limit", "1")
    assert (0, 1) == (listed.code, listed.out.count("\n")), listed
    shown, _ = _run_with_home(tmp_path, umask, home, xdg, "show", listed.out.strip(), "--json")
    assert (0, "") == (shown.code, shown.err)
    kept, made = _run_with_home(tmp_path, umask, home, xdg, "config", "set", "timeout", "9")
    assert_clean_exit(kept, "config set")
    assert kept.code in {0, 3}
    for path in made:
        assert (0o700 if path.is_dir() else 0o600) == path.stat().st_mode & 0o777, path


def test_the_installed_command(tmp_path: Path, sandbox: Sandbox) -> None:
    """Where Python itself starts without a home, a umask or text in its variables, the command works all the same."""
    environ = {
        **os.environ,
        "HOME": "/dev/null",
        "XDG_CONFIG_HOME": "/proc/1",
        "LESSOPEN": os.fsdecode(b"\xff"),
        "IMGSHARE_ENDPOINT": sandbox.endpoint,
        "IMGSHARE_TOKEN": sandbox.you.token,
    }
    command = ["/bin/sh", "-c", 'umask 777; exec "$0" "$@"', TOOL, "list", "--quiet", "--limit", "1"]

    done = subprocess.run(command, env=environ, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (0, 1, "") == (done.returncode, done.stdout.count("\n"), done.stderr)


@pytest.mark.parametrize("store", ["keyring", "file"])
def test_nowhere_to_keep_anything(serve: StartService, monkeypatch: pytest.MonkeyPatch, store: str) -> None:
    """Without a home, what must be kept is a sentence that says so."""
    serve(build_response(200, {"name": "member", "properties": {}}))
    monkeypatch.delenv("IMGSHARE_TOKEN")
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", "/dev/null")
    path = "/dev/null/.config/imgshare/config.toml"

    assert Run(0, f"{path}\n") == run_tool("config", "path")
    assert Run(0) == run_tool("config", "list")
    assert Run(3, "", f"imgshare: cannot write {path}: Not a directory\n") == run_tool("config", "set", "timeout", "3")
    if store == "file":
        monkeypatch.setenv("IMGSHARE_CONFIG", f"{Path.cwd()}/config.toml")
    run = run_tool("login", stdin=TOKEN.encode())
    assert run.code in {3, 4}
    assert_clean_exit(run, "login")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give a folder away")
def test_a_state_folder_of_somebody_else(places: UserFiles, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in a state folder that belongs to another user is not read, and nothing is put there."""
    places.config.write_text(FILE_STORE)
    places.token.write_text(json.dumps({"secret": TOKEN, "endpoint": "https://evil.example"}))
    places.token.chmod(0o600)
    places.images.write_text(json.dumps({IMAGE: "evil"}))
    os.chown(places.state, 65534, 65534)
    said = f"imgshare: {places.state} belongs to another user, so your token cannot be stored there\n"
    hint = "hint: set XDG_STATE_HOME to a directory that you own\n"

    assert Run(3, "", said + hint) == run_tool("show", IMAGE, MEMBER)
    assert Run(3, "", said + hint) == run_tool("logout")
    assert Run(0) == run_tool("accept", "", environ={"_IMGSHARE_COMPLETE": "complete_bash"})
    monkeypatch.setenv("IMGSHARE_ENDPOINT", sandbox.endpoint)
    monkeypatch.setenv("IMGSHARE_TOKEN", sandbox.you.token)
    assert 0 == run_tool("list").code
    assert json.dumps({IMAGE: "evil"}) == places.images.read_text()


def test_a_state_folder_that_was_open(places: UserFiles, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """A state folder that others could enter is closed by the next write."""
    monkeypatch.setenv("IMGSHARE_ENDPOINT", sandbox.endpoint)
    monkeypatch.setenv("IMGSHARE_TOKEN", sandbox.you.token)
    places.state.chmod(0o777)

    assert 0 == run_tool("list").code

    assert 0o700 == places.state.stat().st_mode & 0o777
