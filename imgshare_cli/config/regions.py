"""The regions of Huawei-style clouds, and the hosts of their services."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit

_OTC = "otc.t-systems.com"
_SWISS_OTC = "sc.otc.t-systems.com"
_HUAWEI = "myhuaweicloud.com"
# Of the image service in Huawei's SDK (ims_region.py), without those that other companies run under other domains.
_HUAWEI_REGIONS = (
    *("ae-ad-1", "af-north-1", "af-south-1", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4"),
    *("ap-southeast-5", "cn-east-2", "cn-east-3", "cn-east-4", "cn-east-5", "cn-north-1", "cn-north-2", "cn-north-4"),
    *("cn-north-9", "cn-north-11", "cn-north-12", "cn-south-1", "cn-south-2", "cn-south-4", "cn-southwest-2"),
    *("cn-southwest-3", "la-north-2", "la-south-2", "me-east-1", "my-kualalumpur-1", "na-mexico-1", "ru-moscow-1"),
    *("sa-brazil-1", "tr-west-1"),
)
# There the identity service has no host of its own (endpoint.py of the same SDK).
_WITHOUT_IAM = {"af-north-1", "ap-southeast-5", "cn-north-11", "cn-south-4", "cn-southwest-3"}
_DOMAINS = {
    "eu-de": _OTC,
    "eu-nl": _OTC,
    "eu-ch2": _SWISS_OTC,
    **dict.fromkeys(_HUAWEI_REGIONS, _HUAWEI),
}


class Region(NamedTuple):
    """A region, with the addresses of its services.

    Attributes:
        name: the region, which is also the name of the user's main project there.
        image_url: the image service (IMS).
        identity_url: the identity service (IAM).
        vault_url: the backup service (CBR).
    """

    name: str
    image_url: str
    identity_url: str
    vault_url: str


def find_region(name: str | None) -> Region | None:
    """Find a region by its name; None if it is not known."""
    domain = _DOMAINS.get(name or "")
    if name is None or domain is None:
        return None
    host = f"{name}.{domain}"
    identity = f"iam-pub.{host}" if domain == _SWISS_OTC else f"iam.{domain if name in _WITHOUT_IAM else host}"
    return Region(name, f"https://ims.{host}", f"https://{identity}", f"https://cbr.{host}")


def find_region_of_url(image_url: str) -> Region | None:
    """Find the region that an image service belongs to; None where its address does not say."""
    host = (urlsplit(image_url).hostname or "").split(".")
    region = find_region(host[1]) if len(host) > 1 else None
    return region if region and image_url == region.image_url else None


def find_region_of_project(project_name: str | None) -> str | None:
    """Find the region that a project is in: its name is the region's, or begins with it and `_`."""
    name = (project_name or "").partition("_")[0]
    return name if name in _DOMAINS else None


def list_regions(like: str | None = None) -> list[Region]:
    """List the known regions, or those of the same cloud as one."""
    domain = _DOMAINS.get(like or "")
    names = [name for name, other in _DOMAINS.items() if like is None or other == domain]
    return [region for name in names if (region := find_region(name))]
