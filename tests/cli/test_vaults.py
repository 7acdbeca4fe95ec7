"""`vaults`: the backup vaults that can hold full-server images, usable ones first."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.fake_service import MEMBER, TOKEN
from tests.support.run import Run, run_tool
from tests.support.terminal import run_at_terminal
from tests.support.vault_service import OTHER_VAULT, VAULT, VaultService, build_error, build_vault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.run import RunImgshare

THIRD = "c335f9e1-1628-4c64-a7be-38656e5ec19c"
FULL_ID = "d335f9e1-1628-4c64-a7be-38656e5ec19c"
NONE = (
    f"project {MEMBER} has no backup vault for servers; to get one, create a server backup vault with the protection "
    "type Backup in the console, under Cloud Backup and Recovery (pay-per-use vaults cost money)\n"
)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[VaultService]:
    """An image service and a backup service, and the tool pointed at both."""
    with VaultService() as service:
        service.enter(monkeypatch)
        yield service


def _parse(run: Run) -> Any:
    assert (0, "") == (run.code, run.err), run.err
    return json.loads(run.out)


def _list_many(service: VaultService) -> None:
    service.vaults = [
        build_vault(OTHER_VAULT, "[red]locked[/red]", 200, 512, status="lock"),
        build_vault(VAULT, "服务器备份", 100, 10_240),
        build_vault(FULL_ID, "full", 1, 2048),
        build_vault(THIRD, "large\x1b[2J", 2000, 0),
    ]


def test_piped(imgshare: RunImgshare, service: VaultService) -> None:
    """In a pipe, a line is a vault with its amounts in bytes: size comes in GB, and what is used in MB."""
    _list_many(service)

    assert Run(
        0,
        f"large\\u001b[2J\t{THIRD}\tavailable\t0\t{2000 << 30}\t{2000 << 30}\n"
        f"服务器备份\t{VAULT}\tavailable\t{10 << 30}\t{100 << 30}\t{90 << 30}\n"
        f"[red]locked[/red]\t{OTHER_VAULT}\tlock\t{512 << 20}\t{200 << 30}\t{(200 << 30) - (512 << 20)}\n"
        f"full\t{FULL_ID}\tavailable\t{2048 << 20}\t{1 << 30}\t0\n",
    ) == imgshare("vaults")
    assert [("GET", f"/backup/v3/{MEMBER}/vaults", TOKEN)] == [
        (*request[:2], request.token) for request in service.requests
    ]
    assert {"object_type": "server", "protect_type": "backup", "limit": "100", "offset": "0"} == service.requests[
        0
    ].query


@pytest.mark.parametrize("environ", [{}, {"NO_COLOR": "1"}], ids=str)
def test_at_a_terminal(service: VaultService, environ: dict[str, str]) -> None:
    """At a terminal it is a table in GiB, in which no name acts on the terminal."""
    _list_many(service)

    assert [
        "NAME               ID                                    STATUS     USED      SIZE         FREE",
        f"large\\u001b[2J     {THIRD}  available  0.0 GiB   2,000.0 GiB  2,000.0 GiB",
        f"服务器备份         {VAULT}  available  10.0 GiB  100.0 GiB    90.0 GiB",
        f"[red]locked[/red]  {OTHER_VAULT}  lock       0.5 GiB   200.0 GiB    199.5 GiB",
        f"full               {FULL_ID}  available  2.0 GiB   1.0 GiB      0.0 GiB",
    ] == run_at_terminal(200, "vaults", **environ).lines


def test_at_a_narrow_terminal(service: VaultService) -> None:
    """No ID is cut where the terminal is narrow, and a name of 10 KB is."""
    service.vaults = [build_vault(name="x" * 10_000)]

    code, lines, _ = run_at_terminal(80, "vaults")

    assert 0 == code
    assert VAULT in "".join(lines)
    assert len("".join(lines)) < 1000


def test_lines_at_a_narrow_terminal(service: VaultService) -> None:
    """Where the table does not fit, each ID is on a line of its own above its row, and no line passes the edge."""
    service.vaults = [build_vault(name="数据库-backups-of-production"), build_vault(OTHER_VAULT, name="[red]")]

    assert [
        "NAME                          ID  STATUS     USED     SIZE       FREE",
        f"                              {OTHER_VAULT}",
        "[red]                             available  0.0 GiB  100.0 GiB  100.0 GiB",
        f"                              {VAULT}",
        "数据库-backups-of-production      available  0.0 GiB  100.0 GiB  100.0 GiB",
    ] == run_at_terminal(80, "vaults").lines


def test_json(imgshare: RunImgshare, service: VaultService) -> None:
    """--json is an array of the API's objects as they came, in the same order."""
    _list_many(service)
    first, second, third, fourth = service.vaults

    assert [fourth, second, first, third] == _parse(imgshare("vaults", "--json"))


def test_none(imgshare: RunImgshare, service: VaultService) -> None:
    """Where there is none, people are told how to get one, and programs get an empty array."""
    service.vaults = []

    assert Run(0, "", NONE) == imgshare("vaults")
    assert Run(0, "[]\n") == imgshare("vaults", "--json")


@pytest.mark.parametrize("count", [None, 0, 1, 250, 9999, -1, "250", True, 1e300], ids=str)
def test_pages(imgshare: RunImgshare, service: VaultService, count: Any) -> None:
    """All pages are read, whatever `count` says, and each vault is there once although one is added meanwhile."""
    vaults = [build_vault(f"{number:08}-1628-4c64-a7be-38656e5ec19c") for number in range(250)]
    new = build_vault(OTHER_VAULT)

    def answer(request: Any) -> tuple[int, Any]:
        rows = vaults if request.query["offset"] == "0" else [new, *vaults]
        start = int(request.query["offset"])
        return 200, {"vaults": rows[start : start + 100]} | ({} if count is None else {"count": count})

    service.list_vaults = answer

    assert vaults == _parse(imgshare("vaults", "--json"))
    assert len(service.requests) <= 4


@pytest.mark.parametrize(
    "rows",
    [
        [build_vault(object_type="disk"), build_vault(OTHER_VAULT, protect_type="replication")],
        [{"id": VAULT}, {"id": OTHER_VAULT, "billing": []}, {"id": THIRD, "billing": {"object_type": "server"}}],
    ],
    ids=["of another kind", "without a kind"],
)
def test_what_was_not_asked_for(imgshare: RunImgshare, service: VaultService, rows: list[Any]) -> None:
    """What a service lists besides vaults for backups of servers is left out."""
    service.vaults = [*rows, build_vault(FULL_ID)]

    assert [build_vault(FULL_ID)] == _parse(imgshare("vaults", "--json"))


@pytest.mark.parametrize("amount", [-1, "100", None, True, [], 1 << 80, 1e200, {"a": 1}], ids=str)
def test_amounts_that_are_none(imgshare: RunImgshare, service: VaultService, amount: Any) -> None:
    """An amount that cannot be one is shown as unknown."""
    service.vaults = [build_vault(size=amount), build_vault(OTHER_VAULT, used=amount)]

    run = imgshare("vaults")

    assert {
        f"vault-8538\t{VAULT}\tavailable\t0\t-\t-",
        f"vault-8538\t{OTHER_VAULT}\tavailable\t-\t{100 << 30}\t-",
    } == set(run.out.splitlines())


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (200, {"vaults": [{"id": "../x"}]}, "8 the response is not from the backup API: a vault without a valid id"),
        (200, {"vaults": [None]}, "8 the response is not from the backup API: a vault without a valid id"),
        (200, {"vaults": {}}, "8 the response is not from the backup API: an object without a list of vaults"),
        (200, [], "8 the response is not from the backup API: a JSON array instead of an object"),
        (200, b"<html>", "8 the response is not from the backup API: not JSON but text/html, 6 bytes"),
        (302, {}, "8 the response is not from the backup API: 302 Found"),
        (404, b"<html>", "8 the response is not from the backup API: 404 Not Found"),
        (401, {}, "4 cannot list the backup vaults of project {}: the token from IMGSHARE_TOKEN was rejected"),
        (403, build_error("BackupService.9", "no"), "5 cannot list the backup vaults of project {}: "),
        (400, build_error("BackupService.6102", "no"), "7 cannot list the backup vaults of project {}: "),
    ],
)
def test_refusals(imgshare: RunImgshare, service: VaultService, status: int, body: Any, said: str) -> None:
    """What is not a list of vaults is an error that names the backup service."""
    service.list_vaults = lambda _request: (status, body)

    run = imgshare("vaults", "--retries", "0")

    code, _, message = said.format(MEMBER).partition(" ")
    assert (int(code), "") == (run.code, run.out)
    assert run.err.startswith(f"imgshare: {message}"), run.err


@pytest.mark.parametrize(
    ("body", "said", "hint"),
    [
        (
            {"error_msg": "no", "error_code": "APIGW.0302", "request_id": "0c0ffee0"},
            'the user lacks a permission: "no (APIGW.0302)"',
            "ask for a role that can read backup vaults, such as 'CBR ReadOnlyAccess'",
        ),
        (
            {"error_msg": "Policy doesn't allow cbr:vaults:list to be performed.", "error_code": "BackupService.0403"},
            (
                "the user lacks the permission cbr:vaults:list: \"Policy doesn't allow cbr:vaults:list to be "
                'performed. (BackupService.0403)"'
            ),
            "ask the administrator of your account for the IAM permission cbr:vaults:list in this project",
        ),
    ],
    ids=["of the gateway", "named"],
)
def test_a_missing_permission(imgshare: RunImgshare, service: VaultService, body: Any, said: str, hint: str) -> None:
    """A user who may not list vaults is told so, not that IMS refused."""
    service.list_vaults = lambda _request: (403, body)

    run = imgshare("vaults")

    assert (5, "") == (run.code, run.out)
    assert [
        f"imgshare: cannot list the backup vaults of project {MEMBER}: {said}",
        f"hint: {hint}",
    ] == run.err.splitlines()[:2]


def test_a_list_that_goes_nowhere(imgshare: RunImgshare, service: VaultService) -> None:
    """A service that gives the same page again and again, or another one for ever, is exit 8."""
    vaults = [build_vault(f"{number:08}-1628-4c64-a7be-38656e5ec19c") for number in range(100)]
    service.list_vaults = lambda _request: (200, {"vaults": vaults, "count": 500})
    assert Run(8, "", "imgshare: the list of backup vaults makes no progress\nhint: try again later\n") == imgshare(
        "vaults"
    )

    service.list_vaults = lambda request: (
        200,
        {"vaults": [build_vault(f"v{request.query['offset']}")], "count": 1 << 40},
    )
    run = imgshare("vaults")
    assert (8, "imgshare: the list of backup vaults does not end") == (run.code, run.err.splitlines()[0])
    assert len(service.requests) <= 210


@pytest.mark.parametrize("path", ["", "/", "/v3", "/v3/", f"/v3/{MEMBER}", f"/{MEMBER}", f"/v3/{'0' * 32}/"], ids=str)
def test_the_address_may_be_longer(
    imgshare: RunImgshare, service: VaultService, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """An address that ends with the version or a project's ID is used as well."""
    monkeypatch.setenv("IMGSHARE_VAULT_ENDPOINT", f"{service.vault_endpoint}{path}")

    assert [build_vault()] == _parse(imgshare("vaults", "--json"))
    assert f"/backup/v3/{MEMBER}/vaults" == service.requests[0].path


def test_the_address_beside_ims(imgshare: RunImgshare, service: VaultService, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where only the endpoint is known and its host is `ims.…`, the backup service is at `cbr.…`."""
    monkeypatch.delenv("IMGSHARE_VAULT_ENDPOINT")
    monkeypatch.setenv("IMGSHARE_ENDPOINT", "http://ims.eu-de.otc.example:8080/v2")
    monkeypatch.setenv("http_proxy", service.endpoint)

    assert [build_vault()] == _parse(imgshare("vaults", "--json", "--insecure-http"))
    asked = service.requests[0]
    assert ("cbr.eu-de.otc.example:8080", f"/v3/{MEMBER}/vaults") == (asked.host, asked.path)


@pytest.mark.parametrize("endpoint", ["http://localhost:1", "http://127.0.0.1:1/ims.x"])
def test_the_address_is_not_guessed(imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch, endpoint: str) -> None:
    """Where nothing names the backup service, the token goes nowhere."""
    monkeypatch.setenv("IMGSHARE_ENDPOINT", endpoint)
    monkeypatch.setenv("IMGSHARE_TOKEN", TOKEN)
    monkeypatch.setenv("IMGSHARE_PROJECT_ID", MEMBER)

    assert Run(
        3,
        "",
        "imgshare: the address of the backup service (CBR) is not known\n"
        "hint: set the address with IMGSHARE_VAULT_ENDPOINT; that of the profile is only for the profile's service\n",
    ) == imgshare("vaults")

    monkeypatch.delenv("IMGSHARE_ENDPOINT")
    imgshare("config", "set", "endpoint", endpoint)
    assert Run(
        3,
        "",
        "imgshare: the address of the backup service (CBR) is not known\n"
        "hint: set the address with IMGSHARE_VAULT_ENDPOINT, or with `imgshare config set vault_endpoint URL`\n",
    ) == imgshare("vaults")


def test_the_address_is_checked(imgshare: RunImgshare, service: VaultService, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain http to another machine is refused, as for every address."""
    monkeypatch.setenv("IMGSHARE_VAULT_ENDPOINT", "http://cbr.example.com")

    run = imgshare("vaults")

    assert (3, "imgshare: vault_endpoint http://cbr.example.com uses plain http") == (run.code, run.err[:63])
    assert [] == service.requests


def test_no_project(service: VaultService, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token alone does not say which project's vaults are meant; --project does."""
    monkeypatch.delenv("IMGSHARE_PROJECT_ID")

    assert Run(
        3,
        "",
        "imgshare: the project whose vaults are meant is not known\nhint: pass its ID with --project ID\n",
    ) == run_tool("vaults")
    assert [build_vault()] == run_tool("vaults", "--json", "--project", MEMBER).json()
    assert 1 == len(service.requests)
