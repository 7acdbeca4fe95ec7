"""The image services of the regions that --regions names."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING, NamedTuple

from imgshare_cli import hints
from imgshare_cli.api.pace import Pace
from imgshare_cli.batch.fleet import FleetService
from imgshare_cli.config.regions import find_region_of_project, find_region_of_url
from imgshare_cli.config.service_url import check_service_url
from imgshare_cli.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from imgshare_cli.api.identity_client import ImageService
    from imgshare_cli.batch.fleet_login import FleetLogin
    from imgshare_cli.batch.pairs import SelectedProject
    from imgshare_cli.cli.batches.fleet_options import FleetFlags
    from imgshare_cli.cli.session import Session

_MAX_LISTED = 8


class Region(NamedTuple):
    """The image service of a region, or why there is none.

    Attributes:
        name: the region; None where the run has only one.
        service: the image service.
        error: why it cannot be used.
    """

    name: str | None
    service: FleetService | None = None
    error: ConfigError | None = None


def match_regions(
    session: Session, login: FleetLogin, image_services: Sequence[ImageService], pattern: str
) -> Iterator[Region]:
    """Yield each region that matches, with its image service on the interface that this run uses.

    Raises:
        UsageError: none matches.
    """
    interface = (session.settings.interface or "public").removesuffix("URL")
    addresses = {one.region: one.url for one in reversed(image_services) if one.interface == interface and one.region}
    regions = sorted(region for region in addresses if fnmatch.fnmatchcase(region, pattern))
    if not regions:
        known = ", ".join(map(hints.quote_text, sorted(addresses)[:_MAX_LISTED])) or "none"
        raise UsageError(
            f"no region has a name like {hints.quote_text(pattern)}",
            hint=f"the regions with an image service are {known}",
        )
    for region in regions:
        name = session.output.redact(region)
        try:
            address = check_service_url(addresses[region], insecure_http=session.settings.insecure_http)
        except ConfigError as exc:
            yield Region(name, error=_create_address_error(name, exc))
        else:
            yield Region(name, FleetService(login, address, Pace(), name))


def create_region_test(session: Session, flags: FleetFlags) -> Callable[[SelectedProject, Region], bool]:
    """Create the test of whether a project is in a region.

    With access keys all projects of the user are listed, and each is in one region, which its name begins with. Those
    that a file names are not left out: the service says what is wrong with them.
    """
    if session.credential.access_key_id is None or flags.projects_file is not None:
        return lambda _project, _region: True
    own = find_region_of_url(session.endpoint)
    own_name = own.name if own else session.settings.region

    def test(project: SelectedProject, region: Region) -> bool:
        there = find_region_of_project(project.name)
        return there is None or there == (region.name or own_name)

    return test


def _create_address_error(region: str, error: ConfigError) -> ConfigError:
    is_choice = "--insecure-http" in (error.hint or "")
    return ConfigError(
        f"the catalog's address of the image service in region {region} cannot be used",
        explanation=error.failure,
        # The other hints are for those who typed the address.
        hint=error.hint if is_choice else "the operator of the cloud can correct the catalog",
    )
