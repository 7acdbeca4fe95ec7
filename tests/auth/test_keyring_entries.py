"""An entry of the keyring: whole or not there, read back, and given a minute to be unlocked at a login."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from keyring.backend import KeyringBackend
from keyring.compat.properties import classproperty

from imgshare_cli.auth.keyring_store import KeyringStore
from tests.support.fake_service import TOKEN, StartService, build_response
from tests.support.keyring_backends import CHANGING
from tests.support.keyring_daemon import BACKEND, run_dbus
from tests.support.run import TOOL, Run, run_installed

SCHEMA = build_response(200, {"name": "member", "properties": {}})


class Forgetful(KeyringBackend):
    """Says yes, and keeps nothing."""

    @classproperty
    def priority(cls) -> float:  # noqa: N805
        """That of a keyring worth using, for the test that names it; for others it is not there."""
        if "TEST_FORGETFUL" not in os.environ:
            raise RuntimeError("TEST_FORGETFUL is not set")
        return 5

    def get_password(self, service: str, username: str) -> str | None:  # noqa: ARG002
        """Nothing."""
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        """Forget it."""

    def delete_password(self, service: str, username: str) -> None:
        """Nothing is there."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a keyring whose entries are files."""
    folder = tmp_path / "keyring"
    folder.mkdir()
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", CHANGING)
    monkeypatch.setenv("TEST_KEYRING", str(folder))
    return folder


@pytest.fixture
def entry(folder: Path) -> KeyringStore:  # noqa: ARG001  (whose keyring it is in)
    """An entry whose parts take ten characters each."""
    return KeyringStore("entry", seconds=10, waiting=None, part=10)


@pytest.mark.parametrize("lost", ["entry", "entry#1", "entry#2"])
def test_a_part_that_is_lost(entry: KeyringStore, folder: Path, lost: str) -> None:
    """An entry that lacks a part is not there, whichever part it is."""
    entry.write("abcdefghijklmnopqrstuvwxyz")
    assert "abcdefghijklmnopqrstuvwxyz" == entry.read()

    (folder / f"imgshare {lost}").unlink()

    assert entry.read() is None


@pytest.mark.parametrize(("text", "parts"), [("short", 1), ("a text for two parts", 2)])
def test_a_shorter_entry(entry: KeyringStore, folder: Path, text: str, parts: int) -> None:
    """What takes the place of a longer entry leaves none of its parts."""
    entry.write("abcdefghijklmnopqrstuvwxyz")

    entry.write(text)

    assert text == entry.read()
    assert parts == len(list(folder.iterdir()))


def test_a_keyring_that_keeps_nothing(serve: StartService, monkeypatch: pytest.MonkeyPatch) -> None:
    """A login whose token the keyring does not give back fails, and does not say that it is stored."""
    serve(SCHEMA)
    monkeypatch.delenv("IMGSHARE_TOKEN")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", f"{__name__}.Forgetful")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(str(folder) for folder in Path(__file__).parents))
    monkeypatch.setenv("TEST_FORGETFUL", "1")

    run = run_installed("login", stdin=TOKEN.encode())

    # On a busy machine this takes so long that the login says what it waits for.
    said = run.err.removeprefix("waiting for your keyring to be unlocked…\n")
    assert Run(
        4,
        "",
        "imgshare: the keyring stored the token but does not return it\n"
        "hint: run `imgshare config set token_store file` to store tokens in a file that only you can read, or set "
        "IMGSHARE_TOKEN\n",
    ) == Run(run.code, run.out, said)


def test_a_person_takes_their_time_to_unlock_it(serve: StartService, tmp_path: Path) -> None:
    """A login waits for longer than the five seconds that other runs give the keyring."""
    serve(SCHEMA)
    with run_dbus(tmp_path / "keyring", service="/bin/sleep 90") as environ:
        child = subprocess.Popen(
            [TOOL, "login"],
            env={**os.environ, **environ, "PYTHON_KEYRING_BACKEND": BACKEND},
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert child.stdin
        assert child.stderr
        child.stdin.write(TOKEN.encode())
        child.stdin.close()
        assert "waiting for your keyring to be unlocked…\n" == child.stderr.readline().decode()
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(6)
        child.kill()
        child.wait()
        child.stderr.close()
