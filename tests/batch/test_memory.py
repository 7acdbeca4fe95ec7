"""The memory of a batch does not grow with the number of its items."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.support.fake_service import MEMBER, use_service
from tests.support.forked_run import run_forked
from tests.support.run import TOOL
from tests.support.share_service import ShareService

if TYPE_CHECKING:
    from pathlib import Path

# 100,000 with ITEMS=100000; a machine of continuous integration has less time.
MANY = int(os.environ.get("ITEMS", "20000"))
MOST_GROWTH_MIB = 20


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> object:
    """A service that knows every second image."""
    with ShareService() as service:
        service.is_known = lambda image, _member: int(image[:8], 16) % 2 == 0
        use_service(monkeypatch, service.endpoint, MEMBER)
        yield service


@pytest.mark.timeout(900)
@pytest.mark.usefixtures("service")
def test_memory_is_flat(tmp_path: Path) -> None:
    """Many items, of which half fail, take as much memory as a thousand; each has one outcome."""
    peaks = []
    for count in (1000, MANY):
        path = tmp_path / "ids"
        path.write_text("".join(f"{number:08x}-0000-4000-8000-000000000000\n" for number in range(count)))
        finished = run_forked([TOOL, "accept", "--from", str(path), "--json"], os.environ, seconds=800)
        assert 9 == finished.code
        assert (count, count // 2) == (finished.out.count("\n"), finished.out.count('"done"'))
        peaks.append(finished.peak_mib)
    assert peaks[1] - peaks[0] <= MOST_GROWTH_MIB, peaks
    print(peaks)  # noqa: T201  (shown by -s)
