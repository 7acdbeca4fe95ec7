"""The members of an image on an IMS: pages, accounts and organizations, decisions, and vaults for full servers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.expectations import A_TIME
from tests.support.ims_jobs import submit_job, wait_for_job
from tests.support.users import User

if TYPE_CHECKING:
    import httpx

    from imgshare_cli.sandbox import Sandbox
    from tests.support.expectations import Answer

GOLDEN = "c26a7205-6924-55d2-a1a9-c6d6caeb44f2"
FULL_SERVER = "5d3a8463-a4b3-5b71-b1c7-133669f3d5d3"


def _refuse(code: str, message: str, status: int = 400) -> Answer:
    return status, {"error": {"message": message, "code": code}}


def _describe(member_id: str, status: str, kind: str = "project", **more: str) -> dict[str, Any]:
    return {
        "member_id": member_id,
        "image_id": GOLDEN,
        "status": status,
        "created_at": A_TIME,
        "updated_at": A_TIME,
        "schema": "/v2/schemas/member",
        "member_type": kind,
        **more,
    }


def test_decide(you: User) -> None:
    """A member accepts and rejects, and reads what it decided, also at the newer paths."""
    accepted = _describe(you.project_id, "accepted")
    page = {
        "members": [accepted],
        "schema": "/v2/schemas/members",
        "page_info": {"next_marker": None, "current_count": 1},
    }

    assert (200, accepted) == you.decide(GOLDEN, you.project_id, "accepted")
    assert (200, accepted) == you.ask("GET", f"/v2/images/{GOLDEN}/members/{you.project_id}")
    assert (200, page) == you.ask("GET", f"/v2/images/{GOLDEN}/members")
    path = f"/v1/{you.project_id}/cloudimages/{GOLDEN}/members"
    assert (200, page) == you.ask("GET", path)
    assert (200, accepted) == you.ask("GET", f"{path}/{you.project_id}")
    assert "rejected" == you.decide(GOLDEN, you.project_id, "rejected")[1]["status"]


def test_refused_decisions(sandbox: Sandbox, http: httpx.Client, you: User, platform: User) -> None:
    """Each refusal has its code; most are 400."""
    reader = User(http, you.project_id, sandbox.issue_token(you.project_id, "reader"))
    unknown = "7" * 36
    not_found = f"f not found in the member list of the image {GOLDEN}."
    no_role = _refuse("IMG.0026", "Role is invalid, need permission.", 403)

    assert _refuse("IMG.0027", f"No image found with ID {unknown}") == you.decide(unknown, you.project_id, "accepted")
    assert _refuse("IMG.0114", not_found, 404) == you.decide(GOLDEN, "f", "accepted")
    assert no_role == reader.decide(GOLDEN, you.project_id, "accepted")
    assert no_role == platform.decide(GOLDEN, you.project_id, "accepted")
    for status in ("pending", "Accepted", None, 1, ["accepted"]):
        assert _refuse("IMG.0001", "The parameter status is invalid: it must be accepted or rejected.") == you.decide(
            GOLDEN, you.project_id, status
        )


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        (None, "IMG.0007", "The request body is empty."),
        (b"{", "IMG.0001", "Malformed JSON in request body."),
        (b"[]", "IMG.0001", "The message format is invalid."),
        (b"[" * 100_000, "IMG.0001", "The message format is invalid."),
        (b"\xff", "IMG.0001", "Malformed JSON in request body."),
    ],
)
def test_bodies(you: User, body: bytes | None, code: str, message: str) -> None:
    """A body that is no JSON object is refused."""
    assert _refuse(code, message) == you.ask("PUT", f"/v2/images/{GOLDEN}/members/{you.project_id}", body)


def test_share(sandbox: Sandbox, you: User, platform: User) -> None:
    """An owner shares an image, and takes it back."""
    other = sandbox.owners[1].project_id
    path = f"/v2/images/{GOLDEN}/members"

    assert (200, _describe(other, "pending")) == platform.ask("POST", path, {"member": other})
    assert _refuse("IMG.0112", f"Member {other} is duplicated for image {GOLDEN}") == platform.ask(
        "POST", path, {"member": other}
    )
    assert _refuse("IMG.0047", "Only the owner of the image can perform this operation.") == you.ask(
        "POST", path, {"member": "f" * 32}
    )
    assert _refuse("IMG.0076", "You cannot share the image with yourself.") == platform.ask(
        "POST", path, {"member": platform.project_id}
    )
    for member_id in ("", None, 1, "a b", "é" * 32, "f" * 65):
        assert _refuse("IMG.0067", "The project ID is incorrect.") == platform.ask("POST", path, {"member": member_id})
    assert (204, None) == platform.ask("DELETE", f"{path}/{other}")
    assert 404 == platform.ask("DELETE", f"{path}/{other}")[0]


def test_quota_of_a_full_server(sandbox: Sandbox, http: httpx.Client) -> None:
    """The image of a full server has ten members at most."""
    vendor = User(http, sandbox.owners[1].project_id, sandbox.owners[1].token)
    answers = [
        vendor.ask("POST", f"/v2/images/{FULL_SERVER}/members", {"member": f"{number:032}"}) for number in range(10)
    ]

    assert [200] * 9 == [status for status, _ in answers[:9]]
    assert _refuse("IMG.0088", "The quota of members of a shared image is reached.") == answers[9]


def test_kinds_of_members(you: User) -> None:
    """A member is a project, an account or an organization, of which only the last has a resource name."""
    image = next(image for image in you.ask("GET", "/v2/images")[1]["images"] if image["name"] == "my-build-agent")
    members = you.ask("GET", f"/v2/images/{image['id']}/members")[1]["members"]

    assert [("project", "accepted"), ("domain", "accepted"), ("organization", "accepted")] == [
        (member["member_type"], member["status"]) for member in members
    ]
    assert members[2]["urn"].endswith(":ou:o-sandbox/ou-qdjrky7i07higfa4f6reqv9etybmp4ng")
    assert "urn" not in members[0].keys() | members[1].keys()


def test_pages_of_members(you: User) -> None:
    """A list of members has 500 at most, and the marker of the next page."""
    image_id = you.make_image()
    projects = [f"{number:032}" for number in range(1200)]
    for some in (projects[:700], projects[700:]):
        wait_for_job(you, submit_job(you, "POST", images=[image_id], projects=some))
    path, found, sizes = f"/v2/images/{image_id}/members", [], []

    def read(query: str) -> dict[str, Any]:
        page: dict[str, Any] = you.ask("GET", path + query)[1]
        return page

    marker: str | None = ""
    while marker is not None:
        page = read(f"?marker={marker}&limit=1000")
        found += [member["member_id"] for member in page["members"]]
        sizes.append(page["page_info"]["current_count"])
        marker = page["page_info"]["next_marker"]

    assert (projects, [500, 500, 200]) == (found, sizes)
    assert ["0" * 31 + "1", "0" * 31 + "2"] == [
        member["member_id"] for member in read(f"?limit=2&marker={projects[0]}")["members"]
    ]
    for query in ("limit=a", "limit=-1", "limit=²", "limit=" + "9" * 100):
        assert _refuse("IMG.0001", "The parameter limit is invalid.") == you.ask("GET", f"{path}?{query}")
    assert _refuse("IMG.0001", "The parameter marker is invalid.") == you.ask("GET", f"{path}?marker={'z' * 9000}")


@pytest.mark.parametrize(
    ("vault", "code", "message"),
    [
        (None, "IMG.0184", "Failed to obtain the vault: vault_id is required for a full-ECS image."),
        ("7" * 36, "IMG.0188", "The vault is unavailable: it does not exist."),
        (["a"], "IMG.0188", "The vault is unavailable: it does not exist."),
        ("server-backups-locked", "IMG.0188", "The vault is unavailable: its status is lock."),
        ("disk-backups", "IMG.0193", "The vault is not a cloud server backup vault."),
        ("server-replicas", "IMG.0193", "The vault is not a cloud server backup vault."),
        ("server-backups-full", "IMG.0182", "The vault capacity is insufficient."),
    ],
)
def test_refused_vaults(sandbox: Sandbox, you: User, vault: Any, code: str, message: str) -> None:
    """The image of a full server is not accepted without a vault that can take its backups; rejecting it needs none."""
    assert sandbox.ims
    ids = {known.name: known.id for known in sandbox.ims.vaults}
    path = f"/v2/images/{FULL_SERVER}/members/{you.project_id}"
    vault_id = ids.get(vault, vault) if isinstance(vault, str) else vault

    assert _refuse(code, message) == you.ask("PUT", path, {"status": "accepted", "vault_id": vault_id})
    assert "pending" == you.ask("GET", path)[1]["status"]
    assert "rejected" == you.ask("PUT", path, {"status": "rejected", "vault_id": vault_id})[1]["status"]


def test_accept_a_full_server(sandbox: Sandbox, you: User) -> None:
    """With a usable vault it is accepted, and its backups take room there, once."""
    assert sandbox.ims
    vault = sandbox.ims.vaults[0]
    path = f"/v2/images/{FULL_SERVER}/members/{you.project_id}"

    for _ in range(2):
        answer = you.ask("PUT", path, {"status": "accepted", "vault_id": vault.id})
        assert (200, "accepted") == (answer[0], answer[1]["status"])

    listed = you.ask("GET", f"/v3/{you.project_id}/vaults?id={vault.id}")[1]["vaults"]
    assert [102_400 + 80 * 1024] == [vault["billing"]["used"] for vault in listed]
