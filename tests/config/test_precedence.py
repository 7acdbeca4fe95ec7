"""Where a setting is named in several places, the requests show which of them won."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.fake_cloud import PASSWORD, USER, FakeCloud, write_clouds, write_config
from tests.support.fake_service import IMAGE, MEMBER, TOKEN, build_member
from tests.support.run import Run, RunImgshare
from tests.support.vault_service import VAULT, VaultService, build_vault

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCEPTED = Run(0, json.dumps(build_member()) + "\n")


@pytest.fixture
def one() -> Iterator[FakeCloud]:
    """A cloud."""
    with FakeCloud() as cloud:
        yield cloud


@pytest.fixture
def other() -> Iterator[FakeCloud]:
    """Another cloud."""
    with FakeCloud() as cloud:
        yield cloud


@pytest.fixture
def accept(imgshare: RunImgshare) -> RunImgshare:
    """Accept the image for the member, with these options."""
    return lambda *options: imgshare("accept", IMAGE, MEMBER, "--json", *options)


def _set(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(
    ("flag", "variable", "file"),
    [("one", "other", "other"), (None, "one", "other"), (None, None, "one")],
    ids=["--cloud", "OS_CLOUD", "profile"],
)
def test_cloud(  # noqa: PLR0913, PLR0917
    accept: RunImgshare,
    one: FakeCloud,
    other: FakeCloud,
    monkeypatch: pytest.MonkeyPatch,
    flag: str | None,
    variable: str | None,
    file: str,
) -> None:
    """--cloud wins over OS_CLOUD, which wins over the profile's cloud; nobody logs in to the other one."""
    write_clouds(monkeypatch, one=one.entry(), other=other.entry())
    write_config(f'[profiles.default]\ncloud = "{file}"\ntoken_store = "file"\n')
    if variable:
        monkeypatch.setenv("OS_CLOUD", variable)

    assert ACCEPTED == accept(*(["--cloud", flag] if flag else []))
    assert (["token-1"], [], []) == (one.tokens, other.logins, other.requests)


def test_a_cloud_and_a_token(accept: RunImgshare, one: FakeCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token in the environment wins over OS_CLOUD and the profile's cloud, but not over --cloud."""
    write_clouds(monkeypatch, one=one.entry())
    write_config('[profiles.default]\ncloud = "one"\ntoken_store = "file"\n')
    _set(monkeypatch, IMGSHARE_TOKEN=TOKEN, IMGSHARE_ENDPOINT=one.endpoint())

    assert ACCEPTED == accept()
    monkeypatch.setenv("OS_CLOUD", "one")
    assert ACCEPTED == accept()
    assert ([TOKEN, TOKEN], []) == (one.tokens, one.logins)
    assert ACCEPTED == accept("--cloud", "one")
    assert [TOKEN, TOKEN, "token-1"] == one.tokens


@pytest.mark.parametrize(
    "who",
    [
        {"OS_USERNAME": USER},
        {"OS_USER_ID": "u"},
        {"OS_AUTH_TYPE": "password", "OS_USERNAME": USER},
        {
            "OS_AUTH_TYPE": "v3applicationcredential",
            "OS_APPLICATION_CREDENTIAL_ID": "id",
            "OS_APPLICATION_CREDENTIAL_SECRET": "secret",
        },
    ],
    ids=lambda who: next(iter(who)),
)
def test_variables_and_the_profiles_cloud(
    accept: RunImgshare,
    one: FakeCloud,
    other: FakeCloud,
    monkeypatch: pytest.MonkeyPatch,
    who: dict[str, str],
) -> None:
    """What an openrc sets wins over the profile's cloud and the profile's endpoint, whatever names the user."""
    write_clouds(monkeypatch, other=other.entry())
    write_config(f'[profiles.default]\ncloud = "other"\nendpoint = "{other.endpoint()}"\ntoken_store = "file"\n')
    _set(monkeypatch, OS_AUTH_URL=one.auth_url, OS_REGION_NAME="one", **who)
    if "OS_APPLICATION_CREDENTIAL_ID" not in who:
        _set(monkeypatch, OS_PASSWORD=PASSWORD, OS_PROJECT_NAME="mine", OS_PROJECT_DOMAIN_NAME="Default")
    if "OS_USERNAME" in who:
        _set(monkeypatch, OS_USER_DOMAIN_NAME="Default")

    assert ACCEPTED == accept()
    assert (["token-1"], [], []) == (one.tokens, other.logins, other.requests)


def test_variables_of_other_kinds(
    imgshare: RunImgshare, one: FakeCloud, other: FakeCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OS_AUTH_TYPE or an application credential beside OS_AUTH_URL is a login, too, and no other is made instead."""
    write_config('[profiles.default]\ncloud = "other"\ntoken_store = "file"\n')
    monkeypatch.setenv("OS_AUTH_URL", one.auth_url)
    with monkeypatch.context() as inside:
        _set(inside, OS_AUTH_TYPE="none", OS_ENDPOINT=one.endpoint())
        assert ACCEPTED == imgshare("accept", IMAGE, MEMBER, "--json")
    write_clouds(monkeypatch, other=other.entry())
    with monkeypatch.context() as inside:
        _set(inside, OS_APPLICATION_CREDENTIAL_ID="id", OS_APPLICATION_CREDENTIAL_SECRET="secret")
        assert "config" == imgshare("accept", IMAGE, MEMBER, "--json").error()["code"]
    assert (["notused"], [], []) == (one.tokens, other.logins, other.requests)


def test_an_address_without_a_user(
    accept: RunImgshare, one: FakeCloud, other: FakeCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OS_AUTH_URL alone is no login: the profile's cloud is used."""
    write_clouds(monkeypatch, one=one.entry())
    write_config('[profiles.default]\ncloud = "one"\ntoken_store = "file"\n')
    monkeypatch.setenv("OS_AUTH_URL", other.auth_url)

    assert ACCEPTED == accept()
    assert (["token-1"], []) == (one.tokens, other.logins)


@pytest.mark.parametrize(
    ("variables", "profile", "place"),
    [
        ({"OS_REGION_NAME": "two"}, 'region = "one"', "two-public"),
        ({}, 'region = "two"', "two-public"),
        ({"OS_INTERFACE": "internal"}, 'interface = "public"', "one-internal"),
        ({}, 'interface = "internal"', "one-internal"),
    ],
    ids=["OS_REGION_NAME", "region", "OS_INTERFACE", "interface"],
)
def test_region_and_interface(  # noqa: PLR0913, PLR0917
    accept: RunImgshare,
    one: FakeCloud,
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    profile: str,
    place: str,
) -> None:
    """A region or an interface of the environment wins over the profile's, which wins over clouds.yaml's."""
    write_clouds(monkeypatch, one=one.entry())
    write_config(f'[profiles.default]\ncloud = "one"\ntoken_store = "file"\n{profile}\n')
    _set(monkeypatch, **variables)

    assert ACCEPTED == accept()
    assert [place] == [request.place for request in one.requests]


def test_endpoint(accept: RunImgshare, one: FakeCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """--endpoint wins over IMGSHARE_ENDPOINT, which wins over OS_IMAGE_ENDPOINT_OVERRIDE and the profile's endpoint."""
    write_config(f'[profiles.default]\nendpoint = "{one.endpoint("file")}"\n')
    monkeypatch.setenv("IMGSHARE_TOKEN", TOKEN)

    assert ACCEPTED == accept()
    monkeypatch.setenv("OS_IMAGE_ENDPOINT_OVERRIDE", one.endpoint("openstack"))
    assert ACCEPTED == accept()
    monkeypatch.setenv("IMGSHARE_ENDPOINT", one.endpoint("ours"))
    assert ACCEPTED == accept()
    assert ACCEPTED == accept("--endpoint", one.endpoint("flag"))
    assert ["file-public", "openstack-public", "ours-public", "flag-public"] == [one.place for one in one.requests]


def test_another_clouds_token_stays_away_from_the_profiles_endpoint(
    accept: RunImgshare, one: FakeCloud, other: FakeCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The profile's endpoint is for the profile's cloud: a token of another cloud is not sent there."""
    write_clouds(monkeypatch, one=one.entry(), other=other.entry())
    write_config(f'[profiles.default]\ncloud = "other"\nendpoint = "{other.endpoint()}"\ntoken_store = "file"\n')

    assert ACCEPTED == accept("--cloud", "one")
    assert (["token-1"], []) == (one.tokens, other.requests)


def test_profile(accept: RunImgshare, one: FakeCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """--profile wins over IMGSHARE_PROFILE, which wins over default_profile."""
    profiles = [f'[profiles.{name}]\nendpoint = "{one.endpoint(name)}"\n' for name in ("flag", "variable", "file")]
    write_config("".join(['default_profile = "file"\n', *profiles]))
    monkeypatch.setenv("IMGSHARE_TOKEN", TOKEN)

    assert ACCEPTED == accept()
    monkeypatch.setenv("IMGSHARE_PROFILE", "variable")
    assert ACCEPTED == accept()
    assert ACCEPTED == accept("--profile", "flag")
    assert ["file-public", "variable-public", "flag-public"] == [request.place for request in one.requests]


def test_token(accept: RunImgshare, one: FakeCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """IMGSHARE_TOKEN wins over OS_TOKEN, which wins over the profile's token."""
    write_config(f'[profiles.default]\nendpoint = "{one.endpoint()}"\ntoken = "from-the-file"\ntoken_store = "file"\n')

    assert ACCEPTED == accept()
    monkeypatch.setenv("OS_TOKEN", "from-openstack")
    assert ACCEPTED == accept()
    monkeypatch.setenv("IMGSHARE_TOKEN", "from-ours")
    assert ACCEPTED == accept()
    assert ["from-the-file", "from-openstack", "from-ours"] == one.tokens


def test_vault(imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the service asks for a vault, --vault wins over IMGSHARE_VAULT_ID, which wins over the profile's vault."""
    with VaultService() as service:
        service.enter(monkeypatch)
        write_config('[profiles.default]\nvault_id = "file"\n')

        assert 0 == imgshare("accept", IMAGE).code
        assert 0 == imgshare("accept", IMAGE, "--vault", VAULT).code
        monkeypatch.setenv("IMGSHARE_VAULT_ID", "variable")
        assert 0 == imgshare("accept", IMAGE).code
        assert 0 == imgshare("accept", IMAGE, "--vault", VAULT).code
    assert [("PUT", vault) for vault in ("-", "file", VAULT, "-", "variable", VAULT)] == service.calls


def test_vault_endpoint(imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch) -> None:
    """IMGSHARE_VAULT_ENDPOINT wins over the profile's vault_endpoint, which is for the profile's own endpoint alone."""
    with VaultService() as service, VaultService() as other:
        service.enter(monkeypatch)
        other.vaults = []
        monkeypatch.delenv("IMGSHARE_ENDPOINT")
        write_config(
            f'[profiles.default]\nendpoint = "{service.endpoint}"\nvault_endpoint = "{other.vault_endpoint}"\n'
        )

        assert [build_vault()] == imgshare("vaults", "--json").json()
        monkeypatch.delenv("IMGSHARE_VAULT_ENDPOINT")
        assert [] == imgshare("vaults", "--json").json()
        other.requests.clear()
        elsewhere = imgshare("vaults", "--endpoint", "http://127.0.0.1:1")
    assert (3, "imgshare: the address of the backup service (CBR) is not known") == (
        elsewhere.code,
        elsewhere.err.splitlines()[0],
    )
    assert [] == other.requests


def test_project(imgshare: RunImgshare, one: FakeCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """MEMBER wins over --project, which wins over IMGSHARE_PROJECT_ID, OS_PROJECT_ID and the profile's project."""
    write_config(f'[profiles.default]\nendpoint = "{one.endpoint()}"\nproject_id = "file"\n')
    monkeypatch.setenv("IMGSHARE_TOKEN", TOKEN)

    assert 0 == imgshare("accept", IMAGE).code
    monkeypatch.setenv("OS_PROJECT_ID", "openstack")
    assert 0 == imgshare("accept", IMAGE).code
    monkeypatch.setenv("IMGSHARE_PROJECT_ID", "ours")
    assert 0 == imgshare("accept", IMAGE).code
    assert 0 == imgshare("accept", IMAGE, "--project", "flag").code
    assert 0 == imgshare("accept", IMAGE, "argument", "--project", "flag").code
    members = [request.path.rpartition("/")[2] for request in one.requests]
    assert ["file", "openstack", "ours", "flag", "argument"] == members
