"""`verify` on the sandbox and on a real Glance: every finding that an owner or a colleague can cause."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from imgshare_cli.cli.sandbox_settings import build_environ
from imgshare_cli.sandbox import Sandbox
from tests.support.large_inbox import create_model
from tests.support.run import Run, run_tool
from tests.support.small_inbox import SmallInbox, create_small_inbox
from tests.support.users import create_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.backend import Backend
    from tests.support.large_inbox import LargeInbox
    from tests.support.openstack import Cloud
    from tests.support.run import RunImgshare


@pytest.fixture
def own_inbox(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallInbox]:
    """An inbox that no other test has anything in, and the tool in the hands of the project's member."""
    inbox = create_small_inbox(backend)
    inbox.enter(monkeypatch)
    yield inbox
    inbox.http.close()


def _read_findings(run: Run) -> dict[str, list[str]]:
    rows: list[dict[str, Any]] = json.loads(run.out)
    assert (9 if any(row["findings"] for row in rows) else 0) == run.code, run
    return {row["image_id"]: row["findings"] for row in rows}


def test_every_change(own_inbox: SmallInbox, imgshare: RunImgshare, tmp_path: Path) -> None:
    """What is accepted by name is verified; what its owner or a colleague changes is found, and nothing else."""
    inbox, owner, project = own_inbox, own_inbox.one, own_inbox.member.project_id
    names = ("plain", "renamed", "hidden", "deleted", "unshared", "community", "again", "reset")
    images = {name: inbox.offer(name, name=create_name()) for name in names}
    for name in names:
        image = owner.ask("GET", f"/v2/images/{images[name]}")[1]
        assert 0 == imgshare("accept", image["name"], "--owner", owner.project_id).code
    assert {image: [] for image in images.values()} == _read_findings(imgshare("verify", "--json"))

    images["elsewhere"] = inbox.offer("elsewhere", inbox.two, decided="accepted")
    assert 200 == owner.replace(images["renamed"], "name", "x")[0]
    assert 200 == owner.replace(images["hidden"], "os_hidden", value=True)[0]
    assert 204 == owner.send("DELETE", f"/v2/images/{images['deleted']}").status_code
    assert 204 == owner.send("DELETE", f"/v2/images/{images['unshared']}/members/{project}").status_code
    assert 204 == owner.send("DELETE", f"/v2/images/{images['again']}/members/{project}").status_code
    owner.share(images["again"], project)
    assert 200 == owner.replace(images["community"], "visibility", "community")[0]
    assert 0 == imgshare("reset", images["reset"]).code
    (tmp_path / "rules.toml").write_text(
        f'rule = [{{name = "one", owner = "{owner.project_id}", then = "accept"}}]\n', encoding="utf-8"
    )

    found = _read_findings(imgshare("verify", "--rules", str(tmp_path / "rules.toml"), "--json"))

    assert {
        images["plain"]: [],
        images["renamed"]: ["name_changed"],
        images["hidden"]: ["hidden"],
        images["deleted"]: ["gone"],
        images["unshared"]: ["gone"],
        images["community"]: ["unshared"],
        images["again"]: ["not_accepted"],
        images["elsewhere"]: ["not_logged", "against_rules"],
    } == found


def test_a_deactivated_image(caching_cloud: Cloud, monkeypatch: pytest.MonkeyPatch, imgshare: RunImgshare) -> None:
    """On a real Glance, an accepted image that is deactivated is found; its hash is that of the log."""
    inbox = create_small_inbox(caching_cloud)
    inbox.enter(monkeypatch)
    headers = {"X-Auth-Token": inbox.one.token}
    with httpx.Client(base_url=f"{caching_cloud.endpoint}/v2", headers=headers, timeout=60, trust_env=False) as own:
        image = create_model(own, create_name(), inbox.member.project_id)
    name = inbox.one.ask("GET", f"/v2/images/{image}")[1]["name"]
    inbox.one.replace(image, "name", name := create_name())
    assert 0 == imgshare("accept", name).code
    [row] = json.loads(imgshare("verify", "--json").out)
    assert (row["hash"], []) == (row["logged"]["hash"], row["findings"])
    assert row["hash"].startswith("sha512:")

    assert 204 == inbox.one.send("POST", f"/v2/images/{image}/actions/deactivate").status_code

    assert {image: ["deactivated"]} == _read_findings(imgshare("verify", "--json"))
    inbox.http.close()


def test_many_images() -> None:
    """Of 1,200 images that were accepted in one batch, those that were unshared since are found, and no others."""
    with Sandbox(images=1200) as sandbox:
        own = {"IMGSHARE_ENDPOINT": sandbox.endpoint, "IMGSHARE_TOKEN": sandbox.you.token}
        own["IMGSHARE_PROJECT_ID"] = sandbox.you.project_id
        environ = {**os.environ, **own}
        taken = run_tool("accept", "--all", "--any-owner", "--yes", "--json", environ=environ)
        accepted = [json.loads(line)["image_id"] for line in taken.out.splitlines()]
        assert len(accepted) > 1200
        before = _read_findings(run_tool("verify", "--finding", "gone,name_changed", "--json", environ=environ))
        assert {} == before
        gone = accepted[-100::2]
        for image in gone:
            path = f"{sandbox.endpoint}/v2/images/{image}/members/{sandbox.you.project_id}"
            tokens = [owner.token for owner in sandbox.owners]
            codes = {httpx.delete(path, headers={"X-Auth-Token": token}).status_code for token in tokens}
            assert 204 in codes

        found = _read_findings(run_tool("verify", "--json", environ=environ))

    assert set(gone) == {image for image, findings in found.items() if findings == ["gone"]}
    assert set(accepted) <= found.keys()


def test_a_large_inbox(large_inbox: LargeInbox) -> None:
    """On a real Glance, all 40 accepted images of 1,270 are verified, the hidden one too."""
    user = large_inbox.member
    login = {
        "OS_AUTH_URL": large_inbox.cloud.auth_url,
        "OS_USERNAME": user.username,
        "OS_PASSWORD": user.password,
        "OS_PROJECT_ID": user.project_id,
        "OS_USER_DOMAIN_ID": "default",
    }

    found = _read_findings(run_tool("verify", "--json", environ={**os.environ, **login}))

    expected = {image: ["not_logged"] for image in large_inbox.accepted}
    expected |= {image: ["hidden", "not_logged"] for image in large_inbox.accepted & large_inbox.hidden}
    assert expected == found


def test_an_ims(monkeypatch: pytest.MonkeyPatch) -> None:
    """IMS makes no share pending again, so what can be done about a finding is to reject the image."""
    with Sandbox(flavor="ims") as sandbox:
        for name, value in build_environ(sandbox).items():
            monkeypatch.setenv(name, value)

        run = run_tool("verify")

    hint = "hint: `imgshare verify --json` has all that is known, `imgshare reject ID` hides one"
    assert (9, hint) == (run.code, run.err.splitlines()[-1])
