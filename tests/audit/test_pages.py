"""docs/audit.md keeps in step with the code."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from imgshare_cli.api.images import Image
from imgshare_cli.audit.audit import AuditedShare
from imgshare_cli.audit.findings import AuditFinding
from imgshare_cli.audit.verify_findings import VerifiedShare, VerifyFinding
from tests.support.scripted_images import build_image

if TYPE_CHECKING:
    from tests.support.run import RunImgshare

PAGE = Path(__file__).parents[2] / "docs/audit.md"


def _read_names(heading: str) -> list[str]:
    """The names in the first column of the table below a heading."""
    section = PAGE.read_text(encoding="utf-8").partition(f"\n### {heading}\n")[2].partition("\n##")[0]
    cells = re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
    return [name for cell in cells for name in re.findall(r"`(\w+)`", cell)]


def test_findings() -> None:
    """The page explains every finding, in order, and none besides."""
    assert list(AuditFinding) == _read_names("Findings of an audit")
    assert list(VerifyFinding) == _read_names("Findings of verify")


def test_keys() -> None:
    """The page names every key, in order; only what could not be read has an error."""
    audited, verified = AuditedShare(Image.from_json(build_image())), VerifiedShare("", "")
    assert [*audited.to_json(), "error"] == _read_names("JSON of an audit")
    assert [*verified.to_json(), "error"] == _read_names("JSON of verify")


def test_commands(imgshare: RunImgshare) -> None:
    """Every command on the page is one that the parser takes."""
    blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if not line.startswith("#")]
    assert len(lines) > 7
    for command in (part for line in lines for part in line.partition(" > ")[0].split(" | ")):
        program, *words = shlex.split(command)
        assert ("imgshare", 0) == (program, imgshare(*words, "--help").code), command
