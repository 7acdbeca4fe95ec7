"""What is tried again, when, and for how long."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.support.fake_service import IMAGE, MEMBER, build_member, build_response

if TYPE_CHECKING:
    from tests.support.fake_service import StartService
    from tests.support.run import RunImgshare

ACCEPTED = build_response(200, build_member())


@pytest.mark.parametrize(
    ("retry_after", "date"),
    [
        ("1", None),
        # By the clock of the service, which is years away from ours.
        ("Mon, 01 Jan 2001 00:00:01 GMT", "Mon, 01 Jan 2001 00:00:00 GMT"),
        ("Sun, 01 Jan 2090 00:00:01 GMT", "Sun, 01 Jan 2090 00:00:00 GMT"),
    ],
)
def test_a_pause_that_the_service_asks_for(
    imgshare: RunImgshare, serve: StartService, retry_after: str, date: str | None
) -> None:
    """Retry-After, in seconds or as a date by the service's own clock, is waited for."""
    headers = {"Retry_After": retry_after} | ({"Date": date} if date else {})
    service = serve(build_response(429, "busy", **headers), ACCEPTED)
    started = time.monotonic()

    assert 0 == imgshare("accept", IMAGE, MEMBER).code
    assert 1 <= time.monotonic() - started < 5
    assert 2 == len(service.requests)


@pytest.mark.parametrize(
    ("retry_after", "date"), [("3", None), ("Mon, 01 Jan 2001 00:00:03 GMT", "Mon, 01 Jan 2001 00:00:00 GMT")]
)
def test_a_pause_that_does_not_fit(
    imgshare: RunImgshare, serve: StartService, retry_after: str, date: str | None
) -> None:
    """A Retry-After that does not fit into --timeout ends the run at once."""
    headers = {"Retry_After": retry_after} | ({"Date": date} if date else {})
    service = serve(build_response(503, "busy", **headers), ACCEPTED)
    started = time.monotonic()

    assert 8 == imgshare("accept", IMAGE, MEMBER, "--timeout", "2").code
    assert time.monotonic() - started < 2
    assert 1 == len(service.requests)


def test_the_time_ends_the_retries(imgshare: RunImgshare, serve: StartService) -> None:
    """Where many retries are allowed, --timeout ends them."""
    service = serve(build_response(503, "busy"))
    started = time.monotonic()

    assert 8 == imgshare("accept", IMAGE, MEMBER, "--timeout", "1", "--retries", "1000").code
    assert time.monotonic() - started < 4
    assert 1 < len(service.requests) < 100


@pytest.mark.parametrize("retries", ["-1", "1001", "many", ""])
def test_retries_that_are_none(imgshare: RunImgshare, serve: StartService, retries: str) -> None:
    """--retries takes a number from 0 to 1000; anything else is exit 2, and nothing is sent."""
    service = serve(ACCEPTED)

    run = imgshare("accept", IMAGE, MEMBER, "--retries", retries)

    assert (2, "", []) == (run.code, run.out, service.requests)
    assert "--retries" in run.err
