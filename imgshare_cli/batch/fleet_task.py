"""What a fleet run does with one item: what a batch does, with the token of the item's project."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from imgshare_cli.api.authentication import CredentialAuth, create_auth
from imgshare_cli.api.image_client import ImageClient
from imgshare_cli.batch.fleet_login import IdentityConnection
from imgshare_cli.batch.outcome import Outcome, Result
from imgshare_cli.errors import AuthError, ConfigError, ImgshareError

if TYPE_CHECKING:
    from typing import Self

    from imgshare_cli.api.credential import Credential
    from imgshare_cli.api.transport import HttpTransport
    from imgshare_cli.batch.fleet import FleetProject, FleetService, ProjectAccess
    from imgshare_cli.batch.items import Item
    from imgshare_cli.batch.name_cache import NameCache
    from imgshare_cli.batch.outcome import Later


class FleetTool:
    """The connections of one worker: at most one to an image service, and one to an identity service."""

    def __init__(self) -> None:
        self._service: FleetService | None = None
        self._images: HttpTransport | None = None
        self._identity: IdentityConnection | None = None

    def open_client(self, access: ProjectAccess) -> ImageClient:
        """Open the image service for a project, with the project's token.

        Raises:
            ImgshareError: the project cannot be entered.
        """
        project, service = access.project, access.project.service
        if service is None:
            raise project.error or ConfigError(f"project {project} has no image service")
        auth = self._create_auth(access, service)
        if self._images is None or service is not self._service:
            self.close_images()
            self._service = service
            self._images = service.login.connections.connect(
                service.endpoint, auth, cacert=auth.credential.cacert, pace=service.pace
            )
        self._images.authenticate_with(auth)
        return ImageClient(self._images, auth)

    def _create_auth(self, access: ProjectAccess, service: FleetService) -> CredentialAuth:
        login, project = service.login, access.project
        if login.get_credential().project_id == project.id:
            return login.create_auth()

        def get(rejected: str | None = None) -> Credential:
            return access.get_credential(lambda: self._enter(service, project, rejected), rejected)

        return create_auth(get(), get)

    def _enter(self, service: FleetService, project: FleetProject, rejected: str | None) -> Credential:
        return service.login.enter(self._connect_identity(service), project, service.endpoint, rejected)

    def _connect_identity(self, service: FleetService) -> IdentityConnection:
        if self._identity is None or self._identity.login is not service.login:
            if self._identity:
                self._identity.close()
            self._identity = IdentityConnection(service.login)
        return self._identity

    def has_lost_login(self, service: FleetService) -> bool:
        """Whether the first credential of a service's login is rejected, and not just the token of one project."""
        return service.login.is_lost(self._connect_identity(service))

    def close_images(self) -> None:
        """Close the connection to the image service."""
        if self._images and self._service:
            self._service.login.connections.disconnect(self._images)
        self._images = None


class ProjectTask(Protocol):
    """What is done with each item in its project."""

    def attempt(self, tool: ImageClient, item: Item) -> Outcome | Later | None:
        """Do an item, or take it to be done with others; None where it is not ours."""

    def leave_out(self, item: Item) -> Outcome | None:
        """Return the outcome of an item that is not tried; None where it is not ours."""

    def enter_project(self, member_id: str | None, names: NameCache) -> Self:
        """Return the task for one project."""


@dataclass(frozen=True)
class FleetWorker:
    """Opens the services of a fleet, and knows which logins were rejected; threads share it.

    Attributes:
        lost: the clouds whose login was rejected; None in it is the only login of the run.
    """

    lost: set[str | None] = field(default_factory=set)

    def open_tool(self) -> FleetTool:
        """Open the connections of one thread."""
        return FleetTool()

    def open_client(self, tool: FleetTool, item: Item) -> ImageClient | None:
        """Open the image service for the project of an item; None where its login was rejected.

        Raises:
            ImgshareError: the project cannot be entered.
        """
        if item.access is None or self.has_lost(item):
            return None
        return tool.open_client(item.access)

    def has_lost(self, item: Item) -> bool:
        """Whether the login for the project of an item was rejected."""
        return item.access is not None and item.access.project.cloud in self.lost

    def check_login(self, tool: FleetTool, outcome: Outcome) -> None:
        """Find out whether an outcome means that a login is lost."""
        project = outcome.item.access.project if outcome.item.access else None
        if (
            project
            and project.service
            and isinstance(outcome.error, AuthError)
            and tool.has_lost_login(project.service)
        ):
            self.lost.add(project.cloud)


@dataclass(frozen=True)
class FleetTask:
    """Does each item in its project.

    Attributes:
        task: what is done with each.
        worker: opens the services.
    """

    task: ProjectTask
    worker: FleetWorker = field(default_factory=FleetWorker)

    def open_tool(self) -> FleetTool:
        """Open the connections of one thread."""
        return self.worker.open_tool()

    def attempt(self, tool: FleetTool, item: Item) -> Outcome | Later | None:
        """Do an item; that its project cannot be entered is its outcome."""
        access = item.access
        if access is None or item.is_done or self.worker.has_lost(item):
            return self.leave_out(item)
        outcome = self.leave_out(item) if item.error else self._attempt(tool, item, access)
        if isinstance(outcome, Outcome):
            self.worker.check_login(tool, outcome)
        return outcome

    def _attempt(self, tool: FleetTool, item: Item, access: ProjectAccess) -> Outcome | Later | None:
        try:
            client = tool.open_client(access)
        except ImgshareError as exc:
            return Outcome(item, Result.FAILED, item.image_id, item.member_id, error=exc)
        return self.task.enter_project(access.project.id, access.names).attempt(client, item)

    def is_login_lost(self, outcome: Outcome) -> bool:
        """Whether an outcome means that every other item would fail as well."""
        return isinstance(outcome.error, AuthError) and None in self.worker.lost

    def leave_out(self, item: Item) -> Outcome | None:
        """Return the outcome of an item that is not tried."""
        return self.task.leave_out(item)
