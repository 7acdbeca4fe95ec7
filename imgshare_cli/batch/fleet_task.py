"""What a fleet run does with one item: what a batch does, with the token of the item's project."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from imgshare_cli.api.authentication import TokenAuth
from imgshare_cli.api.image_client import ImageClient
from imgshare_cli.batch.fleet_login import IdentityConnection
from imgshare_cli.batch.outcome import Outcome, Result
from imgshare_cli.errors import AuthError, ConfigError, ImgshareError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    from imgshare_cli.api.credential import Credential
    from imgshare_cli.api.transport import HttpTransport
    from imgshare_cli.batch.fleet import FleetProject, FleetService, ProjectAccess
    from imgshare_cli.batch.items import Item
    from imgshare_cli.batch.name_cache import NameCache


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

    def _create_auth(self, access: ProjectAccess, service: FleetService) -> TokenAuth:
        login, project = service.login, access.project
        if login.get_credential().project_id == project.id:
            return login.create_auth()

        def get(rejected: str | None = None) -> Credential:
            return access.get_credential(lambda: self._enter(service, project, rejected), rejected)

        return TokenAuth(get(), get)

    def _enter(self, service: FleetService, project: FleetProject, rejected: str | None) -> Credential:
        if self._identity is None or self._identity.login is not service.login:
            if self._identity:
                self._identity.close()
            self._identity = IdentityConnection(service.login)
        return service.login.enter(self._identity, project, rejected)

    def close_images(self) -> None:
        """Close the connection to the image service."""
        if self._images and self._service:
            self._service.login.connections.disconnect(self._images)
        self._images = None


class ProjectTask(Protocol):
    """What is done with each item in its project."""

    def attempt(self, tool: ImageClient, item: Item) -> Outcome | None:
        """Do an item; None where it is not ours."""

    def leave_out(self, item: Item) -> Outcome | None:
        """Return the outcome of an item that is not tried; None where it is not ours."""

    def enter_project(self, member_id: str | None, names: NameCache) -> Self:
        """Return the task for one project."""


@dataclass(frozen=True)
class FleetTask:
    """Does each item in its project.

    Attributes:
        task: what is done with each.
        open_tool: opens the connections of one thread.
        refused: the clouds of the run whose login was refused; None where the run has but one.
    """

    task: ProjectTask
    open_tool: Callable[[], FleetTool] = FleetTool
    refused: set[str | None] | None = None

    def attempt(self, tool: FleetTool, item: Item) -> Outcome | None:
        """Do an item; that its project cannot be entered is its outcome."""
        access = item.access
        if access is None or item.error or item.is_done:
            return self.leave_out(item)
        project = access.project
        if self.refused and project.cloud in self.refused:
            return self.leave_out(item)
        try:
            client = tool.open_client(access)
        except ImgshareError as exc:
            image_id = None if item.is_name else item.image
            outcome: Outcome | None = Outcome(item, Result.FAILED, image_id, item.member_id, error=exc)
        else:
            outcome = self.task.enter_project(project.id, access.names).attempt(client, item)
        if self.refused is not None and outcome and isinstance(outcome.error, AuthError):
            self.refused.add(project.cloud)
        return outcome

    def leave_out(self, item: Item) -> Outcome | None:
        """Return the outcome of an item that is not tried."""
        return self.task.leave_out(item)
