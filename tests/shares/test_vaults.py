"""`accept` of full-server images: which vault is sent, when, and what is said where one is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.fake_service import IMAGE, MEMBER
from tests.support.run import Run
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

    from tests.support.run import RunImgshare

THIRD = "c335f9e1-1628-4c64-a7be-38656e5ec19c"
REFUSED = (
    f"imgshare: cannot accept image {IMAGE} for project {MEMBER}: it needs a backup vault, as full-server images do"
)
QUOTE = ': "Failed to obtain the vault. (IMG.0184)"'
GET_ONE = (
    "create a server backup vault with the protection type Backup in the console, under Cloud Backup and Recovery "
    "(pay-per-use vaults cost money)"
)
PUT, LOOK, LIST = ("PUT", "-"), ("GET", "/v2/images/IMAGE"), ("GET", "vaults")


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[VaultService]:
    """IMS and its backup service, and the tool pointed at both."""
    with VaultService() as service:
        service.enter(monkeypatch)
        yield service


def test_an_id(imgshare: RunImgshare, service: VaultService) -> None:
    """An ID is sent as it is given, in one request, whatever vaults there are."""
    service.vaults = []

    assert "accepted" == imgshare("accept", IMAGE, "--vault", OTHER_VAULT.upper(), "--json").json()["status"]
    assert [("PUT", OTHER_VAULT.upper())] == service.calls


def test_a_plain_image(imgshare: RunImgshare, service: VaultService, monkeypatch: pytest.MonkeyPatch) -> None:
    """An image that needs no vault is accepted in one request, without the stored one."""
    monkeypatch.setenv("IMGSHARE_VAULT_ID", VAULT)

    assert "accepted" == imgshare("accept", PLAIN_IMAGE, "--json").json()["status"]
    assert [PUT] == service.calls


@pytest.mark.parametrize(
    ("wanted", "vaults", "chosen"),
    [
        ("vault-8538", [build_vault(), build_vault(OTHER_VAULT, "other")], VAULT),
        ("not-a-uuid", [build_vault("not-a-uuid", "x"), build_vault(name="y")], "not-a-uuid"),
        ("auto", [build_vault()], VAULT),
        ("auto", [build_vault(OTHER_VAULT, status="frozen"), build_vault()], VAULT),
        ("auto", [build_vault(OTHER_VAULT, object_type="disk"), build_vault(status="AVAILABLE")], VAULT),
        ("auto", [build_vault(OTHER_VAULT, used=100 * 1024), build_vault()], VAULT),
        ("auto", [build_vault(OTHER_VAULT, size=10), build_vault()], VAULT),
        ("auto", [build_vault(size=10, auto_expand=True)], VAULT),
        ("auto", [build_vault(size=None)], VAULT),
    ],
)
def test_names_and_auto(
    imgshare: RunImgshare, service: VaultService, wanted: str, vaults: list[Any], chosen: str
) -> None:
    """A name is looked up, and `auto` takes the only vault that can be used and is large enough: 40 GiB here."""
    service.images[IMAGE]["size"] = 40 << 30
    service.vaults = vaults

    assert "accepted" == imgshare("accept", IMAGE, "--vault", wanted, "--json").json()["status"]
    assert [LIST, *[LOOK] * (wanted == "auto"), ("PUT", chosen)] == service.calls


def test_auto_says_which(imgshare: RunImgshare, service: VaultService) -> None:
    """People are told which vault `auto` took."""
    service.vaults = [build_vault(name="[red]保险库", used=1024)]

    assert (
        f"note: using backup vault '[red]保险库' ({VAULT}), 99.0 GiB free\n"
        == imgshare("accept", IMAGE, "--vault", "auto").err
    )


LISTED = f"  {OTHER_VAULT}  'b'  usable, 200.0 GiB free\n  {VAULT}  'a'  usable, 100.0 GiB free\n"
TWO = [build_vault(name="a"), build_vault(OTHER_VAULT, "b", 200)]
LOCKED = build_vault(THIRD, "locked", status="lock")


@pytest.mark.parametrize(
    ("wanted", "vaults", "code", "said"),
    [
        (
            "auto",
            [*TWO, LOCKED],
            2,
            (
                f"imgshare: 2 backup vaults can be used, and auto takes one only where there is no other:\n{LISTED}"
                f"hint: use the ID of one: `imgshare accept {IMAGE} --vault ID`\n"
            ),
        ),
        ("auto", [], 7, f"imgshare: the project has no backup vault for servers\nhint: {GET_ONE}\n"),
        (
            "auto",
            [LOCKED, build_vault(size=10), build_vault(OTHER_VAULT, "full", 1, 1024)],
            7,
            (
                "imgshare: no backup vault of the project can be used:\n"
                f"  {THIRD}  'locked'  cannot be used: its status is lock\n"
                f"  {VAULT}  'vault-8538'  cannot be used: it has 10.0 GiB free, and the image takes 40.0 GiB\n"
                f"  {OTHER_VAULT}  'full'  cannot be used: it is full\n"
                f"hint: {GET_ONE}\n"
            ),
        ),
        (
            "c",
            TWO,
            6,
            (
                "imgshare: no backup vault of the project has the name or ID 'c'; these can be used:\n"
                f"{LISTED}hint: use the ID of one: `imgshare accept {IMAGE} --vault ID`\n"
            ),
        ),
        (
            "A",
            [LOCKED],
            6,
            f"imgshare: no backup vault of the project has the name or ID 'A'\nhint: {GET_ONE}\n",
        ),
        (
            "a",
            [build_vault(name="a"), build_vault(OTHER_VAULT, "a", 200), LOCKED],
            2,
            "imgshare: 2 backup vaults are named 'a':\n"
            + LISTED.replace("'b'", "'a'")
            + f"hint: use the ID of the one you mean: `imgshare accept {IMAGE} --vault ID`\n",
        ),
        (
            "locked",
            [*TWO, LOCKED],
            7,
            (
                f"imgshare: backup vault 'locked' ({THIRD}) cannot be used: its status is lock\n"
                "hint: `imgshare vaults` lists the vaults\n"
            ),
        ),
        ("", TWO, 2, "imgshare: --vault is empty\nhint: pass the ID or the name of a vault, or auto; or omit it\n"),
    ],
)
def test_no_vault_of_that_name(  # noqa: PLR0913, PLR0917
    imgshare: RunImgshare, service: VaultService, wanted: str, vaults: list[Any], code: int, said: str
) -> None:
    """What stands for none or for several vaults, or for one that cannot be used, changes nothing."""
    service.images[IMAGE]["__image_size"] = str(40 << 30)
    service.vaults = vaults

    assert Run(code, "", said) == imgshare("accept", IMAGE, "--vault", wanted)
    assert "PUT" not in [method for method, _ in service.calls]


def test_nothing_is_waited_for(imgshare: RunImgshare, service: VaultService) -> None:
    """A vault that does not exist is found out at once, also with --wait."""
    assert 6 == imgshare("accept", IMAGE, "--vault", "nope", "--wait", "1h").code
    assert [LIST] == service.calls


def test_the_stored_vault(imgshare: RunImgshare, service: VaultService, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the service asks for a vault, the stored one is sent in a second request."""
    monkeypatch.setenv("IMGSHARE_VAULT_ID", OTHER_VAULT)

    assert "accepted" == imgshare("accept", IMAGE, "--json").json()["status"]
    assert [PUT, ("PUT", OTHER_VAULT)] == service.calls


@pytest.mark.parametrize("code", ["IMG.0184", "IMG.0188", "IMG.0193", "BackupService.6112", "IMG.9999"])
def test_one(imgshare: RunImgshare, service: VaultService, code: str) -> None:
    """Where there is one vault, the error has the command with its ID; nothing is taken unasked."""
    service.missing_code = code

    run = imgshare("accept", IMAGE, MEMBER)

    command = f"`imgshare accept {IMAGE} {MEMBER} --vault {VAULT}`"
    assert (
        Run(
            7,
            "",
            f"{REFUSED}{QUOTE.replace('IMG.0184', code)}\n"
            f"hint: {command} uses the vault 'vault-8538', 100.0 GiB free\nrequest ID: req-1\n",
        )
        == run
    )
    assert [PUT, LOOK, LIST] == sorted(service.calls, key=[PUT, LOOK, LIST].index)
    assert 0 == imgshare(*command.strip("`").split()[1:]).code


def test_several(imgshare: RunImgshare, service: VaultService) -> None:
    """Where there are several and nobody to ask, the error lists them."""
    service.images[IMAGE]["size"] = 150 << 30
    service.vaults = [*TWO, LOCKED, build_vault("d335f9e1-1628-4c64-a7be-38656e5ec19c", "c", 300)]

    listed = (
        "  d335f9e1-1628-4c64-a7be-38656e5ec19c  'c'  usable, 300.0 GiB free\n"
        f"  {OTHER_VAULT}  'b'  usable, 200.0 GiB free\n"
        f"  {VAULT}  'a'  cannot be used: it has 100.0 GiB free, and the image takes 150.0 GiB\n"
        f"  {THIRD}  'locked'  cannot be used: its status is lock\n"
    )
    hint = f"hint: use the ID of one: `imgshare accept {IMAGE} --vault ID`\nrequest ID: req-1\n"
    assert Run(7, "", f"{REFUSED}{QUOTE}:\n{listed}{hint}") == imgshare("accept", IMAGE)


@pytest.mark.parametrize(
    ("vaults", "more"), [([], "; the project has none"), ([LOCKED], "; no backup vault of the project can be used")]
)
def test_none(imgshare: RunImgshare, service: VaultService, vaults: list[Any], more: str) -> None:
    """Where there is none, the error says how to get one, and is for programs, too."""
    service.vaults = vaults

    error = imgshare("accept", IMAGE, "--json").error()

    assert (GET_ONE, "vault", "refused", 400) == (error["hint"], error["reason"], error["code"], error["http_status"])
    assert f"{REFUSED}{more}{QUOTE}" == f"imgshare: {error['message']}".partition(f": {THIRD}")[0]


@pytest.mark.parametrize(
    "properties",
    [
        {"__whole_image": True},
        {"__whole_image": "TRUE"},
        {"__whole_image": "false", "__data_origin": "server_backup,b"},
        {"__data_origin": "server_backup"},
    ],
    ids=str,
)
def test_how_an_image_shows_that_it_is_a_server(
    imgshare: RunImgshare, service: VaultService, properties: dict[str, Any]
) -> None:
    """A code that says nothing of vaults is explained by the image."""
    service.images[IMAGE] = {"id": IMAGE, **properties}
    service.missing_code = "IMG.7777"

    assert "vault" == imgshare("accept", IMAGE, "--json").error()["reason"]


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"__whole_image": False, "__data_origin": ["server_backup"]}, "IMG.7777"),
        ({"__whole_image": None, "__data_origin": "instance,server_backup"}, "IMG.7777"),
        ({"__backup_id": "b"}, "IMG.7777"),
        ({"__whole_image": "true"}, "IMG.0088"),
        ({"__whole_image": "true"}, "IMG.0182"),
        ({"__whole_image": "true"}, "IMG.0030"),
    ],
    ids=str,
)
def test_other_refusals(imgshare: RunImgshare, service: VaultService, properties: dict[str, Any], code: str) -> None:
    """A refusal of another image, or one whose code says something else, is not about vaults."""
    service.images[IMAGE] = {"id": IMAGE, **properties}
    service.missing_code = code

    assert "vault" != imgshare("accept", IMAGE, "--json").error()["reason"]
    assert LIST not in service.calls


def test_glance_asks_for_no_vault(
    imgshare: RunImgshare, service: VaultService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refusal of Glance leads to no further request."""
    service.request_id = "X-Openstack-Request-Id"
    monkeypatch.setenv("IMGSHARE_VAULT_ID", VAULT)

    assert 7 == imgshare("accept", IMAGE).code
    assert [PUT] == service.calls


def test_a_vault_for_glance(imgshare: RunImgshare, service: VaultService) -> None:
    """People are told that a vault had no effect on a service that is not IMS."""
    service.request_id = "X-Openstack-Request-Id"

    run = imgshare("accept", IMAGE, "--vault", VAULT)

    assert (0, "note: --vault had no effect: the image service is Glance, which has no backup vaults\n") == (
        run.code,
        run.err,
    )
    assert "accepted" == imgshare("accept", IMAGE, "--vault", VAULT, "--json").json()["status"]


@pytest.mark.parametrize("stored", [True, False], ids=["stored", "given"])
@pytest.mark.parametrize(
    ("code", "said", "hint"),
    [
        (
            "IMG.0182",
            "has not enough room",
            "enlarge it, or use another one: `imgshare vaults` shows how much room each has",
        ),
        (
            "IMG.0185",
            "has not enough room",
            "enlarge it, or use another one: `imgshare vaults` shows how much room each has",
        ),
        ("IMG.0188", "cannot be used for it", "`imgshare vaults` lists the vaults, those that can be used first"),
    ],
)
def test_a_vault_that_is_refused(  # noqa: PLR0913, PLR0917
    imgshare: RunImgshare,
    service: VaultService,
    monkeypatch: pytest.MonkeyPatch,
    code: str,
    said: str,
    hint: str,
    stored: bool,  # noqa: FBT001
) -> None:
    """A refusal that is about the vault names it, and the command that lists the others."""
    service.refusal = 400, build_error(code, "No.")
    if stored:
        monkeypatch.setenv("IMGSHARE_VAULT_ID", VAULT)

    assert Run(
        7,
        "",
        f"imgshare: cannot accept image {IMAGE} for project {MEMBER}: the backup vault {VAULT} {said}: "
        f'"No. ({code})"\nhint: {hint}\nrequest ID: req-1\n',
    ) == imgshare("accept", IMAGE, *([] if stored else ["--vault", VAULT]))


def test_vaults_that_cannot_be_listed(imgshare: RunImgshare, service: VaultService) -> None:
    """Where the vaults cannot be listed, the error says why, and what to type with the ID of one."""
    service.list_vaults = lambda _request: (403, build_error("BackupService.9", "no"))

    run = imgshare("accept", IMAGE, "--json").error()

    assert run["message"].endswith(
        f"the vaults cannot be listed: cannot list the backup vaults of project {MEMBER}: "
        'forbidden: "no (BackupService.9)"'
    ), run
    assert run["hint"].startswith(f"`imgshare accept {IMAGE} --json --vault ID` accepts it with the vault of this ID; ")


def test_a_refused_list_is_no_refused_image(imgshare: RunImgshare, service: VaultService) -> None:
    """Where --vault cannot be looked up, nothing is asked about the image."""
    service.list_vaults = lambda _request: (403, build_error("BackupService.9", "no"))

    assert "vault" == imgshare("accept", IMAGE, "--vault", "x", "--json").error()["reason"]
    assert [LIST] == service.calls


def test_no_backup_service(imgshare: RunImgshare, service: VaultService, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing names the backup service, a name is not looked up, and the token goes nowhere else."""
    monkeypatch.delenv("IMGSHARE_VAULT_ENDPOINT")

    assert Run(
        3,
        "",
        "imgshare: cannot look up backup vault 'x': the address of the backup service (CBR) is not known\n"
        "hint: pass the ID of the vault; or set the address with IMGSHARE_VAULT_ENDPOINT; that of the profile is only "
        "for the profile's service\n",
    ) == imgshare("accept", IMAGE, "--vault", "x")
    assert [] == service.calls


def test_a_project_that_is_not_known(
    imgshare: RunImgshare, service: VaultService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where only the share tells the project, its vaults are looked at."""
    monkeypatch.delenv("IMGSHARE_PROJECT_ID")

    run = imgshare("accept", IMAGE)

    assert (7, True) == (run.code, f"--vault {VAULT}`" in run.err)
    assert f"/backup/v3/{MEMBER}/vaults" in [request.path for request in service.requests]


@pytest.mark.parametrize("command", ["reject", "reset"])
def test_only_accept_needs_one(imgshare: RunImgshare, service: VaultService, command: str) -> None:
    """`reject` and `reset` send no vault, and ask for none."""
    service.images[IMAGE] = build_full_server()

    assert 0 == imgshare(command, IMAGE, "--json").code
    assert [PUT] == service.calls
