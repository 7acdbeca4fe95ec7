"""The address of the backup service (CBR) that belongs to an image service."""

from __future__ import annotations

from urllib.parse import urlsplit

from imgshare_cli import hints
from imgshare_cli.api.models import is_project_id
from imgshare_cli.errors import ConfigError

_IMS, _CBR = "ims.", "cbr."


def find_vault_address(
    setting: str | None, from_catalog: str | None, image_endpoint: str, *, is_profile_service: bool = True
) -> str:
    """Find the address: a token must not travel to another cloud, so only these three can name it.

    Args:
        setting: the setting `vault_endpoint`, if it is for the cloud of the image service.
        from_catalog: the address in the catalog that came with the token, if it is for the same region.
        image_endpoint: the address of the image service.
        is_profile_service: whether that is the profile's own, for which the profile may name the backup service.

    Raises:
        ConfigError: none of them does.
    """
    address = setting or from_catalog or _derive_address(image_endpoint)
    if address is None:
        keep = hints.build_command("config", "set", "vault_endpoint", "URL")
        where = f", or with {keep}" if is_profile_service else "; that of the profile is only for the profile's service"
        raise ConfigError(
            "the address of the backup service (CBR) is not known",
            hint=f"set the address with IMGSHARE_VAULT_ENDPOINT{where}",
        )
    return strip_vault_path(address)


def _derive_address(image_endpoint: str) -> str | None:
    parts = urlsplit(image_endpoint)
    if not parts.netloc.startswith(_IMS):
        return None
    return f"{parts.scheme}://{_CBR}{parts.netloc.removeprefix(_IMS)}"


def strip_vault_path(address: str) -> str:
    """Remove the project ID and the `/v3` that an address may end with: each request adds them."""
    address = address.strip().rstrip("/")
    head, _, last = address.rpartition("/")
    if is_project_id(last) or head.endswith("/v3"):
        address = head.rstrip("/")
    return address.removesuffix("/v3").rstrip("/")
