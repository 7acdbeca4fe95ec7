"""What the identity service tells the bearer of a token: their projects, a token for another, every image service."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple

from imgshare_cli.api import response as answers
from imgshare_cli.api.credential import is_token
from imgshare_cli.config import service_url as addresses
from imgshare_cli.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from imgshare_cli.api.credential import Grant
    from imgshare_cli.api.response import Answer
    from imgshare_cli.api.transport import Wire


class Project(NamedTuple):
    """A project that the token's user has a role in."""

    id: str
    name: str

    def __str__(self) -> str:
        """As a sentence names it."""
        return f"{self.name} ({self.id})"


class Service(NamedTuple):
    """One address of an image service."""

    region: str
    interface: str
    url: str


class Directory:
    """The calls of Keystone's v3 API that need no more than a token (api-ref, "Authentication and token management").

    Every call raises UnavailableError where the answer is not what was asked for, for whatever reason.

    Args:
        wire: the connection to the identity service, which carries the token.
        token: the token.
    """

    def __init__(self, wire: Wire, token: str) -> None:
        self._wire = wire
        self._token = token

    def projects(self) -> list[Project]:
        """The projects that the token's user can get a token for."""
        rows = _rows(self._get("/auth/projects"), "projects")
        return [Project(*found) for row in rows if all(found := (_text(row, "id"), _text(row, "name")))]

    def token_for(self, project_id: str) -> str:
        """A token of the same user in another project. What application credentials gave is not good enough for it."""
        identity = {"methods": ["token"], "token": {"id": self._token}}
        body = {"auth": {"identity": identity, "scope": {"project": {"id": project_id}}}}
        answer = self._wire.send("POST", "/auth/tokens?nocatalog", body)
        if answer.status != HTTPStatus.CREATED or not is_token(answer.subject_token or ""):
            raise _unhelpful(answer)
        return str(answer.subject_token)

    def image_services(self) -> list[Service]:
        """Every address of every image service in the catalog."""
        entries = _rows(self._get("/auth/catalog"), "catalog")
        endpoints = [row for entry in entries if entry.get("type") == "image" for row in _rows(entry, "endpoints")]
        return [
            Service(_text(row, "region_id") or _text(row, "region"), _text(row, "interface"), _text(row, "url"))
            for row in endpoints
        ]

    def _get(self, path: str) -> dict[str, Any]:
        answer = self._wire.send("GET", path, limit=answers.MAX_MANY)
        if answer.status != HTTPStatus.OK:
            raise _unhelpful(answer)
        return answers.parsed(answer, "identity")


def of(grant: Grant, opened: Callable[[str, Grant], Wire]) -> Directory | None:
    """The identity service that a grant is from, or None where it is from none.

    Args:
        grant: what lets us in.
        opened: opens a connection that carries a grant, to an address that it checks.
    """
    if not grant.auth_url or grant.header != "X-Auth-Token":
        return None
    return Directory(opened(addresses.identity_v3(grant.auth_url), grant), grant.secret)


def _unhelpful(answer: Answer) -> UnavailableError:
    return UnavailableError(f"the identity service did not help: {answer.named()}", http_status=answer.status)


def _rows(body: dict[str, Any], key: str) -> Iterable[dict[str, Any]]:
    rows = body.get(key)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _text(body: dict[str, Any], key: str) -> str:
    value = body.get(key)
    return value if isinstance(value, str) else ""
