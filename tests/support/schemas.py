"""Checks files of other programs by their schemas: Kubernetes, GitHub and GitLab (`.venv-schemas`), and systemd."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from tests.support.programs import require_program

_PROGRAMS = Path(__file__).parents[2] / ".venv-schemas" / "bin"


def check_manifest(text: str) -> str:
    """Return what a server of Kubernetes that validates strictly would refuse in a manifest; empty if nothing."""
    return _run("kubernetes-validate", "--strict", "--quiet", name="manifest.yaml", text=text)


def check_workflow(text: str) -> str:
    """Return what is wrong with a workflow of GitHub."""
    return _run(
        "check-jsonschema", "--quiet", "--builtin-schema", "vendor.github-workflows", name="workflow.yml", text=text
    )


def check_pipeline(text: str) -> str:
    """Return what is wrong with a pipeline of GitLab."""
    return _run("check-jsonschema", "--quiet", "--builtin-schema", "vendor.gitlab-ci", name=".gitlab-ci.yml", text=text)


def check_units(**units: str) -> str:
    """Return what systemd has to say about units, by their suffixes."""
    require_program("systemd-analyze")
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, f"imgshare-apply.{suffix}") for suffix in units]
        for path, text in zip(paths, units.values(), strict=True):
            path.write_text(text)
        # It exits with 0 whatever it ignores, and says so.
        return _say(["systemd-analyze", "verify", "--man=no", *map(str, paths)])


def _run(program: str, *options: str, name: str, text: str) -> str:
    path = str(_PROGRAMS / program)
    require_program(path)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, name).write_text(text)
        return _say([path, *options, str(Path(folder, name))])


def _say(command: list[str]) -> str:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.stdout if done.returncode == 0 else f"{done.stdout}exit code {done.returncode}"
