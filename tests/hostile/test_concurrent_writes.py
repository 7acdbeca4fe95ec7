"""However many runs write at once, and however they end, nothing is lost and nothing is left."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.examples import ROUNDS, limit_examples
from tests.support.fake_service import TOKEN, build_response
from tests.support.run import TOOL, Run, run_tool
from tests.support.user_files import FILE_STORE, UserFiles

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.fake_service import StartService
    from tests.support.run import RunImgshare

pytestmark = pytest.mark.hostile


@pytest.fixture
def places() -> UserFiles:
    """The files of a user who has none yet."""
    return UserFiles()


@pytest.mark.parametrize("_round", range(2 * ROUNDS))
def test_many_change_the_config_file(places: UserFiles, _round: int) -> None:
    """Of twenty `config set` at once, none is lost."""
    children = [
        subprocess.Popen([TOOL, "config", "set", "endpoint", f"https://h{number}.example", "--profile", f"p{number}"])
        for number in range(20)
    ]
    assert [0] * 20 == [child.wait(60) for child in children]

    assert {"profiles": {f"p{number}": {"endpoint": f"https://h{number}.example"} for number in range(20)}} == (
        tomllib.loads(places.config.read_text())
    )


@pytest.mark.parametrize("_round", range(2 * ROUNDS))
def test_many_log_in(places: UserFiles, serve: StartService, monkeypatch: pytest.MonkeyPatch, _round: int) -> None:
    """Of eight logins at once, each has its endpoint in the config file and its token in its file, whole."""
    service = serve(build_response(200, {"name": "member", "properties": {}}))
    monkeypatch.delenv("IMGSHARE_TOKEN")
    monkeypatch.delenv("IMGSHARE_ENDPOINT")
    names = [f"p{number}" for number in range(8)]
    places.config.write_text("".join(f'[profiles.{name}]\ntoken_store = "file"\n' for name in names))
    children = {
        name: subprocess.Popen(
            [TOOL, "login", "--profile", name, "--endpoint", service.endpoint, "--timeout", "60"],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for name in names
    }
    for name, child in children.items():
        assert child.stdin is not None
        child.stdin.write(f"token-of-{name}".encode())
        child.stdin.close()
    for child in children.values():
        assert child.stderr is not None
        said = child.stderr.read()
        child.stderr.close()
        assert 0 == child.wait(60), said

    found = tomllib.loads(places.config.read_text())["profiles"]
    assert {name: {"token_store": "file", "endpoint": service.endpoint} for name in names} == found
    for name in names:
        assert f"token-of-{name}" == json.loads((places.state / "tokens" / name).read_text())["secret"]


def test_a_run_that_does_not_end(places: UserFiles) -> None:
    """A run that waits for another gives up after ten seconds, and says which file it is about."""
    holder = (
        "import sys; from pathlib import Path; from imgshare_cli.config.file_writing import lock_file\n"
        "with lock_file(Path(sys.argv[1])): print(flush=True); sys.stdin.read()\n"
    )
    python = Path(TOOL).with_name("python")
    with subprocess.Popen(
        [python, "-c", holder, places.config], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        assert Run(
            3,
            "",
            f"imgshare: another imgshare process is changing {places.config} and did not finish within 10 s\n"
            "hint: stop it, or try again when it has finished\n",
        ) == run_tool("config", "set", "timeout", "3")
        child.send_signal(signal.SIGKILL)  # and a lock ends with the process that held it
    assert Run(0) == run_tool("config", "set", "timeout", "3")


def test_a_lock_that_is_none(places: UserFiles, tmp_path: Path) -> None:
    """A link in the place of a lock is not followed, and a FIFO or a folder there is not waited for."""
    lock = places.config.with_name(".config.toml.lock")
    kinds: list[Callable[[], object]] = [
        lambda: lock.symlink_to(tmp_path / "elsewhere"),
        lambda: os.mkfifo(lock),
        lock.mkdir,
    ]
    for make in kinds:
        make()
        assert Run(
            3, "", f"imgshare: {lock} is not a regular file, so it cannot be used as a lock\nhint: remove it\n"
        ) == run_tool("config", "set", "timeout", "3")
        lock.rmdir() if lock.is_dir() else lock.unlink()
    assert not (tmp_path / "elsewhere").exists()


def test_what_killed_runs_leave(places: UserFiles) -> None:
    """A file on its way into place that was left behind goes with the next write and with `logout`; others stay."""
    left = [
        places.config.with_name(".config.toml.abcd1234.tmp"),
        places.token.with_name(".default.abcd1234.tmp"),
    ]
    others = [places.config.with_name(".config.toml.20240101"), places.token.with_name(".other.abcd1234.tmp")]
    for path in [*left, *others]:
        path.write_text(TOKEN)
        path.chmod(0o600)

    assert Run(0) == run_tool("config", "set", "token_store", "file")
    assert Run(0, "", "no token is stored for profile 'default'\n") == run_tool("logout")

    assert [] == [path for path in left if path.exists()]
    assert others == [path for path in others if path.exists()]


def test_kills_at_any_moment(places: UserFiles, serve: StartService, monkeypatch: pytest.MonkeyPatch) -> None:
    """However a login is killed, the config file is whole, and after `logout` no file has the token."""
    service = serve(build_response(200, {"name": "member", "properties": {}}))
    monkeypatch.delenv("IMGSHARE_TOKEN")
    places.config.write_text(FILE_STORE)
    started = time.monotonic()
    assert 0 == run_tool("login", "--endpoint", service.endpoint, stdin=TOKEN.encode()).code
    whole = time.monotonic() - started
    for delay in [whole * (0.4 + 0.05 * number / ROUNDS) for number in range(12 * ROUNDS)]:
        with subprocess.Popen(
            [TOOL, "login", "--endpoint", service.endpoint], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as child:
            assert child.stdin is not None
            child.stdin.write(TOKEN.encode())
            child.stdin.close()
            time.sleep(delay)
            child.kill()
        tomllib.loads(places.config.read_text())
    assert 0 == run_tool("logout").code

    holders = [path for path in places.state.rglob("*") if path.is_file() and TOKEN in path.read_text()]
    assert [] == holders


LINES = [
    "[profiles.default]  # mine",
    "[profiles]",
    "[profiles.other]",
    "[profiles.'a.b']",
    "profiles.default.endpoint = 'https://x'",
    "profiles.q = {timeout = 1}",
    "profiles.z.timeout = 0x10",
    "default_profile = 'default'",
    "endpoint = 'https://y'",
    "timeout = 3 # seconds",
    "# a comment",
    "cloud = 'otc'\r",
]


@limit_examples(100)
@given(
    lines=st.lists(st.sampled_from(LINES), max_size=6),
    profile=st.sampled_from(["default", "other", "new", "a.b", "q"]),
    key=st.sampled_from(["project_id", "cloud"]),
)
def test_one_change_changes_nothing_else(
    places: UserFiles, imgshare: RunImgshare, lines: list[str], profile: str, key: str
) -> None:
    """Whatever style a config file is written in, a change changes one value, or is refused and changes nothing."""
    before = "\n".join(lines)
    places.config.write_text(before, newline="")
    if imgshare("config", "list").code:
        return

    run = imgshare("config", "set", key, "mine", "--profile", profile)

    after = places.config.read_bytes().decode()
    if run.code:
        said = f"imgshare: cannot change {places.config} without changing the rest of it\nhint: edit it by hand\n"
        assert (Run(3, "", said), before) == (run, after)
        return
    expected = tomllib.loads(before)
    expected.setdefault("profiles", {}).setdefault(profile, {})[key] = "mine"
    assert expected == tomllib.loads(after)
    assert all(comment in after for comment in re.findall("#.*", before))
