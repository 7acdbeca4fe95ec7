"""Where an access key is used: the image service, the identity service and the region."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from imgshare_cli import hints
from imgshare_cli.api.service_kind import ServiceKind, find_service_kind
from imgshare_cli.auth.host_match import do_hosts_match
from imgshare_cli.config.regions import find_region, find_region_of_url, list_regions
from imgshare_cli.config.service_url import AUTH_URL, check_service_url
from imgshare_cli.errors import AuthError, ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imgshare_cli.config.settings import Settings


class KeyPlace(NamedTuple):
    """Where an access key is used.

    Attributes:
        endpoint: the image service.
        auth_url: the identity service, if it is known.
        vault_endpoint: the backup service, if it is known.
        region: the region, which is also the name of the user's main project there, if it is known.
    """

    endpoint: str
    auth_url: str | None
    vault_endpoint: str | None
    region: str | None


def find_place(settings: Settings, environ: Mapping[str, str], auth_url: str | None = None) -> KeyPlace:
    """Find where a key is used: what is named comes first, and the region tells the rest.

    Args:
        settings: name the endpoint, the region, or both.
        environ: may name the identity service of the same cloud.
        auth_url: the identity service, where it is named for this key.

    Raises:
        ConfigError: neither an endpoint nor a known region is named, or an address cannot be used.
    """
    endpoint = settings.endpoint
    region = (find_region_of_url(endpoint) if endpoint else None) or find_region(settings.region)
    if endpoint is None:
        if region is None:
            raise _create_region_error(settings.region)
        endpoint = region.image_url
    named = environ.get("OS_AUTH_URL", "")
    if auth_url is None and do_hosts_match(named, endpoint):
        auth_url = named
    if auth_url is None:
        # Another cloud may have a region of the same name, whose keys are none of this one's business.
        is_there = region is not None and do_hosts_match(endpoint, region.image_url)
        auth_url = region.identity_url if region and is_there else _guess_identity_url(endpoint)
    elif auth_url:
        auth_url = check_service_url(auth_url, insecure_http=settings.insecure_http, setting=_AUTH_URL)
    vault_url = region.vault_url if region and endpoint == region.image_url else None
    return KeyPlace(endpoint, auth_url, vault_url, region.name if region else settings.region)


_AUTH_URL = AUTH_URL._replace(sent="what is signed")


def _guess_identity_url(endpoint: str) -> str | None:
    """Name the identity service beside an image service whose host says that it is an IMS."""
    parts = urlsplit(endpoint)
    if not parts.netloc.startswith("ims."):
        return None
    return f"{parts.scheme}://iam.{parts.netloc.removeprefix('ims.')}"


def _create_region_error(name: str | None) -> ConfigError:
    if not name:
        return ConfigError(
            "no region and no image service are configured for the access key",
            hint="set OS_REGION_NAME (such as eu-de) or IMGSHARE_ENDPOINT, or pass --endpoint URL",
        )
    known = ", ".join(sorted(region.name for region in list_regions()))
    return ConfigError(
        f"region {hints.quote_text(name)} is not known",
        hint=f"for other regions pass --endpoint URL, and --auth-url URL to login; the known ones are {known}",
    )


def check_sdk_place(settings: Settings) -> None:
    """Check that a key for the vendor's SDKs, which nobody has given to imgshare, is used for an IMS alone.

    Raises:
        AuthError: nothing says that the service is an IMS, or nothing names one.
    """
    endpoint = settings.endpoint
    kind = find_service_kind(settings.service, endpoint)
    if kind is ServiceKind.IMS and endpoint:
        return
    if endpoint is None and find_region(settings.region) and settings.service != ServiceKind.GLANCE:
        return
    source = settings.sdk_key.source if settings.sdk_key else ""
    own = "set IMGSHARE_ACCESS_KEY and IMGSHARE_SECRET_KEY"
    if endpoint is None and settings.service != ServiceKind.GLANCE:
        named = f"region {hints.quote_text(settings.region)} is not known" if settings.region else "no region is set"
        raise AuthError(
            f"not logged in: {source} is set, but {named}",
            hint=f"set OS_REGION_NAME to a region such as eu-de, or {own} and IMGSHARE_ENDPOINT",
        )
    keep = hints.build_command("config", "set", "service", "ims")
    raise AuthError(
        f"not logged in: {source} is set, but nothing says that {endpoint or 'the service'} is an IMS, and the key "
        "is not used for anything else",
        hint=f"{keep} says that it is one; or {own}, or log in: {hints.build_command('login')}",
    )
