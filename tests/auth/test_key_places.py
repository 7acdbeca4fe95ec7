"""Which hosts a request with an access key is sent to."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.fake_service import IMAGE, MEMBER
from tests.support.key_cloud import KEY, SECRET
from tests.support.refusing_proxy import RefusingProxy
from tests.support.run import Run, run_tool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.run import RunImgshare

OWN = {"IMGSHARE_ACCESS_KEY": KEY, "IMGSHARE_SECRET_KEY": SECRET}
SDK = {"HUAWEICLOUD_SDK_AK": KEY, "HUAWEICLOUD_SDK_SK": SECRET}
WITH_PROJECT = {"IMGSHARE_PROJECT_ID": MEMBER}
OTC = "otc.t-systems.com:443"


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[RefusingProxy]:
    """A proxy that writes down which hosts are asked for."""
    with RefusingProxy() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.endpoint)
        yield proxy


def write_profile(text: str) -> None:
    """Write the settings of the default profile."""
    folder = Path(os.environ["XDG_CONFIG_HOME"], "imgshare")
    folder.mkdir()
    (folder / "config.toml").write_text(f"[profiles.default]\n{text}")


@pytest.mark.parametrize("key", [OWN, SDK], ids=["own", "sdk"])
@pytest.mark.parametrize(
    ("environ", "profile", "host"),
    [
        ({"OS_REGION_NAME": "eu-de", **WITH_PROJECT}, "", f"ims.eu-de.{OTC}"),
        ({"OS_REGION_NAME": "eu-de"}, "", f"iam.eu-de.{OTC}"),
        ({"OS_REGION_NAME": "eu-ch2"}, "", f"iam-pub.eu-ch2.sc.{OTC}"),
        ({"OS_REGION_NAME": "cn-north-11"}, "", "iam.myhuaweicloud.com:443"),
        (WITH_PROJECT, 'region = "eu-nl"\n', f"ims.eu-nl.{OTC}"),
        ({"OS_REGION_NAME": "eu-de", **WITH_PROJECT}, 'region = "eu-nl"\n', f"ims.eu-de.{OTC}"),
        (
            {"OS_REGION_NAME": "eu-de", **WITH_PROJECT},
            'region = "eu-nl"\nendpoint = "https://ims.eu-nl.otc.t-systems.com"\n',
            f"ims.eu-de.{OTC}",
        ),
        (
            # The project of the profile is in its region, so that this one's has to be found.
            {"OS_REGION_NAME": "eu-de"},
            f'region = "eu-nl"\nproject_id = "{MEMBER}"\n',
            f"iam.eu-de.{OTC}",
        ),
        (
            {"OS_REGION_NAME": "eu-de"},
            f'endpoint = "https://ims.eu-de.otc.t-systems.com/v2/"\nproject_id = "{MEMBER}"\n',
            f"ims.eu-de.{OTC}",
        ),
        ({"OS_REGION_NAME": "eu-de"}, f'project_id = "{MEMBER}"\n', f"ims.eu-de.{OTC}"),
        (
            {"OS_REGION_NAME": "elsewhere", **WITH_PROJECT},
            'endpoint = "https://ims.cloud.example"\n',
            "ims.cloud.example:443",
        ),
        ({"OS_REGION_NAME": "elsewhere"}, 'endpoint = "https://ims.cloud.example"\n', "iam.cloud.example:443"),
        (
            {"OS_REGION_NAME": "one", "OS_AUTH_URL": "https://keystone.one.cloud.example/v3"},
            'endpoint = "https://ims.one.cloud.example"\n',
            "keystone.one.cloud.example:443",
        ),
        (
            {"OS_REGION_NAME": "one", "OS_AUTH_URL": "https://keystone.evil.example/v3"},
            'endpoint = "https://ims.one.cloud.example"\n',
            "iam.one.cloud.example:443",
        ),
    ],
)
def test_the_first_host(  # noqa: PLR0913, PLR0917
    imgshare: RunImgshare,
    monkeypatch: pytest.MonkeyPatch,
    proxy: RefusingProxy,
    key: dict[str, str],
    environ: dict[str, str],
    profile: str,
    host: str,
) -> None:
    """What is named comes first, then the region, then the host of the image service."""
    write_profile(profile)
    for name, value in {**key, **environ}.items():
        monkeypatch.setenv(name, value)

    assert 8 == imgshare("accept", IMAGE, MEMBER, "--retries", "0").code
    assert [host] == proxy.wanted


def test_the_backup_service_of_another_region(
    imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch, proxy: RefusingProxy
) -> None:
    """The backup service of the profile is not asked about vaults of another region."""
    write_profile('region = "eu-nl"\nvault_endpoint = "https://cbr.eu-nl.example"\n')
    for name, value in {**OWN, **WITH_PROJECT, "OS_REGION_NAME": "eu-de"}.items():
        monkeypatch.setenv(name, value)

    assert 8 == imgshare("vaults", "--retries", "0").code
    assert [f"cbr.eu-de.{OTC}"] == proxy.wanted


def test_no_region(imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a region and an image service, the error says what to set."""
    for name, value in OWN.items():
        monkeypatch.setenv(name, value)

    assert Run(
        3,
        "",
        "imgshare: no region and no image service are configured for the access key\n"
        "hint: set OS_REGION_NAME (such as eu-de) or IMGSHARE_ENDPOINT, or pass --endpoint URL\n",
    ) == imgshare("accept", IMAGE, MEMBER)


def test_nobody_to_ask_for_the_project(imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch) -> None:
    """An image service that tells nothing about its cloud needs the project's ID."""
    for name, value in {**OWN, "IMGSHARE_ENDPOINT": "https://images.example"}.items():
        monkeypatch.setenv(name, value)

    assert Run(
        3,
        "",
        "imgshare: the project of the access key is not known\n"
        "hint: name the project: --project ID, or IMGSHARE_PROJECT_ID; or the region that has its name: "
        "OS_REGION_NAME, or --region NAME to log in\n",
    ) == imgshare("accept", IMAGE, MEMBER)


@pytest.mark.parametrize("url", ["ftp://iam.example", "http://iam.example", "https://me:secret@iam.example"])
def test_an_identity_service_that_cannot_be_used(proxy: RefusingProxy, url: str) -> None:
    """An address that would not protect the signed request is refused before the secret is read."""
    write_profile('token_store = "file"\n')
    run = run_tool("login", "--access-key", KEY, "--region", "eu-de", "--auth-url", url, stdin=SECRET.encode())

    assert (3, "", [], False) == (run.code, run.out, proxy.wanted, "secret@" in run.err)


def test_a_hint_without_a_login(imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is not logged in to an IMS is told of access keys."""
    write_profile('token_store = "file"\n')
    monkeypatch.setenv("IMGSHARE_ENDPOINT", "https://ims.eu-de.otc.t-systems.com")

    assert Run(
        4,
        "",
        "imgshare: not logged in: IMGSHARE_TOKEN is not set, and no token is stored for profile 'default'\n"
        "hint: run `imgshare login`, or set OS_CLOUD, or IMGSHARE_TOKEN, or IMGSHARE_ACCESS_KEY and "
        "IMGSHARE_SECRET_KEY\n",
    ) == imgshare("accept", IMAGE, MEMBER)
