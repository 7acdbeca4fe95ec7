"""What the identity service tells the bearer of a token: their projects, a token for another, every image service."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple

from imgshare_cli.api.credential import is_token
from imgshare_cli.api.response import MAX_MANY, parse_object
from imgshare_cli.config.service_url import build_identity_v3_url
from imgshare_cli.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

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


class ImageService(NamedTuple):
    """One address of an image service."""

    region: str
    interface: str
    url: str


class IdentityClient:
    """The calls of Keystone's v3 API that need no more than a token (api-ref, "Authentication and token management").

    Every call raises UnavailableError where the answer is not what was asked for, for whatever reason.

    Args:
        transport: the connection to the identity service, which carries the token.
        token: the token.
    """

    def __init__(self, transport: HttpTransport, token: str) -> None:
        self._transport = transport
        self._token = token

    def list_projects(self) -> list[Project]:
        """The projects that the token's user can get a token for."""
        rows = _read_rows(self._get("/auth/projects"), "projects")
        return [Project(*found) for row in rows if all(found := (_read_text(row, "id"), _read_text(row, "name")))]

    def request_token(self, project_id: str) -> str:
        """A token of the same user in another project. What application credentials gave is not good enough for it."""
        identity = {"methods": ["token"], "token": {"id": self._token}}
        body = {"auth": {"identity": identity, "scope": {"project": {"id": project_id}}}}
        response = self._transport.send("POST", "/auth/tokens?nocatalog", body)
        if response.status != HTTPStatus.CREATED or not is_token(response.subject_token or ""):
            raise _create_identity_error(response)
        return str(response.subject_token)

    def list_image_services(self) -> list[ImageService]:
        """Every address of every image service in the catalog."""
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

    def _get(self, path: str) -> dict[str, Any]:
        response = self._transport.send("GET", path, limit=MAX_MANY)
        if response.status != HTTPStatus.OK:
            raise _create_identity_error(response)
        return parse_object(response, "identity")


def open_identity_client(
    credential: Credential, opened: Callable[[str, Credential], HttpTransport]
) -> IdentityClient | None:
    """The identity service that a credential is from, or None where it is from none.

    Args:
        credential: what lets us in.
        opened: opens a connection that carries a credential, to an address that it checks.
    """
    if not credential.auth_url or credential.header != "X-Auth-Token":
        return None
    return IdentityClient(opened(build_identity_v3_url(credential.auth_url), credential), credential.secret)


def _create_identity_error(response: Response) -> UnavailableError:
    return UnavailableError(f"the identity service did not help: {response.status_line}", http_status=response.status)


def _read_rows(body: dict[str, Any], key: str) -> Iterable[dict[str, Any]]:
    rows = body.get(key)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _read_text(body: dict[str, Any], key: str) -> str:
    value = body.get(key)
    return value if isinstance(value, str) else ""
