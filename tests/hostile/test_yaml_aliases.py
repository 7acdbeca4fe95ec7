"""A clouds.yaml whose aliases stand for more than a machine can hold costs neither memory nor time."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.fake_keystone import PASSWORD, FakeKeystone, build_login_response, build_token_document
from tests.support.fake_service import IMAGE, MEMBER, build_member, build_response
from tests.support.measured_run import run_measured
from tests.support.run import run_tool

if TYPE_CHECKING:
    from tests.support.fake_service import StartService

pytestmark = pytest.mark.hostile

KEYS = "pqrstuvw"
LEVELS = "abcdefghij"


def _build_bomb(first: str, repeat: str) -> str:
    lines = [f"a: &a {first}"]
    lines += [f"{name}: &{name} {repeat.replace('*', f'*{before}')}" for before, name in pairwise(LEVELS)]
    return "\n".join(lines)


BOMBS = {
    "maps": _build_bomb("{x: 1}", "{" + ", ".join(f"{key}: *" for key in KEYS) + "}"),
    "lists": _build_bomb("[1]", "[" + ", ".join("*" for _ in KEYS) + "]"),
    "merges": _build_bomb("{x: 1}", "{<<: [" + ", ".join("*" for _ in KEYS) + "]}"),
    "itself": "j: &j {x: *j}",
}


def _write(auth_url: str, before: str, **entry: str) -> Path:
    auth = {"auth_url": auth_url, "username": "me", "password": PASSWORD, "project_name": "mine"}
    settings = ", ".join([f"auth: {json.dumps(auth)}", *(f"{key}: {value}" for key, value in entry.items())])
    path = Path.cwd() / "clouds.yaml"
    path.write_text(f"{before}\nclouds:\n  otc: {{{settings}}}\n")
    return path


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The current folder is the test's."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("kind", BOMBS)
def test_what_aliases_stand_for_is_bounded(kind: str) -> None:
    """It is exit 3 and a sentence, before anything is built or sent."""
    path = _write("http://127.0.0.1:1/v3", BOMBS[kind], networks="*j")

    run = run_measured("list", "--cloud", "otc", timeout=5)

    assert (3, "") == (run.code, run.out)
    hint = "hint: write out what the aliases (*) stand for\n"
    assert f"imgshare: cannot read {path}: its aliases repeat too much of it\n{hint}" == run.err


def test_depth_is_bounded() -> None:
    """A file that only nests is exit 3, too."""
    path = _write("http://127.0.0.1:1/v3", f"x: {'[' * 9000}{']' * 9000}")

    run = run_measured("list", "--cloud", "otc", timeout=5)

    assert (3, f"imgshare: cannot read {path}: it is nested too deeply\n") == (run.code, run.err)


def test_usual_aliases(serve: StartService, monkeypatch: pytest.MonkeyPatch) -> None:
    """Entries that share settings by aliases log in."""
    service = serve(build_response(200, build_member()))
    for name in ("IMGSHARE_ENDPOINT", "IMGSHARE_TOKEN"):
        monkeypatch.delenv(name)
    with FakeKeystone(build_login_response(build_token_document(service.endpoint))) as keystone:
        path = _write(keystone.auth_url, "shared: &shared {interface: public}")
        path.write_text(path.read_text().replace("otc: {", "otc: {<<: *shared, "))

        assert build_member() == json.loads(run_tool("accept", IMAGE, MEMBER, "--cloud", "otc", "--json").out)
