"""--json on the commands that set up, whole: on one line in a pipe, indented on a terminal."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.fake_cloud import USER, FakeCloud, token_file, write_clouds, write_config
from tests.support.fake_service import TOKEN, build_response
from tests.support.run import Run, run_tool
from tests.support.scripted_images import ScriptedImageService
from tests.support.terminal import run_at_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.fake_service import StartService

CONFIG = """\
default_profile = "work"
[owners]
platform = "26407f07725950ca9b3f6f08141e8c86"
[profiles.work]
endpoint = "https://image.example.com"
timeout = 5
token = "not-for-your-eyes"
"""


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeCloud]:
    """A cloud in clouds.yaml; credentials are kept in files."""
    with FakeCloud() as cloud:
        write_clouds(monkeypatch, one=cloud.entry())
        write_config('[profiles.default]\ntoken_store = "file"\n')
        yield cloud


def test_login_and_logout(cloud: FakeCloud) -> None:
    """They answer with an object: who and where, and what became of the token, which is in neither."""
    cloud.expires_at = "2099-01-01T01:30:00.250000+01:00"

    run = run_tool("login", "--cloud", "one", "--json")

    assert {
        "profile": "default",
        "cloud": "one",
        "user": USER,
        "project_id": run.json()["project_id"],
        "project_name": "mine",
        "endpoint": cloud.endpoint(),
        "stored_in": str(token_file("default%40one")),
        "expires_at": "2099-01-01T00:30:00Z",
    } == run.json()
    assert "2099-01-01T00:30:00Z" == run_tool("status", "--json").json()["expires_at"]
    assert "token-1" not in run.out
    assert {"profile": "default", "result": "removed", "revoked": True} == run_tool("logout", "--json").json()
    nothing = {"profile": "default", "result": "nothing_stored", "revoked": False}
    assert nothing == run_tool("logout", "--json").json()


def test_a_login_with_a_token(serve: StartService) -> None:
    """Where nothing is known of the user, that is null; a note about the environment stays on stderr."""
    service = serve(build_response(200, {"name": "member", "properties": {}}))
    write_config('[profiles.default]\ntoken_store = "file"\n')

    run = run_tool("login", "--json", stdin=TOKEN.encode())

    assert (0, "note: IMGSHARE_TOKEN is set, and overrides the stored token\n") == (run.code, run.err)
    assert {
        "profile": "default",
        "cloud": None,
        "user": None,
        "project_id": None,
        "project_name": None,
        "endpoint": service.endpoint,
        "stored_in": str(token_file()),
        "expires_at": None,
    } == run._replace(err="").json()


def test_the_config_file() -> None:
    """`list` is an object without tokens, `get` and `path` are values."""
    write_config(CONFIG)

    assert {
        "default_profile": "work",
        "decision_log": None,
        "owners": {"platform": "26407f07725950ca9b3f6f08141e8c86"},
        "profiles": {"work": {"endpoint": "https://image.example.com", "timeout": 5, "token": "(hidden)"}},
    } == run_tool("config", "list", "--json").json()
    assert Run(0, "5\n") == run_tool("config", "get", "timeout", "--json")
    assert Run(0, '"https://image.example.com"\n') == run_tool("config", "get", "endpoint", "--json")
    path = Path(os.environ["XDG_CONFIG_HOME"], "imgshare/config.toml")
    assert Run(0, f'"{path}"\n') == run_tool("config", "path", "--json")


def test_an_empty_config_file() -> None:
    """It has the same keys."""
    empty = '{"default_profile": null, "decision_log": null, "owners": {}, "profiles": {}}\n'
    assert Run(0, empty) == run_tool("config", "list", "--json")


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("completion bash", "completion has no JSON output"),
        ("review", "review has no JSON output"),
        ("config set timeout 5", "config set has no JSON output"),
        ("config unset timeout", "config unset has no JSON output"),
        ("config", "config has no JSON output"),
        ("help", "help has no JSON output"),
        ("", "options come after the command"),
    ],
)
def test_commands_without_an_answer(command: str, message: str) -> None:
    """Where there is nothing to print as JSON, --json is a usage error."""
    error = run_tool(*command.split(), "--json").error()

    assert ("usage", message) == (error["code"], error["message"])


@pytest.mark.parametrize("rows", [[], [1], [1, 2]], ids=len)
def test_an_array(rows: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal gets it indented, a pipe one element a line; both are the same array."""
    body: dict[str, Any] = {"name": "{a: [b,\n", "tags": [], "nested": {"x": [1]}}
    members = [{"member_id": f"m{row}", "image_id": "i", "status": "pending", **body} for row in rows]
    with ScriptedImageService() as service:
        service.enter(monkeypatch)
        image = "d164b5df-1bc3-4c3f-893e-3e471fd16e64"
        for member in members:
            member["image_id"] = image
        monkeypatch.setattr(service, "reply", lambda *_request: (200, {"members": members}))

        piped = run_tool("members", image, "--json")
        code, _, raw = run_at_terminal(80, "members", image, "--json")

    assert (0, max(1, len(rows))) == (code, piped.out.count("\n"))
    assert "[" + ",\n".join(map(json.dumps, members)) + "]\n" == piped.out
    assert json.dumps(members, indent=2) + "\n" == raw.replace("\r\n", "\n")
