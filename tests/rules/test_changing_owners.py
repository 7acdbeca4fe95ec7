"""An owner who changes an image between plan and apply, and between the check and the accept, on real services."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from imgshare_cli.sandbox import Sandbox
from tests.support.interposed_service import InterposedService
from tests.support.rules import build_rule, write_rules
from tests.support.run import Run, run_tool
from tests.support.users import create_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.small_inbox import SmallInbox

FULL_SERVER = "5d3a8463-a4b3-5b71-b1c7-133669f3d5d3"
VAULT = "59504f13-9358-56ad-a418-62b7f374e0c7"


def _write_rule(owner: str, name: str) -> None:
    write_rules(build_rule("accept", "golden", owner=f'"{owner}"', image=f'"{name}*"'))


def _read(run: Run) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run.out.splitlines()]


def test_between_plan_and_apply(inbox: SmallInbox, tmp_path: Path) -> None:
    """What was renamed, or got its data, since the plan is refused; what stayed as it was is accepted."""
    name, path = create_name(), str(tmp_path / "plan.jsonl")
    same, renamed, uploaded = (inbox.offer(f"{name}-{number}") for number in range(3))
    inbox.one.replace(uploaded, "disk_format", "raw")
    inbox.one.replace(uploaded, "container_format", "bare")
    _write_rule(inbox.one.project_id, name)
    assert 0 == run_tool("plan", "--out", path).code
    assert 200 == inbox.one.replace(renamed, "name", f"{name}-evil")[0]
    stored = inbox.one.send(
        "PUT", f"/v2/images/{uploaded}/file", b"data", Content_Type="application/octet-stream"
    ).status_code

    run = run_tool("apply", path, "--yes", "--json")

    outcomes = {one["image_id"]: one for one in _read(run)}
    refused = {renamed, uploaded} if stored == 204 else {renamed}  # the embedded service stores no data
    assert (9, "done") == (run.code, outcomes[same]["result"])
    assert refused == {image for image, one in outcomes.items() if one["result"] == "failed"}
    assert f"its name was '{name}-1' and is '{name}-evil'" in outcomes[renamed]["error"]["message"]
    if uploaded in refused:
        assert "its status was 'queued' and is 'active'" in outcomes[uploaded]["error"]["message"]
    assert {image: inbox.status(image) for image in (same, renamed)} == {same: "accepted", renamed: "pending"}


@pytest.mark.parametrize(("method", "is_taken_back"), [("GET", False), ("PUT", True)])
def test_between_check_and_accept(
    inbox: SmallInbox, monkeypatch: pytest.MonkeyPatch, method: str, *, is_taken_back: bool
) -> None:
    """What is renamed just before it is read is not accepted; what is renamed after that is pending again."""
    name = create_name()
    image = inbox.offer(name)
    _write_rule(inbox.one.project_id, name)
    path = f"/v2/images/{image}" if method == "GET" else f"/v2/images/{image}/members/{inbox.member.project_id}"
    with InterposedService(inbox.backend.endpoint) as service:
        monkeypatch.setenv("IMGSHARE_ENDPOINT", service.endpoint)
        renamed: list[int] = []

        def rename(passed: str, target: str) -> None:
            if (passed, target) == (method, path) and not renamed:
                renamed.append(inbox.one.replace(image, "name", f"{name}-evil")[0])

        service.before = rename
        run = run_tool("apply", "--name", f"{name}*", "--yes", "--json")

    [outcome] = _read(run)
    changed = f"its name was '{name}' and is '{name}-evil'"
    message = (
        f"image {image} changed while it was accepted: {changed}; it is pending again"
        if is_taken_back
        else f"image {image} has changed since it was planned: {changed}"
    )
    assert (9, [200], "failed", message) == (run.code, renamed, outcome["result"], outcome["error"]["message"])
    assert "pending" == inbox.status(image)


@pytest.fixture
def native_gone() -> bool:
    """The IMS decides by jobs alone, unless a test says otherwise."""
    return True


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch, *, native_gone: bool) -> Iterator[Sandbox]:
    """An IMS, and rules that accept all images of its owners."""
    with Sandbox(flavor="ims", native_gone=native_gone, job_seconds=0.2) as sandbox:
        monkeypatch.setenv("IMGSHARE_ENDPOINT", sandbox.endpoint)
        monkeypatch.setenv("IMGSHARE_TOKEN", sandbox.you.token)
        monkeypatch.setenv("IMGSHARE_PROJECT_ID", sandbox.you.project_id)
        monkeypatch.setenv("IMGSHARE_VAULT_ENDPOINT", sandbox.endpoint)
        owners = [build_rule("accept", owner.name, owner=f'"{owner.project_id}"') for owner in sandbox.owners]
        write_rules("".join(owners))
        yield sandbox


@pytest.mark.parametrize("options", [(), ("--vault", VAULT)])
def test_jobs(sandbox: Sandbox, options: tuple[str, ...]) -> None:
    """Where jobs decide, each image has its own outcome with its rule; a full-server image needs a vault."""
    waiting = json.loads(run_tool("list", "--json").out)

    run = run_tool("apply", "--yes", "--json", *options)

    names = {owner.project_id: owner.name for owner in sandbox.owners}
    failed = set() if options else {FULL_SERVER}
    assert {
        (image["id"], names[image["owner"]], "failed" if image["id"] in failed else "done") for image in waiting
    } == {(one["image_id"], one["rule"], one["result"]) for one in _read(run)}
    assert failed == {image["id"] for image in json.loads(run_tool("list", "--json").out)}
    assert (9 if failed else 0) == run.code


@pytest.mark.parametrize("native_gone", [True, False])
def test_a_change_on_an_ims(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """IMS makes no share pending again: the outcome says that the image is accepted, and how to reject it."""
    image = next(one for one in sandbox.shares if one.name == "golden-debian-12").image_id
    owner = sandbox.owners[0]
    with InterposedService(sandbox.endpoint) as service:
        monkeypatch.setenv("IMGSHARE_ENDPOINT", service.endpoint)

        renamed: list[str] = []

        def rename(method: str, path: str) -> None:
            if method == "PUT" and "/members" in path and not renamed:
                renamed.append(path)
                changes = [{"op": "replace", "path": "/name", "value": "golden-evil"}]
                headers = {
                    "X-Auth-Token": owner.token,
                    "Content-Type": "application/openstack-images-v2.1-json-patch",
                }
                httpx.patch(
                    f"{sandbox.endpoint}/v2/images/{image}", json=changes, headers=headers, trust_env=False
                ).raise_for_status()

        service.before = rename
        run = run_tool("apply", "--name", "golden-debian-12", "--yes", "--json")

        [outcome] = _read(run)
        assert (9, "failed", "accepted") == (run.code, outcome["result"], outcome["status"])
        assert (
            f"image {image} changed while it was accepted: its name was 'golden-debian-12' and is 'golden-evil'; "
            "it is still accepted: "
        ) in outcome["error"]["message"]
        command = f"imgshare reject {image} {sandbox.you.project_id}"
        assert f"`{command}` hides it" == outcome["error"]["hint"]
        assert "accepted" == json.loads(run_tool("log", "--json").out)["new_status"]
        assert "rejected" == run_tool(*command.split()[1:], "--json").json()["status"]
