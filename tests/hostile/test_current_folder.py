"""A current folder that somebody else has filled: nothing in it is imported or run."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.fake_service import IMAGE, MEMBER, build_member, build_response
from tests.support.run import TOOL, Run

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.fake_service import StartService

pytestmark = pytest.mark.hostile

# What a run imports early or late, from imgshare, its dependencies and Python; `-m` itself imports from none of these.
MODULES = [
    *("typer", "httpx", "httpcore", "rich", "keyring", "tomlkit", "yaml", "secretstorage", "jeepney", "truststore"),
    *("keystoneauth1", "openstack", "requests", "certifi", "anyio", "h11", "idna", "shellingham"),
    *("json", "ssl", "socket", "gc", "errno", "getpass", "tempfile", "subprocess", "shlex", "queue", "uuid"),
    *(
        "tomllib",
        "termios",
        "select",
        "http",
        "email",
        "urllib3",
        "concurrent",
        "asyncio",
        "unicodedata",
        "dataclasses",
    ),
    *("gzip", "zlib", "hashlib", "random", "logging", "difflib", "sitecustomize", "usercustomize"),
]
SCRIPT = [TOOL]
MODULE = [sys.executable, "-m", "imgshare_cli"]
START = pytest.mark.parametrize("start", [SCRIPT, MODULE], ids=["script", "module"])


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A folder with a module and a package of each name, and an entry point for keyring: all of them scream."""
    folder = tmp_path / "hostile"
    folder.mkdir()
    scream = 'import os\nos.write(2, f"PWNED {__name__}\\n".encode())\nos._exit(66)\n'
    for name in MODULES:
        (folder / f"{name}.py").write_text(scream)
    evil = folder / "evil-1.0.dist-info"
    evil.mkdir()
    (evil / "METADATA").write_text("Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n")
    (evil / "entry_points.txt").write_text(
        "[keyring.backends]\nevil = evil\n[keystoneauth1.plugin]\npassword = evil:Evil\n"
    )
    (folder / "evil.py").write_text(scream)
    (folder / "pyvenv.cfg").write_text("home = /nowhere\n")
    for name in ("uname", "gcc", "ld", "ldconfig", "env", "stty", "security", "true"):
        program = folder / name
        program.write_text("#!/bin/sh\necho PWNED by a program >&2\n")
        program.chmod(0o755)
    return folder


def _run(folder: Path, *argv: str, **environ: str) -> Run:
    done = subprocess.run(
        argv,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return Run(done.returncode, done.stdout, done.stderr)


@START
@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("--version", 0),
        ("--help", 0),
        ("completion zsh", 0),
        ("config list", 0),
        ("config set timeout 5", 0),
        (f"accept {IMAGE} {MEMBER} --json", 0),
        (f"accept {IMAGE} {MEMBER} --endpoint https://127.0.0.1:1 --timeout 1", 8),
        ("login --profile new", 4),
        ("status --cloud none", 3),
        ("logout", 0),
        ("sandbox -- /bin/true", 0),
    ],
)
def test_nothing_of_it_is_imported(
    serve: StartService, hostile: Path, start: list[str], command: str, code: int
) -> None:
    """Whatever a command loads, early or late, it never comes from the current folder, however imgshare starts."""
    serve(build_response(200, build_member()), build_response(200, build_member()))

    run = _run(hostile, *start, *command.split())

    assert "PWNED" not in run.out + run.err
    assert code == run.code, run


@START
def test_the_keyring_and_the_login_are_not_looked_for_in_it(hostile: Path, start: list[str]) -> None:
    """Entry points that the folder offers for keyring and keystoneauth1 are not seen."""
    (hostile / "clouds.yaml").write_text(
        "clouds: {c: {auth: {auth_url: 'http://127.0.0.1:1/v3', username: u, password: p, project_name: n}}}"
    )

    run = _run(hostile, *start, "status", "--cloud", "c", "--timeout", "1", PYTHON_KEYRING_BACKEND="")

    assert "PWNED" not in run.out + run.err
    assert 0 != run.code


@pytest.mark.parametrize("name", MODULES)
def test_each_name_alone(hostile: Path, name: str) -> None:
    """No single module of the folder is imported by `python -m`, so that one cannot hide another."""
    for other in hostile.glob("*.py"):
        if other.stem != name:
            other.unlink()

    run = _run(hostile, *MODULE, "config", "set", "timeout", "5")

    assert Run(0, "", "") == run._replace(out="")


@START
@pytest.mark.parametrize(
    "environ",
    [{"PYTHONPATH": ""}, {"PYTHONSAFEPATH": "1"}, {"PYTHONPATH": "/nowhere"}, {"PYTHONSAFEPATH": "1", "PATH": ":"}],
    ids=["empty path", "safe", "path", "programs"],
)
def test_pythons_own_settings(hostile: Path, start: list[str], environ: dict[str, str]) -> None:
    """An empty PYTHONPATH names no folder, and with PYTHONSAFEPATH there is nothing to take away."""
    run = _run(hostile, *start, "config", "list", **environ)

    assert "PWNED" not in run.out + run.err
    assert 0 == run.code


@pytest.mark.parametrize("safe", ["", "1"])
def test_a_folder_that_the_user_names_stays(tmp_path: Path, safe: str) -> None:
    """What PYTHONPATH names is the user's own choice, also where it is the current folder."""
    (tmp_path / "chosen.py").write_text("")
    probe = (
        "import runpy, sys\n"
        "sys.argv[1:] = ['--version']\n"
        "sys.modules['os']._exit = lambda code: None\n"
        "runpy.run_module('imgshare_cli', run_name='__main__', alter_sys=True)\n"
        "import chosen\n"
    )

    run = _run(tmp_path, sys.executable, "-c", probe, PYTHONPATH=str(tmp_path), PYTHONSAFEPATH=safe)

    assert (0, "") == (run.code, run.err)


def test_a_current_folder_that_is_gone(tmp_path: Path) -> None:
    """Where there is no current folder, both ways of starting work as ever."""
    for start in (SCRIPT, MODULE):
        folder = tmp_path / "gone"
        folder.mkdir()
        run = _run(folder, "/bin/sh", "-c", 'rmdir "$PWD" && exec "$@"', "sh", *start, "--version")
        assert (0, "") == (run.code, run.err)


def test_without_the_current_folder_the_module_is_the_script(hostile: Path) -> None:
    """Both ways of starting print the same, byte for byte."""
    for argv in (["--help"], ["config", "path"], ["accept"], ["nonsense"]):
        assert _run(hostile, *SCRIPT, *argv) == _run(hostile, *MODULE, *argv)
