"""The pages for users keep in step with the code."""

from __future__ import annotations

import re
from pathlib import Path

import imgshare_cli.cli.child_process  # noqa: F401  (it has two kinds of errors of its own)
from imgshare_cli.cli.commands.plan import CHANGES_EXIT_CODE
from imgshare_cli.errors import ImgshareError, Reason


def test_the_page_has_a_line_for_each() -> None:
    """docs/errors.md explains every exit code and every reason, and none besides."""
    page = Path(__file__).parents[2].joinpath("docs/errors.md").read_text()
    codes, reasons = page.split("\n## Reasons\n")

    assert _list_exit_codes() == set(re.findall(r"^\| (\d+) \| `(\w+)` \|", codes, re.MULTILINE))
    assert list(Reason) == re.findall(r"^\| `(\w+)` \|", reasons, re.MULTILINE)


def _list_exit_codes() -> set[tuple[str, str]]:
    kinds = [ImgshareError]
    for kind in kinds:
        kinds += kind.__subclasses__()
    return {("0", "ok"), (str(CHANGES_EXIT_CODE), "changes"), *((str(kind.exit_code), kind.code) for kind in kinds)}
