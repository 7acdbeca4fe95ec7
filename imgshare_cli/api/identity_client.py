"""The identity service for the holder of a token: projects, tokens for other projects, image services, revocation."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from imgshare_cli.api.credential import is_token
from imgshare_cli.api.error_bodies import read_explanation
from imgshare_cli.api.models import is_same_id
from imgshare_cli.api.response import MAX_MANY, parse_object
from imgshare_cli.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imgshare_cli.api.credential import Credential
    from imgshare_cli.api.response import Response
    from imgshare_cli.api.transport import HttpTransport


class Project(NamedTuple):
    """A project that the token's user has a role in."""

    id: str
    name: str

    def __str__(self) -> str:
        """As a sentence names it."""
        return f"{self.name} ({self.id})"


class IncompleteListError(UnavailableError):
    """The identity service does not list all projects."""


class ImageService(NamedTuple):
    """One address of an image service."""

    region: str
    interface: str
    url: str


class IdentityClient:
    """The calls of Keystone's v3 API that need no more than a token (api-ref, "Authentication and token management").

    Every call raises UnavailableError where the answer is not what was asked for, for whatever reason.

    Args:
        transport: the connection to the identity service, authenticated with the token.
        credential: the token, and the identity service that issued it.
    """

    def __init__(self, transport: HttpTransport, credential: Credential) -> None:
        self._transport = transport
        self._credential = credential

    @property
    def project_id(self) -> str | None:
        """The project that the token is for."""
        return self._credential.project_id

    def list_projects(self) -> list[Project]:
        """List the projects that the token's user can get a token for.

        Raises:
            IncompleteListError: the identity service lists only some; Keystone has no pages, so there is no next one.
        """
        return self._list_projects("/auth/projects")

    def _list_projects(self, path: str) -> list[Project]:
        body = self._get(path)
        if body.get("truncated") or _read_object(body, "links").get("next"):
            raise IncompleteListError(
                "the identity service lists only a part of the projects",
                hint="--projects-file FILE takes the IDs of projects that are not listed",
            )
        rows = _read_rows(body, "projects")
        return [
            Project(*id_and_name)
            for row in rows
            if all(id_and_name := (_read_text(row, "id"), _read_text(row, "name")))
        ]

    def has_project(self, project_id: str) -> bool | None:
        """Whether there is a project of this ID; None where the identity service does not say (api-ref, "Projects").

        Keystone refuses a token that may not look with 403, whether or not there is such a project. Only one that may
        look at every project gets its 404.
        """
        response = self._transport.send("GET", f"/projects/{quote(project_id, safe='', errors='replace')}")
        if response.status == HTTPStatus.NOT_FOUND and _read_object(parse_object(response, "identity"), "error"):
            return False
        if response.status != HTTPStatus.OK:
            return None
        found = _read_text(_read_object(parse_object(response, "identity"), "project"), "id")
        return True if is_same_id(found, project_id) else None

    def request_credential(self, project_id: str) -> Credential:
        """Request a token of the same user in another project, with what the identity service says about it.

        A token from an application credential gets none. The error has the status of the response: 401 is an expired
        token as well as a project without a role in it.
        """
        response = self._request_token(project_id)
        token = _read_object(parse_object(response, "identity"), "token")
        project = _read_object(token, "project")
        if project.get("id") != project_id:
            raise UnavailableError("the identity service returned a token for another project")
        return replace(
            self._credential,
            secret=str(response.subject_token),
            project_id=project_id,
            project_name=_read_text(project, "name") or None,
            roles=tuple(filter(None, (_read_text(role, "name") for role in _read_rows(token, "roles")))),
            expires_at=None,
            refresh_credentials=None,
        )

    def is_token_valid(self) -> bool:
        """Whether the token itself is valid still."""
        headers = {"X-Subject-Token": self._credential.secret}
        response = self._transport.send("GET", "/auth/tokens?nocatalog", headers=headers)
        if response.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND}:
            return False
        if response.status != HTTPStatus.OK:
            raise _create_identity_error(response)
        return True

    def _request_token(self, project_id: str) -> Response:
        identity = {"methods": ["token"], "token": {"id": self._credential.secret}}
        body = {"auth": {"identity": identity, "scope": {"project": {"id": project_id}}}}
        response = self._transport.send("POST", "/auth/tokens?nocatalog", body)
        if response.status != HTTPStatus.CREATED or not is_token(response.subject_token or ""):
            raise _create_identity_error(response)
        return response

    def list_image_services(self) -> list[ImageService]:
        """List every address of every image service in the catalog."""
        entries = _read_rows(self._get("/auth/catalog"), "catalog")
        endpoints = [row for entry in entries if entry.get("type") == "image" for row in _read_rows(entry, "endpoints")]
        return [
            ImageService(
                _read_text(row, "region_id") or _read_text(row, "region"),
                _read_text(row, "interface"),
                _read_text(row, "url"),
            )
            for row in endpoints
        ]

    def revoke_token(self) -> None:
        """Revoke the token itself (DELETE /v3/auth/tokens); one that is not valid any more is no error.

        Raises:
            UnavailableError: the identity service did not revoke it.
        """
        headers = {"X-Subject-Token": self._credential.secret}
        response = self._transport.send("DELETE", "/auth/tokens", headers=headers)
        if response.status not in {204, 401, 404}:
            raise UnavailableError(
                f"the identity service {self._credential.auth_url} did not revoke the token: "
                f"{response.status_line} {read_explanation(response)}",
                http_status=response.status,
                request_id=response.request_id,
            )

    def _get(self, path: str) -> dict[str, Any]:
        return self._read_body(self._transport.send("GET", path, limit=MAX_MANY))

    @staticmethod
    def _read_body(response: Response) -> dict[str, Any]:
        if response.status != HTTPStatus.OK:
            raise _create_identity_error(response)
        return parse_object(response, "identity")


def _create_identity_error(response: Response) -> UnavailableError:
    return UnavailableError(f"the identity service failed: {response.status_line}", http_status=response.status)


def _read_rows(body: dict[str, Any], key: str) -> Iterable[dict[str, Any]]:
    rows = body.get(key)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _read_object(body: dict[str, Any], key: str) -> dict[str, Any]:
    value = body.get(key)
    return value if isinstance(value, dict) else {}


def _read_text(body: dict[str, Any], key: str) -> str:
    value = body.get(key)
    return value if isinstance(value, str) else ""
