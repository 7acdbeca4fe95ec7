"""What `accept`, `reject` and `reset` say at a terminal, and how many requests that takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.fake_cloud import write_config
from tests.support.fake_service import IMAGE, MEMBER, build_member, build_response
from tests.support.run import Run, run_tool
from tests.support.scripted_images import OWNER, Page, ScriptedImageService, build_image, build_image_id
from tests.support.terminal import run_at_terminal
from tests.support.users import create_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.fake_service import StartService
    from tests.support.small_inbox import SmallInbox

ID = build_image_id(1)
IMAGE_PATH = f"/v2/images/{ID}"
MEMBER_PATH = f"{IMAGE_PATH}/members/{MEMBER}"
LOOKUP = [("GET", "/v2/images")] * 2
DECISION = [("GET", MEMBER_PATH), ("PUT", MEMBER_PATH)]
SAID = {"accept": "Accepted {}", "reject": "Rejected {}", "reset": "Reset {}: it is pending again"}


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedImageService]:
    """A service with one image."""
    with ScriptedImageService() as service:
        service.enter(monkeypatch)
        service.list_page = lambda query: Page([build_image()] if query.get("os_hidden") != "true" else [])
        yield service


def _list_requests(service: ScriptedImageService) -> list[tuple[str, str]]:
    asked = [(method, path) for method, path, _ in service.requests]
    service.requests.clear()
    return asked


@pytest.mark.parametrize("columns", [80, 200])
@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("golden-debian-12", "golden-debian-12"),
        ("[red]", "[red]"),
        ("[red] from me", "'[red] from me'"),
        ("数据库-openEuler", "数据库-openEuler"),
        ("a\x1b]0;owned\x07b", "a\\u001b]0;owned\\u0007b"),
        ("a\tb", "'a\\tb'"),
    ],
)
def test_a_line(inbox: SmallInbox, name: str, shown: str, columns: int) -> None:
    """Each decision is one line with the image's name, the first digits of its ID, and its owner."""
    image = inbox.offer(name)

    subject = f"{shown} ({image[:8]}) from {inbox.one.project_id[:8]}"
    for command, status in [("accept", "accepted"), ("reject", "rejected"), ("reset", "pending")]:
        run = run_at_terminal(columns, command, image, NO_COLOR="1")
        assert (0, [f"✓ {SAID[command].format(subject)}"]) == (run.code, run.lines)
        assert "\x1b" not in run.raw
        assert status == inbox.status(image)


def test_an_owner_by_name(inbox: SmallInbox) -> None:
    """An owner that the config file names is called by that name."""
    write_config(f'[owners]\nplatform = "{inbox.one.project_id}"\n')
    image = inbox.offer("named")

    assert [f"✓ Accepted named ({image[:8]}) from platform"] == run_at_terminal(80, "accept", image).lines


@pytest.mark.parametrize("named", [False, True])
def test_another_project(inbox: SmallInbox, monkeypatch: pytest.MonkeyPatch, named: bool) -> None:  # noqa: FBT001
    """An administrator who decides for another project is told for which."""
    member, owner = inbox.member.project_id, inbox.one.project_id
    if named:
        write_config(f'[owners]\nteam = "{member}"\n')
    image = inbox.offer("golden", decided="accepted")
    inbox.enter(monkeypatch, inbox.create_user("admin", project_id=inbox.two.project_id), project=False)
    monkeypatch.setenv("IMGSHARE_PROJECT_ID", inbox.two.project_id)

    shown = run_at_terminal(200, "reset", image, member)

    project = "team" if named else member
    line = f"✓ Reset golden ({image[:8]}) from {owner[:8]}, for project {project}: it is pending again"
    assert (0, [line]) == (shown.code, shown.lines)


def test_nothing_is_known_of_the_image(serve: StartService) -> None:
    """Where the service does not show the image, the decision is made, and the line has its ID."""
    for status in (403, 404):
        service = serve(build_response(status, {}), build_response(200, build_member()))

        shown = run_at_terminal(160, "accept", IMAGE, "--project", MEMBER)

        assert (0, [f"✓ Accepted image {IMAGE}"]) == (shown.code, shown.lines)
        assert ["GET", "PUT"] == [request.method for request in service.requests]


def test_a_refusal_is_explained_still(inbox: SmallInbox) -> None:
    """A decision that is refused says why, whatever was asked before it."""
    image = inbox.one.make_image("golden", visibility="shared")

    shown = run_at_terminal(400, "accept", image)

    assert 6 == shown.code
    assert shown.lines[0].startswith(f"imgshare: cannot accept image {image} for project {inbox.member.project_id}: ")


@pytest.mark.parametrize(
    ("argv", "requests"),
    [
        (["accept", ID, MEMBER], [("GET", IMAGE_PATH), ("GET", "/v2/images"), *DECISION]),
        (["reject", ID, MEMBER], [("GET", IMAGE_PATH), *DECISION]),
        (["reset", ID], [("GET", IMAGE_PATH), *DECISION]),
        (["accept", ID, "--owner", OWNER], [("GET", IMAGE_PATH), *DECISION]),
        (["accept", ID, "--wait", "1s"], [("GET", IMAGE_PATH), ("GET", "/v2/images"), *DECISION]),
        (["accept", "golden"], [*LOOKUP, ("GET", "/v2/images"), *DECISION]),
        (["reject", "golden"], [*LOOKUP, *DECISION]),
    ],
    ids=str,
)
def test_requests_at_a_terminal(
    service: ScriptedImageService, argv: list[str], requests: list[tuple[str, str]]
) -> None:
    """The image is asked for once, or not at all where its name was looked up; then the share as it was before."""
    service.status = "accepted" if argv[0] == "reset" else "pending"

    shown = run_at_terminal(120, *argv, NO_COLOR="1")

    line = SAID[argv[0]].format(f"golden ({ID[:8]}) from {OWNER[:8]}, 1.0 KiB")
    assert (0, f"✓ {line}") == (shown.code, shown.lines[-1])
    assert requests == _list_requests(service)


@pytest.mark.parametrize("command", ["accept", "reject", "reset"])
def test_requests_elsewhere(service: ScriptedImageService, command: str) -> None:
    """In a pipe, and with --json anywhere, a decision about an ID is exactly one request."""
    assert run_tool(command, ID, MEMBER).out.startswith(f"image_id\t{ID}\nmember_id\t{MEMBER}\nstatus\t")
    assert [("PUT", MEMBER_PATH)] == _list_requests(service)
    assert run_at_terminal(300, command, ID, MEMBER, "--json").raw.startswith("{")
    assert [("PUT", MEMBER_PATH)] == _list_requests(service)


def test_the_mark(service: ScriptedImageService) -> None:
    """The mark is green where colour is wanted, and missing where the encoding has no such character."""
    said = f"Rejected golden ({ID[:8]}) from {OWNER[:8]}, 1.0 KiB\r\n"

    assert f"\x1b[32m✓\x1b[0m {said}" == run_at_terminal(120, "reject", ID).raw
    assert f"✓ {said}" == run_at_terminal(120, "reject", ID, NO_COLOR="1").raw
    for encoding in ("ascii", "latin-1", "cp1252"):
        assert said == run_at_terminal(120, "reject", ID, PYTHONIOENCODING=encoding).raw
    assert 5 == len(service.decided)


@pytest.mark.parametrize(
    ("options", "by_name"),
    [([], False), ([], True), (["MEMBER"], False), (["--owner", "OWNER"], True), (["--wait", "1s"], True)],
    ids=str,
)
def test_again(inbox: SmallInbox, options: list[str], by_name: bool) -> None:  # noqa: FBT001
    """The same again, at once, is said to have been so already, however the image and the project were named."""
    name = create_name()
    image = inbox.offer(name)
    words = {"MEMBER": inbox.member.project_id, "OWNER": inbox.one.project_id}
    argv = [name if by_name else image, *(words.get(option, option) for option in options)]

    said = [run_at_terminal(200, "accept", *argv).lines[-1] for _ in range(2)]

    subject = f"{name} ({image[:8]})"
    assert [
        f"✓ Accepted {subject} from {inbox.one.project_id[:8]}",
        f"✓ {subject} was already accepted",
    ] == said


def test_again_by_the_beginning_of_its_id(inbox: SmallInbox) -> None:
    """That is so for the beginning of an ID, and for each decision: after another one it is new again."""
    name = create_name()
    image = inbox.offer(name)
    assert 0 == run_at_terminal(80, "list", "--name", name).code
    subject, owner = f"{name} ({image[:8]})", inbox.one.project_id[:8]

    for command, status in [("reject", "rejected"), ("reset", "pending"), ("accept", "accepted"), ("reset", "pending")]:
        said = [run_at_terminal(200, command, image[:8]).lines for _ in range(2)]
        new = SAID[command].format(f"{subject} from {owner}")
        assert [[f"✓ {new}"], [f"✓ {subject} was already {status}"]] == said


def test_again_with_a_bare_token(inbox: SmallInbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the project is not known either, the members of the image say it, and are asked for once."""
    inbox.enter(monkeypatch, project=False)
    image = inbox.offer("again")

    said = [run_at_terminal(400, "reset", image, "--debug") for _ in range(2)]

    assert [f"✓ again ({image[:8]}) was already pending"] * 2 == [run.lines[-1] for run in said]
    assert [1, 1] == [run.raw.count(f"GET {inbox.backend.endpoint}/v2/images/{image}/members") for run in said]


@pytest.mark.parametrize("status", [403, 404, 409])
def test_a_share_that_is_not_shown(serve: StartService, status: int) -> None:
    """Where the service does not show the share, nobody is told that it was so already."""
    image = build_response(200, {"id": IMAGE, "name": "golden", "owner": OWNER, "visibility": "shared"})
    serve(image, build_response(status, {}), build_response(200, build_member("rejected")))

    shown = run_at_terminal(120, "reject", IMAGE, "--project", MEMBER, NO_COLOR="1")

    assert (0, f"✓ Rejected golden ({IMAGE[:8]}) from {OWNER[:8]}") == (shown.code, shown.lines[-1])


def test_a_similar_id(service: ScriptedImageService) -> None:
    """The line has as many digits as tell the image from all those of the last list, so that they mean no other."""
    other, last = ID.replace("abcd-4000", "abce-4000"), f"{ID[:-1]}e"
    for listed, shown_id in (([ID], ID[:8]), ([ID, other], ID[:13]), ([other], ID[:13]), ([ID, last], ID)):
        rows = [build_image(id=image) for image in listed]
        service.list_page = lambda query, rows=rows: Page(rows if query["os_hidden"] == "false" else [])  # type: ignore[misc]
        assert 0 == run_at_terminal(80, "list").code
        for command, before in (("reject", "pending"), ("reset", "rejected")):
            service.status = before
            said = SAID[command].format(f"golden ({shown_id}) from {OWNER[:8]}, 1.0 KiB")
            assert [f"✓ {said}"] == run_at_terminal(200, command, ID, NO_COLOR="1").lines


def test_a_pipe_is_as_before(inbox: SmallInbox) -> None:
    """The answer in a pipe has the five fields of a share and nothing else."""
    image = inbox.offer("golden")

    run = run_tool("accept", image)

    assert (0, "") == (run.code, run.err)
    assert ["image_id", "member_id", "status", "created_at", "updated_at"] == [
        line.split("\t")[0] for line in run.out.splitlines()
    ]
    assert Run(0, run.out) == run_tool("show", image)
