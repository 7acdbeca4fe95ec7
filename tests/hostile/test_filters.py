"""Whatever a service returns for a filter, the tool acts upon what equals what was asked, and nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.examples import limit_examples
from tests.support.fake_service import MEMBER, build_member
from tests.support.run import Run
from tests.support.scripted_images import OWNER, Page, ScriptedImageService, build_image, build_image_id
from tests.support.terminal import run_at_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.run import RunImgshare

pytestmark = pytest.mark.hostile

NAME = "golden-debian-12"
LIKE = [
    "Golden-Debian-12",
    f"{NAME} ",
    f" {NAME}",
    f"{NAME}\u200b",
    "golden-débian-12",
    "golden-d\u0435bian-12",
    f"{NAME}\0",
]
GONE = object()
odd_json: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.lists(st.none()) | st.just({})
)
fields = {
    "id": st.integers(1, 4).map(build_image_id) | st.integers(1, 4).map(lambda number: build_image_id(number).upper()),
    "name": st.just(NAME) | st.sampled_from([*LIKE, "evil-image", "\ud800", ""]) | odd_json,
    "owner": st.just(OWNER) | st.sampled_from([OWNER.upper(), f"{OWNER} ", MEMBER, "evil"]) | odd_json,
    "visibility": st.sampled_from(["shared", "private", GONE]) | st.sampled_from(["public", "Shared"]) | odd_json,
    "os_hidden": st.sampled_from([False, True, GONE, "true"]) | odd_json,
    "created_at": st.sampled_from(["2026-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", 7]),
}
rows = st.lists(
    st.fixed_dictionaries(fields).map(lambda one: build_image() | {k: v for k, v in one.items() if v is not GONE}),
    max_size=5,
)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedImageService]:
    """The service, and the tool pointed at it."""
    with ScriptedImageService() as service:
        service.enter(monkeypatch)
        yield service


@limit_examples(120)
@given(
    given_rows=rows, by=st.sampled_from([["--owner", OWNER], ["--name", NAME], ["--name", "golden-debian-1[2]"], []])
)
def test_any_list(imgshare: RunImgshare, service: ScriptedImageService, given_rows: list[Any], by: list[str]) -> None:
    """`list` shows each image once, and those alone that are from this owner, of this name and shared."""
    service.list_page = lambda _query: Page(given_rows)

    run = imgshare("list", "--json", *by)

    # Without an image that could tell, there is no inbox to know of, and nothing in it.
    assert 0 == run.code, run.err
    listed = json.loads(run.out)
    ids = [image["id"].lower() for image in listed]
    assert len(ids) == len(set(ids))
    for image in listed:
        assert image.get("owner") != MEMBER
        assert image.get("visibility", "shared") in ("shared", "private")
        assert "--owner" not in by or image["owner"] == OWNER
        assert "--name" not in by or image["name"] == NAME
    told = {image["id"].lower() for image in given_rows if image["id"].lower() not in ids}
    assert not [one for one in given_rows if one["id"].lower() in told and _is_plain(one, given_rows)]


def _is_plain(one: dict[str, Any], others: list[Any]) -> bool:
    """Whether an image must be listed: all that was asked for, and no other row with its ID."""
    same = one["name"] == NAME and one["owner"] == OWNER and one.get("visibility", "shared") in ("shared", "private")
    return bool(same) and _is_alone(one, others)


def _is_alone(one: dict[str, Any], others: list[Any]) -> bool:
    return [one["id"].lower()] == [other["id"].lower() for other in others if other["id"].lower() == one["id"].lower()]


@limit_examples(120)
@given(given_rows=rows, command=st.sampled_from(["accept", "reject", "reset", "show", "members"]))
def test_any_look_up(imgshare: RunImgshare, service: ScriptedImageService, given_rows: list[Any], command: str) -> None:
    """A command that takes a name is about the one image of exactly this name, or about none."""
    service.requests.clear()
    service.list_page = lambda _query: Page(given_rows)

    run = imgshare(command, NAME, "--json")

    exact = {image["id"].lower() for image in given_rows if image["name"] == NAME}
    about = {path.split("/")[3].lower() for _, path, _ in service.requests if path.startswith("/v2/images/")}
    assert about <= exact
    assert run.code in {0, 2, 6}, run.err
    # What an image is that a page has twice, and differently, nobody can say.
    twice = {image["id"].lower() for image in given_rows if not _is_alone(image, given_rows)}
    assert run.code == 6 if not exact else run.code != 6 or exact <= twice
    if run.code == 0:
        answer = json.loads(run.out)
        assert (answer[0] if command == "members" else answer)["image_id"].lower() in exact
        assert (1 if command in {"accept", "reject", "reset"} else 0) == len(service.decided)
    else:
        assert [] == service.decided


@pytest.mark.parametrize("name", ["evil-image", *LIKE])
def test_a_name_that_is_alike(imgshare: RunImgshare, service: ScriptedImageService, name: str) -> None:
    """Another case, accent, space or what cannot be seen is another name: told, where it looks the same, not taken."""
    service.list_page = lambda query: Page([build_image(name=name)] if query["os_hidden"] == "false" else [])
    alike = name not in {"evil-image", "golden-d\u0435bian-12"}  # the second has a Cyrillic letter: no more than unlike

    assert Run(
        6,
        "",
        f"imgshare: no image named '{NAME}' found (searched shared, own, public and hidden images)"
        + (
            f"; these names are similar, but not the same:\n  {build_image_id(1)}  {name!a}  owner {OWNER}\n"
            if alike
            else "\n"
        )
        + "hint: `imgshare list --status all` shows what is shared with you; or use an image ID\n",
    ) == imgshare("accept", NAME)
    assert [] == service.decided


def test_the_right_one_among_many(imgshare: RunImgshare, service: ScriptedImageService) -> None:
    """A thousand images whose names are alike do not hide the one that is meant."""
    alike = [build_image(number, name=NAME.upper()) for number in range(1, 1001)]

    def listed(query: dict[str, str]) -> Page:
        if query["os_hidden"] == "true":
            return Page()
        return Page([build_image(5000, name=NAME)]) if "marker" in query else Page(alike, more=True)

    service.list_page = listed

    assert 0 == imgshare("accept", NAME).code
    assert [build_image_id(5000)] == service.decided


@pytest.mark.parametrize(
    "bad", ["x;touch${IFS}PWNED;#", "", 7, None, "../images", build_image_id(1) + "\n", "$(id)", "\uff11" * 36]
)
@pytest.mark.parametrize("argv", [["list"], ["list", "--long"], ["accept", NAME], ["show", NAME], ["members", NAME]])
def test_an_id_that_is_none(imgshare: RunImgshare, service: ScriptedImageService, argv: list[str], bad: object) -> None:
    """An image whose ID is no UUID is the service's fault, exit 8, and nothing is done to it or said to paste."""
    service.list_page = lambda _query: Page([build_image(id=bad, name=NAME)])

    error = imgshare(*argv, "--json").error()

    assert ("unavailable", "check the endpoint: `imgshare status` shows it") == (error["code"], error["hint"])
    assert error["message"].startswith("the response is not from the image API: an image with")
    assert [] == service.decided


@pytest.mark.parametrize("hidden", [{}, {"os_hidden": None}, {"os_hidden": False}, {"os_hidden": True}])
def test_a_service_that_knows_no_hidden_images(
    imgshare: RunImgshare, service: ScriptedImageService, hidden: dict[str, object]
) -> None:
    """What comes in the visible and in the hidden list is one image."""
    image = {key: value for key, value in build_image().items() if key != "os_hidden"} | hidden
    service.list_page = lambda _query: Page([image])

    assert Run(0, f"{build_image_id(1)}\n") == imgshare("list", "-q", "--status", "all")


def test_the_image_that_is_looked_at(imgshare: RunImgshare, service: ScriptedImageService) -> None:
    """--owner and --hash look at the image that is decided about, in whatever case its ID is written."""
    for other, code in ((build_image_id(1).upper(), 0), (build_image_id(2), 8), ("\uff21\uff22", 8)):
        service.requests.clear()
        service.image = lambda _image, other=other: build_image(id=other)  # type: ignore[misc]
        assert code == imgshare("accept", build_image_id(1), "--owner", OWNER).code
        assert ([build_image_id(1)] if code == 0 else []) == service.decided


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([build_member(image_id=build_image_id(2))], f"a member of another image, {build_image_id(2)}"),
        (
            [build_member(image_id=build_image_id(1)), build_member("pending", image_id=build_image_id(1))],
            "a list with the same member twice",
        ),
        ([build_member(image_id=build_image_id(1), member_id="\x1b[2J")], "a member without a valid member_id"),
        ([build_member(image_id=build_image_id(1), member_id="../..")], "a member without a valid member_id"),
        ([build_member(image_id=build_image_id(1), member_id="x" * 256)], "a member without a valid member_id"),
        ([build_member(image_id="x;id")], "a member with the image_id 'x;id', which is not a UUID"),
    ],
)
def test_members_of_something_else(
    imgshare: RunImgshare,
    service: ScriptedImageService,
    monkeypatch: pytest.MonkeyPatch,
    rows: list[Any],
    said: str,
) -> None:
    """Rows of another image, of nobody, or twice of one are not believed."""
    service.members = lambda _image: rows

    monkeypatch.delenv("IMGSHARE_PROJECT_ID")
    for command in ("members", "accept", "show"):
        run = imgshare(command, build_image_id(1))
        assert (8, f"imgshare: the response is not from the image API: {said}") == (run.code, run.err.splitlines()[0])
    assert [] == service.decided


def test_a_member_in_other_capitals(imgshare: RunImgshare, service: ScriptedImageService) -> None:
    """A project's ID in other capitals is the same where it is a number, and another's where it is a name."""
    answered: dict[str, str] = {MEMBER: MEMBER.upper(), "prod": "Prod", "strasse": "straße"}
    reply = service.reply

    def changed(method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        status, came = reply(method, path, query, body)
        return status, came | {"member_id": answered[came["member_id"]]}

    service.reply = changed  # type: ignore[method-assign]
    assert [0, 8, 8] == [imgshare("show", build_image_id(1), member).code for member in answered]


def test_namesakes(service: ScriptedImageService) -> None:
    """At a terminal, only images of exactly the name are told before another comes into the list."""
    service.image = lambda image: build_image(id=image, name=NAME)
    service.list_page = lambda _query: Page([build_image(number, name=name) for number, name in enumerate(LIKE, 10)])
    assert 0 == run_at_terminal(80, "accept", build_image_id(1)).code

    service.list_page = lambda _query: Page([build_image(2, name=NAME), build_image(3, name=f"{NAME} ")])
    shown = run_at_terminal(80, "accept", build_image_id(1), answer="n")

    assert 130 == shown.code
    assert f"  {build_image_id(2)}  owner {OWNER}" in shown.lines
    assert build_image_id(3) not in "".join(shown.lines)


def test_who_sees_everything(imgshare: RunImgshare, service: ScriptedImageService) -> None:
    """Whether an image is listed under every status is told by that image, not by others."""
    service.list_page = lambda query: Page(
        [build_image(1), build_image(2, owner="other")] if query["os_hidden"] == "false" else []
    )
    service.admin_page = lambda _query: Page([build_image(7), build_image(8, owner="other")])

    run = imgshare("list", "-q")

    assert Run(0, f"{build_image_id(1)}\n{build_image_id(2)}\n") == run
    assert not [
        path for _, path, _ in service.requests if path.endswith(MEMBER)
    ]  # an administrator's shares are asked for


def test_older_images_only(imgshare: RunImgshare, service: ScriptedImageService) -> None:
    """An image that is younger than the age asked for has no share that is old enough, whatever the share says."""
    service.list_page = lambda _query: Page(
        [build_image(1), build_image(2, created_at="2999-01-01T00:00:00Z"), build_image(3, created_at="?")]
    )

    assert Run(0, f"{build_image_id(1)}\n{build_image_id(3)}\n") == imgshare("list", "-q", "--older-than", "1h")
