"""The vendor's own SDK and imgshare, as clients of the same IMS: they see and do the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.run import run_tool
from tests.support.vendor_sdk import VendorSdk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from imgshare_cli.sandbox import Sandbox

GOLDEN, MINIMAL = "c26a7205-6924-55d2-a1a9-c6d6caeb44f2", "cfdb5b5e-2f72-5dfd-a10d-ac4353155352"
FULL_SERVER = "5d3a8463-a4b3-5b71-b1c7-133669f3d5d3"
UNKNOWN = "77777777-7777-7777-7777-777777777777"


@pytest.fixture
def sdk(sandbox: Sandbox) -> Iterator[VendorSdk]:
    """The SDK with your key."""
    assert sandbox.ims
    with VendorSdk(sandbox, sandbox.ims.access_key) as sdk:
        yield sdk


@pytest.fixture(params=["token", "access", "credential"])
def environ(sandbox: Sandbox, tmp_path: Path, request: pytest.FixtureRequest) -> dict[str, str]:
    """The settings of imgshare: with your token, or with your access key and each form of signatures."""
    config = tmp_path / "config.toml"
    config.write_text("" if request.param == "token" else f'[profiles.default]\nsignature_format = "{request.param}"\n')
    assert sandbox.ims
    key = sandbox.ims.access_key
    login = {"IMGSHARE_ACCESS_KEY": key.access_key, "IMGSHARE_SECRET_KEY": key.secret_key}
    if request.param == "token":
        login = {"IMGSHARE_TOKEN": sandbox.you.token}
    return {
        **login,
        "IMGSHARE_CONFIG": str(config),
        "IMGSHARE_ENDPOINT": sandbox.endpoint,
        "IMGSHARE_PROJECT_ID": sandbox.you.project_id,
        "IMGSHARE_VAULT_ENDPOINT": sandbox.endpoint,
    }


def test_decide(sandbox: Sandbox, sdk: VendorSdk, environ: dict[str, str]) -> None:
    """What one of them decides, the other reads, to the letter."""
    you = sandbox.you.project_id
    at: dict[str, Any] = {"image_id": GOLDEN, "member_id": you}

    accepted = sdk.ask_ims("glance_update_image_member", {"status": "accepted"}, **at)
    assert accepted == run_tool("show", GOLDEN, "--json", environ=environ).json()
    rejected = run_tool("reject", GOLDEN, "--json", environ=environ).json()
    assert rejected == sdk.ask_ims("glance_show_image_member", **at) == sdk.ask_ims("show_image_member", **at)

    assert ("accepted", "rejected") == (accepted["status"], rejected["status"])
    assert [rejected] == sdk.ask_ims("glance_list_image_members", image_id=GOLDEN)["members"]
    assert [rejected] == _read_rows("members", GOLDEN, environ=environ)


def test_share(sandbox: Sandbox, sdk: VendorSdk, environ: dict[str, str]) -> None:
    """An image that the SDK shares has the member that imgshare lists, and imgshare takes it back."""
    images = sdk.ask_ims("glance_list_images", imagetype="shared", owner=sandbox.you.project_id)["images"]
    image_id, member_id = images[0]["id"], sandbox.owners[1].project_id

    added = sdk.ask_ims("glance_add_image_member", {"member": member_id}, image_id=image_id)

    members = _read_rows("members", image_id, environ=environ)
    assert (added, ["project", "domain", "organization", "project"]) == (
        members[-1],
        [member["member_type"] for member in members],
    )
    assert members == sdk.ask_ims("list_image_members", image_id=image_id)["members"]
    assert 0 == run_tool("unshare", image_id, member_id, environ=environ).code
    assert members[:-1] == sdk.ask_ims("glance_list_image_members", image_id=image_id)["members"]
    answer = sdk.ask_ims("glance_delete_image_member", image_id=image_id, member_id=member_id)
    assert (404, "IMG.0114") == (answer["status"], answer["code"])


def test_list(sandbox: Sandbox, sdk: VendorSdk, environ: dict[str, str]) -> None:
    """Both list the same pending images, the SDK with one of your own."""
    page = sdk.ask_ims("list_images", imagetype="shared", member_status="pending", limit=500)

    listed = [image["id"] for image in page["images"] if image["owner"] != sandbox.you.project_id]
    shares = _read_rows("list", environ=environ)
    assert listed == [share["id"] for share in shares if share["name"] != "golden-debian-12-rc"]
    assert len(page["images"]) == len(listed) + 1


def test_the_same_refusals(sandbox: Sandbox, sdk: VendorSdk, environ: dict[str, str]) -> None:
    """What refuses one of them refuses the other."""
    for image_id, code in ((UNKNOWN, "IMG.0027"), (FULL_SERVER, "IMG.0184")):
        at: dict[str, Any] = {"image_id": image_id, "member_id": sandbox.you.project_id}
        answer = sdk.ask_ims("glance_update_image_member", {"status": "accepted"}, **at)
        run = run_tool("accept", image_id, "--json", environ=environ)

        assert (400, code) == (answer["status"], answer["code"])
        assert (True, 400) == (run.code in {6, 7}, run.error()["http_status"])


def test_vaults(sdk: VendorSdk, environ: dict[str, str]) -> None:
    """The SDK finds the usable vault, and imgshare accepts the image of a full server with it."""
    vaults = sdk.ask_cbr("list_vault", object_type="server", protect_type="backup", status="available")["vaults"]
    names = {vault["name"]: vault["id"] for vault in vaults}
    assert ["server-backups", "server-backups-full"] == list(names)

    run = run_tool("accept", FULL_SERVER, "--vault", names["server-backups"], "--json", environ=environ)

    assert (0, "accepted") == (run.code, run.json()["status"])
    used = sdk.ask_cbr("list_vault", id=[names["server-backups"]])["vaults"][0]["billing"]["used"]
    assert used == vaults[0]["billing"]["used"] + 80 * 1024
    assert 5 == sdk.ask_cbr("list_vault")["count"]


def test_jobs(sandbox: Sandbox, sdk: VendorSdk, environ: dict[str, str]) -> None:
    """What the SDK decides in a job, imgshare sees once it has ended."""
    you = sandbox.you.project_id
    body = {"images": [GOLDEN, UNKNOWN, MINIMAL], "project_id": you, "status": "accepted"}

    job_id = sdk.ask_ims("batch_update_members", body)["job_id"]
    job = _wait(sdk, job_id)

    rows = [(row["image_id"], row["project_id"], row["status"]) for row in job["entities"]["results"]]
    assert "SUCCESS" == job["status"] == sdk.ask_ims("show_job_progress", job_id=job_id)["status"]
    assert [(GOLDEN, you, "success"), (UNKNOWN, you, "FAIL"), (MINIMAL, you, "success")] == rows
    for image_id in (GOLDEN, MINIMAL):
        assert "accepted" == run_tool("show", image_id, "--json", environ=environ).json()["status"]


def test_share_in_jobs(sandbox: Sandbox, sdk: VendorSdk) -> None:
    """The SDK shares images with many members in one job, and takes them back in another, which has a body."""
    images = sdk.ask_ims("glance_list_images", imagetype="shared", owner=sandbox.you.project_id)["images"]
    body = {"images": [images[0]["id"]], "projects": ["f" * 32], "domains": ["d" * 32], "organizations": ["ou-1"]}

    def list_members() -> list[str]:
        page = sdk.ask_ims("glance_list_image_members", image_id=images[0]["id"])
        return [member["member_id"] for member in page["members"]][3:]

    assert "SUCCESS" == _wait(sdk, sdk.ask_ims("batch_add_members", body)["job_id"])["status"]
    assert ["f" * 32, "d" * 32, "ou-1"] == list_members()
    removal = {"model": "BatchAddMembersRequestBody", **body}
    assert "SUCCESS" == _wait(sdk, sdk.ask_ims("batch_delete_members", removal)["job_id"])["status"]
    assert [] == list_members()


def test_pages_of_members(sandbox: Sandbox, sdk: VendorSdk) -> None:
    """The SDK follows the markers of a list of members."""
    images = sdk.ask_ims("glance_list_images", imagetype="shared", owner=sandbox.you.project_id)["images"]
    first = sdk.ask_ims("glance_list_image_members", image_id=images[0]["id"], limit=2)
    marker = first["page_info"]["next_marker"]
    second = sdk.ask_ims("glance_list_image_members", image_id=images[0]["id"], limit=2, marker=marker)

    assert (2, 1) == (first["page_info"]["current_count"], second["page_info"]["current_count"])
    assert "next_marker" not in second["page_info"]


@pytest.mark.parametrize("temporary", [False, True])
def test_keys(sandbox: Sandbox, *, temporary: bool) -> None:
    """Keys with a security token work as well as those without, and a wrong secret is refused with what was signed."""
    assert sandbox.ims
    key = sandbox.ims.issue_key(sandbox.you.project_id, temporary=temporary)
    with VendorSdk(sandbox, key, sandbox.you.project_id) as sdk:
        assert "pending" == sdk.ask_ims("glance_list_image_members", image_id=GOLDEN)["members"][0]["status"]
        sandbox.ims.revoke_key(key.access_key)
        answer = sdk.ask_ims("glance_list_image_members", image_id=GOLDEN)
    assert (401, "APIGW.0301") == (answer["status"], answer["code"])


def _read_rows(*argv: str, environ: dict[str, str]) -> list[Any]:
    run = run_tool(*argv, "--json", environ=environ)
    assert (0, "") == (run.code, run.err)
    rows: list[Any] = json.loads(run.out)
    return rows


def _wait(sdk: VendorSdk, job_id: str) -> Any:
    while (job := sdk.ask_ims("show_job", job_id=job_id))["status"] in {"INIT", "RUNNING"}:
        pass
    return job
