"""The addresses of services in the catalog of a login."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keystoneauth1 import exceptions as ks

if TYPE_CHECKING:
    from openstack.config.cloud_region import CloudRegion

    from imgshare_cli.auth.keystone_session import BoundedSession

_MAX_ADDRESS = 2000


def find_endpoint(session: BoundedSession, region: CloudRegion, service_type: str) -> str | None:
    """Find the address of a service, with the interface and the region that the settings name."""
    interface, name = region.get_interface(service_type), region.get_region_name(service_type)
    return session.get_endpoint(service_type=service_type, interface=interface, region_name=name, skip_discovery=True)


def find_vault_endpoint(session: BoundedSession, region: CloudRegion) -> str | None:
    """Find the address of the backup service (CBR), which is checked where it is used."""
    try:
        url = find_endpoint(session, region, "cbr")
    except ks.CatalogException:  # most catalogs have none
        return None
    return url if isinstance(url, str) and len(url) <= _MAX_ADDRESS else None
