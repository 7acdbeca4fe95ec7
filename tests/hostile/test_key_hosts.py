"""Access keys, and hosts that they are not meant for: nothing signed is sent there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.auth.test_key_places import OWN, SDK, WITH_PROJECT, write_profile
from tests.support.fake_service import IMAGE, MEMBER
from tests.support.refusing_proxy import RefusingProxy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.run import RunImgshare

pytestmark = pytest.mark.hostile


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[RefusingProxy]:
    """A proxy that writes down which hosts are asked for."""
    with RefusingProxy() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.endpoint)
        yield proxy


@pytest.mark.parametrize(
    ("endpoint", "code", "hosts"),
    [
        ("https://ims.cn-north-4.partner.example", 8, ["iam.cn-north-4.partner.example:443"]),
        (
            "https://ims.cn-north-4.myhuaweicloud.com.evil.example",
            8,
            ["iam.cn-north-4.myhuaweicloud.com.evil.example:443"],
        ),
        ("https://images.partner.example", 3, []),
        ("https://ims-ext.cn-north-4.myhuaweicloud.com", 8, ["iam.cn-north-4.myhuaweicloud.com:443"]),
    ],
)
def test_a_region_of_two_clouds(  # noqa: PLR0913, PLR0917
    imgshare: RunImgshare,
    monkeypatch: pytest.MonkeyPatch,
    proxy: RefusingProxy,
    endpoint: str,
    code: int,
    hosts: list[str],
) -> None:
    """A cloud may have a region with a name of Huawei Cloud's: its keys, and their tokens, do not go to Huawei."""
    for name, value in {**OWN, "OS_REGION_NAME": "cn-north-4", "IMGSHARE_SECURITY_TOKEN": "t" * 40}.items():
        monkeypatch.setenv(name, value)

    assert code == imgshare("accept", IMAGE, MEMBER, "--endpoint", endpoint, "--retries", "0").code
    assert hosts == proxy.wanted


@pytest.mark.parametrize("key", [OWN, SDK], ids=["own", "sdk"])
@pytest.mark.parametrize("endpoint", ["", 'endpoint = "https://ims.eu-de.otc.t-systems.com"\n'])
def test_the_vaults_of_another_region(
    imgshare: RunImgshare,
    monkeypatch: pytest.MonkeyPatch,
    proxy: RefusingProxy,
    key: dict[str, str],
    endpoint: str,
) -> None:
    """The backup service of the profile is not asked with a key for a region of another cloud."""
    write_profile(f'region = "eu-de"\nvault_endpoint = "https://cbr.private.example"\n{endpoint}')
    for name, value in {**key, **WITH_PROJECT, "OS_REGION_NAME": "cn-north-4"}.items():
        monkeypatch.setenv(name, value)

    assert 8 == imgshare("vaults", "--retries", "0").code
    assert ["cbr.cn-north-4.myhuaweicloud.com:443"] == proxy.wanted


def test_a_profile_of_an_ims_and_another_endpoint(
    imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch, proxy: RefusingProxy
) -> None:
    """What a profile says about its service is not said of another one: the keys of the SDKs do not go there."""
    write_profile('service = "ims"\nendpoint = "https://images.private.example"\n')
    for name, value in {**SDK, **WITH_PROJECT}.items():
        monkeypatch.setenv(name, value)

    assert 4 == imgshare("accept", IMAGE, MEMBER, "--endpoint", "https://glance.example").code
    assert [] == proxy.wanted
    assert 8 == imgshare("accept", IMAGE, MEMBER, "--retries", "0").code
    assert ["images.private.example:443"] == proxy.wanted
