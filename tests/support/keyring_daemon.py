"""A Secret Service of the test's own: a private D-Bus with a real gnome-keyring, unlocked, locked or hanging."""

from __future__ import annotations

import os
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.support.programs import require_program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BUS_NAME = "org.freedesktop.secrets"
BACKEND = "keyring.backends.SecretService.Keyring"


@contextmanager
def run_dbus(home: Path, *, service: str | None = None) -> Iterator[dict[str, str]]:
    """Run a session bus, and yield the environment of a program that is to use it.

    Args:
        home: an empty folder for all that the programs on the bus keep.
        service: the command line that the bus starts when somebody asks for the Secret Service.
    """
    require_program("dbus-daemon")
    environ = _environ(home)
    if service:
        folder = home / "data/dbus-1/services"
        folder.mkdir(parents=True)
        (folder / f"{_BUS_NAME}.service").write_text(f"[D-BUS Service]\nName={_BUS_NAME}\nExec={service}\n")
    daemon = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--nosyslog", "--print-address=1"],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert daemon.stdout
    try:
        yield {**environ, "DBUS_SESSION_BUS_ADDRESS": daemon.stdout.readline().strip()}
    finally:
        daemon.terminate()
        daemon.wait(10)
        daemon.stdout.close()


@contextmanager
def run_gnome_keyring(home: Path, *, unlocked: bool = True) -> Iterator[dict[str, str]]:
    """Run gnome-keyring on a bus of its own; a locked one asks for a password that nobody can type."""
    require_program("gnome-keyring-daemon")
    with run_dbus(home) as environ:
        command = ["gnome-keyring-daemon", "--foreground", "--components=secrets", *(["--unlock"] if unlocked else [])]
        daemon = subprocess.Popen(
            command,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            assert daemon.stdin
            daemon.stdin.write(b"test-password" if unlocked else b"")
            daemon.stdin.close()
            _await_name(environ)
            yield environ
        finally:
            daemon.terminate()
            daemon.wait(10)


def _environ(home: Path) -> dict[str, str]:
    folders = {
        "HOME": home,
        "XDG_DATA_HOME": home / "data",
        "XDG_CONFIG_HOME": home / "config",
        "XDG_CACHE_HOME": home / "cache",
        "XDG_STATE_HOME": home / "state",
        "XDG_RUNTIME_DIR": home / "run",
    }
    for folder in folders.values():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    inherited = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return {**inherited, **{name: str(folder) for name, folder in folders.items()}}


def _await_name(environ: dict[str, str]) -> None:
    question = ["dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus", "/"]
    question += ["org.freedesktop.DBus.NameHasOwner", f"string:{_BUS_NAME}"]
    for _ in range(200):
        if "true" in subprocess.run(question, env=environ, capture_output=True, text=True, check=False).stdout:
            return
        time.sleep(0.05)
    raise AssertionError("gnome-keyring did not come up within 10 s")
