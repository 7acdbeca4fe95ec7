"""The regions that are known, and the hosts of their services."""

from __future__ import annotations

import pytest

from imgshare_cli.config.regions import find_region, find_region_of_project, find_region_of_url, list_regions

OTC = "otc.t-systems.com"


@pytest.mark.parametrize(
    ("name", "image", "identity", "vault"),
    [
        ("eu-de", f"ims.eu-de.{OTC}", f"iam.eu-de.{OTC}", f"cbr.eu-de.{OTC}"),
        ("eu-nl", f"ims.eu-nl.{OTC}", f"iam.eu-nl.{OTC}", f"cbr.eu-nl.{OTC}"),
        ("eu-ch2", f"ims.eu-ch2.sc.{OTC}", f"iam-pub.eu-ch2.sc.{OTC}", f"cbr.eu-ch2.sc.{OTC}"),
        *[
            (name, f"ims.{name}.myhuaweicloud.com", f"iam.{identity}myhuaweicloud.com", f"cbr.{name}.myhuaweicloud.com")
            for name, identity in (("cn-north-4", "cn-north-4."), ("af-north-1", ""))
        ],
    ],
)
def test_a_region(name: str, image: str, identity: str, vault: str) -> None:
    """Each region has three hosts, and its image service leads back to it."""
    region = find_region(name)

    assert region == (name, f"https://{image}", f"https://{identity}", f"https://{vault}")
    assert region == find_region_of_url(f"https://{image}")


@pytest.mark.parametrize("name", [None, "", "eu-west-0", "eu-west-101", "EU-DE", "eu-de.evil", "eu-de_project"])
def test_no_region(name: str | None) -> None:
    """Nothing is guessed: regions of other companies have other domains."""
    assert find_region(name) is None


@pytest.mark.parametrize(
    "url",
    [
        *(
            "https://ims.eu-de.evil.example",
            "https://evil.eu-de.otc.t-systems.com",
            "http://ims.eu-de.otc.t-systems.com",
        ),
        *("https://ims.eu-de.otc.t-systems.com.evil.example", "https://eu-de", "https://127.0.0.1:1", "https://ims"),
    ],
)
def test_an_address_of_no_region(url: str) -> None:
    """An address that only looks like one is of no region."""
    assert find_region_of_url(url) is None


def test_the_regions_of_one_cloud() -> None:
    """Clouds are kept apart; the regions of one are those with the same domain."""
    assert ["eu-de", "eu-nl"] == [region.name for region in list_regions("eu-de")]
    assert ["eu-ch2"] == [region.name for region in list_regions("eu-ch2")]
    assert [] == list_regions("nowhere")
    assert len(list_regions()) == len(list_regions("cn-north-4")) + 3


@pytest.mark.parametrize(
    ("name", "region"),
    [("eu-de", "eu-de"), ("eu-de_a_b", "eu-de"), ("eu-de2", None), ("MOS", None), ("", None), (None, None)],
)
def test_the_region_of_a_project(name: str | None, region: str | None) -> None:
    """A project's name begins with its region's."""
    assert region == find_region_of_project(name)
