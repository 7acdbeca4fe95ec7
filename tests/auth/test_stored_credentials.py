"""A credential that an earlier run kept: used while it is good, and replaced in time, once."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.fake_cloud import PASSWORD, USER, FakeCloud, keep, token_file, write_clouds, write_config
from tests.support.fake_service import IMAGE, MEMBER, TOKEN, build_member
from tests.support.run import Run, RunImgshare, run_tool

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCEPTED = Run(0, json.dumps(build_member()) + "\n")


def _in(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeCloud]:
    """A cloud that OS_CLOUD names; credentials are kept in files."""
    with FakeCloud() as cloud:
        write_clouds(monkeypatch, one=cloud.entry())
        write_config('[profiles.default]\ntoken_store = "file"\n')
        monkeypatch.setenv("OS_CLOUD", "one")
        yield cloud


@pytest.fixture
def accept(imgshare: RunImgshare) -> RunImgshare:
    """Accept the image for the member, with these options."""
    return lambda *options: imgshare("accept", IMAGE, MEMBER, "--json", *options)


def test_a_good_one_is_used_again(accept: RunImgshare, cloud: FakeCloud) -> None:
    """While nothing has changed, one login serves every run."""
    assert ACCEPTED == accept()
    assert ACCEPTED == accept()
    assert (["token-1", "token-1"], 1) == (cloud.tokens, len(cloud.logins))


@pytest.mark.parametrize(("seconds", "is_replaced"), [(90, True), (150, False)])
def test_one_that_expires(
    accept: RunImgshare,
    cloud: FakeCloud,
    seconds: float,
    is_replaced: bool,  # noqa: FBT001
) -> None:
    """A credential with less than two minutes left is replaced before it is used."""
    cloud.expires_at = _in(seconds)

    assert ACCEPTED == accept()
    assert ACCEPTED == accept()
    first, second = cloud.tokens
    assert is_replaced == (first != second)


@pytest.mark.parametrize(
    "changed",
    [
        {"OS_REGION_NAME": "two"},
        {"OS_INTERFACE": "internal"},
        {"OS_PROJECT_NAME": "another"},
        {"OS_CLIENT_SECURE_FILE": "secure.yaml"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_settings_that_changed(
    accept: RunImgshare, cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch, changed: dict[str, str]
) -> None:
    """A credential that was got with other settings is not used."""
    assert ACCEPTED == accept()
    for name, value in changed.items():
        monkeypatch.setenv(name, value)

    assert ACCEPTED == accept()
    assert ["token-1", "token-2"] == cloud.tokens


@pytest.mark.parametrize("key", ["region", "interface", "endpoint"])
def test_a_profile_that_changed(
    accept: RunImgshare, cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    """A region, an interface or an endpoint that was put into the profile asks for a new login."""
    monkeypatch.delenv("OS_CLOUD")
    profile = '[profiles.default]\ncloud = "one"\ntoken_store = "file"\n'
    value = {"region": "two", "interface": "internal", "endpoint": cloud.endpoint("two")}[key]
    write_config(profile)
    assert ACCEPTED == accept()
    write_config(f'{profile}{key} = "{value}"\n')

    assert ACCEPTED == accept()
    assert ["token-1", "token-2"] == cloud.tokens
    assert "one-public" != cloud.requests[-1].place


def test_a_clouds_yaml_that_changed(accept: RunImgshare, cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change of clouds.yaml, as to another user, leads to a new login."""
    assert ACCEPTED == accept()
    entry = cloud.entry()
    entry["auth"]["username"] = "somebody-else"
    write_clouds(monkeypatch, one=entry)

    assert ACCEPTED == accept()
    assert ["token-1", "token-2"] == cloud.tokens


def test_a_file_that_appears(accept: RunImgshare, cloud: FakeCloud) -> None:
    """A file with a password for the cloud, put into its usual place, asks for a new login."""
    assert ACCEPTED == accept()
    place = Path(os.environ["XDG_CONFIG_HOME"], "openstack", "secure.yaml")
    place.parent.mkdir()
    place.write_text("{}")

    assert ACCEPTED == accept()
    assert ["token-1", "token-2"] == cloud.tokens


def test_a_password_that_changed(accept: RunImgshare, cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new OS_PASSWORD is no other login, and nothing of it is kept."""
    monkeypatch.delenv("OS_CLOUD")
    for name, value in {
        "AUTH_URL": cloud.auth_url,
        "USERNAME": USER,
        "PASSWORD": PASSWORD,
        "PROJECT_NAME": "mine",
        "USER_DOMAIN_NAME": "Default",
        "PROJECT_DOMAIN_NAME": "Default",
        "REGION_NAME": "one",
    }.items():
        monkeypatch.setenv(f"OS_{name}", value)
    assert ACCEPTED == accept()
    monkeypatch.setenv("OS_PASSWORD", "the-new-one")

    assert ACCEPTED == accept()
    assert ["token-1", "token-1"] == cloud.tokens
    [kept] = token_file().parent.glob("default*")
    assert PASSWORD not in kept.read_text()


def test_each_cloud_has_its_own(accept: RunImgshare, cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """Going from one cloud to another and back logs in to each once."""
    write_clouds(monkeypatch, one=cloud.entry(), two=cloud.entry(region_name="two"))

    for name in ("one", "two", "one", "two"):
        assert ACCEPTED == accept("--cloud", name)
    assert ["token-1", "token-2", "token-1", "token-2"] == cloud.tokens


def test_one_that_the_service_refuses(accept: RunImgshare, cloud: FakeCloud) -> None:
    """A kept credential that was revoked is replaced in the same run, and the new one is kept."""
    assert ACCEPTED == accept()
    cloud.refused.add("token-1")

    assert ACCEPTED == accept()
    assert ACCEPTED == accept()
    assert ["token-1", "token-1", "token-2", "token-2"] == cloud.tokens


def test_a_new_one_that_the_service_refuses(accept: RunImgshare, cloud: FakeCloud) -> None:
    """A service that refuses the new token, too, is not asked a third time."""
    cloud.refused |= {"token-1", "token-2", "token-3"}

    error = accept().error()

    assert ("auth", 401) == (error["code"], error["http_status"])
    assert (["token-1", "token-2"], 2) == (cloud.tokens, len(cloud.logins))


def _images(count: int) -> list[dict[str, Any]]:
    return [
        {
            "id": f"{number:08x}-0000-4000-8000-000000000000",
            "name": f"image-{number:02}",
            "owner": "owner",
            "visibility": "shared",
            "created_at": "2026-01-01T00:00:00Z",
        }
        for number in range(count)
    ]


def test_a_login_takes_no_time_from_the_request(accept: RunImgshare, cloud: FakeCloud) -> None:
    """After a 401 and a slow login, the request has all its time and retries, as if it were new."""
    assert ACCEPTED == accept()
    cloud.refused.add("token-1")
    cloud.login_seconds, cloud.unavailable = 1.5, 1

    assert ACCEPTED == accept("--timeout", "3")
    assert ["token-1", "token-1", "token-2", "token-2"] == cloud.tokens


def test_many_workers_and_one_login(imgshare: RunImgshare, cloud: FakeCloud) -> None:
    """Of eight workers that are refused with one token, one logs in, and the others use what it got."""
    cloud.images = _images(24)
    assert 0 == imgshare("list").code
    requests = len(cloud.requests)
    cloud.refused_for_members.add("token-1")

    listed = imgshare("list", "--quiet", "--sort", "shared")

    assert Run(0, "".join(f"{image['id']}\n" for image in cloud.images)) == listed
    assert 2 == len(cloud.logins)
    assert {"token-1", "token-2"} == set(cloud.tokens[requests:])


def test_many_workers_and_a_new_token_that_is_refused(cloud: FakeCloud) -> None:
    """Where the service refuses the new token as well, no worker logs in again with it."""
    # In a process of its own, with whose end the connections of the other workers are closed.
    cloud.images = _images(60)
    cloud.refused_for_members |= {f"token-{number}" for number in range(100)}

    assert "auth" == run_tool("list", "--long", "--json", "--sort", "name").error()["code"]
    assert 2 == len(cloud.logins)


def test_a_token_of_the_environment_is_not_replaced(
    accept: RunImgshare, cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the service refuses the token that was given, nobody logs in with the cloud instead."""
    monkeypatch.setenv("IMGSHARE_TOKEN", TOKEN)
    monkeypatch.setenv("IMGSHARE_ENDPOINT", cloud.endpoint())
    cloud.refused.add(TOKEN)

    assert "auth" == accept().error()["code"]
    assert ([TOKEN], []) == (cloud.tokens, cloud.logins)


def _kept(cloud: FakeCloud, **other: Any) -> dict[str, Any]:
    return {"secret": "kept", "endpoint": cloud.endpoint(), "project_id": MEMBER, **other}


@pytest.mark.usefixtures("cloud")
def test_one_that_a_person_must_renew(imgshare: RunImgshare, cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """What has expired is not sent; the error is exit 4 and names the command that logs in again."""
    monkeypatch.delenv("OS_CLOUD")
    keep(_kept(cloud, expires_at=_in(3600)))
    assert 0 == imgshare("accept", IMAGE, MEMBER).code
    again = "imgshare login --auth-url https://iam.example/v3 --username me"
    keep(_kept(cloud, expires_at=_in(-1), again=again))

    assert Run(4, "", f"imgshare: the token of profile 'default' has expired\nhint: run `{again}`\n") == imgshare(
        "accept", IMAGE, MEMBER
    )
    assert ["kept"] == cloud.tokens


def test_an_application_credential(accept: RunImgshare, cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was got with an application credential is renewed with it, without a person, and kept."""
    monkeypatch.delenv("OS_CLOUD")
    renewal = {"auth_url": cloud.auth_url, "application_credential_id": "i", "application_credential_secret": "s"}
    keep(_kept(cloud, expires_at=_in(-1), auth_url=cloud.auth_url, renewal=renewal))

    assert ACCEPTED == accept()
    assert ACCEPTED == accept()
    assert (["token-1", "token-1"], 1) == (cloud.tokens, len(cloud.logins))
    assert {"id": "i", "secret": "s"} == cloud.logins[0]["auth"]["identity"]["application_credential"]


def test_one_for_another_endpoint(imgshare: RunImgshare, cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kept token is not sent to an endpoint that a variable or an option names instead."""
    monkeypatch.delenv("OS_CLOUD")
    keep(_kept(cloud))
    elsewhere = cloud.endpoint("elsewhere")
    refused = Run(
        4,
        "",
        f"imgshare: the token of profile 'default' is for {cloud.endpoint()}, not {elsewhere}\n"
        f"hint: run `imgshare login --profile default --endpoint {elsewhere}`, or set IMGSHARE_TOKEN\n",
    )

    assert refused == imgshare("accept", IMAGE, MEMBER, "--endpoint", elsewhere)
    monkeypatch.setenv("IMGSHARE_ENDPOINT", elsewhere)
    assert refused == imgshare("accept", IMAGE, MEMBER)
    assert [] == cloud.requests


def test_one_without_an_end_is_not_kept(accept: RunImgshare, cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that asks for no token gives nothing to keep."""
    endpoint = cloud.endpoint()
    write_clouds(monkeypatch, one={"auth_type": "none", "auth": {"endpoint": endpoint}})

    assert ACCEPTED == accept()
    assert ["notused"] == cloud.tokens
    assert [] == list(token_file().parent.glob("default*"))


def test_one_that_the_service_refuses_and_a_person_must_renew(
    imgshare: RunImgshare, cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hint of a refused token is the command that got it."""
    monkeypatch.delenv("OS_CLOUD")
    again = "imgshare login --auth-url https://iam.example/v3 --username me"
    keep(_kept(cloud, again=again))
    cloud.refused.add("kept")

    run = imgshare("accept", IMAGE, MEMBER)

    assert (4, f"hint: log in again: `{again}`; if the token is new, the identity service may be down") == (
        run.code,
        run.err.splitlines()[1],
    )
