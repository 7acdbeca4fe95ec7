"""`members`, `share` and `unshare`: the owner's side."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.support.cloud_user import create_cloud_user, get_port
from tests.support.expectations import A_TIME
from tests.support.fake_cloud import keep, write_config
from tests.support.fake_service import IMAGE, MEMBER, REQUEST_ID, build_member, build_response
from tests.support.run import Run, run_tool
from tests.support.scripted_cloud import ScriptedCloud
from tests.support.tcp_proxy import TcpProxy
from tests.support.terminal import run_at_terminal
from tests.support.users import User, create_name

if TYPE_CHECKING:
    from tests.support.fake_service import StartService
    from tests.support.openstack import Cloud
    from tests.support.run import RunImgshare
    from tests.support.small_inbox import SmallInbox

UNUSUAL = (
    "note: {member!r} does not look like a project ID; if it is not one, nobody can accept the share, and `imgshare "
    "unshare {image} {member}` removes it\n"
)


@pytest.fixture
def inbox(inbox: SmallInbox, monkeypatch: pytest.MonkeyPatch) -> SmallInbox:
    """An inbox, and the tool in the hands of an owner."""
    inbox.enter(monkeypatch, inbox.one, project=False)
    return inbox


@pytest.fixture
def image(inbox: SmallInbox) -> str:
    """An image of the owner's that is shared with nobody."""
    return inbox.one.make_image(create_name(), visibility="shared")


def test_share_and_take_back(imgshare: RunImgshare, inbox: SmallInbox, image: str) -> None:
    """`members` lists the projects an image is shared with, their decisions and times, until it is unshared."""
    member, two = inbox.member.project_id, inbox.two.project_id

    shared = imgshare("share", image, member, "--json").json()
    assert {"image_id": image, "member_id": member, "status": "pending", "updated_at": A_TIME}.items() <= shared.items()
    assert f"member_id\t{two}\nstatus\tpending\n" in imgshare("share", image, two).out
    inbox.member.decide(image, member, "accepted")

    rows = json.loads(imgshare("members", image, "--json").out)
    assert {(member, "accepted"), (two, "pending")} == {(row["member_id"], row["status"]) for row in rows}
    _, body = inbox.one.ask("GET", f"/v2/images/{image}/members")
    assert body["members"] == rows
    lines = {f"{row['member_id']}\t{row['status']}\t{row['updated_at']}" for row in rows}
    assert lines == set(imgshare("members", image).out.splitlines())
    assert [two] == [
        row["member_id"] for row in json.loads(imgshare("members", image, "--status", "pending", "--json").out)
    ]
    assert Run(0) == imgshare("members", image, "--status", "rejected")

    assert Run(0, "", f"image {image} is no longer shared with project {member}\n") == imgshare(
        "unshare", image, member
    )
    gone = {"image_id": image, "member_id": two, "result": "unshared"}
    assert gone == imgshare("unshare", image, two, "--json").json()
    assert Run(0) == imgshare("members", image)
    assert Run(0, "[]\n") == imgshare("members", image, "--json")


@pytest.mark.parametrize("columns", [80, 200])
def test_shared_with_nobody(inbox: SmallInbox, image: str, columns: int) -> None:
    """At a terminal an empty answer is a sentence that names the image."""
    name = f"[red] 数据库 {create_name()}"
    inbox.one.make_image(name, visibility="shared")
    for given, shown in ((image, image), (name, f"'{name}'")):
        run = run_at_terminal(columns, "members", given)
        said = f"image {shown} is not shared with any project"
        assert (0, said.replace(" ", "")) == (run.code, "".join(run.lines).replace(" ", ""))


def test_a_member_sees_itself(
    imgshare: RunImgshare, inbox: SmallInbox, image: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is no owner sees their own row alone."""
    for project in (inbox.member.project_id, inbox.two.project_id):
        inbox.one.share(image, project)
    inbox.enter(monkeypatch)

    assert [inbox.member.project_id] == [line.split("\t")[0] for line in imgshare("members", image).out.splitlines()]


@pytest.mark.parametrize("status", ["pending", "accepted", "rejected"])
def test_shared_twice(imgshare: RunImgshare, inbox: SmallInbox, image: str, status: str) -> None:
    """What is shared already is shown as it is, and stays so."""
    member = inbox.member.project_id
    inbox.one.share(image, member)
    _, decided = inbox.member.decide(image, member, status)

    run = imgshare("share", image, member)
    assert (0, f"image {image} was already shared with project {member}\n") == (run.code, run.err)
    assert f"member_id\t{member}\nstatus\t{status}\n" in run.out
    assert decided == imgshare("share", image, member, "--json").json()
    _, body = inbox.one.ask("GET", f"/v2/images/{image}/members")
    assert [decided] == body["members"]


def test_a_conflict_of_another_kind(imgshare: RunImgshare, serve: StartService) -> None:
    """A 409 about an image that is not shared with the project stays an error."""
    service = serve(build_response(409, {"message": "busy"}), build_response(404, {"message": "no member"}))

    said = f'cannot share image {IMAGE} with project {MEMBER}: refused (409 Conflict): "busy"'
    hint = f"`imgshare members {IMAGE}` shows the projects it is shared with"
    assert Run(7, "", f"imgshare: {said}\nhint: {hint}\nrequest ID: {REQUEST_ID}\n") == imgshare("share", IMAGE, MEMBER)
    assert ["POST", "GET"] == [request.method for request in service.requests]


def test_too_many(imgshare: RunImgshare, inbox: SmallInbox, image: str) -> None:
    """The service's limit is exit 7, says what the limit is, and how to make room."""
    for number in range(128):
        inbox.one.share(image, f"{number:032x}")

    error = imgshare("share", image, inbox.member.project_id, "--json").error()

    assert ("refused", 413) == (error["code"], error["http_status"])
    assert "Maximum: 128" in error["message"]
    assert f"`imgshare unshare {image} MEMBER` removes one" in error["hint"]


def test_a_text_that_is_no_project(imgshare: RunImgshare, image: str) -> None:
    """Glance takes any text for a project; we say that the share may be dead, and how to take it back."""
    run = imgshare("share", image, "my-project")

    assert (0, UNUSUAL.format(member="my-project", image=image)) == (run.code, run.err)
    assert "member_id\tmy-project\n" in run.out
    assert 0 == imgshare("unshare", image, "my-project").code


def test_several(imgshare: RunImgshare, inbox: SmallInbox, image: str) -> None:
    """One that is refused keeps none of the others from being done, and the exit code is 9."""
    member, two = inbox.member.project_id, inbox.two.project_id

    run = imgshare("share", image, "a/b", two, member, "--json")

    assert 9 == run.code
    assert [two, member] == [json.loads(line)["member_id"] for line in run.out.splitlines()]
    first, last = (json.loads(line)["error"] for line in run.err.splitlines())
    assert ("usage", "'a/b' is not a valid project ID") == (first["code"], first["message"])
    assert ("partial", "1 of 3 projects failed, the others succeeded") == (last["code"], last["message"])
    run = imgshare("unshare", image, member, "nobody", member[:-1], two)
    assert (
        Run(
            0,
            "",
            f"image {image} is no longer shared with project {member}\n"
            f"image {image} was not shared with project nobody\n"
            f"image {image} was not shared with project {member[:-1]}\n"
            f"image {image} is no longer shared with project {two}\n",
        )
        == run
    )
    assert Run(0) == imgshare("members", image)


@pytest.mark.parametrize("visibility", ["private", "community"])
def test_an_image_that_has_no_members(imgshare: RunImgshare, inbox: SmallInbox, visibility: str) -> None:
    """Only images whose visibility is `shared` can be shared."""
    image = inbox.one.make_image(visibility=visibility)

    run = imgshare("share", image, inbox.member.project_id, "--json")

    assert (5, "forbidden") == (run.code, run.error()["code"])
    assert "while its visibility is 'shared'" in run.error()["hint"]
    assert 5 == imgshare("members", image).code


def test_who_may_not(imgshare: RunImgshare, inbox: SmallInbox, image: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A member cannot pass an image on, nor leave; a stranger sees nothing."""
    inbox.one.share(image, inbox.member.project_id)
    inbox.enter(monkeypatch)
    assert 5 == imgshare("share", image, inbox.two.project_id).code
    assert 5 == imgshare("unshare", image, inbox.member.project_id).code
    inbox.enter(monkeypatch, inbox.two)
    for command in (["share", image, MEMBER], ["unshare", image, MEMBER], ["members", image]):
        assert 6 == imgshare(*command).code


def test_a_project_by_its_name(strict_cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a login the user's own projects can be named; any other text is used as an ID, unchanged."""
    with TcpProxy(get_port(strict_cloud.auth_url)) as keystone_proxy:
        member = create_cloud_user(strict_cloud, keystone_proxy, "member")
        member.write(otc=member.entry())
        monkeypatch.setenv("OS_CLOUD", "otc")
        status = run_tool("status", "--json").json()
        own, name = status["project_id"], status["project_name"]
        monkeypatch.setenv("IMGSHARE_TOKEN", member.owner_token)
        monkeypatch.setenv("IMGSHARE_ENDPOINT", strict_cloud.endpoint)
        assert UNUSUAL.format(member=name, image=member.image) == run_tool("share", member.image, name).err
        monkeypatch.delenv("IMGSHARE_TOKEN")
        with httpx.Client(base_url=strict_cloud.endpoint, trust_env=False, timeout=60) as http:
            image = User(http, own, strict_cloud.issue_token(own, "member")).make_image(visibility="shared")

        run = run_tool("share", image, name, "--json")
        assert (0, "", own) == (run.code, run.err, json.loads(run.out)["member_id"])
        assert own == json.loads(run_tool("unshare", image, name, "--json").out)["member_id"]
        assert Run(0, "[]\n") == run_tool("members", image, "--json")


def test_a_share_is_tried_again(imgshare: RunImgshare, serve: StartService) -> None:
    """A fault before sharing is answered by sharing again."""
    service = serve(build_response(503, "busy"), build_response(200, build_member("pending")))

    assert 0 == imgshare("share", IMAGE, MEMBER).code
    assert ["POST", "POST"] == [request.method for request in service.requests]
    assert {b'{"member":"' + MEMBER.encode() + b'"}'} == {request.body for request in service.requests}


def test_a_share_is_taken_back_again(imgshare: RunImgshare, serve: StartService) -> None:
    """A fault before unsharing is answered by unsharing again."""
    service = serve(build_response(503, "busy"), build_response(204, b""))

    assert 0 == imgshare("unshare", IMAGE, MEMBER).code
    assert ["DELETE", "DELETE"] == [request.method for request in service.requests]


def test_what_was_done_is_shown_at_a_terminal(serve: StartService) -> None:
    """A failure does not hide what was shared before it."""
    other = MEMBER[::-1]
    serve(build_response(200, build_member("pending")), build_response(503, "busy"))

    code, lines, _ = run_at_terminal(120, "share", IMAGE, MEMBER, other, MEMBER)

    assert 8 == code
    assert f"✓ Shared image {IMAGE} with {MEMBER}" == lines[0]
    assert f"; not tried: {MEMBER}" in " ".join(lines[1:])


@pytest.mark.parametrize("command", ["share", "unshare"])
@pytest.mark.parametrize("member", ["", " ", "a/b"])
def test_impossible_members(imgshare: RunImgshare, serve: StartService, command: str, member: str) -> None:
    """What could not be taken back again is not shared."""
    service = serve(build_response(200, build_member()))

    run = imgshare(command, IMAGE, member)

    assert (2, f"imgshare: {member!r} is not a valid project ID") == (run.code, run.err.splitlines()[-2])
    assert [] == service.requests


def test_what_was_not_tried(imgshare: RunImgshare, serve: StartService) -> None:
    """When it makes no sense to go on, the rest is named."""
    other = MEMBER[::-1]
    serve(build_response(200, build_member("pending")), build_response(503, "busy"))

    run = imgshare("share", IMAGE, MEMBER, other, MEMBER, "--json")

    assert 8 == run.code
    assert MEMBER == json.loads(run.out)["member_id"]
    assert run.err.count("\n") == 1
    assert json.loads(run.err)["error"]["message"].endswith(f"; not tried: {MEMBER}")


def test_a_name_that_no_id_can_have(imgshare: RunImgshare) -> None:
    """A project whose name cannot be an ID in a URL is unshared from by that name."""
    answers = {
        "/v3/auth/projects": (200, {"projects": [{"id": MEMBER, "name": "team/red"}]}),
        f"/v2/images/{IMAGE}/members/{MEMBER}": (200, {}),
    }
    write_config('[profiles.default]\ntoken_store = "file"\n')
    with ScriptedCloud() as cloud:
        cloud.answers = lambda request: answers[request.path]
        keep({"secret": "kept", "endpoint": cloud.endpoint, "auth_url": cloud.endpoint, "roles": ["member"]})

        run = imgshare("unshare", IMAGE, "team/red")

    assert Run(0, "", f"image {IMAGE} is no longer shared with project {MEMBER}\n") == run
