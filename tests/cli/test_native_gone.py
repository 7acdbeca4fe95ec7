"""Commands on an IMS whose calls that change one share are gone, with a token and with keys."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from imgshare_cli.sandbox import Sandbox
from tests.support.run import TOOL, run_tool
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

GOLDEN = "c26a7205-6924-55d2-a1a9-c6d6caeb44f2"
OWN_IMAGE = "my-build-agent"


@pytest.fixture(params=["token", "keys"])
def sandbox(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """An IMS with nothing but jobs."""
    with Sandbox(flavor="ims", native_gone=True, job_seconds=0.1) as sandbox:
        monkeypatch.setenv("IMGSHARE_ENDPOINT", sandbox.endpoint)
        monkeypatch.setenv("IMGSHARE_PROJECT_ID", sandbox.you.project_id)
        if request.param == "token":
            monkeypatch.setenv("IMGSHARE_TOKEN", sandbox.you.token)
        else:
            assert sandbox.ims
            monkeypatch.setenv("IMGSHARE_ACCESS_KEY", sandbox.ims.access_key.access_key)
            monkeypatch.setenv("IMGSHARE_SECRET_KEY", sandbox.ims.access_key.secret_key)
        yield sandbox


def _read_statuses(sandbox: Sandbox) -> list[str]:
    return sorted(share.status for share in sandbox.shares)


def test_reads(sandbox: Sandbox) -> None:
    """`list`, `show` and `members` read what is there."""
    assert 7 == len(json.loads(run_tool("list", "--json").out))
    assert "pending" == run_tool("show", GOLDEN, "--json").json()["status"]
    kinds = {row["member_type"] for row in json.loads(run_tool("members", OWN_IMAGE, "--json").out)}
    assert {"project", "domain", "organization"} == kinds
    assert sandbox.you.project_id in run_tool("status").out


@pytest.mark.usefixtures("sandbox")
def test_sharing() -> None:
    """An image of one's own is shared, by its name, and unshared."""
    member = f"{0xABC:032x}"
    assert "pending" == run_tool("share", OWN_IMAGE, member, "--json").json()["status"]
    assert "unshared" == run_tool("unshare", OWN_IMAGE, member, "--json").json()["result"]


def test_review(sandbox: Sandbox) -> None:
    """`review` decides by jobs; only what no job can do, to take a decision back, is refused."""
    before = _read_statuses(sandbox)

    with Terminal([TOOL, "review"]) as terminal:
        terminal.wait_for_text("windows-server-2022")
        terminal.press_keys("a")
        terminal.wait_for_text("accepted windows-server-2022")
        terminal.press_keys("r")
        terminal.wait_for_text("rejected payroll-encrypted")
        terminal.press_keys("u")
        terminal.wait_for_text("the jobs of the image service only accept or")
        terminal.press_keys("q")
        terminal.wait_for_text("accepted 1, rejected 1")
        assert 9 == terminal.wait_for_exit()

    after = _read_statuses(sandbox)
    assert [1, 1, -2] == [after.count(one) - before.count(one) for one in ("accepted", "rejected", "pending")]
