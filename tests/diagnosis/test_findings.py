"""Why not: every row of who may decide has its own reason, sentence and way out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.expectations import A_REQUEST_ID

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.run import RunImgshare
    from tests.support.share import Share

Error = dict[str, Any]


@pytest.fixture
def run_refused(
    imgshare: RunImgshare, share: Share, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, Error]]:
    """Run the tool as one of the users, and return its exit code and its error."""

    def run(who: str, command: str, *arguments: str) -> tuple[int, Error]:
        monkeypatch.setenv("IMGSHARE_TOKEN", share.users[who].token)
        run = imgshare(command, *arguments, "--json")
        return run.code, run.error()

    return run


def _build_error(status: int, reason: str, message: str, hint: str) -> tuple[int, Error]:
    code, name = {403: (5, "forbidden"), 404: (6, "not_found")}[status]
    return code, {
        "code": name,
        "reason": reason,
        "message": message,
        "hint": hint,
        "http_status": status,
        "request_id": A_REQUEST_ID,
    }


READER = "the token only has the role 'reader', which can read but not decide"
GUEST = "the token has no role that can read images"
OWNER = "your project owns the image, and only project {member} can decide"
THEY_TYPE = "someone in project {member} can run `imgshare accept {image}`"
HIDES = "the image does not exist, or it is not (or no longer) shared with your project; the service does not say which"
ASK = (
    "check the ID: `imgshare list --status all --long` shows what is shared with you; "
    "or ask its owner to run `imgshare share {image} {for_whom}`"
)
ROWS = [
    ("reader", "member", 403, "role", READER, "ask for the role 'member' in project {member}"),
    ("guest", "member", 404, "role", GUEST, "ask for the role 'member' in the project"),
    (
        *("member", "stranger", 404, "wrong_member"),
        "it is shared with your project {member}, and the token can only decide for that one",
        "run `imgshare accept {image} {member} --json`",
    ),
    ("owner", "member", 403, "owner", OWNER, THEY_TYPE),
    ("owner_reader", "member", 403, "owner", OWNER, THEY_TYPE),
    ("owner_guest", "member", 404, "role", GUEST, "ask for the role 'member' in the project"),
    (
        *("owner", "owner", 404, "not_a_member"),
        "that project owns the image, and only the projects it is shared with can decide",
        "`imgshare members {image}` shows them and what they decided",
    ),
    (
        *("owner", "stranger", 404, "not_a_member"),
        "the image is not shared with that project",
        "`imgshare share {image} {stranger}` shares it",
    ),
    ("stranger", "member", 404, "not_found", HIDES, ASK),
    ("stranger", "stranger", 404, "not_found", HIDES, ASK),
    (
        *("admin", "stranger", 404, "not_a_member"),
        "the image is not shared with that project",
        "`imgshare share {image} {stranger}` shares it",
    ),
]


@pytest.mark.parametrize(("who", "member", "status", "reason", "because", "hint"), ROWS)
def test_every_row(  # noqa: PLR0913, PLR0917
    run_refused: Callable[..., tuple[int, Error]],
    share: Share,
    who: str,
    member: str,
    status: int,
    reason: str,
    because: str,
    hint: str,
) -> None:
    """Every row of the table of outcomes is told apart from the others, by no more than a token and the image API."""
    users = share.users
    for_whom = users[member].project_id
    names = {"image": share.image} | {name: users[name].project_id for name in ("member", "owner", "stranger")}
    words = because.format(**names)

    assert _build_error(
        status,
        reason,
        f"cannot accept image {share.image} for project {for_whom}: {words}",
        hint.format(**names, for_whom=for_whom),
    ) == run_refused(who, "accept", share.image, for_whom)
    assert "pending" == share.status()


EVERYBODYS = "no decision is needed: every project can see a public image"
BY_ITS_ID = "no decision is needed: every project can use a community image by its ID"
MAKE_SHARED = "set its visibility with 'openstack image set --shared', then run `imgshare share {image} {member}`"


@pytest.mark.parametrize(
    ("who", "value", "hint"),
    [
        ("member", "public", EVERYBODYS),
        ("member", "community", BY_ITS_ID),
        ("owner", "community", BY_ITS_ID),
        ("stranger", "community", BY_ITS_ID),
        ("admin", "community", BY_ITS_ID),
        ("owner", "private", MAKE_SHARED),
        ("admin", "private", MAKE_SHARED),
    ],
)
def test_images_without_members(
    run_refused: Callable[..., tuple[int, Error]], share: Share, who: str, value: str, hint: str
) -> None:
    """A user who sees an image that is not `shared` is told so, which the service hides."""
    share.set_visibility(value)
    because = f"the image is '{value}', but only 'shared' images have members"

    for command, status in (("reject", 403), ("show", 404)):
        assert _build_error(
            status,
            "visibility",
            f"cannot {command} image {share.image} for project {share.member}: {because}",
            hint.format(image=share.image, member=share.member),
        ) == run_refused(who, command, share.image, share.member)


@pytest.mark.parametrize("how", ["unshared", "private", "deleted"])
def test_what_was_withdrawn(run_refused: Callable[..., tuple[int, Error]], share: Share, how: str) -> None:
    """Unshared, private and deleted look the same from outside: both possibilities are said, and none is guessed."""
    if how == "unshared":
        share.unshare()
    elif how == "private":
        share.set_visibility("private")
    else:
        share.delete_image()

    assert _build_error(
        404,
        "not_found",
        f"cannot accept image {share.image} for project {share.member}: {HIDES}",
        ASK.format(image=share.image, for_whom=share.member),
    ) == run_refused("member", "accept", share.image, share.member)
    nobody = "where MEMBER is your project ID"
    assert _build_error(
        404,
        "not_found",
        f"cannot look up image {share.image}: {HIDES}",
        f"{ASK.format(image=share.image, for_whom='MEMBER')}, {nobody}",
    ) == run_refused("member", "accept", share.image)


@pytest.mark.parametrize("who", ["member", "owner", "admin"])
def test_capitals(run_refused: Callable[..., tuple[int, Error]], share: Share, who: str) -> None:
    """A project's ID in capitals, or with dashes, is called what it is, with the right one to type."""
    own = share.member
    dashed = f"{own[:8]}-{own[8:]}"
    for typed in (own.upper(), dashed):
        assert _build_error(
            404,
            "wrong_member",
            f"cannot accept image {share.image} for project {typed}: "
            f"it is shared with {own}: case and dashes must match exactly",
            f"run `imgshare accept {share.image} {own} --json`",
        ) == run_refused(who, "accept", share.image, typed)


def test_an_image_in_capitals(run_refused: Callable[..., tuple[int, Error]], share: Share) -> None:
    """An image's ID in capitals is found out as well."""
    typed = share.image.upper()

    assert _build_error(
        404,
        "not_found",
        f"cannot show image {typed} for project {share.member}: "
        "no image has this ID in upper case, but one has it in lower case",
        f"run `imgshare show {share.image} {share.member} --json`",
    ) == run_refused("member", "show", typed, share.member)


def test_a_name_instead_of_an_id(run_refused: Callable[..., tuple[int, Error]], share: Share) -> None:
    """What is no ID is called a name, and nobody is told to share an image with it: the service would take it."""
    assert _build_error(
        404,
        "wrong_member",
        f"cannot accept image {share.image} for project my team: "
        f"it is shared with your project {share.member}: my team is a name, but MEMBER must be an ID",
        f"run `imgshare accept {share.image} {share.member} --json`",
    ) == run_refused("member", "accept", share.image, "my team")
    assert _build_error(
        404,
        "not_a_member",
        f"cannot accept image {share.image} for project my team: "
        "the image is not shared with my team, which is a name, not a project ID",
        f"`imgshare members {share.image}` shows the IDs of the projects it is shared with",
    ) == run_refused("owner", "accept", share.image, "my team")


def test_an_owner_among_the_members(run_refused: Callable[..., tuple[int, Error]], share: Share) -> None:
    """An owner who shares an image with itself does not decide about it either."""
    share.add_member(share.users.owner.project_id)

    assert _build_error(
        403,
        "owner",
        f"cannot accept image {share.image} for project {share.users.owner.project_id}: "
        "that project owns the image, and an owner cannot decide, not even for itself",
        f"`imgshare members {share.image}` shows the projects it is shared with",
    ) == run_refused("owner", "accept", share.image, share.users.owner.project_id)


@pytest.mark.parametrize(("who", "reason"), [("owner", "owner"), ("reader", "role")])
@pytest.mark.parametrize("decided", ["accepted", "rejected", "pending"])
@pytest.mark.parametrize("hidden", [False, True], ids=["listed", "hidden"])
def test_owner_or_reader(  # noqa: PLR0913, PLR0917
    run_refused: Callable[..., tuple[int, Error]],
    share: Share,
    who: str,
    reason: str,
    decided: str,
    hidden: bool,  # noqa: FBT001
) -> None:
    """Owner and reader hear the same 403 and see the same one row, and still are told apart, MEMBER given or not."""
    path = f"/v2/images/{share.image}/members/{share.member}"
    share.users.member.send("PUT", path, {"status": decided}).raise_for_status()
    share.replace("os_hidden", hidden)

    code, without_member = run_refused(who, "reset", share.image)
    _, with_member = run_refused(who, "reset", share.image, share.member)

    assert (5, reason) == (code, with_member["reason"])
    assert with_member == without_member | {"request_id": with_member["request_id"]}


def test_by_its_name(run_refused: Callable[..., tuple[int, Error]], share: Share) -> None:
    """An image that is given by its name has its reasons, too; in what others type, it is the ID."""
    name = f"name of {share.image}"
    share.replace("name", name)

    _, error = run_refused("owner", "accept", name, share.member)
    assert ("owner", THEY_TYPE.format(image=share.image, member=share.member)) == (error["reason"], error["hint"])
    assert _build_error(
        403, "role", f"cannot list the images: {GUEST}", "ask for the role 'member' in the project"
    ) == run_refused("guest", "accept", name, share.member)


def test_after_waiting(run_refused: Callable[..., tuple[int, Error]], share: Share) -> None:
    """What was waited for in vain has its reason, and the waiting is still told."""
    share.unshare()

    _, error = run_refused("member", "accept", share.image, share.member, "--wait", "1s")

    assert "not_found" == error["reason"]
    assert error["message"].endswith(f": {HIDES}; waited 1 s")


def test_in_text(imgshare: RunImgshare, share: Share, monkeypatch: pytest.MonkeyPatch) -> None:
    """People read the sentence and the way out."""
    monkeypatch.setenv("IMGSHARE_TOKEN", share.users.owner.token)

    run = imgshare("accept", share.image, share.member)

    assert (5, "") == (run.code, run.out)
    said, hint, request = run.err.splitlines()
    assert (
        f"imgshare: cannot accept image {share.image} for project {share.member}: your project owns the image, and "
        f"only project {share.member} can decide"
    ) == said
    assert f"hint: someone in project {share.member} can run `imgshare accept {share.image}`" == hint
    assert A_REQUEST_ID == request.removeprefix("request ID: ")
