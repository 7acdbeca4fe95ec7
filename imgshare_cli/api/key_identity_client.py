"""The identity service for the holder of an access key: projects are listed, and entered without asking."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from imgshare_cli.api.credential import is_token
from imgshare_cli.api.identity_client import IdentityClient, ImageService, Project
from imgshare_cli.api.key_errors import create_key_error
from imgshare_cli.api.models import is_usable_id
from imgshare_cli.api.response import MAX_MANY
from imgshare_cli.config.regions import find_region_of_url, list_regions
from imgshare_cli.errors import UnavailableError

if TYPE_CHECKING:
    from imgshare_cli.api.credential import Credential
    from imgshare_cli.api.transport import HttpTransport

_NOT_OFFERED = {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.BAD_REQUEST}


class KeyIdentityClient(IdentityClient):
    """The calls that an access key can sign; the key itself works in every project of its user.

    Every call raises AuthError as well, where the service rejects the key.
    """

    def list_projects(self) -> list[Project]:
        """List the projects of the user, by the call that not every cloud signs, or else by that for administrators."""
        try:
            projects = super().list_projects()
        except UnavailableError as exc:
            if exc.http_status not in _NOT_OFFERED:
                raise
            projects = self._list_projects("/projects")
        return [project for project in projects if _is_sendable(project.id)]

    def find_projects(self, name: str) -> list[Project]:
        """Find the projects of this name, at most one where the cloud follows its own rules."""
        projects = self._list_projects(f"/projects?name={quote(name, safe='', errors='replace')}")
        return [project for project in projects if project.name == name and _is_sendable(project.id)]

    def request_credential(self, project_id: str) -> Credential:
        """Return the same key for another project; nothing is asked."""
        return enter_project(self._credential, project_id)

    def is_token_valid(self) -> bool:
        """Whether the key itself is accepted."""
        return not self._transport.send("GET", "/auth/projects", limit=MAX_MANY).rejects_token

    def list_image_services(self) -> list[ImageService]:
        """List the image services of the cloud's regions, from what is known of the cloud: a key gets no catalog."""
        region = find_region_of_url(self._credential.endpoint or "")
        return [ImageService(one.name, "public", one.image_url) for one in list_regions(region.name)] if region else []

    def _get(self, path: str) -> dict[str, Any]:
        response = self._transport.send("GET", path, limit=MAX_MANY)
        if error := create_key_error(response, "ask the identity service", self._credential):
            raise error
        return self._read_body(response)


def enter_project(credential: Credential, project_id: str) -> Credential:
    """Return an access key for another project of its user: each request says which one it is for.

    Raises:
        UnavailableError: the ID cannot be sent in a header.
    """
    if not _is_sendable(project_id):
        raise UnavailableError("the ID of the project cannot be sent to the service")
    name = credential.project_name if project_id == credential.project_id else None
    return replace(credential, project_id=project_id, project_name=name)


def _is_sendable(project_id: str) -> bool:
    """Whether an ID can be in a path and in a header."""
    return is_usable_id(project_id) and is_token(project_id)


def create_identity_client(transport: HttpTransport, credential: Credential) -> IdentityClient:
    """Create the client that fits a credential; the arguments are those of `IdentityClient`."""
    return (KeyIdentityClient if credential.access_key_id else IdentityClient)(transport, credential)
