"""Looks for an image in the other regions of the cloud."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.config.service_url import check_service_url
from imgshare_cli.config.settings import build_profile_option
from imgshare_cli.diagnosis.findings import Finding
from imgshare_cli.errors import ConfigError, ImgshareError, Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from imgshare_cli.api.identity_client import IdentityClient, ImageService
    from imgshare_cli.diagnosis.attempt import Attempt
    from imgshare_cli.diagnosis.probe import ProbeClients

_MAX_REGIONS = 10


def find_in_other_regions(
    attempt: Attempt, image_id: str, clients: ProbeClients, identity: IdentityClient
) -> Finding | None:
    """Find another region that has the image.

    Args:
        attempt: the command that was refused.
        image_id: the image.
        clients: the clients for further requests.
        identity: the identity service, whose catalog lists the regions.
    """
    if clients.credential.access_key_id:
        return None  # the user's project in another region is another one
    try:
        services = identity.list_image_services()
    except ImgshareError:
        return None
    for service in list(_select_other_regions(services, clients))[:_MAX_REGIONS]:
        try:
            clients.create_image_client(endpoint=service.url).get_image(image_id)
        except ImgshareError:
            continue  # a region that does not work says nothing about the others
        return _explain_other_region(attempt, image_id, service, clients)
    return None


def _select_other_regions(services: Iterable[ImageService], clients: ProbeClients) -> Iterator[ImageService]:
    """Select the image services of other regions, on the interface (public, internal) that this run uses."""
    usable = [service._replace(url=url) for service in services if (url := _check_catalog_url(service.url, clients))]
    own = [service for service in usable if service.url == clients.endpoint]
    interfaces = {service.interface for service in own}
    configured = (clients.settings.interface or "public").removesuffix("URL")
    interface = configured if configured in interfaces or not interfaces else min(interfaces)
    regions = {service.region for service in own}
    for service in usable:
        if service.interface == interface and service.region and service.region not in regions:
            yield service


def _check_catalog_url(url: str, clients: ProbeClients) -> str | None:
    try:
        return check_service_url(url, insecure_http=clients.settings.insecure_http)
    except ConfigError:
        return None  # the token must not be sent there


def _explain_other_region(attempt: Attempt, image_id: str, service: ImageService, clients: ProbeClients) -> Finding:
    member = attempt.member_id or attempt.project_id
    return Finding(
        Reason.REGION,
        f"it is not in this region, but in {service.region}",
        _build_region_hint(attempt, (image_id, member), service, clients),
    )


def _build_region_hint(
    attempt: Attempt, arguments: tuple[str, str | None], service: ImageService, clients: ProbeClients
) -> str:
    """Say how to run the command in another region, which depends on how the user logged in."""
    # An explicit endpoint takes precedence over the region.
    endpoint = service.url if clients.settings.endpoint else None
    region = hints.quote_word(service.region, "REGION")
    environ = {} if endpoint else {"OS_REGION_NAME": region}
    if clients.credential.relogin_command:
        log_in = hints.build_login_command(
            clients.credential.relogin_command, {"--endpoint": endpoint} if endpoint else {}, **environ
        )
        return f"run {log_in}, then {attempt.build_retry_command(*arguments, {'--endpoint': endpoint})}"
    if endpoint:
        return f"run {attempt.build_retry_command(*arguments, {'--endpoint': endpoint})}"
    keep = hints.build_command(
        "config", "set", "region", region, *hints.build_options(build_profile_option(clients.settings.profile))
    )
    return f"run {attempt.build_retry_command(*arguments, environ=environ)}; {keep} saves the region"
