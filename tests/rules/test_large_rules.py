"""Files of rules, and of hashes, as large as they may be."""

from __future__ import annotations

import os

import pytest

from tests.support.forked_run import run_forked
from tests.support.rules import build_rule, write_rules
from tests.support.run import TOOL

pytestmark = pytest.mark.hostile


def test_many_rules_with_one_file_of_hashes() -> None:
    """Fifty owners may publish what is in one file: it is read once, and takes memory once."""
    write_rules("".join(f"{number:0128x}  image-{number}\n" for number in range(110_000)), "SHA512SUMS")
    rules = (build_rule(name=f"rule {n}", owner=f'"{n:032x}"', hashes='"SHA512SUMS"') for n in range(50))
    path = write_rules("".join(rules))

    run = run_forked([TOOL, "rules", "check", str(path)], os.environ, seconds=60)

    assert (0, 50, "") == (run[0], run[1].count("\n"), run[2])
    assert run.peak_mib < 200
