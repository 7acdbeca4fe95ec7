"""The Python environment that Keystone and Glance live in: `.venv-cloud`, made on demand."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.openstack.errors import CloudError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).parents[3]
REQUIREMENTS = ROOT / "requirements" / "cloud.txt"
CACHE = ROOT / ".cache"
VENV = ROOT / ".venv-cloud"
PYTHON = VENV / "bin" / "python"
PASTE_INI = VENV / "etc" / "glance" / "glance-api-paste.ini"


@contextmanager
def locked() -> Iterator[None]:
    """Keep other test runs away from what several of them share, the environment and the template."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "cloud.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def ensure() -> None:
    """Make the environment, unless a whole one is there for these requirements; call it locked."""
    stamp = VENV / ".ready"
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == _recipe():
        return
    run("make .venv-cloud", [sys.executable, "-m", "venv", "--clear", str(VENV)], os.environ)
    pip = [str(PYTHON), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    packages = ["install", "--require-hashes", "--requirement", str(REQUIREMENTS)]
    run("install Keystone and Glance into .venv-cloud", [*pip, *packages], os.environ)
    # Written last, so that a half-made environment has none.
    stamp.write_text(_recipe())


def _recipe() -> str:
    # The services' own Python: any Python may run the tests, and none of them makes the environment again.
    version = subprocess.run(
        [str(PYTHON), "-c", "import sys; print(sys.version)"], capture_output=True, check=False, env=sealed_environ()
    )
    return hashlib.sha256(REQUIREMENTS.read_bytes() + version.stdout.strip()).hexdigest()


def run(purpose: str, command: list[str], environ: Mapping[str, str]) -> None:
    """Run a program to its end, and raise what it was for and what it said if it fails."""
    done = subprocess.run(
        command, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    if done.returncode:
        raise CloudError.with_tail(f"cannot {purpose}", done.stdout.decode(errors="replace"))


def sealed_environ(**extra: str) -> dict[str, str]:
    """Return our environment variables without those that would change what the services do."""
    # oslo.config reads OS_GROUP__OPTION, requests reads *_PROXY, and PYTHONPATH is ours, not theirs.
    foreign = ("OS_", "PYTHON")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(foreign) and not k.upper().endswith("_PROXY")}
    return kept | extra
