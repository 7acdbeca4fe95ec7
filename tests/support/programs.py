"""What the machine must have; skipped by name, never in CI."""

from __future__ import annotations

import importlib.util
import os
import shutil

import pytest

_IS_IN_CI = os.environ.get("CI") == "true"  # no test sees the variable


def require_program(program: str) -> None:
    """Skip the test where a program is missing, except in CI, where that is a failure."""
    if shutil.which(program):
        return
    if _IS_IN_CI:
        pytest.fail(f"CI must have {program}")
    pytest.skip(f"this machine has no {program}")


def require_package(name: str) -> None:
    """Skip the test where a package of requirements/test.txt is missing, except in CI."""
    if importlib.util.find_spec(name):
        return
    if _IS_IN_CI:
        pytest.fail(f"CI must have the package {name}")
    pytest.skip(f"this environment has no package {name}")
