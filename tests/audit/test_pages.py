"""docs/audit.md keeps in step with the code."""

from __future__ import annotations

import re
from pathlib import Path

from imgshare_cli.api.images import Image
from imgshare_cli.audit.audit import AuditedShare
from imgshare_cli.audit.findings import AuditFinding
from tests.support.scripted_images import build_image

PAGE = Path(__file__).parents[2] / "docs/audit.md"


def _read_names(heading: str) -> list[str]:
    """The names in the first column of the table below a heading."""
    section = PAGE.read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
    return [name for cell in cells for name in re.findall(r"`(\w+)`", cell)]


def test_findings() -> None:
    """The page explains every finding, in order, and none besides."""
    assert list(AuditFinding) == _read_names("Findings")


def test_keys() -> None:
    """The page names every key, in order; only an image that could not be read has an error."""
    assert [*AuditedShare(Image.from_json(build_image())).to_json(), "error"] == _read_names("JSON")
