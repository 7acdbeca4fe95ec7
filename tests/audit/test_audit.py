"""`audit`: every share of our images, what is found about it, and what can be done with that."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from imgshare_cli.sandbox import Sandbox
from tests.support.expectations import A_TIME
from tests.support.fake_service import MEMBER, build_member, use_service
from tests.support.run import Run, run_tool
from tests.support.scripted_images import Page, ScriptedImageService, build_image, build_image_id
from tests.support.terminal import run_at_terminal
from tests.support.users import User, create_user

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.backend import Backend
    from tests.support.run import RunImgshare

NOW = datetime.now(UTC)


@pytest.fixture
def owner(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> Iterator[User]:
    """The owner of images, who uses the tool with a token."""
    with httpx.Client(base_url=backend.endpoint, timeout=60, trust_env=False) as http:
        owner = create_user(backend, http, "owner")
        monkeypatch.setenv("IMGSHARE_ENDPOINT", backend.endpoint)
        monkeypatch.setenv("IMGSHARE_TOKEN", owner.token)
        monkeypatch.setenv("IMGSHARE_PROJECT_ID", owner.project_id)
        yield owner


@pytest.fixture
def member(backend: Backend, owner: User) -> User:
    """A user of another project."""
    return create_user(backend, owner.http, "member")


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedImageService]:
    """A service that has two images of ours, with the members that the test says."""
    with ScriptedImageService() as service:
        service.enter(monkeypatch)
        rows = [build_image(number, owner=MEMBER) for number in (1, 2)]
        service.list_page = lambda query: Page(rows if query["os_hidden"] == "false" else [])
        yield service


def _row(image: str, name: str, member: str, *findings: str, status: str = "pending", since: Any = A_TIME) -> Any:
    return {
        "image_id": image,
        "name": name,
        "member_id": member,
        "status": status,
        "since": since,
        "findings": list(findings),
    }


def _read(run: Run) -> list[Any]:
    assert 0 == run.code, run
    rows: list[Any] = json.loads(run.out)
    return rows


def _list_members(owner: User, image: str) -> set[str]:
    return {row["member_id"] for row in owner.ask("GET", f"/v2/images/{image}/members")[1]["members"]}


def test_every_share(owner: User, member: User, imgshare: RunImgshare) -> None:
    """Every share of each image is listed with what is found about it, of hidden images too, and of no others."""
    shared = {name: owner.make_image(name, visibility="shared") for name in ("fresh", "typo", "refused")}
    hidden = owner.make_image("hidden", visibility="shared", os_hidden=True)
    owner.make_image("private", visibility="private")
    owner.make_image("unshared", visibility="shared")
    foreign = member.make_image("foreign", visibility="shared")
    member.share(foreign, owner.project_id)
    project = member.project_id
    for image in (shared["fresh"], shared["refused"], hidden):
        owner.share(image, project)
    owner.share(shared["typo"], "my-project")
    member.decide(shared["refused"], project, "rejected")

    rows = [
        _row(shared["refused"], "refused", project, "rejected", status="rejected"),
        _row(shared["typo"], "typo", "my-project", "unrecognised_id"),
        _row(shared["fresh"], "fresh", project),
        _row(hidden, "hidden", project),
    ]
    assert rows == _read(imgshare("audit", "--json"))
    assert rows[1:2] == _read(imgshare("audit", "--finding", "UNRECOGNISED_ID,dead", "--json"))
    stale = _read(imgshare("audit", "--older-than", "0s", "--finding", "stale", "--json"))
    assert [["stale", "unrecognised_id"], ["stale"], ["stale"]] == [row["findings"] for row in stale]
    assert [] == _read(imgshare("audit", "--finding", "dead", "--json"))


def test_a_crowded_image(owner: User, imgshare: RunImgshare) -> None:
    """An image with nine tenths of the members that Glance allows is crowded, and one with fewer is not."""
    image = owner.make_image("full", visibility="shared")
    for number in range(115):
        owner.share(image, f"{number:032x}")
    assert [] == _read(imgshare("audit", "--finding", "crowded", "--json"))

    owner.share(image, f"{115:032x}")

    rows = _read(imgshare("audit", "--finding", "crowded", "--json"))
    assert [_row(image, "full", f"{number:032x}", "crowded") for number in range(116)] == sorted(
        rows, key=lambda row: str(row["member_id"])
    )


def test_unsharing_what_was_found(owner: User, member: User) -> None:
    """`unshare --from -` unshares what something was found about, and refuses the rest of the list."""
    image = owner.make_image("golden", visibility="shared")
    owner.share(image, member.project_id)
    owner.share(image, "my-project")
    found = run_tool("audit", "--json")

    run = run_tool("unshare", "--from", "-", "--json", stdin=found.out.encode())

    failed, done = sorted(map(json.loads, run.out.splitlines()), key=lambda one: str(one["result"]), reverse=True)
    assert {"image_id": image, "member_id": "my-project", "result": "done"} == done
    error = failed.pop("error")
    assert {"image_id": None, "member_id": None, "result": "failed"} == {k: v for k, v in failed.items() if k != "line"}
    assert (
        f"nothing was found about image '{image}' and project '{member.project_id}', so the share stays as it is"
        in (error["message"])
    )
    assert (9, {member.project_id}) == (run.code, _list_members(owner, image))
    # Nor does the outcome of a refused line unshare it the next time.
    assert 9 == run_tool("unshare", "--from", "-", "--json", stdin=run.out.encode()).code
    assert {member.project_id} == _list_members(owner, image)


@pytest.mark.parametrize("key", ["image_id", "id"])
@pytest.mark.parametrize("findings", ["null", "{}", "[]", "[[]]", "[null]", '[""]', '["dead", 0]'])
def test_findings_that_are_none(owner: User, key: str, findings: str) -> None:
    """A line whose findings are empty, or no array of names, unshares nothing, however it names its image."""
    image = owner.make_image("golden", visibility="shared")
    owner.share(image, MEMBER)
    line = f'{{"{key}": "{image}", "member_id": "{MEMBER}", "findings": {findings}}}'

    run = run_tool("unshare", "--from", "-", "--json", stdin=line.encode())

    assert (9, {MEMBER}) == (run.code, _list_members(owner, image))


@pytest.mark.parametrize(
    ("status", "days", "findings"),
    [
        ("pending", 29, []),
        ("pending", 31, ["stale"]),
        ("accepted", 31, []),
        ("rejected", 31, ["rejected"]),
        ("pending", None, []),
    ],
)
def test_stale_shares(
    service: ScriptedImageService, imgshare: RunImgshare, status: str, days: int | None, findings: list[str]
) -> None:
    """What has been pending for 30 days is stale, by when it was shared last; the first time means nothing."""
    then = f"{NOW - timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}" if days else "soon"
    member = {"created_at": "2016-01-01T00:00:00Z", "updated_at": then, "member_id": "0" * 32}
    service.members = lambda image: [build_member(status, image_id=image, **member)]

    rows = _read(imgshare("audit", "--json"))

    expected = [
        _row(build_image_id(number), "golden", "0" * 32, *findings, status=status, since=then) for number in (1, 2)
    ]
    assert expected == rows


def test_a_deactivated_image(monkeypatch: pytest.MonkeyPatch, imgshare: RunImgshare) -> None:
    """An image that nobody can use is deactivated, until it is active again."""
    with Sandbox() as sandbox:
        use_service(monkeypatch, sandbox.endpoint, sandbox.you.project_id)
        monkeypatch.setenv("IMGSHARE_TOKEN", sandbox.you.token)
        assert 0 == imgshare("share", "my-build-agent", MEMBER).code
        [row] = _read(imgshare("audit", "--json"))
        assert [] == row["findings"]
        actions = f"{sandbox.endpoint}/v2/images/{row['image_id']}/actions"
        headers = {"X-Auth-Token": sandbox.you.token}

        assert 204 == httpx.post(f"{actions}/deactivate", headers=headers).status_code
        assert [{**row, "findings": ["deactivated"]}] == _read(imgshare("audit", "--json"))

        assert 204 == httpx.post(f"{actions}/reactivate", headers=headers).status_code
        assert [row] == _read(imgshare("audit", "--json"))


class _PartlyBroken(ScriptedImageService):
    """A service that fails when it is asked for the members of the second image."""

    def reply(self, method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        """Answer all but that."""
        if path == f"/v2/images/{build_image_id(2)}/members":
            return self.broken, {"message": "no"}
        return super().reply(method, path, query, body)

    broken = 500


@pytest.mark.parametrize("as_json", [True, False])
def test_members_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch, imgshare: RunImgshare, *, as_json: bool) -> None:
    """An image whose members cannot be read is an item with an error, the others are listed, and the exit code is 9."""
    with _PartlyBroken() as service:
        service.enter(monkeypatch)
        rows = [build_image(number, owner=MEMBER) for number in (1, 2, 3)]
        service.list_page = lambda query: Page(rows if query["os_hidden"] == "false" else [])

        run = imgshare("audit", "--retries", "0", *(["--json"] if as_json else []))

    since = "2016-09-01T02:37:11Z"
    if not as_json:
        lines = [f"{build_image_id(n)}\tgolden\t{MEMBER}\tpending\t{since}\tstale" for n in (1, 3)]
        assert (9, lines) == (run.code, run.out.splitlines())
        refusal = f"imgshare: cannot look up image {build_image_id(2)}: the service failed (500 Internal Server Error)"
        summary = "imgshare: the shares of 1 image could not be read\nhint: those of the others are listed\n"
        assert [refusal, summary] == [run.err[: len(refusal)], run.err[-len(summary) :]]
        return
    one, failed, three = json.loads(run.out)
    expected = [_row(build_image_id(number), "golden", MEMBER, "stale", since=since) for number in (1, 3)]
    assert (9, "unavailable", expected) == (run.code, failed.pop("error")["code"], [one, three])
    assert {"image_id": build_image_id(2), "name": "golden", "member_id": None} == {
        key: failed[key] for key in ("image_id", "name", "member_id")
    }
    error = json.loads(run.err)["error"]
    assert ("partial", "the shares of 1 image could not be read") == (error["code"], error["message"])


def test_images_that_go(monkeypatch: pytest.MonkeyPatch, imgshare: RunImgshare) -> None:
    """An image that is deleted while the list is read is left out."""
    with _PartlyBroken() as service:
        service.enter(monkeypatch)
        service.broken = 404
        rows = [build_image(number, owner=MEMBER) for number in (1, 2)]
        service.list_page = lambda query: Page(rows if query["os_hidden"] == "false" else [])

        rows = _read(imgshare("audit", "--json"))

    assert [build_image_id(1)] == [row["image_id"] for row in rows]


def test_no_list(service: ScriptedImageService, imgshare: RunImgshare) -> None:
    """Where the list itself cannot be read, stdout is empty."""
    service.list_page = lambda _query: 403

    run = imgshare("audit", "--json")

    assert (5, "", "forbidden") == (run.code, run.out, run.error()["code"])


def test_a_service_that_does_not_filter(service: ScriptedImageService, imgshare: RunImgshare) -> None:
    """Images of others are left out where the service ignores the owner in the query."""
    rows = [build_image(1), build_image(2, owner=MEMBER), build_image(2, owner=MEMBER), build_image(3, owner=None)]
    service.list_page = lambda _query: Page(rows)

    assert [build_image_id(2)] == [row["image_id"] for row in _read(imgshare("audit", "--json"))]


def test_a_token_alone(owner: User, monkeypatch: pytest.MonkeyPatch, imgshare: RunImgshare) -> None:
    """Where nothing says which project a token is for, its own images do; without any it is asked for."""
    monkeypatch.delenv("IMGSHARE_PROJECT_ID")
    assert (
        3,
        "your project is not known: the token does not name it, and no image shows it",
        "pass --project ID, or set IMGSHARE_PROJECT_ID",
    ) == (
        (run := imgshare("audit", "--json")).code,
        run.error()["message"],
        run.error()["hint"],
    )
    image = owner.make_image("golden", visibility="shared")
    owner.share(image, MEMBER)

    assert [_row(image, "golden", MEMBER)] == _read(imgshare("audit", "--json"))


@pytest.mark.parametrize(
    ("argv", "message", "hint"),
    [
        (
            ["--finding", "stael"],
            "--finding has the unknown finding 'stael'",
            "did you mean `imgshare audit --finding stale`? known findings: ",
        ),
        (["--finding", "dead,"], "--finding has an empty name", "known findings: stale, dead, unrecognised_id, "),
        (["--older-than", "x"], "--older-than 'x' is not a duration (try 7h or 7d)", "use a number and s, m, h, d or"),
    ],
)
def test_wrong_options(imgshare: RunImgshare, argv: list[str], message: str, hint: str) -> None:
    """What is not a finding or an age is refused before anything is asked."""
    run = imgshare("audit", *argv)

    assert (2, "") == (run.code, run.out)
    assert run.err.startswith(f"imgshare: {message}\nhint: {hint}")


SUMMARY = """\
Shares of 2 images: 2 unrecognised_id, 4 rejected, 2 deactivated.
Which projects no longer exist is not known: only an administrator may ask for"""
SCREEN_80 = f"""\
ID        NAME           MEMBER    STATUS    SINCE  FINDINGS
00000001  黄金镜像-上海  a-typo    rejected  AGE    unrecognised_id, rejected,
                                                    deactivated
00000001  黄金镜像-上海  00000000  rejected  AGE    rejected, deactivated
00000002  [red]          a-typo    rejected  AGE    unrecognised_id, rejected
00000002  [red]          00000000  rejected  AGE    rejected
{SUMMARY}
it."""
SCREEN_200 = f"""\
ID                                    NAME           MEMBER                            STATUS    SINCE  FINDINGS
{build_image_id(1)}  黄金镜像-上海  a-typo                            rejected  AGE    unrecognised_id, rejected, deactivated
{build_image_id(1)}  黄金镜像-上海  00000000000000000000000000000000  rejected  AGE    rejected, deactivated
{build_image_id(2)}  [red]          a-typo                            rejected  AGE    unrecognised_id, rejected
{build_image_id(2)}  [red]          00000000000000000000000000000000  rejected  AGE    rejected
{SUMMARY} it."""  # noqa: E501


@pytest.mark.parametrize(("columns", "screen"), [(80, SCREEN_80), (200, SCREEN_200)])
def test_at_a_terminal(service: ScriptedImageService, columns: int, screen: str) -> None:
    """People get a table that fits, names as they are, and how many there are of each finding."""
    rows = [
        build_image(1, owner=MEMBER, name="黄金镜像-上海", status="deactivated"),
        build_image(2, owner=MEMBER, name="[red]"),
    ]
    service.list_page = lambda query: Page(rows if query["os_hidden"] == "false" else [])
    service.members = lambda image: [
        build_member("rejected", image_id=image, member_id=member) for member in ("a-typo", "0" * 32)
    ]

    shown = run_at_terminal(columns, "audit")

    lines = [re.sub(r"rejected  \d+y ", "rejected  AGE ", line) for line in shown.lines]
    assert (0, screen.splitlines()) == (shown.code, lines)


def test_nothing_at_a_terminal(service: ScriptedImageService) -> None:
    """Where nothing is shared, or nothing has the finding, people are told so."""
    assert ["No shares with such findings were found."] == run_at_terminal(80, "audit", "--finding", "crowded").lines
    service.list_page = lambda _query: Page()

    assert ["Your project shares no images."] == run_at_terminal(80, "audit").lines
