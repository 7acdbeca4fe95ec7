"""The projects, clouds and regions that the options of a fleet run name."""

from __future__ import annotations

import fnmatch
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.api.pace import Pace
from imgshare_cli.batch.fleet import FleetProject, FleetService
from imgshare_cli.batch.fleet_login import FleetLogin, IdentityConnection
from imgshare_cli.batch.prefetch import map_as_completed
from imgshare_cli.cli.batches.fleet_projects import select_fleet_projects
from imgshare_cli.cli.batches.fleet_regions import Region, create_region_test, match_regions
from imgshare_cli.cli.batches.own_logins import OwnLogins
from imgshare_cli.errors import ImgshareError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from imgshare_cli.api.identity_client import IdentityClient, ImageService, Project
    from imgshare_cli.cli.batches.fleet_options import FleetFlags
    from imgshare_cli.cli.session import Session

_LOGINS_AT_ONCE = 8
# What the user has set for one cloud: another cloud's token must not travel there.
_OF_ONE_CLOUD = {"IMGSHARE_ENDPOINT", "OS_IMAGE_ENDPOINT_OVERRIDE", "IMGSHARE_PROJECT_ID", "OS_PROJECT_ID"}


class Fleet:
    """The projects of a run, which may be gone through several times; clouds are logged in to meanwhile.

    Args:
        session: the run.
        flags: the options.
        in_order: whether clouds come in the order of clouds.yaml, one login after the other; if not, the first that is
            ready comes first.

    Attributes:
        has_clouds: whether the run has several logins.

    Raises:
        UsageError: no project, cloud or region matches, or the options contradict each other.
        ImgshareError: the login failed, or the identity service does not answer.
    """

    def __init__(self, session: Session, flags: FleetFlags, *, in_order: bool = False) -> None:
        if session.flags.endpoint and (flags.regions is not None or flags.clouds is not None):
            option = "--regions" if flags.clouds is None else "--clouds"
            raise UsageError(f"--endpoint and {option} cannot be used together", hint="omit one of them")
        self.has_clouds = flags.clouds is not None
        self._flags = flags
        self._services: list[FleetService] = []
        self._known: list[FleetProject] = []
        clouds = _match_clouds(session, flags.clouds) if flags.clouds is not None else None
        self._unread = self._read_clouds(session, clouds, in_order=in_order) if clouds else self._read_projects(session)
        if not self.has_clouds:
            self._known = list(self._unread)

    def __iter__(self) -> Iterator[FleetProject]:
        """Yield each project."""
        yield from self._known
        while (project := next(self._unread, None)) is not None:
            self._known.append(project)
            yield project

    @property
    def count(self) -> int:
        """How many there are, as far as is known."""
        return len(self._known)

    def get_rate(self) -> float | None:
        """The fewest requests a second that a service allows now; None where none has set a limit."""
        return min((rate for service in self._services if (rate := service.pace.rate) is not None), default=None)

    def stop_pace(self) -> None:
        """Let nothing wait for its turn any longer."""
        for service in self._services:
            service.pace.stop()

    def _read_clouds(self, session: Session, clouds: Sequence[str], *, in_order: bool) -> Iterator[FleetProject]:
        environ = {name: value for name, value in session.environ.items() if name not in _OF_ONE_CLOUD}

        def read(cloud: str) -> list[FleetProject]:
            flags = replace(session.flags, cloud=cloud)
            own = session.context.obj.open_session(flags, session.context, environ=environ)
            try:
                own.credential_provider.keeps_tokens = False  # a profile keeps one token, not that of every cloud
                return list(self._read_projects(own, cloud))
            except ImgshareError as exc:
                return [FleetProject(None, error=exc, cloud=cloud)]

        read_clouds = map(read, clouds) if in_order else map_as_completed(read, clouds, _LOGINS_AT_ONCE)
        yield from chain.from_iterable(read_clouds)

    def _read_projects(self, session: Session, cloud: str | None = None) -> Iterator[FleetProject]:
        login = _create_login(session)
        connection = IdentityConnection(login)
        try:
            selected = select_fleet_projects(session, self._flags, partial(login.call, connection, _list_projects))
            if self._flags.regions is None:
                regions = [Region(None, FleetService(login, session.endpoint, Pace()))]
            else:  # the address of the login's own region may be one that cannot be used
                image_services = login.call(connection, _list_image_services)
                regions = list(match_regions(session, login, image_services, self._flags.regions))
        finally:
            connection.close()
        self._services += [region.service for region in regions if region.service]
        for project in selected:
            if project.error:
                yield FleetProject(None, project.name, error=project.error, cloud=cloud)
        is_in_region = create_region_test(session, self._flags)
        for region in regions:
            for project in selected:
                if not project.error and is_in_region(project, region):
                    yield FleetProject(project.id, project.name, region.service, region.error, cloud, region.name)


def _list_projects(client: IdentityClient) -> list[Project]:
    return client.list_projects()


def _list_image_services(client: IdentityClient) -> list[ImageService]:
    return client.list_image_services()


def _create_login(session: Session) -> FleetLogin:
    return FleetLogin(
        connections=session.connections,
        get_credential=lambda: session.credential,
        refresh=session.refresh_credential,
        confirm=session.credential_provider.confirm,
        find_own_login=OwnLogins(session).find_credential,
        hide_secret=session.hide_secret,
        forget_secret=session.forget_secret,
    )


def _match_clouds(session: Session, pattern: str) -> list[str]:
    from imgshare_cli.auth.cloud_names import SEARCHED, format_names, list_clouds

    if session.flags.cloud:
        raise UsageError("--cloud and --clouds cannot be used together", hint="omit one of them")
    clouds = list_clouds(session.environ)
    matching = [name for name in clouds.names if fnmatch.fnmatchcase(name, pattern)]
    if not matching:
        raise UsageError(
            f"no cloud in {clouds.path or 'clouds.yaml'} has a name like {hints.quote_text(pattern)}",
            hint=f"the clouds there are {format_names(clouds.names)}"
            if clouds.names
            else f"it is searched for in {SEARCHED}",
        )
    return matching
