"""What the machine must have; skipped by name, never in CI."""

from __future__ import annotations

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
