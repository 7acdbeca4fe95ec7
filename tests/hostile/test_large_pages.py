"""Lists whose pages are as large as they may be, and do not end: they are given up while they fit into memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.fake_service import IMAGE, MEMBER, build_member, build_response

if TYPE_CHECKING:
    from tests.support.fake_service import StartService
    from tests.support.run import RunImgshare

pytestmark = pytest.mark.hostile

PADDING = "x" * 270_000
PAGES = 8


def test_vaults(imgshare: RunImgshare, serve: StartService, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three pages of 26 MiB are too much of a list of vaults."""
    billing = {"size": 1, "used": 0, "status": "available", "object_type": "server", "protect_type": "backup"}
    pages = [
        [{"id": f"{100 * page + row:032x}", "name": PADDING, "billing": billing} for row in range(100)]
        for page in range(PAGES)
    ]
    service = serve(*[build_response(200, {"vaults": page, "count": 10**9}) for page in pages])
    monkeypatch.setenv("IMGSHARE_VAULT_ENDPOINT", service.endpoint)

    run = imgshare("vaults", "--project", MEMBER)

    assert (8, "imgshare: the list of backup vaults does not end") == (run.code, run.err.splitlines()[0])
    assert 3 == len(service.requests)


def test_members(imgshare: RunImgshare, serve: StartService) -> None:
    """The same is too much of a list of members."""
    pages = [
        {
            "members": [build_member(member_id=f"{100 * page + row:032x}", padding=PADDING) for row in range(100)],
            "page_info": {"next_marker": str(page)},
        }
        for page in range(PAGES)
    ]
    service = serve(*[build_response(200, page) for page in pages])

    run = imgshare("members", IMAGE)

    assert 8 == run.code
    assert "a list of more than 50000 members, or with too much in it" in run.err
    assert 3 == len(service.requests)
