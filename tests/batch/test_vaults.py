"""Batches with full-server images: the vault is found once, and each item that lacks one says so."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.fake_cloud import write_clouds
from tests.support.fake_service import IMAGE, MEMBER, build_member
from tests.support.fleet_cloud import FleetCloud, build_project_id, pick
from tests.support.run import Run, run_tool
from tests.support.vault_service import (
    OTHER_VAULT,
    PLAIN_IMAGE,
    VAULT,
    VaultService,
    build_error,
    build_full_server,
    build_vault,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.server import BaseHTTPRequestHandler

SECOND = "22222222-2222-4222-8222-222222222222"
ITEMS = f"{IMAGE}\n{PLAIN_IMAGE}\n{SECOND}\n".encode()
ACCEPT = ("accept", "--from", "-")
ONE = build_project_id(1)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[VaultService]:
    """Two full-server images and one that is none."""
    with VaultService() as service:
        service.enter(monkeypatch)
        service.images[SECOND] = build_full_server(SECOND)
        yield service


def _count(service: VaultService) -> dict[str, int]:
    calls = [vault for method, vault in service.calls if method == "PUT" or vault == "vaults"]
    return {vault: calls.count(vault) for vault in calls}


def test_a_vault_is_missing(service: VaultService) -> None:
    """Each item that needs a vault fails with the reason and the command; the vaults are listed once."""
    run = run_tool(*ACCEPT, "--json", stdin=ITEMS)

    outcomes = {one["image_id"]: one for one in map(json.loads, run.out.splitlines())}
    assert (9, "done") == (run.code, outcomes[PLAIN_IMAGE]["result"])
    hint = f"`imgshare accept --from - --json --vault {VAULT}` uses the vault 'vault-8538', 100.0 GiB free"
    for image in (IMAGE, SECOND):
        error = outcomes[image]["error"]
        assert ("failed", "vault", hint) == (outcomes[image]["result"], error["reason"], error["hint"])
    assert {"-": 3, "vaults": 1} == _count(service)


@pytest.mark.usefixtures("service")
def test_a_vault_is_missing_for_people() -> None:
    """The hint is there once for all items."""
    run = run_tool(*ACCEPT, stdin=ITEMS)

    assert 9 == run.code
    assert 1 == run.err.count(f"hint: `imgshare accept --from - --vault {VAULT}` uses the vault")
    assert 2 == run.out.count("it needs a backup vault, as full-server images do")


def test_the_stored_vault(service: VaultService, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stored vault goes with the items that need one, after the service has asked."""
    monkeypatch.setenv("IMGSHARE_VAULT_ID", OTHER_VAULT)

    assert [("done",)] * 3 == pick(run_tool(*ACCEPT, "--json", stdin=ITEMS), "result")
    assert {"-": 3, OTHER_VAULT: 2} == _count(service)


@pytest.mark.parametrize("wanted", ["vault-8538", "auto", VAULT])
def test_a_given_vault(service: VaultService, wanted: str) -> None:
    """A vault that is given goes with every item, and is found once, before the first."""
    run = run_tool(*ACCEPT, "--vault", wanted, "--json", stdin=ITEMS)

    assert ([("done",)] * 3, "") == (pick(run, "result"), run.err)
    assert {VAULT: 3} | ({} if wanted == VAULT else {"vaults": 1}) == _count(service)
    assert (wanted == VAULT) == (service.calls[0][0] == "PUT")


def test_a_vault_that_is_not_found(service: VaultService) -> None:
    """Where the given vault cannot be found, nothing is tried."""
    run = run_tool(*ACCEPT, "--vault", "nope", stdin=ITEMS)

    assert (6, "") == (run.code, run.out)
    assert {"vaults": 1} == _count(service)


def test_a_vault_for_glance(service: VaultService) -> None:
    """That the vault had no effect is said once."""
    service.request_id = "X-Openstack-Request-Id"

    run = run_tool(*ACCEPT, "--vault", VAULT, stdin=ITEMS)

    note = "note: --vault had no effect: the image service is Glance, which has no backup vaults"
    assert (0, 1) == (run.code, run.err.count(note))
    assert "" == run_tool(*ACCEPT, "--vault", VAULT, "--json", stdin=ITEMS).err


def test_a_dry_run(service: VaultService) -> None:
    """`--dry-run` looks for no vault."""
    assert 0 == run_tool(*ACCEPT, "--vault", "nope", "--dry-run", stdin=ITEMS).code
    assert {} == _count(service)


class _VaultFleet(FleetCloud):
    """A cloud whose images are all full servers, with vaults in each project.

    Attributes:
        vaults: the vaults of each project.
        listed: the project and the token of each list.
        accepted: the project and the vault of each accept.
    """

    def __init__(self) -> None:
        super().__init__()
        self.vaults: dict[str, list[Any]] = {}
        self.listed: list[tuple[str, str]] = []
        self.accepted: list[tuple[str, str | None]] = []

    def _reply(self, request: BaseHTTPRequestHandler, body: Any) -> tuple[int, Any, dict[str, str]]:
        parts = request.path.partition("?")[0].split("/")
        if parts[-1] == "vaults":
            token = request.headers.get("X-Auth-Token", "")
            self.listed.append((parts[-2], self._project_of_token.get(token, MEMBER)))
            rows = self.vaults.get(parts[-2], [])
            return 200, {"vaults": rows, "count": len(rows)}, {}
        if request.command == "PUT":
            vault = body.get("vault_id")
            self.accepted.append((parts[-1], vault))
            if vault not in [one["id"] for one in self.vaults.get(parts[-1], [])]:
                return 400, build_error("IMG.0184"), {"X-Request-Id": "r"}
            return 200, build_member("accepted", image_id=parts[-3], member_id=parts[-1]), {"X-Request-Id": "r"}
        return super()._reply(request, body)


@pytest.fixture
def fleet(monkeypatch: pytest.MonkeyPatch) -> Iterator[_VaultFleet]:
    """Three projects, each with vaults of its own, and the tool logged in to the first."""
    with _VaultFleet() as cloud:
        write_clouds(monkeypatch, otc=cloud.entry())
        monkeypatch.setenv("OS_CLOUD", "otc")
        monkeypatch.setenv("IMGSHARE_VAULT_ENDPOINT", cloud.address)
        cloud.vaults = {MEMBER: [build_vault()], ONE: [build_vault(OTHER_VAULT)], build_project_id(2): []}
        yield cloud


ALL = ("accept", "--from", "-", "--all-projects")
TWO_IMAGES = f"{IMAGE}\n{SECOND}\n".encode()


def test_auto_in_a_fleet(fleet: _VaultFleet) -> None:
    """`auto` takes the only vault of each project, which is listed once with the project's own token."""
    run = run_tool(*ALL, "--vault", "auto", stdin=TWO_IMAGES)

    assert 9 == run.code
    assert [MEMBER, MEMBER, ONE, ONE] == sorted((project for project, _ in fleet.accepted), reverse=True)
    assert {(MEMBER, VAULT), (ONE, OTHER_VAULT)} == set(fleet.accepted)
    assert sorted((project, project) for project in fleet.vaults) == sorted(fleet.listed)
    assert 1 == run.err.count(f"mine: used backup vault 'vault-8538' ({VAULT}), 100.0 GiB free\n")
    assert 1 == run.err.count(f"tenant-1: used backup vault 'vault-8538' ({OTHER_VAULT}), 100.0 GiB free\n")
    assert 2 == run.out.count("the project has no backup vault for servers")


def test_a_name_in_a_fleet(fleet: _VaultFleet) -> None:
    """A name means the vault of that name in each project."""
    run = run_tool(*ALL, "--vault", "vault-8538", "--json", stdin=TWO_IMAGES)

    assert (9, {(MEMBER, VAULT), (ONE, OTHER_VAULT)}) == (run.code, set(fleet.accepted))
    failed = [json.loads(line) for line in run.out.splitlines() if '"failed"' in line]
    assert {("tenant-2", "not_found", "vault")} == {
        (one["project_name"], one["error"]["code"], one["error"]["reason"]) for one in failed
    }


def test_a_vault_is_missing_in_a_fleet(fleet: _VaultFleet) -> None:
    """The hint is a command for the project, with its vault; its vaults are listed once."""
    run = run_tool(*ALL, "--json", stdin=TWO_IMAGES)

    hints = {(one["project_name"], one["error"]["hint"]) for one in map(json.loads, run.out.splitlines())}
    for name, vault in (("mine", VAULT), ("tenant-1", OTHER_VAULT)):
        command = f"`imgshare accept --from - --json --projects {name} --vault {vault}`"
        assert (name, f"{command} uses the vault 'vault-8538', 100.0 GiB free") in hints
    assert sorted((project, project) for project in fleet.vaults) == sorted(fleet.listed)


def test_the_stored_vault_in_a_fleet(fleet: _VaultFleet, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stored vault is that of the user's own project, and is sent for no other."""
    monkeypatch.setenv("IMGSHARE_VAULT_ID", VAULT)

    run = run_tool(*ALL, "--json", stdin=TWO_IMAGES)

    assert [("done", "mine")] * 2 == [one for one in pick(run, "result", "project_name") if one[0] == "done"]
    assert {(MEMBER, VAULT)} == {one for one in fleet.accepted if one[1]}


def test_another_clouds_token_stays_away(fleet: _VaultFleet, monkeypatch: pytest.MonkeyPatch) -> None:
    """IMGSHARE_VAULT_ENDPOINT is for one cloud: with --clouds no token travels there."""
    monkeypatch.delenv("OS_CLOUD")

    run = run_tool("accept", IMAGE, "--clouds", "otc", "--vault", "auto", "--json")

    [outcome] = [json.loads(line) for line in run.out.splitlines()]
    assert (9, []) == (run.code, fleet.listed)
    assert "the address of the backup service (CBR) is not known" in outcome["error"]["message"]


def test_the_backup_service_of_the_catalog(fleet: _VaultFleet, monkeypatch: pytest.MonkeyPatch) -> None:
    """The catalog that comes with a login names the backup service, with or without the project's ID."""
    monkeypatch.delenv("IMGSHARE_VAULT_ENDPOINT")
    issued = fleet._issued()  # noqa: SLF001
    endpoints = [
        {"id": "c", "interface": "public", "region": "one", "region_id": "one", "url": f"{fleet.address}/v3/{MEMBER}"},
        {"id": "d", "interface": "public", "region": "two", "region_id": "two", "url": "http://127.0.0.1:1"},
    ]
    issued["token"]["catalog"].append({"type": "cbr", "name": "cbr", "id": "c", "endpoints": endpoints})
    monkeypatch.setattr(fleet, "_issued", lambda: issued)

    assert Run(0, json.dumps([build_vault()]) + "\n") == run_tool("vaults", "--json")
    assert 9 == run_tool(*ALL, "--vault", "auto", stdin=TWO_IMAGES).code
    assert {(MEMBER, VAULT), (ONE, OTHER_VAULT)} == set(fleet.accepted)
