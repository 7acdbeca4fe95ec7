"""The profile that a login leaves in the config file, so that the next command needs no more than its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.api.service_kind import ServiceKind, find_service_kind
from imgshare_cli.config.config_edit import add_profile, edit_config_file, remove_value, set_value
from imgshare_cli.config.known_keys import TOKEN_STORES
from imgshare_cli.config.regions import find_region_of_url
from imgshare_cli.config.service_url import check_service_url

if TYPE_CHECKING:
    from pathlib import Path

    from tomlkit import TOMLDocument

    from imgshare_cli.api.credential import Credential
    from imgshare_cli.config.settings import Flags, Settings


def save_profile(path: Path, settings: Settings, flags: Flags, credential: Credential, *, default: bool) -> None:
    """Write the profile of a login to the config file.

    Args:
        path: the config file.
        settings: the settings of the login, which name the profile and where its tokens are stored.
        flags: the cloud and endpoint of the command line are kept; those of the environment are not.
        credential: what the login got.
        default: whether the profile becomes the default.

    Raises:
        ConfigError: the file cannot be changed.
    """
    where = ("profiles", settings.profile)

    def change(document: TOMLDocument) -> None:
        # Another run may have changed the file since this one read it.
        add_profile(document, settings.profile)
        if flags.cloud:
            _set_cloud(document, where, flags.cloud, settings.endpoint if flags.endpoint else None)
        elif credential.access_key_id:
            _set_key_service(document, where, settings, credential)
        elif not settings.cloud and not settings.openstack:
            _leave_cloud(document, where, credential)
        if settings.token_store != document["profiles"][settings.profile].get("token_store", TOKEN_STORES[0]):
            set_value(document, (*where, "token_store"), settings.token_store)
        if default:
            set_value(document, ("default_profile",), settings.profile)

    edit_config_file(path, change)


def _set_cloud(document: TOMLDocument, where: tuple[str, str], cloud: str, endpoint: str | None) -> None:
    """Set the cloud of a profile, and the endpoint if one was given.

    An endpoint that the profile has for another login goes: the tokens of the new cloud must not travel there.
    """
    table, name = where
    if endpoint:
        set_value(document, (*where, "endpoint"), endpoint)
    elif document[table][name].get("cloud") != cloud:
        remove_value(document, (*where, "endpoint"))
    set_value(document, (*where, "cloud"), cloud)


def _set_key_service(
    document: TOMLDocument, where: tuple[str, str], settings: Settings, credential: Credential
) -> None:
    """Set the region of an access key, and the endpoint and the kind of the service where the region is not enough."""
    table, name = where
    endpoint = credential.endpoint or ""
    region = find_region_of_url(endpoint)
    is_told = find_service_kind("auto", endpoint) is not None
    own_project = document[table][name].get("project_id")
    values = {
        "region": region.name if region else settings.region,
        "endpoint": None if region else endpoint,
        "service": None if is_told else ServiceKind.IMS.value,
        "cloud": None,
        # The key would be used for the project of an earlier login.
        "project_id": own_project if own_project == credential.project_id else None,
    }
    for key, value in values.items():
        if value:
            set_value(document, (*where, key), value)
        else:
            remove_value(document, (*where, key))


def _leave_cloud(document: TOMLDocument, where: tuple[str, str], credential: Credential) -> None:
    """Remove what a profile has for another login, whose cloud the next command would log in to.

    The image service of a token is kept, as nothing else knows it; that of a login comes from its catalog.
    """
    remove_value(document, (*where, "cloud"))
    if _read_endpoint(document, where) == credential.endpoint:
        return
    if credential.auth_url:
        remove_value(document, (*where, "endpoint"))
    else:
        set_value(document, (*where, "endpoint"), credential.endpoint)


def _read_endpoint(document: TOMLDocument, where: tuple[str, str]) -> str | None:
    """Return the endpoint of a profile, normalized as in the settings."""
    table, name = where
    endpoint = document[table][name].get("endpoint")
    return check_service_url(endpoint, insecure_http=True) if isinstance(endpoint, str) else None
