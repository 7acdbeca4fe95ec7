"""Clean environments: the tool as its users install it, and each peer by itself."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def peer(name: str) -> Path:
    """The folder of programs of an environment that holds nothing but a peer."""
    return _made(f"peer-{name}", ROOT / f"requirements/peer-{name}.txt")


def ours() -> Path:
    """The folder of programs of an environment that holds nothing but the tool, installed from a wheel."""
    programs = _made("bench", ROOT / "requirements/run.txt")
    wheels = ROOT / ".cache/wheel"
    shutil.rmtree(wheels, ignore_errors=True)
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(wheels),
        str(ROOT),
    ]
    subprocess.run(build, check=True)
    [wheel] = wheels.glob("imgshare_cli-*.whl")
    _pip(programs, "--no-deps", "--force-reinstall", str(wheel))
    return programs


def _made(name: str, requirements: Path) -> Path:
    place = ROOT / f".venv-{name}"
    programs = place / ("Scripts" if sys.platform == "win32" else "bin")
    stamp = place / "ready"
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()
    if not stamp.is_file() or stamp.read_text() != digest:
        venv.create(place, clear=True, with_pip=True)
        _pip(programs, "--require-hashes", "-r", str(requirements))
        stamp.write_text(digest)
    return programs


def _pip(programs: Path, *arguments: str) -> None:
    pip = [str(programs / "python"), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    subprocess.run([*pip, *arguments], check=True)
