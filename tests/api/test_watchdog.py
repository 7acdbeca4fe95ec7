"""One thread watches every request, and ends those whose time is up."""

from __future__ import annotations

import threading
import time

from imgshare_cli.api.watchdog import Watchdog


def test_many_at_once() -> None:
    """Each of many is ended at its own time by one thread, whatever the order in which they began."""
    watchdog, before = Watchdog(), threading.active_count()
    ended: dict[int, float] = {}
    done = threading.Barrier(41)
    started = time.monotonic()

    def work(number: int) -> None:
        over = threading.Event()

        def end() -> None:
            ended[number] = time.monotonic() - started
            over.set()

        with watchdog.watch(started + (0.5 if number % 2 else 1.0), end):
            assert over.wait(10)
        done.wait(10)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    time.sleep(0.2)
    assert before + 40 + 1 == threading.active_count()
    done.wait(10)
    for thread in threads:
        thread.join()

    assert set(range(40)) == set(ended)
    assert all((0.5 if number % 2 else 1.0) <= seconds for number, seconds in ended.items())
    assert max(seconds for number, seconds in ended.items() if number % 2) < 1.0


def test_what_ended_in_time() -> None:
    """What has ended is never ended again, also where its time is up at that moment."""
    watchdog, late = Watchdog(), []
    for _ in range(300):
        over = threading.Event()

        def end(over: threading.Event = over) -> None:
            if over.is_set():
                late.append(time.monotonic())

        with watchdog.watch(time.monotonic() + 0.001, end):
            time.sleep(0.001)
        over.set()

    assert [] == late
