"""Times have one form, whatever the service writes; JSON is left as it came."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.fake_service import IMAGE, MEMBER, build_member, build_response
from tests.support.run import Run

if TYPE_CHECKING:
    from tests.support.fake_service import StartService
    from tests.support.run import RunImgshare


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("2026-11-28T22:00:00Z", "2026-11-28T22:00:00Z"),
        ("2026-11-28T22:00:00", "2026-11-28T22:00:00Z"),
        ("2026-11-28T22:00:00.123456", "2026-11-28T22:00:00Z"),
        ("2026-11-29T01:30:00+03:30", "2026-11-28T22:00:00Z"),
        ("yesterday", "yesterday"),
        (None, "-"),
    ],
)
def test_the_times_of_a_share(imgshare: RunImgshare, serve: StartService, written: str | None, shown: str) -> None:
    """`show` and `members` write them in UTC, to the second; what is no time stays as it is."""
    member = build_member(created_at=written, updated_at=written)
    serve(*[build_response(200, member)] * 2, build_response(200, {"members": [member]}))

    text = f"image_id\t{IMAGE}\nmember_id\t{MEMBER}\nstatus\taccepted\ncreated_at\t{shown}\nupdated_at\t{shown}\n"
    assert Run(0, text) == imgshare("show", IMAGE, MEMBER)
    assert member == imgshare("show", IMAGE, MEMBER, "--json").json()
    assert Run(0, f"{MEMBER}\taccepted\t{shown}\n") == imgshare("members", IMAGE)
