"""When a question is asked: --yes, --no-input, and the variables that mean the same."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.support.fake_service import IMAGE, MEMBER, TOKEN, build_member, build_response
from tests.support.run import TOOL, run_tool
from tests.support.scripted_images import OWNER, Page, build_image, build_image_id
from tests.support.terminal import Terminal, run_at_terminal
from tests.support.vault_service import VAULT

if TYPE_CHECKING:
    import socket

    from imgshare_cli.sandbox import Sandbox
    from tests.support.fake_service import StartService
    from tests.support.scripted_images import ScriptedImageService

FORBIDDEN = [
    ((), {"CI": "true"}, "CI"),
    ((), {"CI": "1"}, "CI"),
    ((), {"IMGSHARE_NO_INPUT": "1", "CI": "1"}, "IMGSHARE_NO_INPUT"),
    (("--no-input",), {"CI": "1"}, "--no-input"),
]
ALLOWED = [{"CI": ""}, {"CI": "false"}, {"IMGSHARE_NO_INPUT": "0"}, {"CI": "False", "IMGSHARE_NO_INPUT": ""}]
QUESTION = "Accept {image} from project {vendor} as well? [y/N]"


@pytest.fixture
def twin(sandbox: Sandbox) -> str:
    """A pending image of the name of an accepted one."""
    vendor = sandbox.owners[1]
    with httpx.Client(base_url=sandbox.endpoint, headers={"X-Auth-Token": vendor.token}, trust_env=False) as http:
        image = http.post("/v2/images", json={"name": "golden-ubuntu-22.04", "visibility": "shared"}).json()["id"]
        http.post(f"/v2/images/{image}/members", json={"member": sandbox.you.project_id}).raise_for_status()
    return str(image)


def _get_status(image: str) -> str:
    return str(run_tool("show", image, "--json").json()["status"])


@pytest.mark.parametrize(("options", "environ", "name"), FORBIDDEN, ids=str)
def test_a_question_that_may_not_be_asked(
    twin: str, sandbox: Sandbox, options: tuple[str, ...], environ: dict[str, str], name: str
) -> None:
    """It is exit 2, which names the option that answers it, and nothing is changed."""
    code, lines, _ = run_at_terminal(
        200, "accept", twin, sandbox.you.project_id, "--vault", VAULT, "--insecure-http", *options, **environ
    )

    accept_it = f"imgshare accept {twin} {sandbox.you.project_id} --vault {VAULT} --insecure-http --yes"
    assert (2, "an image named 'golden-ubuntu-22.04' is already in the project's image list:") == (code, lines[0])
    assert [
        f"imgshare: accepting {twin} needs a confirmation, and {name} forbids asking for it",
        f"hint: `{accept_it}` accepts it as well",
    ] == lines[2:]
    assert "pending" == _get_status(twin)
    assert 0 == run_at_terminal(200, *accept_it.split()[1:], **environ).code
    assert "accepted" == _get_status(twin)


@pytest.mark.parametrize("environ", ALLOWED, ids=str)
def test_a_question_that_may_be_asked(twin: str, sandbox: Sandbox, environ: dict[str, str]) -> None:
    """Variables that are empty, 0 or false forbid nothing."""
    shown = run_at_terminal(200, "accept", twin, answer="n", **environ)

    question = QUESTION.format(image=twin, vendor=sandbox.owners[1].project_id)
    assert (130, f"{question} n") == (shown.code, shown.lines[2])


@pytest.mark.parametrize("ahead", ["y\r", "y", "yes\ry\r"], ids=repr)
@pytest.mark.parametrize(("answer", "code", "requests"), [("", 130, 1), ("y", 0, 3)])
def test_what_is_typed_before_the_question(
    serve: StartService, ahead: str, answer: str, code: int, requests: int
) -> None:
    """A yes that was typed before the question was shown is no answer to it, nor a part of one."""
    go_on = threading.Event()

    def answer_later(connection: socket.socket) -> None:
        go_on.wait(20)
        connection.sendall(build_response(200, {"members": []}))

    service = serve(answer_later, build_response(204, b""))
    with Terminal([TOOL, "unshare", IMAGE, MEMBER, "other"], columns=200) as terminal:
        while not service.requests:
            time.sleep(0.01)
        terminal.press_keys(ahead)
        terminal.wait_for_text("y")  # the terminal has it
        go_on.set()
        terminal.wait_for_text(f"Stop sharing {IMAGE} with 2 projects? [y/N]")
        terminal.press_keys(f"{answer}\r")
        assert code == terminal.wait_for_exit()

    assert requests == len(service.requests)


@pytest.mark.parametrize("letter", ["x", "数", "`"])
def test_a_question_about_a_long_name(service: ScriptedImageService, letter: str) -> None:
    """A name that no image can have, and a service sends, does not push the question off the screen."""
    name = letter * 1000
    service.image = lambda image: build_image(id=image, name=name)
    service.list_page = lambda _query: Page([build_image(2, name=name)])

    shown = run_at_terminal(600, "accept", build_image_id(1), answer="n")

    quoted = repr(f"{letter.replace('`', chr(39)) * 200}…")
    assert [
        f"an image named {quoted} is already in the project's image list:",
        f"  {build_image_id(2)}  owner {OWNER}",
        f"{QUESTION.format(image=build_image_id(1), vendor=OWNER)} n",
        "imgshare: nothing was changed",
    ] == shown.lines
    assert 130 == shown.code


def test_a_question_about_a_long_member(service: ScriptedImageService) -> None:
    """MEMBER, which may be anything, is quoted and bounded in the question of unshare."""
    member = f"a b{'c' * 240}"
    service.members = lambda image: [build_member("accepted", image_id=image, member_id=member)]

    shown = run_at_terminal(600, "unshare", build_image_id(1), member, answer="n")

    project = f"'{member[:200]}…'"
    assert (130, f"Stop sharing {build_image_id(1)} with project {project}, which accepted it? [y/N] n") == (
        shown.code,
        shown.lines[0],
    )


@pytest.mark.parametrize(
    ("user", "shown_user"), [("me", "me"), ("x" * 1000, f"'{'x' * 200}…'"), ("a b `c`", "\"a b 'c'\"")]
)
def test_who_is_asked_for_a_password(user: str, shown_user: str) -> None:
    """A user whose name is long or has spaces is quoted and bounded in the question for the password."""
    _keep_tokens_in_files()
    url = "http://127.0.0.1:1/v3"

    with Terminal([TOOL, "login", "--auth-url", url, "--username", user], columns=600) as terminal:
        terminal.wait_for_text("(hidden):")
        assert f"Password for {shown_user} at {url} (hidden):" == terminal.screen.strip()


def test_a_review_of_a_long_name(service: ScriptedImageService) -> None:
    """A review shows as much of a name as a name can have."""
    rows = [build_image(name="x" * 10_000)]
    service.list_page = lambda query: Page(rows if query.get("member_status") == "pending" else [])

    with Terminal([TOOL, "review"], {"NO_COLOR": "1"}, columns=600) as terminal:
        terminal.wait_for_text("[a,r,s,A,R,u,q,?]")
        terminal.press_keys("s")
        terminal.wait_for_text("[q,u]")
        terminal.press_keys("q")
        assert 0 == terminal.wait_for_exit()
        lines = terminal.screen.split("\n")

    name = f"{'x' * 255}…"
    assert [f"name     {name}", f"skipped {name}"] == [line for line in lines if "xx" in line]


def test_yes_answers_before_it_is_asked(twin: str) -> None:
    """With --yes, nothing is asked, and a script may give it as well."""
    code, lines, _ = run_at_terminal(200, "accept", twin, "--yes")

    assert (0, "accepted") == (code, _get_status(twin))
    assert "already" not in "".join(lines)
    assert "accepted" == run_tool("accept", twin, "--yes", "--json").json()["status"]


def test_a_script_is_not_asked_anyway(twin: str) -> None:
    """Where no question would be asked, CI changes nothing."""
    assert "accepted" == run_tool("accept", twin, "--json", environ={"CI": "true"}).json()["status"]


@pytest.mark.parametrize(("options", "environ", "name"), FORBIDDEN, ids=str)
@pytest.mark.parametrize(
    "method", [("--endpoint", "http://127.0.0.1:1"), ("--auth-url", "http://127.0.0.1:1/v3", "--username", "me")]
)
def test_a_secret_that_may_not_be_asked_for(
    method: tuple[str, ...], options: tuple[str, ...], environ: dict[str, str], name: str
) -> None:
    """A login that would ask for a secret is exit 4, and says how to pass it."""
    _keep_tokens_in_files()

    shown = run_at_terminal(200, "login", *method, *options, **environ)

    said = f"imgshare: no secret was passed, and {name} forbids asking for it"
    assert (4, [said, "hint: pass it on standard input"]) == shown[:2]


def test_a_secret_that_is_passed(serve: StartService) -> None:
    """A secret on standard input is read, whatever forbids questions."""
    service = serve(build_response(200, {"name": "member", "properties": {}}))
    _keep_tokens_in_files()

    run = run_tool("login", "--no-input", stdin=TOKEN.encode(), environ={"CI": "true"})

    assert (0, "") == (run.code, run.out)
    assert TOKEN == service.requests[0].headers["x-auth-token"]


@pytest.mark.parametrize("value", ["1", "true", "yes"])
def test_debug_by_the_environment(sandbox: Sandbox, value: str) -> None:
    """IMGSHARE_DEBUG is --debug."""
    run = run_tool("show", sandbox.shares[0].image_id, "--json", environ={"IMGSHARE_DEBUG": value})

    assert 0 == run.code
    assert run.err.startswith("debug: ")
    assert sandbox.you.token not in run.err


@pytest.mark.parametrize("value", ["", "0", "false"])
def test_no_debug_by_the_environment(sandbox: Sandbox, value: str) -> None:
    """A variable that says no is no --debug."""
    assert "" == run_tool("show", sandbox.shares[0].image_id, environ={"IMGSHARE_DEBUG": value}).err


def _keep_tokens_in_files() -> None:
    assert 0 == run_tool("config", "set", "token_store", "file").code
