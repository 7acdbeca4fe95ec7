"""The kinds of image services: Glance, and the Image Management Service (IMS) of Huawei-style clouds."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from imgshare_cli.api.response import Response


class ServiceKind(StrEnum):
    """What an image service is, in the words of the setting `service`."""

    IMS = "ims"
    GLANCE = "glance"


def find_service_kind(setting: str, address: str | None) -> ServiceKind | None:
    """Find the kind of a service before it has answered; None where its first response tells.

    Args:
        setting: the setting `service`.
        address: its address, where it is known.
    """
    if setting != "auto":
        return ServiceKind(setting)
    host = urlsplit(address or "").hostname or ""
    return ServiceKind.IMS if host.startswith("ims.") else None


def recognize_service(response: Response) -> ServiceKind | None:
    """Recognize the kind of a service by a response; None where a proxy may have answered.

    Glance gives its requests an ID in `X-Openstack-Request-Id`, Huawei-style clouds theirs in `X-Request-Id`, as many
    proxies give their own errors: those have no code.
    """
    names = {name for name, _ in response.headers}
    if "x-openstack-request-id" in names:
        return ServiceKind.GLANCE
    if (response.service_code or "").startswith(("IMG.", "APIGW.")):
        return ServiceKind.IMS
    return ServiceKind.IMS if "x-request-id" in names and response.is_success else None
