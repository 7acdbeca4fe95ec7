"""Whatever pages and images a service gives, a list ends, shows each image once, and nothing in it is a bug."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hostile.images import OWNER, ImageService, Page, Query, image_id, row
from tests.hostile.measure import measured
from tests.hostile.rounds import rounds
from tests.run import Run
from tests.service import MEMBER, share
from tests.terminal import Terminal, at_terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.hostile

ENDLESS = "imgshare: the list of images does not end: "
HINT = "hint: check the endpoint: `imgshare status` shows it\n"
TIMES: list[Any] = [
    "2026-01-01T00:00:00Z",
    "2026-01-01T00:00:01Z",
    "2026-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59-23:59",
    "0001-01-01T00:00:00+14:00",
    "0001-01-01",
    "1969-12-31T23:59:59",
    "99999-01-01T00:00:00Z",
    "2026-01-01T00:00:00+99:99",
    "yesterday",
    "\0",
    "\ud800",
    "",
    None,
    7,
    1e300,
    [],
]
FEW_THREADS = """
import sys, threading
left = int(sys.argv.pop(1))
start = threading.Thread.start
def scarce(thread):  # as the system says it where a limit on processes or memory is met
    global left
    left -= 1
    if left < 0:
        raise RuntimeError("can't start new thread")
    start(thread)
threading.Thread.start = scarce
from imgshare_cli.cli.app import main
sys.exit(main(sys.argv[1:]))
"""
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.just(10**400)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(categories=None), max_size=10)
    | st.sampled_from(["\ud800\udc00\ud800", "\0\x1b[2J\u202e", "x" * 2000]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
rows = st.builds(row, st.integers(1, 6), created_at=st.sampled_from(TIMES))
pages = st.builds(Page, st.lists(rows, max_size=4), st.booleans())
refusals = st.sampled_from([400, 403, 409])


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[ImageService]:
    """The service, and the tool pointed at it."""
    with ImageService() as service:
        service.enter(monkeypatch)
        yield service


def _in_turn(answers: list[Page | int]) -> Callable[[Query], Page | int]:
    """These answers over and over for what is visible; what refuses a marker does not refuse what has none."""
    turns = itertools.cycle(answers)

    def listed(query: Query) -> Page | int:
        if query["os_hidden"] == "true":
            return Page()
        came = next(turns)
        return Page() if isinstance(came, int) and "marker" not in query else came

    return listed


@rounds(150)
@given(answers=st.lists(pages | refusals, min_size=1, max_size=6))
def test_any_pages(imgshare: Callable[..., Run], service: ImageService, answers: list[Page | int]) -> None:
    """`list` ends after few requests with exit 0 or 8, and has shown each image once."""
    service.asked.clear()
    service.listed = _in_turn(answers)

    run = imgshare("list", "-q")

    assert run.code in {0, 8}, run.err
    assert len(service.lists) < 100
    ids = run.out.split()
    assert len(ids) == len(set(ids))
    assert run.code == 0 or run.err.startswith((ENDLESS, "imgshare: images came or went while the list was read\n"))


@rounds(60)
@given(answers=st.lists(pages | refusals, min_size=1, max_size=6))
def test_any_pages_of_a_name(imgshare: Callable[..., Run], service: ImageService, answers: list[Page | int]) -> None:
    """The look-up of a name ends likewise."""
    service.asked.clear()
    service.listed = _in_turn(answers)

    assert imgshare("show", "golden").code in {0, 2, 6, 8}
    assert len(service.lists) < 100


@pytest.mark.parametrize(
    ("answers", "why", "shown"),
    [
        ([Page([row(1)], more=True)], "the service gives the same images again and again", [1]),
        (
            [Page([row(1)], more=True), Page([row(2)], more=True)],
            "the service gives the same images again and again",
            [1, 2],
        ),
        ([Page([row(1)], more=True), 403], "the service refuses each marker", [1]),
        ([Page([row(1)], more=True), 400, Page([row(2)], more=True), 400], "the service refuses each marker", [1, 2]),
    ],
    ids=["the same", "two in turn", "no marker", "no marker in two"],
)
def test_lists_without_end(
    imgshare: Callable[..., Run], service: ImageService, answers: list[Page | int], why: str, shown: list[int]
) -> None:
    """A list that does not get on is exit 8 and a sentence, after what could be read."""
    service.listed = _in_turn(answers)

    assert Run(8, "".join(f"{image_id(n)}\n" for n in shown), f"{ENDLESS}{why}\n{HINT}") == imgshare("list", "-q")
    assert len(service.lists) < 10


def test_a_second_with_more_images_than_a_page(imgshare: Callable[..., Run], service: ImageService) -> None:
    """Where a marker vanishes, pages that were read before lead to those that were not."""
    images = [row(number, created_at="2026-01-01T00:00:00Z") for number in range(9, 0, -1)]
    gone: list[str] = []

    def listed(query: Query) -> Page | int:
        if query["os_hidden"] == "true":
            return Page()
        marker = query.get("marker", "")
        if marker == image_id(4) and not gone:
            gone.append(marker)
            return 400
        start = next((place + 1 for place, one in enumerate(images) if one["id"] == marker), 0)
        return Page(images[start : start + 3], more=start + 3 < len(images))

    service.listed = listed

    assert Run(0, "".join(f"{image_id(number)}\n" for number in range(9, 0, -1))) == imgshare("list", "-q")
    assert {"lt:2026-01-01T00:00:01Z", None} == {query.get("created_at") for query in service.lists}


def test_fresh_images_for_ever(imgshare: Callable[..., Run], service: ImageService) -> None:
    """A service that invents images is read as far as one asks for; the look-up of a name gives up."""
    numbers = itertools.count(1)
    service.listed = lambda _query: Page([row(next(numbers), name="other") for _ in range(1000)], more=True)

    assert 1500 == imgshare("list", "-q", "--limit", "1500").out.count("\n")
    assert Run(8, "", f"{ENDLESS}more than 10000 images came\n{HINT}") == imgshare("accept", "golden")


@pytest.mark.parametrize("made", TIMES, ids=repr)
def test_a_marker_that_vanishes_at_any_time(imgshare: Callable[..., Run], service: ImageService, made: object) -> None:
    """Whatever an image says of when it was made, reading on from there is a list, or exit 8."""
    service.listed = _in_turn([Page([row(1, created_at=made)], more=True), 403, Page([row(2)])])

    run = imgshare("list", "-q")

    said = "imgshare: images came or went while the list was read\nhint: run it again\n"
    assert run in {Run(0, f"{image_id(1)}\n{image_id(2)}\n"), Run(8, f"{image_id(1)}\n", said)}
    assert ("2026" in str(made) and "99:99" not in str(made)) == (run.code == 0)


@pytest.mark.parametrize("option", ["--older-than", "--newer-than"])
@pytest.mark.parametrize("span", ["0s", "1h", "20000d", "999999w"])
def test_any_time_with_any_age(imgshare: Callable[..., Run], service: ImageService, option: str, span: str) -> None:
    """What cannot be read as a time has no age, and no age is too great."""
    service.listed = lambda _query: Page([row(number, created_at=made) for number, made in enumerate(TIMES)])
    service.reply = _with_times(service)  # type: ignore[method-assign]

    for argv in (["-q"], ["--long"], ["--json"], ["--sort", "shared"], ["--sort", "created"]):
        run = imgshare("list", *argv, option, span)
        assert (0, "") == (run.code, run.err)
    assert 0 == at_terminal(200, "list", "--long").code


def _with_times(service: ImageService) -> Callable[..., tuple[int, Any]]:
    reply = service.reply

    def changed(method: str, path: str, query: Query, body: Any) -> tuple[int, Any]:
        status, came = reply(method, path, query, body)
        if "/members/" in path:
            came["updated_at"] = came["created_at"] = TIMES[int(path.split("/")[3].split("-", maxsplit=1)[0], 16)]
        return status, came

    return changed


@rounds(100)
@given(
    described=st.lists(
        st.dictionaries(
            st.sampled_from(
                ["name", "owner", "status", "visibility", "size", "created_at", "os_hidden", "tags", "new"]
            ),
            json_values,
        ),
        max_size=4,
    ),
    argv=st.sampled_from(
        [[], ["-q"], ["--json"], ["--long"], ["--long", "--json"], *(["--sort", key] for key in ("name", "size"))]
    ),
)
def test_any_images(
    imgshare: Callable[..., Run], service: ImageService, described: list[dict[str, Any]], argv: list[str]
) -> None:
    """Whatever an image is described as, every form of the list is written."""
    images = [json.loads(json.dumps(row(number, **one))) for number, one in enumerate(described)]
    service.listed = lambda _query: Page(images)

    run = imgshare("list", "--status", "all", *argv)

    assert (0, "") == (run.code, run.err)
    if "--json" in argv:
        listed = json.loads(run.out)
        assert all(any(image.items() <= one.items() for one in listed) for image in images if _must_come(image))


def _must_come(image: dict[str, Any]) -> bool:
    return image["owner"] == OWNER and image["visibility"] in ("shared", "private")


@rounds(60)
@given(described=st.dictionaries(st.sampled_from(["created_at", "updated_at", "schema", "new"]), json_values))
def test_any_member(imgshare: Callable[..., Run], service: ImageService, described: dict[str, Any]) -> None:
    """Whatever a member is described as, `members` and `show` write it."""
    one = share(image_id=image_id(1), **described)
    service.members = lambda _image: [one]

    assert 0 == imgshare("members", image_id(1)).code
    assert json.loads(json.dumps([one])) == json.loads(imgshare("members", image_id(1), "--json").out)
    assert 0 == imgshare("show", image_id(1)).code


@rounds(40)
@given(odd=json_values)
def test_any_row(imgshare: Callable[..., Run], service: ImageService, odd: Any) -> None:
    """What is no image or no member is exit 8."""
    service.listed = lambda _query: Page([odd])
    service.members = lambda _image: [odd]

    assert [8, 8, 8] == [imgshare(*argv).code for argv in (["list"], ["show", "golden"], ["members", image_id(1)])]


@pytest.mark.parametrize("deep", [100, 300, 500, 700, 800, 850, 900, 920, 940, 960, 980, 1000])
def test_deep_images(imgshare: Callable[..., Run], service: ImageService, deep: int) -> None:
    """A description of any depth is written, or is no answer of the image API's."""
    nested: Any = 1
    for _ in range(deep):
        nested = [nested]
    service.listed = lambda _query: Page([row(new=nested)])

    for argv in (["--json"], ["--long", "--json"]):
        run = imgshare("list", *argv)
        assert run.code in {0, 8}, run.err


def test_large_pages_in_a_large_list(monkeypatch: pytest.MonkeyPatch, service: ImageService) -> None:
    """Whoever sorts a list keeps all of it, so it ends when it is larger than any list."""
    filler = "x" * 900_000
    numbers = itertools.count()
    service.listed = lambda _query: Page([row(next(numbers), x=filler) for _ in range(30)], more=True)
    service.enter(monkeypatch)

    run = measured("list", "--sort", "name", "--json", timeout=20, most_mib=700)

    assert (8, "") == (run.code, run.out)
    assert "the list of images does not end: " in run.err
    assert len(service.lists) < 15


def test_a_long_name(service: ImageService, imgshare: Callable[..., Run]) -> None:
    """A name of almost a mebibyte is written, is not kept for TAB, and fills neither a terminal nor a review."""
    service.listed = lambda query: Page([row(name="x" * 1_000_000)] if query["os_hidden"] == "false" else [])

    assert 0 == imgshare("list").code
    assert 0 == at_terminal(80, "list").code
    assert os.path.getsize(os.environ["XDG_STATE_HOME"] + "/imgshare/images.json") < 1000  # noqa: PTH202


def test_a_review_of_odd_images(service: ImageService) -> None:
    """A review shows what it can of whatever comes."""
    odd = {"name": "\ud800\x1b[2J", "size": 10**30, "tags": 7, "os_distro": {}, "os_hash_algo": [], "os_version": "\0"}
    service.listed = lambda query: Page(
        [row(number, **odd, created_at=made, status=None) for number, made in enumerate(TIMES[2:6], 1)]
        if query.get("os_hidden") == "false"
        else []
    )
    with Terminal([sys.executable, "-m", "imgshare_cli", "review"]) as terminal:
        terminal.says("size     -\nsystem   \\u0000\n")
        terminal.types("A")
        terminal.says("Accept all 4 from")
        terminal.types("y")
        terminal.says("End the review?")  # a key that comes before the question is not an answer to it
        terminal.types("q")

        assert 0 == terminal.ends()
        terminal.says("accepted 4")
    assert [image_id(number) for number in range(1, 5)] == service.decided


@pytest.mark.parametrize("threads", [0, 1, 3, 100])
def test_few_threads(service: ImageService, threads: int) -> None:
    """Where the system gives few threads, or none, each share is asked for once all the same, and shown in order."""
    images = [row(number) for number in range(1, 101)]
    service.listed = lambda query: Page(images if query["os_hidden"] == "false" else [])

    done = subprocess.run(
        [sys.executable, "-c", FEW_THREADS, str(threads), "list", "--long", "--json"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (0, "") == (done.returncode, done.stderr)
    assert [image["id"] for image in images] == [image["id"] for image in json.loads(done.stdout)]
    asked = [path.split("/")[3] for _, path, _ in service.asked if path.endswith(MEMBER)]
    assert [image["id"] for image in images] == sorted(asked)


def test_no_thread_for_what_turns(service: ImageService) -> None:
    """At a terminal, the list comes without anything that turns."""
    service.listed = lambda query: Page([row()] if query["os_hidden"] == "false" else [])
    with Terminal([sys.executable, "-c", FEW_THREADS, "0", "list", "--long"]) as terminal:
        assert 0 == terminal.ends()
        assert image_id(1) in terminal.screen
    assert terminal.raw.endswith(b"\r\n")
