"""`list`: right where the API's own list is wrong, on the embedded service and on a real Glance."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from imgshare_cli.sandbox import Sandbox
from tests.support import small_inbox
from tests.support.expectations import A_TIME
from tests.support.fake_service import IMAGE, MEMBER, REQUEST_ID, build_response
from tests.support.run import Run
from tests.support.small_inbox import ACCEPTED, PENDING, REJECTED, SmallInbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.backend import Backend
    from tests.support.fake_service import StartService
    from tests.support.run import RunImgshare


@pytest.fixture
def inbox(inbox: SmallInbox) -> SmallInbox:
    """The filled inbox; no test changes it, and so it is filled once."""
    if not inbox.images:
        small_inbox.fill_inbox(inbox)
    return inbox


def _build_image_id(number: int) -> str:
    return f"{number:08}-0000-4000-8000-000000000000"


def _read_ids(run: Run) -> list[str]:
    assert (0, "") == (run.code, run.err), run
    return run.out.split()


@pytest.mark.parametrize(
    ("argv", "names"),
    [
        ([], PENDING),
        (["--status", "pending"], PENDING),
        (["--status", "accepted"], ACCEPTED),
        (["--status", "rejected"], REJECTED),
        (["--status", "all"], PENDING + ACCEPTED + REJECTED),
        (["--name", "debian-*"], ("debian-12", "debian-13")),
        (["--name", "debian-12"], ("debian-12",)),
        (["--name", "DEBIAN-12"], ()),
        (["--name", "hid?en"], ("hidden",)),
        (["--name", "*en", "--status", "all"], ("hidden", "taken", "taken-hidden")),
        (["--name", "nothing:like"], ()),
        (["--older-than", "1h"], ()),
        (["--older-than", "0s"], PENDING),
        (["--newer-than", "1d"], PENDING),
        (["--older-than", "0s", "--newer-than", "1w", "--status", "all"], PENDING + ACCEPTED + REJECTED),
        (["--sort", "shared"], PENDING),
    ],
    ids=" ".join,
)
def test_which(imgshare: RunImgshare, inbox: SmallInbox, argv: list[str], names: tuple[str, ...]) -> None:
    """Every share that is asked for is there once, hidden ones too; our own images never are."""
    listed = _read_ids(imgshare("list", "--quiet", *argv))

    assert len(names) == len(listed)
    assert inbox.ids(*names) == set(listed)


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("role", ["member", "reader"])
@pytest.mark.parametrize("status", ["pending", "accepted", "all"])
def test_who(  # noqa: PLR0913, PLR0917
    imgshare: RunImgshare,
    inbox: SmallInbox,
    monkeypatch: pytest.MonkeyPatch,
    known: bool,  # noqa: FBT001
    role: str,
    status: str,
) -> None:
    """A reader sees as much as a member, and a bare token finds out by itself which project it is for."""
    inbox.enter(monkeypatch, inbox.create_user(role), project=known)
    names = {"pending": PENDING, "accepted": ACCEPTED, "all": PENDING + ACCEPTED + REJECTED}[status]

    shares = json.loads(imgshare("list", "--status", status, "--json").out)

    assert inbox.ids(*names) == {share["id"] for share in shares}
    assert {inbox.member.project_id} == {share["member_id"] for share in shares}


@pytest.mark.lists_every_image
@pytest.mark.parametrize(("home", "status"), [(True, "pending"), (False, "rejected"), (False, "all")])
def test_an_administrator(
    imgshare: RunImgshare,
    inbox: SmallInbox,
    monkeypatch: pytest.MonkeyPatch,
    home: bool,  # noqa: FBT001
    status: str,
) -> None:
    """To an administrator Glance lists every image of the cloud; ours are those that are shared with us."""
    names = {"pending": PENDING, "rejected": REJECTED, "all": PENDING + ACCEPTED + REJECTED}[status]
    inbox.enter(monkeypatch, inbox.create_user("admin", project_id=None if home else inbox.two.project_id))

    listed = _read_ids(imgshare("list", "--quiet", "--status", status))

    assert len(names) == len(listed)
    assert inbox.ids(*names) == set(listed)


def test_an_administrator_of_nowhere(imgshare: RunImgshare, inbox: SmallInbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who sees everybody's images must say whose inbox is meant."""
    inbox.enter(monkeypatch, inbox.create_user("admin"), project=False)

    assert Run(
        3,
        "",
        "imgshare: the token can see the images of all projects, and your own project is not known\n"
        "hint: pass --project ID, or set IMGSHARE_PROJECT_ID\n",
    ) == imgshare("list")


def test_without_a_role(imgshare: RunImgshare, inbox: SmallInbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token without a fitting role is exit 5, and the hint is what to ask for."""
    inbox.enter(monkeypatch, inbox.create_user("guest"))

    error = imgshare("list", "--json").error()

    assert ("forbidden", 403, "ask for a role in the project, such as 'member'") == (
        error["code"],
        error["http_status"],
        error["hint"],
    )
    assert error["message"].startswith("cannot list the images: forbidden")


def test_another_project(imgshare: RunImgshare, inbox: SmallInbox) -> None:
    """What is shared with another project than the token's is not made up."""
    other = inbox.two.project_id

    assert Run(
        3,
        "",
        f"imgshare: the token is for project {inbox.member.project_id} and cannot see what is shared with {other}\n"
        f"hint: log in to project {other}, or omit --project and IMGSHARE_PROJECT_ID\n",
    ) == imgshare("list", "--project", other)


def test_from_one_owner(imgshare: RunImgshare, inbox: SmallInbox) -> None:
    """--owner is a project's ID."""
    assert inbox.ids("debian-12") == set(_read_ids(imgshare("list", "-q", "--owner", inbox.one.project_id)))
    assert inbox.ids("debian-13", "hidden") == set(_read_ids(imgshare("list", "-q", "--owner", inbox.two.project_id)))
    assert [] == _read_ids(imgshare("list", "-q", "--owner", inbox.member.project_id))


def test_json(imgshare: RunImgshare, inbox: SmallInbox) -> None:
    """--json is an array of the API's own image objects, with the decision and its project; --long adds when."""
    [short] = json.loads(imgshare("list", "--json", "--name", "debian-12").out)
    [long] = json.loads(imgshare("list", "--json", "--name", "debian-12", "--long").out)

    _, image = inbox.member.ask("GET", f"/v2/images/{inbox.images['debian-12']}")
    assert {**image, "member_status": "pending", "member_id": inbox.member.project_id} == short
    assert {**short, "member_updated_at": A_TIME} == long
    assert Run(0, "[]\n") == imgshare("list", "--json", "--name", "nothing")


def test_a_pipe(imgshare: RunImgshare, inbox: SmallInbox) -> None:
    """A pipe gets tab-separated lines, whole IDs, bytes and ISO times, and nothing on stderr."""
    short = imgshare("list", "--name", "debian-12")
    long = imgshare("list", "--name", "debian-12", "--long")

    _, member = inbox.one.ask("GET", f"/v2/images/{inbox.images['debian-12']}/members/{inbox.member.project_id}")
    line = f"{inbox.images['debian-12']}\tdebian-12\t{inbox.one.project_id}\tpending\t-"
    assert Run(0, f"{line}\n") == short
    assert Run(0, f"{line}\t{member['updated_at']}\n") == long
    assert Run(0) == imgshare("list", "--name", "nothing")


def test_order(imgshare: RunImgshare, inbox: SmallInbox) -> None:
    """--sort by name puts names in order, and loses none."""
    for order, names in {
        "name": ["debian-12", "debian-13", "hidden"],
        "name:asc": ["debian-12", "debian-13", "hidden"],
        "name:desc": ["hidden", "debian-13", "debian-12"],
    }.items():
        assert [inbox.images[name] for name in names] == _read_ids(imgshare("list", "-q", "--sort", order))


@pytest.mark.parametrize(
    ("order", "field"),
    [
        ("owner", "owner"),
        ("status", "member_status"),
        ("size", "size"),
        ("created", "created_at"),
        ("shared", "member_updated_at"),
    ],
)
def test_orders(imgshare: RunImgshare, world: Sandbox, order: str, field: str) -> None:
    """Every key sorts by what it says, both ways round."""
    argv = ["list", "--status", "all", "--long", "--json", "--project", world.you.project_id]

    values = [image[field] for image in json.loads(imgshare(*argv, "--sort", order).out)]

    assert (9, sorted(values)) == (len(values), values)
    assert len(set(values)) > 1
    turned = [image[field] for image in json.loads(imgshare(*argv, "--sort", f"{order}:desc").out)]
    assert sorted(values, reverse=True) == turned


def test_names_in_capitals(imgshare: RunImgshare, serve: StartService, monkeypatch: pytest.MonkeyPatch) -> None:
    """Capitals do not come before all the others."""
    monkeypatch.setenv("IMGSHARE_PROJECT_ID", MEMBER)
    images = [
        {"id": _build_image_id(number), "owner": "o", "name": name} for number, name in enumerate(("b", "A", "C"))
    ]
    rows = {"members": [{"image_id": _build_image_id(0), "member_id": MEMBER, "status": "pending"}]}
    nothing = build_response(200, {"images": []})
    serve(build_response(200, {"images": images}), nothing, build_response(200, rows), nothing)

    assert Run(0, f"{_build_image_id(1)}\n{_build_image_id(0)}\n{_build_image_id(2)}\n") == imgshare(
        "list", "-q", "--sort", "name"
    )


def test_limit(imgshare: RunImgshare, inbox: SmallInbox) -> None:
    """--limit is the first few, of the order that was asked for."""
    assert [inbox.images["hidden"], inbox.images["debian-13"]] == _read_ids(
        imgshare("list", "-q", "--sort", "name:desc", "--limit", "2")
    )
    assert 1 == len(_read_ids(imgshare("list", "-q", "--limit", "1")))
    assert 3 == len(_read_ids(imgshare("list", "-q", "--limit", "100")))


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--older-than", "soon"], "--older-than 'soon' is not a duration (try 7h or 7d)"),
        (["--newer-than", "7"], "--newer-than '7' is not a duration (try 7h or 7d)"),
        (["--sort", "colour"], "unknown sort key 'colour'"),
        (["--sort", "name:up"], "unknown sort key 'name:up'"),
        (["--limit", "0"], "--limit must be a whole number from 1 to 1,000,000, not '0'"),
        (
            ["--status", "Pending"],
            "--status must be pending, accepted, rejected or all, not 'Pending'",
        ),
    ],
    ids=str,
)
def test_wrong_arguments(imgshare: RunImgshare, serve: StartService, argv: list[str], said: str) -> None:
    """What cannot be meant is exit 2, and asks nobody."""
    service = serve(build_response(200, {"images": []}))

    run = imgshare("list", *argv)

    assert (2, f"imgshare: {said}") == (run.code, run.err.splitlines()[0])
    assert [] == service.requests


@pytest.mark.parametrize("body", [{}, {"images": {}}, {"images": [{}]}, {"images": ["x"]}, {"images": [{"id": 1}]}, []])
def test_an_answer_that_is_no_list(imgshare: RunImgshare, serve: StartService, body: object) -> None:
    """What is no list of images is exit 8, and nobody believes a part of it."""
    serve(build_response(200, body))

    run = imgshare("list")

    assert (8, "") == (run.code, run.out)
    assert run.err.startswith("imgshare: the response is not from the image API: ")


def test_a_service_behind_a_prefix(imgshare: RunImgshare, serve: StartService, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next page is asked for at the endpoint, though `next` lacks its prefix; the last page may be empty."""
    monkeypatch.setenv("IMGSHARE_PROJECT_ID", MEMBER)
    image = {"id": IMAGE, "owner": "somebody", "name": "x", "created_at": "2026-01-01T00:00:00Z"}
    row = {"image_id": IMAGE, "member_id": MEMBER, "status": "pending"}
    empty = build_response(200, {"images": []})
    service = serve(
        build_response(200, {"images": [image], "next": f"/v2/images?marker={IMAGE}&visibility=shared"}),
        empty,  # with another member_status it does not come, so that is not an administrator
        build_response(200, {"members": [row]}),
        empty,
        empty,
    )

    run = imgshare("list", "-q", "--endpoint", f"{service.endpoint}/image/v2/")

    assert Run(0, f"{IMAGE}\n") == run
    first = "/image/v2/images?visibility=shared&member_status=pending&os_hidden=false&limit=1000"
    assert [
        first,
        f"/image/v2/images?visibility=shared&member_status=accepted&os_hidden=false&id={IMAGE}",
        f"/image/v2/images/{IMAGE}/members",
        f"{first}&marker={IMAGE}",
        first.replace("os_hidden=false", "os_hidden=true"),
    ] == [request.path for request in service.requests]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A sandbox with the demonstration data, and the settings to use it."""
    with Sandbox() as sandbox:
        monkeypatch.setenv("IMGSHARE_ENDPOINT", sandbox.endpoint)
        monkeypatch.setenv("IMGSHARE_TOKEN", sandbox.you.token)
        yield sandbox


def test_an_administrator_who_filters(
    imgshare: RunImgshare, inbox: SmallInbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One owner on a page is no proof that it is one's own project."""
    inbox.enter(monkeypatch, inbox.create_user("admin"), project=False)

    for argv in (["--owner", inbox.one.project_id], ["--name", "debian-12"]):
        run = imgshare("list", *argv)
        assert (3, "") == (run.code, run.out)
        assert "your own project is not known" in run.err


def test_a_token_of_nobody_knows_whom(imgshare: RunImgshare, backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a token may be an administrator's or the owner's, no half of an inbox is passed off as the whole."""
    alone = small_inbox.create_small_inbox(backend)
    image = alone.one.make_image(visibility="shared")
    alone.one.share(image, alone.member.project_id)
    alone.enter(monkeypatch, alone.one)
    alone.http.close()

    assert Run(
        3,
        "",
        f"imgshare: the token is for project {alone.one.project_id}, or an administrator's, and it is not clear which\n"
        "hint: log in with OS_CLOUD or `imgshare login` to find out, or omit --project\n",
    ) == imgshare("list")


def test_unshared_while_we_find_out(
    imgshare: RunImgshare, serve: StartService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An image that vanishes while we find out whose inbox it is costs nothing but itself."""
    monkeypatch.setenv("IMGSHARE_PROJECT_ID", MEMBER)
    images = [
        {"id": _build_image_id(1), "owner": "a", "name": "x"},
        {"id": _build_image_id(2), "owner": "b", "name": "y"},
    ]
    rows = {"members": [{"image_id": _build_image_id(1), "member_id": MEMBER, "status": "pending"}]}
    nothing = build_response(200, {"images": []})
    serve(
        build_response(200, {"images": images}),
        nothing,
        build_response(404, {}),
        nothing,
        build_response(200, rows),
        nothing,
    )

    assert Run(0, f"{_build_image_id(1)}\n{_build_image_id(2)}\n") == imgshare("list", "-q")


def test_a_list_without_end(imgshare: RunImgshare, serve: StartService, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that gives the same page again and again is found out."""
    monkeypatch.setenv("IMGSHARE_PROJECT_ID", MEMBER)
    serve(build_response(200, {"images": [{"id": IMAGE, "owner": MEMBER}], "next": f"/v2/images?marker={IMAGE}"}))

    run = imgshare("list")

    assert (8, "") == (run.code, run.out)
    assert "the list of images does not end" in run.err


@pytest.mark.parametrize("age", ["999999w", "700000d", "20000d"])
def test_older_than_anything(imgshare: RunImgshare, world: Sandbox, age: str) -> None:
    """No age is too great to ask for."""
    assert Run(0) == imgshare("list", "--older-than", age, "--project", world.you.project_id)
    assert 6 == imgshare("list", "-q", "--newer-than", age).out.count("\n")


def test_a_name_with_brackets(imgshare: RunImgshare, inbox: SmallInbox) -> None:
    """A whole name is found by itself, whatever its characters mean in a pattern."""
    image = inbox.offer("[red] hat", decided="rejected")

    found = imgshare("list", "-q", "--status", "rejected", "--name", "[red] hat")
    inbox.one.ask("DELETE", f"/v2/images/{inbox.images.pop('[red] hat')}")
    assert Run(0, f"{image}\n") == found


def test_a_few_are_enough(imgshare: RunImgshare, serve: StartService, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user who wants two images does not wait for a page of a thousand."""
    monkeypatch.setenv("IMGSHARE_PROJECT_ID", MEMBER)
    service = serve(build_response(200, {"images": []}))

    for argv, size in ((["--limit", "2"], 25), (["--limit", "100"], 400), (["--limit", "2", "--sort", "name"], 1000)):
        service.requests.clear()
        assert Run(0) == imgshare("list", *argv)
        assert [f"&limit={size}"] * 2 == [request.path[-len(f"&limit={size}") :] for request in service.requests]


def test_no_image_service(imgshare: RunImgshare, serve: StartService) -> None:
    """What has no list of images is no image service, such as Keystone's address by mistake."""
    serve(build_response(404, {"error": {"message": "not here", "code": 404}}))

    assert Run(
        8,
        "",
        "imgshare: the endpoint is not an image service: it has no list of images\n"
        f"hint: check the endpoint: `imgshare status` shows it\nrequest ID: {REQUEST_ID}\n",
    ) == imgshare("list")
