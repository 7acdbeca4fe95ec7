"""`apply` that is ended from outside: what was decided is in the log."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from tests.support.changing_inbox import ChangingInbox
from tests.support.decision_log import read_lines
from tests.support.rules import build_rule, write_rules
from tests.support.run import TOOL
from tests.support.scripted_images import build_image

if TYPE_CHECKING:
    from collections.abc import Iterator

SIGNALS = [signal.SIGTERM, signal.SIGHUP]


@pytest.fixture
def with_default_signals() -> Iterator[None]:
    """A process that inherits no ignored signals from whatever runs the tests."""
    before = {number: signal.signal(number, signal.SIG_DFL) for number in SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("with_default_signals")
@pytest.mark.parametrize("number", SIGNALS)
def test_a_timer_that_ends_it(monkeypatch: pytest.MonkeyPatch, number: signal.Signals) -> None:
    """SIGTERM, and a terminal that is closed, end it like Ctrl-C: what was begun is finished, shown and in the log."""
    with ChangingInbox() as changing:
        changing.enter(monkeypatch)
        write_rules(build_rule("accept", "golden", owner='"platform"'))
        changing.rows["pending"] = [build_image(count) for count in range(1, 301)]
        process: list[subprocess.Popen[str]] = []

        def end(_image: str, _status: str) -> None:
            if len(changing.decisions) == 50:
                while not process:
                    time.sleep(0.01)
                process[0].send_signal(number)
            time.sleep(0.05)

        changing.on_decision = end
        argv = [TOOL, "apply", "--yes", "--json"]
        process.append(subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
        out, err = process[0].communicate(timeout=60)

    decided = sorted(image_id for image_id, _ in changing.decisions)
    assert 50 <= len(decided) < 300
    assert decided == sorted(line["image_id"] for line in read_lines())
    assert decided == sorted(json.loads(line)["image_id"] for line in out.splitlines())
    assert (130, "interrupted") == (process[0].returncode, json.loads(err)["error"]["code"])
