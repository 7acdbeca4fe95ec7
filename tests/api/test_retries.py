"""What is tried again, when, and for how long."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

import pytest

from imgshare_cli.api.authentication import TokenAuth
from imgshare_cli.api.connections import Connections
from imgshare_cli.api.credential import Credential
from imgshare_cli.api.image_client import ImageClient
from imgshare_cli.api.models import Status
from imgshare_cli.api.pace import Pace
from imgshare_cli.config.settings import Settings
from tests.support.fake_service import IMAGE, MEMBER, TOKEN, build_member, build_response, use_service
from tests.support.faulty_service import Fault, FaultyService

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.fake_service import StartService
    from tests.support.run import RunImgshare

SIMILAR = f"{MEMBER[:-1]}0"
OTHER = "26407f07725950ca9b3f6f08141e8c86"
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


@pytest.fixture
def faulty(monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyService]:
    """A service that fails with the faults of `faults` in turn, and then no more."""
    with FaultyService(lambda _request: None) as service:
        use_service(monkeypatch, service.endpoint)
        yield service


def _fail_with(service: FaultyService, *faults: Fault, method: str = "") -> None:
    """Have the first requests with this method, or the first ones, fail like this."""
    left = list(faults)
    service.choose_fault = lambda request: left.pop(0) if left and method in {"", request.method} else None


LOST = [
    Fault("reset", is_done=True),
    Fault("cut", is_done=True),
    Fault("status", is_done=True, status=500),
    Fault("status", is_done=True, status=502),
    Fault("status", is_done=True, status=504),
    Fault("stall", is_done=True),
]
ONLY_LAST = [Fault("malformed", is_done=True), Fault("huge", is_done=True)]
REFUSED = [Fault("reset"), Fault("status", status=500), Fault("status", status=502), Fault("malformed"), Fault("huge")]


def _name(fault: Fault) -> str:
    return f"{fault.kind}{fault.status if fault.kind == 'status' else ''}"


@pytest.mark.parametrize("fault", LOST, ids=_name)
def test_a_share_whose_response_is_lost(imgshare: RunImgshare, faulty: FaultyService, fault: Fault) -> None:
    """`share` is tried again, and what the service then refuses as shared already is what the first try did."""
    _fail_with(faulty, fault)

    run = imgshare("share", IMAGE, MEMBER, "--timeout", "3")

    assert (0, "") == (run.code, run.err)  # else it would say "already shared"
    assert {(IMAGE, MEMBER): "pending"} == faulty.shares
    assert ["POST", "POST", "GET"] == [request.method for request in faulty.requests]


def test_a_share_that_is_not_new(imgshare: RunImgshare, faulty: FaultyService) -> None:
    """Where nothing was lost, a share that is there already is said to be."""
    faulty.shares[IMAGE, MEMBER] = "accepted"
    _fail_with(faulty, Fault("status", status=503))

    run = imgshare("share", IMAGE, MEMBER)

    assert (0, f"image {IMAGE} was already shared with project {MEMBER}\n") == (run.code, run.err)


@pytest.mark.parametrize("fault", LOST, ids=_name)
def test_an_unshare_whose_response_is_lost(imgshare: RunImgshare, faulty: FaultyService, fault: Fault) -> None:
    """`unshare` is tried again, and what is not shared then was shared before, also beside a similar ID."""
    faulty.shares |= {(IMAGE, MEMBER): "accepted", (IMAGE, SIMILAR): "accepted", (IMAGE, OTHER): "pending"}
    _fail_with(faulty, fault)

    run = imgshare("unshare", IMAGE, MEMBER, "--json", "--timeout", "3")

    assert "unshared" == run.json()["result"]
    assert {(IMAGE, SIMILAR), (IMAGE, OTHER)} == set(faulty.shares)


@pytest.mark.parametrize("fault", [*LOST, *ONLY_LAST], ids=_name)
@pytest.mark.parametrize("command", ["accept", "share", "unshare"])
def test_the_last_response_is_lost(imgshare: RunImgshare, faulty: FaultyService, fault: Fault, command: str) -> None:
    """Where no try is left, the service is asked once what became of the request, and what it did is a success."""
    faulty.shares |= {(IMAGE, OTHER): "pending", (IMAGE, SIMILAR): "pending"}
    if command != "share":
        faulty.shares[IMAGE, MEMBER] = "pending"
    _fail_with(faulty, fault)
    started = time.monotonic()

    run = imgshare(command, IMAGE, MEMBER, "--json", "--retries", "0", "--timeout", "1")

    assert 0 == run.code, run
    assert {"accept": "accepted", "share": "pending", "unshare": None}[command] == faulty.shares.get((IMAGE, MEMBER))
    assert "GET" == faulty.requests[1].method
    assert time.monotonic() - started < 4


@pytest.mark.parametrize("fault", REFUSED, ids=_name)
@pytest.mark.parametrize("command", ["accept", "share", "unshare"])
def test_the_last_request_is_lost(imgshare: RunImgshare, faulty: FaultyService, fault: Fault, command: str) -> None:
    """Where the service says that nothing was done, the error is that of the request."""
    if command != "share":
        faulty.shares[IMAGE, MEMBER] = "pending"
    before = dict(faulty.shares)
    _fail_with(faulty, fault)

    assert 8 == imgshare(command, IMAGE, MEMBER, "--retries", "0").code
    assert before == faulty.shares
    assert 2 == len(faulty.requests)


@pytest.mark.parametrize("fault", [Fault("status", status=429), Fault("status", status=503)], ids=_name)
def test_what_was_turned_away(imgshare: RunImgshare, faulty: FaultyService, fault: Fault) -> None:
    """A service that says it is busy did nothing, and is asked nothing more."""
    faulty.shares[IMAGE, MEMBER] = "pending"
    _fail_with(faulty, fault)

    assert 8 == imgshare("accept", IMAGE, MEMBER, "--retries", "0").code
    assert 1 == len(faulty.requests)


def test_an_earlier_try_that_arrived(imgshare: RunImgshare, faulty: FaultyService) -> None:
    """Where the last try is turned away, an earlier one may have been carried out: that is asked for, too."""
    faulty.shares[IMAGE, MEMBER] = "pending"
    _fail_with(faulty, Fault("reset", is_done=True), Fault("status", status=503))

    assert 0 == imgshare("accept", IMAGE, MEMBER, "--retries", "1").code
    assert ["PUT", "PUT", "GET"] == [request.method for request in faulty.requests]


def test_unsharing_what_others_own(imgshare: RunImgshare, faulty: FaultyService) -> None:
    """A member does not see whether an image is shared with others, and nothing claims that it was unshared."""
    faulty.shares[IMAGE, OTHER] = "pending"
    _fail_with(faulty, Fault("status", status=502))

    run = imgshare("unshare", IMAGE, MEMBER, "--retries", "0")

    assert (6, "") == (run.code, run.out)
    assert "502 Bad Gateway" in run.err


@pytest.mark.parametrize("seed", range(3))
def test_decisions_among_faults(imgshare: RunImgshare, faulty: FaultyService, seed: int) -> None:
    """Of many decisions, each one that is said to have succeeded did, and no other."""
    luck = random.Random(seed)  # noqa: S311  (no secret depends on it)
    kinds = [*LOST[:-1], *REFUSED[:3], Fault("status", status=503), Fault("status", status=429)]
    faulty.choose_fault = lambda _request: luck.choice(kinds) if luck.random() < 0.4 else None
    for number in range(40):
        command = luck.choice(["accept", "reject", "share", "unshare"])
        before = faulty.shares.setdefault((IMAGE, MEMBER), "pending")
        if command == "share":
            del faulty.shares[IMAGE, MEMBER]
        run = imgshare(command, IMAGE, MEMBER, "--json", "--retries", luck.choice("0123"))
        wanted = {"accept": "accepted", "reject": "rejected", "share": "pending", "unshare": None}[command]
        now = faulty.shares.get((IMAGE, MEMBER))
        if run.code == 0:
            assert wanted == now, (seed, number, command, before, run)


class _SlowPace(Pace):
    """A pace that makes every request wait, and remembers how each ended."""

    def __init__(self) -> None:
        super().__init__()
        self.reports: list[tuple[int | None, float | None]] = []
        self.sent: list[float] = []

    def wait_turn(self, patience: float) -> bool:
        assert patience > 0
        time.sleep(0.4)
        self.sent.append(time.monotonic())
        return True

    def report(self, response_status: int | None, retry_after: float | None, sent_at: float) -> None:
        assert 0 <= sent_at - self.sent[-1] < 0.2
        self.reports.append((response_status, retry_after))


def test_a_pace(faulty: FaultyService) -> None:
    """Each try waits for its turn, which takes no time from the request, and its end is reported."""
    faulty.shares[IMAGE, MEMBER] = "pending"
    faults = [Fault("reset"), Fault("status", status=429, headers=(("Retry-After", "0"),)), Fault("status", status=503)]
    _fail_with(faulty, *faults)
    pace = _SlowPace()
    settings = Settings(profile="default", timeout=2.5)
    connections = Connections(settings, {}, debug=lambda _text: None, hide_secret=lambda _text: None)
    auth = TokenAuth(Credential(TOKEN))
    client = ImageClient(connections.connect(faulty.endpoint, auth, pace=pace), auth)

    assert Status.ACCEPTED == client.set_status(IMAGE, MEMBER, Status.ACCEPTED).status
    assert [(None, None), (429, 0.0), (503, None), (200, None)] == pace.reports
    connections.close()
