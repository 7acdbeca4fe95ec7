"""`imgshare sandbox --env-file`: a file that is there, whole, while the sandbox runs."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import socket
import stat
from typing import TYPE_CHECKING

import pytest

from tests.support.background_sandbox import end_sandbox, start_sandbox, wait_for_file
from tests.support.run import Run, run_tool

if TYPE_CHECKING:
    from pathlib import Path

OWN = "# written by imgshare sandbox, which removes this file when it ends\n"
SECONDS = 20


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM, signal.SIGUSR1])
def test_it_is_there_while_the_sandbox_runs(tmp_path: Path, number: signal.Signals) -> None:
    """The file is private and whole as soon as it is there, and has gone when the sandbox has."""
    path = tmp_path / "sandbox.env"
    started = start_sandbox(path)
    lines = wait_for_file(path).splitlines()

    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    assert [path] == [entry for entry in tmp_path.iterdir() if "sandbox" in entry.name]
    assert OWN == f"{lines[0]}\n"
    settings = dict(line.removeprefix("export ").split("=", 1) for line in lines[2:])
    assert {"IMGSHARE_CONFIG", "IMGSHARE_PROFILE", "IMGSHARE_ENDPOINT", "IMGSHARE_TOKEN", "IMGSHARE_PROJECT_ID"} < set(
        settings
    )
    note = f"serving on {settings['IMGSHARE_ENDPOINT']} with the settings in {path}, until Ctrl-C or kill\n"
    interrupted = "imgshare: interrupted\n" * (number == signal.SIGINT)
    assert Run(128 + number, "", note + interrupted) == end_sandbox(started, number)
    assert not path.exists()
    assert not os.path.exists(settings["IMGSHARE_CONFIG"])  # noqa: PTH110


def test_many_interrupts(tmp_path: Path) -> None:
    """However often Ctrl-C is pressed, the file goes."""
    path = tmp_path / "sandbox.env"
    started = start_sandbox(path)
    wait_for_file(path)
    while started.poll() is None:
        started.send_signal(signal.SIGINT)

    assert "" == started.communicate()[0]
    assert started.returncode in {130, -signal.SIGINT}
    assert not path.exists()


@pytest.mark.parametrize("leftover", ["", f"{OWN}export IMGSHARE_ENDPOINT=http://127.0.0.1:9\n"])
def test_a_leftover_goes_first(tmp_path: Path, leftover: str) -> None:
    """What an earlier sandbox left is removed even if this one then fails, so that no reader uses it."""
    path = tmp_path / "sandbox.env"
    path.write_text(leftover)

    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert 3 == run_tool("sandbox", "--env-file", str(path), "--port", str(taken.getsockname()[1])).code
    assert not path.exists()


@pytest.mark.parametrize(
    "content", ["SECRET=1\n", "export IMGSHARE_ENDPOINT=https://glance.example\nexport SECRET=1\n"]
)
def test_a_file_of_somebody_else_stays(tmp_path: Path, content: str) -> None:
    """A file that no sandbox has written, such as a project's own, is left alone: exit 3."""
    path = tmp_path / ".env"
    path.write_text(content)

    assert Run(
        3,
        "",
        f"imgshare: {path} exists, and was not written by imgshare sandbox\n"
        "hint: pass another path, or remove the file\n",
    ) == run_tool("sandbox", "--env-file", str(path))
    assert content == path.read_text()


def test_what_replaced_it_stays(tmp_path: Path) -> None:
    """At the end only the sandbox's own file is removed."""
    path = tmp_path / "sandbox.env"
    first = start_sandbox(path)
    wait_for_file(path)
    path.unlink()
    second = start_sandbox(path)
    content = wait_for_file(path)

    assert 143 == end_sandbox(first).code
    assert content == path.read_text()
    assert 143 == end_sandbox(second).code
    assert not path.exists()


def test_a_path_that_cannot_be_written(tmp_path: Path) -> None:
    """A path without a folder, or that is something else than a file, is exit 3, and nothing is served."""
    loop, null, folder, missing = (tmp_path / name for name in ("loop", "null", "folder", "missing/s.env"))
    dangling = tmp_path / "dangling"
    dangling.symlink_to(tmp_path / "nothing")
    loop.symlink_to(loop)
    null.symlink_to(os.devnull)
    folder.mkdir()
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    create = "hint: pass a path where a file can be created\n"
    for path in (loop, null, folder, pipe, dangling, os.devnull):
        assert Run(3, "", f"imgshare: cannot write {path}: it is not a regular file\n{create}") == run_tool(
            "sandbox", "--env-file", str(path)
        )
    assert Run(3, "", f"imgshare: cannot write {missing}: No such file or directory\n{create}") == run_tool(
        "sandbox", "--env-file", str(missing)
    )
    assert not missing.parent.exists()
    empty = "imgshare: --env-file is empty\nhint: pass the path of the file to write, or omit it\n"
    assert Run(3, "", empty) == run_tool("sandbox", "--env-file", "")


def test_a_full_disk(tmp_path: Path) -> None:
    """Where the file does not fit, there is none: exit 3."""
    path = tmp_path / "sandbox.env"
    started = start_sandbox(path, limit_file=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200)))
    out, err = started.communicate(timeout=SECONDS)

    expected = f"imgshare: cannot write {path}: File too large\nhint: pass a path where a file can be created\n"
    assert Run(3, "", expected) == Run(started.returncode, out, err)
    assert [] == list(tmp_path.glob("*sandbox*"))


def test_a_link_is_followed(tmp_path: Path) -> None:
    """A link to the file of an earlier sandbox leads to it, and stays."""
    link, target = tmp_path / "link", tmp_path / "target"
    link.symlink_to(target)
    target.touch()
    started = start_sandbox(link)
    written = ""
    while not written:
        assert started.poll() is None
        with contextlib.suppress(FileNotFoundError):  # the empty file goes before the new one comes
            written = target.read_text()

    assert link.is_symlink()
    assert 143 == end_sandbox(started).code
    assert link.is_symlink()
    assert not target.exists()


def test_json_stays_json(tmp_path: Path) -> None:
    """With --json, stdout has the same object as without a file."""
    path = tmp_path / "sandbox.env"
    started = start_sandbox(path, "--json")
    content = wait_for_file(path)
    run = end_sandbox(started)

    settings = json.loads(run.out)
    assert {"endpoint", "token", "project_id", "owners", "images"} == set(settings)
    assert f"export IMGSHARE_TOKEN={settings['token']}\n" in content


def test_not_with_a_command(tmp_path: Path) -> None:
    """With a command, whose environment has the settings, a file is a usage error, and an old one stays."""
    path = tmp_path / "sandbox.env"
    path.write_text(OWN)

    assert Run(
        2,
        "",
        "imgshare: --env-file is not possible with a command\n"
        "hint: omit it: the command has the settings in its environment\n",
    ) == run_tool("sandbox", "--env-file", str(path), "--", "true")
    assert path.exists()
