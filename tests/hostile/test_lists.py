"""Whatever pages and images a service gives, a list ends, shows each image once, and nothing in it is a bug."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pexpect
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.examples import limit_examples
from tests.support.fake_service import MEMBER, build_member
from tests.support.last_list import find_list_files
from tests.support.measured_run import run_measured
from tests.support.run import TOOL, Run
from tests.support.scripted_images import OWNER, Page, Query, ScriptedImageService, build_image, build_image_id
from tests.support.terminal import Terminal, run_at_terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.run import RunImgshare

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
rows = st.builds(build_image, st.integers(1, 6), created_at=st.sampled_from(TIMES))
pages = st.builds(Page, st.lists(rows, max_size=4), st.booleans())
refusals = st.sampled_from([400, 403, 409])


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedImageService]:
    """The service, and the tool pointed at it."""
    with ScriptedImageService() as service:
        service.enter(monkeypatch)
        yield service


def _repeat_answers(answers: list[Page | int]) -> Callable[[Query], Page | int]:
    """These answers over and over for what is visible; what refuses a marker does not refuse what has none."""
    turns = itertools.cycle(answers)

    def listed(query: Query) -> Page | int:
        if query["os_hidden"] == "true":
            return Page()
        came = next(turns)
        return Page() if isinstance(came, int) and "marker" not in query else came

    return listed


@limit_examples(150)
@given(answers=st.lists(pages | refusals, min_size=1, max_size=6))
def test_any_pages(imgshare: RunImgshare, service: ScriptedImageService, answers: list[Page | int]) -> None:
    """`list` ends after few requests with exit 0 or 8, and has shown each image once."""
    service.requests.clear()
    service.list_page = _repeat_answers(answers)

    run = imgshare("list", "-q")

    assert run.code in {0, 8}, run.err
    assert len(service.lists) < 100
    ids = run.out.split()
    assert len(ids) == len(set(ids))
    assert run.code == 0 or run.err.startswith(
        (ENDLESS, "imgshare: images were added or removed while the list was read\n")
    )


@limit_examples(60)
@given(answers=st.lists(pages | refusals, min_size=1, max_size=6))
def test_any_pages_of_a_name(imgshare: RunImgshare, service: ScriptedImageService, answers: list[Page | int]) -> None:
    """The look-up of a name ends likewise."""
    service.requests.clear()
    service.list_page = _repeat_answers(answers)

    assert imgshare("show", "golden").code in {0, 2, 6, 8}
    assert len(service.lists) < 100


@pytest.mark.parametrize(
    ("answers", "why", "shown"),
    [
        ([Page([build_image(1)], more=True)], "the service keeps returning the same images", [1]),
        (
            [Page([build_image(1)], more=True), Page([build_image(2)], more=True)],
            "the service keeps returning the same images",
            [1, 2],
        ),
        ([Page([build_image(1)], more=True), 403], "the service rejects every page marker", [1]),
        (
            [Page([build_image(1)], more=True), 400, Page([build_image(2)], more=True), 400],
            "the service rejects every page marker",
            [1, 2],
        ),
    ],
    ids=["the same", "two in turn", "no marker", "no marker in two"],
)
def test_lists_without_end(
    imgshare: RunImgshare, service: ScriptedImageService, answers: list[Page | int], why: str, shown: list[int]
) -> None:
    """A list that does not get on is exit 8 and a sentence, after what could be read."""
    service.list_page = _repeat_answers(answers)

    assert Run(8, "".join(f"{build_image_id(n)}\n" for n in shown), f"{ENDLESS}{why}\n{HINT}") == imgshare("list", "-q")
    assert len(service.lists) < 10


def test_a_second_with_more_images_than_a_page(imgshare: RunImgshare, service: ScriptedImageService) -> None:
    """Where a marker vanishes, pages that were read before lead to those that were not."""
    images = [build_image(number, created_at="2026-01-01T00:00:00Z") for number in range(9, 0, -1)]
    gone: list[str] = []

    def listed(query: Query) -> Page | int:
        if query["os_hidden"] == "true":
            return Page()
        marker = query.get("marker", "")
        if marker == build_image_id(4) and not gone:
            gone.append(marker)
            return 400
        start = next((place + 1 for place, one in enumerate(images) if one["id"] == marker), 0)
        return Page(images[start : start + 3], more=start + 3 < len(images))

    service.list_page = listed

    assert Run(0, "".join(f"{build_image_id(number)}\n" for number in range(9, 0, -1))) == imgshare("list", "-q")
    assert {"lt:2026-01-01T00:00:01Z", None} == {query.get("created_at") for query in service.lists}


def test_fresh_images_for_ever(imgshare: RunImgshare, service: ScriptedImageService) -> None:
    """A service that invents images is read as far as one asks for; the look-up of a name gives up."""
    numbers = itertools.count(1)
    service.list_page = lambda _query: Page([build_image(next(numbers), name="other") for _ in range(1000)], more=True)

    assert 1500 == imgshare("list", "-q", "--limit", "1500").out.count("\n")
    assert Run(8, "", f"{ENDLESS}received more than 10000 images\n{HINT}") == imgshare("accept", "golden")


@pytest.mark.parametrize("made", TIMES, ids=repr)
def test_a_marker_that_vanishes_at_any_time(imgshare: RunImgshare, service: ScriptedImageService, made: object) -> None:
    """Whatever an image says of when it was made, reading on from there is a list, or exit 8."""
    service.list_page = _repeat_answers(
        [Page([build_image(1, created_at=made)], more=True), 403, Page([build_image(2)])]
    )

    run = imgshare("list", "-q")

    said = "imgshare: images were added or removed while the list was read\nhint: run it again\n"
    assert run in {Run(0, f"{build_image_id(1)}\n{build_image_id(2)}\n"), Run(8, f"{build_image_id(1)}\n", said)}
    assert ("2026" in str(made) and "99:99" not in str(made)) == (run.code == 0)


@pytest.mark.parametrize("option", ["--older-than", "--newer-than"])
@pytest.mark.parametrize("span", ["0s", "1h", "20000d", "999999w"])
def test_any_time_with_any_age(imgshare: RunImgshare, service: ScriptedImageService, option: str, span: str) -> None:
    """What cannot be read as a time has no age, and no age is too great."""
    service.list_page = lambda _query: Page([build_image(number, created_at=made) for number, made in enumerate(TIMES)])
    service.reply = _change_times(service)  # type: ignore[method-assign]

    for argv in (["-q"], ["--long"], ["--json"], ["--sort", "shared"], ["--sort", "created"]):
        run = imgshare("list", *argv, option, span)
        assert (0, "") == (run.code, run.err)
    assert 0 == run_at_terminal(200, "list", "--long").code


def _change_times(service: ScriptedImageService) -> Callable[..., tuple[int, Any]]:
    reply = service.reply

    def changed(method: str, path: str, query: Query, body: Any) -> tuple[int, Any]:
        status, came = reply(method, path, query, body)
        if "/members/" in path:
            came["updated_at"] = came["created_at"] = TIMES[int(path.split("/")[3].split("-", maxsplit=1)[0], 16)]
        return status, came

    return changed


@limit_examples(100)
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
    imgshare: RunImgshare, service: ScriptedImageService, described: list[dict[str, Any]], argv: list[str]
) -> None:
    """Whatever an image is described as, every form of the list is written."""
    images = [json.loads(json.dumps(build_image(number, **one))) for number, one in enumerate(described)]
    service.list_page = lambda _query: Page(images)

    run = imgshare("list", "--status", "all", *argv)

    assert (0, "") == (run.code, run.err)
    if "--json" in argv:
        listed = json.loads(run.out)
        assert all(any(image.items() <= one.items() for one in listed) for image in images if _is_wanted(image))


def _is_wanted(image: dict[str, Any]) -> bool:
    return image["owner"] == OWNER and image["visibility"] in ("shared", "private")


@limit_examples(60)
@given(described=st.dictionaries(st.sampled_from(["created_at", "updated_at", "schema", "new"]), json_values))
def test_any_member(imgshare: RunImgshare, service: ScriptedImageService, described: dict[str, Any]) -> None:
    """Whatever a member is described as, `members` and `show` write it."""
    one = build_member(image_id=build_image_id(1), **described)
    service.members = lambda _image: [one]

    assert 0 == imgshare("members", build_image_id(1)).code
    assert json.loads(json.dumps([one])) == json.loads(imgshare("members", build_image_id(1), "--json").out)
    assert 0 == imgshare("show", build_image_id(1)).code


@limit_examples(40)
@given(odd=json_values)
def test_any_row(imgshare: RunImgshare, service: ScriptedImageService, odd: Any) -> None:
    """What is no image or no member is exit 8."""
    service.list_page = lambda _query: Page([odd])
    service.members = lambda _image: [odd]

    assert [8, 8, 8] == [
        imgshare(*argv).code for argv in (["list"], ["show", "golden"], ["members", build_image_id(1)])
    ]


@pytest.mark.parametrize("deep", [100, 300, 500, 700, 800, 850, 900, 920, 940, 960, 980, 1000])
def test_deep_images(imgshare: RunImgshare, service: ScriptedImageService, deep: int) -> None:
    """A description of any depth is written, or is no answer of the image API's."""
    nested: Any = 1
    for _ in range(deep):
        nested = [nested]
    service.list_page = lambda _query: Page([build_image(new=nested)])

    for argv in (["--json"], ["--long", "--json"]):
        run = imgshare("list", *argv)
        assert run.code in {0, 8}, run.err


def test_large_pages_in_a_large_list(monkeypatch: pytest.MonkeyPatch, service: ScriptedImageService) -> None:
    """Sorting keeps a whole list in memory, so reading ends when it is larger than any real list."""
    filler = "x" * 900_000
    numbers = itertools.count()
    service.list_page = lambda _query: Page([build_image(next(numbers), x=filler) for _ in range(30)], more=True)
    service.enter(monkeypatch)

    run = run_measured("list", "--sort", "name", "--json", timeout=20, most_mib=700)

    assert (8, "") == (run.code, run.out)
    assert "the list of images does not end: " in run.err
    assert len(service.lists) < 15


def test_a_long_name(service: ScriptedImageService, imgshare: RunImgshare) -> None:
    """A name of almost a mebibyte is written, is not kept for TAB, and fills neither a terminal nor a review."""
    service.list_page = lambda query: Page([build_image(name="x" * 1_000_000)] if query["os_hidden"] == "false" else [])

    assert 0 == imgshare("list").code
    terminal = pexpect.spawn(TOOL, ["list"], dimensions=(24, 80))
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert 0 == terminal.exitstatus
    for folder in ("lists", "shown"):
        assert find_list_files(folder)[-1].stat().st_size < 1000


def test_a_review_of_odd_images(service: ScriptedImageService) -> None:
    """A review shows what it can of whatever comes."""
    odd = {"name": "\ud800\x1b[2J", "size": 10**30, "tags": 7, "os_distro": {}, "os_hash_algo": [], "os_version": "\0"}
    service.list_page = lambda query: Page(
        [build_image(number, **odd, created_at=made, status=None) for number, made in enumerate(TIMES[2:6], 1)]
        if query.get("os_hidden") == "false"
        else []
    )
    with Terminal([sys.executable, "-m", "imgshare_cli", "review"]) as terminal:
        terminal.wait_for_text("size     -\nsystem   \\u0000\n")
        terminal.press_keys("A")
        terminal.wait_for_text("Accept all 4 from")
        terminal.press_keys("y")
        terminal.wait_for_text("End the review?")  # a key that comes before the question is not an answer to it
        terminal.press_keys("q")

        assert 0 == terminal.wait_for_exit()
        terminal.wait_for_text("accepted 4")
    assert [build_image_id(number) for number in range(1, 5)] == service.decided


@pytest.mark.parametrize("threads", [0, 1, 3, 100])
def test_few_threads(service: ScriptedImageService, threads: int) -> None:
    """Where the system gives few threads, or none, each share is asked for once all the same, and shown in order."""
    images = [build_image(number) for number in range(1, 101)]
    service.list_page = lambda query: Page(images if query["os_hidden"] == "false" else [])

    done = subprocess.run(
        [sys.executable, "-c", FEW_THREADS, str(threads), "list", "--long", "--json"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (0, "") == (done.returncode, done.stderr)
    assert [image["id"] for image in images] == [image["id"] for image in json.loads(done.stdout)]
    asked = [path.split("/")[3] for _, path, _ in service.requests if path.endswith(MEMBER)]
    assert [image["id"] for image in images] == sorted(asked)


def test_no_thread_for_what_turns(service: ScriptedImageService) -> None:
    """At a terminal, the list comes without anything that turns."""
    service.list_page = lambda query: Page([build_image()] if query["os_hidden"] == "false" else [])
    with Terminal([sys.executable, "-c", FEW_THREADS, "0", "list", "--long"]) as terminal:
        assert 0 == terminal.wait_for_exit()
        assert build_image_id(1) in terminal.screen
    assert terminal.raw.endswith(b"\r\n")
