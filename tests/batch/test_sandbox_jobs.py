"""Jobs against the IMS of the sandbox, which has no other way to decide."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from imgshare_cli.sandbox import Sandbox
from tests.support.run import run_tool

if TYPE_CHECKING:
    from collections.abc import Iterator

FULL_SERVER = "5d3a8463-a4b3-5b71-b1c7-133669f3d5d3"
GOLDEN = "c26a7205-6924-55d2-a1a9-c6d6caeb44f2"
VAULT = "59504f13-9358-56ad-a418-62b7f374e0c7"
LOCKED_VAULT = "b72eed52-38c2-5c94-b5bb-e218e8b046af"
ACCOUNT = "0a1b2c3d4e5f0a1b2c3d4e5f0a1b2c3d"


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """An IMS whose jobs take a moment."""
    with Sandbox(flavor="ims", native_gone=True, job_seconds=0.3) as sandbox:
        monkeypatch.setenv("IMGSHARE_ENDPOINT", sandbox.endpoint)
        monkeypatch.setenv("IMGSHARE_TOKEN", sandbox.you.token)
        monkeypatch.setenv("IMGSHARE_PROJECT_ID", sandbox.you.project_id)
        monkeypatch.setenv("IMGSHARE_VAULT_ENDPOINT", sandbox.endpoint)
        yield sandbox


@pytest.mark.usefixtures("sandbox")
def test_all_images() -> None:
    """All that waits is accepted by jobs, but the full-server image, which needs a vault."""
    waiting = json.loads(run_tool("list", "--json").out)
    run = run_tool("accept", "--all", "--any-owner", "--yes", "--json")

    outcomes = [json.loads(line) for line in run.out.splitlines()]
    assert {"done": len(waiting) - 1, "failed": 1} == Counter(one["result"] for one in outcomes)
    assert [FULL_SERVER] == [one["image_id"] for one in outcomes if one["result"] == "failed"]
    assert [FULL_SERVER] == [image["id"] for image in json.loads(run_tool("list", "--json").out)]


@pytest.mark.usefixtures("sandbox")
def test_the_vault_of_an_item() -> None:
    """The error of an item that needs a vault says what to type, as for one image."""
    run = run_tool("accept", "--from", "-", "--json", stdin=f"{FULL_SERVER}\n{GOLDEN}\n{FULL_SERVER}\n".encode())

    errors = [one["error"] for one in map(json.loads, run.out.splitlines()) if one["result"] == "failed"]
    assert ["vault", "vault"] == [error["reason"] for error in errors]
    assert VAULT in errors[0]["hint"]
    assert 9 == run.code


@pytest.mark.usefixtures("sandbox")
def test_the_stored_vault(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stored vault is sent in a second job, for the images that need one."""
    monkeypatch.setenv("IMGSHARE_VAULT_ID", VAULT)

    run = run_tool("accept", "--all", "--any-owner", "--yes", "--json")

    assert {"done"} == {json.loads(line)["result"] for line in run.out.splitlines()}
    assert [] == json.loads(run_tool("list", "--json").out)


@pytest.mark.usefixtures("sandbox")
def test_a_given_vault_that_is_refused() -> None:
    """A vault that was given and refused is named in the outcome of the item."""
    run = run_tool("accept", "--from", "-", "--vault", LOCKED_VAULT, "--json", stdin=f"{FULL_SERVER}\n".encode())

    [outcome] = map(json.loads, run.out.splitlines())
    assert LOCKED_VAULT in outcome["error"]["message"]


@pytest.mark.usefixtures("sandbox")
def test_one_image() -> None:
    """One image is accepted and rejected, and the answer is the share; of a job that fails the reason is quoted."""
    assert "accepted" == run_tool("accept", GOLDEN, "--json").json()["status"]
    assert "rejected" == run_tool("reject", GOLDEN, "--json").json()["status"]
    assert "IMG.0184" in run_tool("accept", FULL_SERVER, "--json").err


def test_an_account(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The owner shares an image with an account, which the list of members then has."""
    monkeypatch.setenv("IMGSHARE_TOKEN", sandbox.owners[0].token)
    monkeypatch.setenv("IMGSHARE_PROJECT_ID", sandbox.owners[0].project_id)

    shared = run_tool("share", GOLDEN, "--account", ACCOUNT, "--json").json()

    assert (ACCOUNT, "domain") == (shared["member_id"], shared["member_type"])
    assert ACCOUNT in run_tool("members", GOLDEN, "--json").out
