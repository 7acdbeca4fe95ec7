"""Whatever comes in as arguments, config or answer, it ends in an exit code and a sentence."""

from __future__ import annotations

import contextlib
import io
import json
import os
import tomllib
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imgshare_cli.api.error_bodies import read_explanation
from imgshare_cli.api.models import Member, Status
from imgshare_cli.api.response import Response, parse_object
from imgshare_cli.cli.app import main
from imgshare_cli.config.config_edit import edit_config_file, set_value
from imgshare_cli.config.config_file import read_config_file
from imgshare_cli.errors import ConfigError, UnavailableError
from tests.support.fake_service import IMAGE, MEMBER, TOKEN, FakeService, build_response

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CODES = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 130}
many = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
COMMANDS = ["accept", "reject", "reset", "show", "config", "get", "set", "unset", "list", "path", "endpoint", "status"]
OPTIONS = [
    "--json",
    "--timeout",
    "--project",
    "--vault",
    "--profile",
    "--endpoint",
    "--cacert",
    "--debug",
    "--help",
    "-h",
]
words = st.sampled_from([*COMMANDS, *OPTIONS, "--", "-", "1", IMAGE])
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def empty_service() -> Iterator[FakeService]:
    """A service that has nothing of what is asked for."""
    with FakeService(build_response(404, {"message": "no"})) as service:
        yield service


def _run(*argv: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        return main(argv), out.getvalue(), err.getvalue()


@many
@given(argv=st.lists(words | st.text(max_size=20), max_size=6))
def test_any_arguments(empty_service: FakeService, monkeypatch: pytest.MonkeyPatch, argv: list[str]) -> None:
    """No command line ends in a traceback, shows the token, or fails without a sentence."""
    monkeypatch.setenv("IMGSHARE_ENDPOINT", empty_service.endpoint)
    monkeypatch.setenv("IMGSHARE_TOKEN", TOKEN)

    code, out, err = _run(*argv)

    assert code in CODES - {1}, err
    assert "Traceback" not in err
    assert TOKEN not in out + err
    if code:
        assert err.endswith("\n")
        assert ("" == out) == ("--json" in argv) or "--json" not in argv


@many
@given(body=json_values, status=st.sampled_from([200, 400, 403, 404, 409]))
def test_any_json(body: Any, status: int) -> None:
    """Any JSON as an answer is either a member as the API promises, or an error that was meant."""
    came = Response(status, json.dumps(body).encode(), "application/json")

    assert isinstance(read_explanation(came), str)
    with contextlib.suppress(UnavailableError, ValueError):
        member = Member.from_json(parse_object(came))
        assert member.status in Status
        assert member.raw == body


@many
@given(content=st.binary(max_size=300), kind=st.text(max_size=20), status=st.integers(200, 599))
def test_any_bytes(content: bytes, kind: str, status: int) -> None:
    """Any bytes as an error body are read without trouble and without markup at the ends."""
    said = read_explanation(Response(status, content, kind))

    assert said == said.strip()
    assert len(said) <= 301


@many
@given(content=st.binary(max_size=200) | json_values.map(lambda value: f"profiles.a.b = {json.dumps(value)}".encode()))
def test_any_config_file(tmp_path: Path, content: bytes) -> None:
    """Any bytes as a config file are a config or a ConfigError, and `config list` says which."""
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    try:
        read_config_file(path)
        code = 0
    except ConfigError:
        code = 3
    os.environ["IMGSHARE_CONFIG"] = str(path)
    try:
        assert code == _run("config", "list")[0]
    finally:
        del os.environ["IMGSHARE_CONFIG"]


@many
@given(
    value=st.text(max_size=30),
    profile=st.text(min_size=1, max_size=10),
    key=st.sampled_from(["project_id", "vault_id", "cacert", "endpoint"]),
)
def test_what_is_set_is_what_is_read(tmp_path: Path, value: str, profile: str, key: str) -> None:
    """Any text that `config set` takes comes back from `config get`'s file, under any profile name."""
    path = tmp_path / "config.toml"
    path.unlink(missing_ok=True)

    try:
        edit_config_file(path, lambda document: set_value(document, ("profiles", profile, key), value))
    except ConfigError:
        assert any(char < " " or char == "\x7f" for char in value)
        return

    assert {"profiles": {profile: {key: value}}} == tomllib.loads(path.read_text(encoding="utf-8"))


@many
@given(image=st.text(max_size=40) | st.just(IMAGE), member=st.text(max_size=40))
def test_any_ids_stay_in_their_place(
    empty_service: FakeService, monkeypatch: pytest.MonkeyPatch, image: str, member: str
) -> None:
    """Whatever IMAGE and MEMBER hold, a request is for the list, for that image or for its shares, or is not sent."""
    monkeypatch.setenv("IMGSHARE_ENDPOINT", empty_service.endpoint)
    monkeypatch.setenv("IMGSHARE_TOKEN", TOKEN)
    empty_service.requests.clear()

    code, _, _ = _run("show", "--", image, member)

    # For a name the list is asked for, and a service that has none is no image service.
    assert code in ({2, 6} if image == IMAGE else {2, 8})
    for request in empty_service.requests:
        path, _, query = request.path.partition("?")
        parts = path.split("/")
        assert not set(parts) & {".", ".."}
        if query:
            assert "/v2/images" == path
            assert parse_qs(query).get("name") in ([f"eq:{image}" if ":" in image else image], None)
        else:
            assert ["", "v2", "images", IMAGE] == parts[:4]
            assert parts[4:5] in ([], ["members"])


def test_the_documents_example(monkeypatch: pytest.MonkeyPatch) -> None:
    """The example of the API's own documentation is understood."""
    monkeypatch.setenv("IMGSHARE_TOKEN", TOKEN)
    example = {
        "status": "accepted",
        "created_at": "2016-09-01T02:05:14Z",
        "updated_at": "2016-09-01T02:37:11Z",
        "image_id": IMAGE,
        "member_id": MEMBER,
        "schema": "/v2/schemas/member",
    }
    with FakeService(build_response(200, example)) as service:
        monkeypatch.setenv("IMGSHARE_ENDPOINT", service.endpoint)
        assert (0, json.dumps(example) + "\n", "") == _run("accept", IMAGE, MEMBER, "--json")
