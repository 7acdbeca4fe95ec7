"""The pace of many workers: near what a service takes, with few refusals; the services run in virtual time."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from imgshare_cli.api.pace import Pace
from imgshare_cli.api.turns import Turns
from tests.support.limited_service import send_in_loop, serve_limited
from tests.support.rate_limits import Change, FixedWindow, RandomRefusals, TokenBucket, simulate

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.rate_limits import Limit

LIMITS: dict[str, Callable[[int], Limit]] = {
    "a bucket of 10": lambda rate: TokenBucket(rate, 10),
    "a bucket of 50": lambda rate: TokenBucket(rate, 50),
    "a window": lambda rate: FixedWindow(rate, 0.0),
    "a shifted window": lambda rate: FixedWindow(rate, 0.7),
}


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("rate", [50, 500])
@pytest.mark.parametrize("retry_after", [None, 1.0], ids=["", "Retry-After"])
@pytest.mark.parametrize("workers", [16, 64])
def test_a_service_with_a_limit(limit: str, rate: int, retry_after: float | None, workers: int) -> None:
    """Within 5 s the rate is at least 90 % of what the service allows, and fewer than 10 % are refused."""
    log = simulate(LIMITS[limit](rate), workers=workers, seconds=15, retry_after=retry_after)

    assert log.compute_rate(5, 15) >= 0.9 * rate
    assert log.compute_refused_share(15) < 0.1


@pytest.mark.parametrize("limit", LIMITS)
def test_a_slow_service_with_a_limit(limit: str) -> None:
    """The same holds where each response takes 30 ms, so that more requests are under way when one is refused."""
    log = simulate(LIMITS[limit](50), workers=16, seconds=15, latency=0.03)

    assert log.compute_rate(5, 15) >= 0.9 * 50
    assert log.compute_refused_share(15) < 0.1


@pytest.mark.parametrize("burst", [10, 50])
@pytest.mark.parametrize("changed_at", [10.0, 12.5, 15.3])
@pytest.mark.parametrize("retry_after", [None, 1.0], ids=["", "Retry-After"])
def test_a_limit_that_is_raised(burst: int, changed_at: float, retry_after: float | None) -> None:
    """Within 10 s after a limit grows from 50/s to 200/s, at least 90 % of it are used."""
    limit = Change(TokenBucket(50, burst), changed_at, TokenBucket(200, burst))
    log = simulate(limit, workers=16, seconds=changed_at + 15, retry_after=retry_after)

    assert log.compute_rate(changed_at + 10, changed_at + 15) >= 0.9 * 200


@pytest.mark.parametrize("burst", [10, 50])
def test_a_limit_that_is_lowered(burst: int) -> None:
    """Within 5 s after a limit falls from 200/s to 50/s, the rate has followed, and few more are refused."""
    log = simulate(Change(TokenBucket(200, burst), 10, TokenBucket(50, burst)), workers=16, seconds=25)

    assert log.compute_rate(15, 25) >= 0.9 * 50
    assert sum(moment >= 10 for moment in log.refusals) < 0.1 * 15 * 50


def test_a_limit_that_comes_late() -> None:
    """A run that was fast for a while slows down to a limit that appears, and finds it within 5 s."""
    log = simulate(Change(TokenBucket(1e6, 1e6), 3, TokenBucket(50, 10)), workers=16, seconds=18)

    assert log.compute_rate(0, 3) > 5000
    assert log.compute_rate(8, 18) >= 0.9 * 50


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("retry_after", [None, 1.0], ids=["", "Retry-After"])
def test_random_refusals(seed: int, retry_after: float | None) -> None:
    """A service that refuses 30 % whatever the rate is not slowed down to less than a third."""
    log = simulate(RandomRefusals(0.3, seed), workers=16, seconds=15, retry_after=retry_after, status=503)

    assert log.compute_rate(0, 15) >= 0.7 * 16 / 0.002 / 3


def test_a_service_without_a_limit() -> None:
    """Nothing is limited, so that all workers are always under way, but for the first responses."""
    turns = Turns()
    log = simulate(TokenBucket(1e6, 1e6), workers=64, seconds=2, turns=turns)

    assert turns.rate is None
    assert log.compute_rate(0, 2) >= 0.95 * 64 / 0.002
    assert not log.refusals


def test_errors_that_say_nothing_about_the_rate() -> None:
    """A 500, a 404 or no response at all sets no limit."""
    turns = Turns()
    for number, status in enumerate([500, 502, 504, None, 404, 409] * 20):
        turns.record(1000 + number / 100, 1000 + number / 100, status, None)

    assert turns.rate is None


def test_a_retry_after_holds_everyone() -> None:
    """After the first refusals nobody sends for the time that the service asks for, up to a minute."""
    turns = Turns()
    for _ in range(3):
        turns.record(1000, 999.9, 429, 20)

    assert turns.compute_wait(1000) == pytest.approx(20)

    turns = Turns()
    for _ in range(3):
        turns.record(1000, 999.9, 503, 86400)

    assert turns.compute_wait(1000) == pytest.approx(60)


def test_a_service_that_refuses_everything() -> None:
    """One request goes now and then, so that the end of the trouble is seen, and less often each time."""
    limit = Change(RandomRefusals(1.0, 0), 60, TokenBucket(1e6, 1e6))
    log = simulate(limit, workers=16, seconds=180, latency=0.05)

    assert 8 <= len(log.refusals) < 40
    assert log.compute_rate(170, 180) > 0.9 * 16 / 0.05


def test_a_limit_that_holds_nothing_back() -> None:
    """A limit is dropped when it has held nothing back for 10 s."""
    turns = Turns()
    for _ in range(3):
        turns.record(1000, 999.9, 429, None)
    for second in range(1, 15):
        turns.take(1000 + second)

    assert turns.rate is None


def test_workers_on_a_real_connection() -> None:
    """Threads that send over loopback come near the limit, and few are refused."""
    with serve_limited(TokenBucket(100, 20)) as port:
        log = send_in_loop(Pace(), port, workers=16, seconds=6)

    assert log.compute_rate(3, 6) >= 0.75 * 100
    assert log.compute_refused_share(6) < 0.2


def test_stop_wakes_everyone() -> None:
    """Nobody waits for long after stop(), whatever the service asked for."""
    pace = Pace()
    for _ in range(3):
        pace.report(429, 60, time.monotonic())
    threads = [threading.Thread(target=pace.wait_turn, args=(600,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    time.sleep(0.1)
    assert all(thread.is_alive() for thread in threads)

    pace.stop()
    for thread in threads:
        thread.join(5)

    assert not any(thread.is_alive() for thread in threads)
    assert not pace.wait_turn(600)


def test_patience() -> None:
    """Who waits gives up when the service has done nothing for anyone for long enough."""
    pace = Pace()
    for _ in range(3):
        pace.report(429, 60, time.monotonic())
    started = time.monotonic()

    assert not pace.wait_turn(1)

    assert 1 <= time.monotonic() - started < 5


def test_a_worker_that_never_reports() -> None:
    """Turns that are never reported delay the others at most about a second."""
    pace = Pace()

    started = time.monotonic()

    assert all(pace.wait_turn(60) for _ in range(40))

    assert 0.5 < time.monotonic() - started < 5
