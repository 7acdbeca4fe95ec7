"""An identity service whose user may enter many projects, and the image service of each of them, at one address."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from tests.support.fake_cloud import FakeCloud
from tests.support.fake_service import MEMBER, build_member

if TYPE_CHECKING:
    from collections.abc import Callable
    from http.server import BaseHTTPRequestHandler

    from tests.support.run import Run

Answer = tuple[int, Any, dict[str, str]]
NO: Answer = (403, {"error": {"code": 403, "message": "no"}}, {})


def build_project_id(number: int) -> str:
    """The ID of a project."""
    return f"{number:032x}"


class FleetCloud(FakeCloud):
    """The first token is for the project `mine`; with it one gets tokens for the others, in which images wait.

    Attributes:
        projects: the names of the projects that the user may enter, by their IDs.
        closed: the projects for which no token is issued.
        unshared: the projects that no image is shared with.
        distrusted: the projects whose tokens the image service rejects, and the places that reject all.
        busy: the places where every decision is refused with 429.
        moved: other addresses of the image services in the catalog, by their regions.
        page: what the list of projects has besides them.
        allows_rescoping: whether a token for one project gets one for another.
        rescoped: for which projects tokens were requested, in order.
        decided: each decision, as image, project and status.
        places: the regions and interfaces whose addresses were used for decisions.
        seconds: how long a decision takes.
        list_seconds: how long the list of projects takes.
        is_new: whether a decision changes something; else it was made long ago.
        connections: where each request came from.
        image_connections: those of requests to the image service.
        on_first_decision: is called then.
    """

    def __init__(self, count: int = 3) -> None:
        super().__init__()
        self.projects = {MEMBER: "mine"} | {build_project_id(n): f"tenant-{n}" for n in range(1, count)}
        self.closed: set[str] = set()
        self.unshared: set[str] = set()
        self.distrusted: set[str] = set()
        self.busy: set[str] = set()
        self.moved: dict[str, str] = {}
        self.page: dict[str, Any] = {}
        self.allows_rescoping = True
        self.rescoped: list[str] = []
        self.decided: list[tuple[str, str, str]] = []
        self.places: set[str] = set()
        self.seconds = self.list_seconds = 0.0
        self.is_new = False
        self.connections: set[object] = set()
        self.image_connections: set[object] = set()
        self.on_first_decision: Callable[[], None] = lambda: None
        self._project_of_token: dict[str, str] = {}

    def issue(self, project_id: str) -> str:
        """Issue a token for a project, as a login of the project's own would get it."""
        token = f"own-token-of-{project_id}"
        self._project_of_token[token] = project_id
        self._issued_at[token] = time.monotonic()
        return token

    def _reply(self, request: BaseHTTPRequestHandler, body: Any) -> Answer:
        self.connections.add(request.client_address)
        path, token = unquote(urlsplit(request.path).path), request.headers.get("X-Auth-Token", "")
        if not path.startswith("/v3"):
            self.image_connections.add(request.client_address)
        if request.command == "GET" and path in {"/v3/auth/projects", "/v3/auth/catalog", "/v3/auth/tokens"}:
            return self._check(token) or (200, self._describe_login(path), {})
        if path == "/v3/auth/tokens" and body and body["auth"]["identity"]["methods"] == ["token"]:
            return self._rescope(body["auth"])
        if "/members/" in path and request.command != "DELETE":
            return self._decide(path.split("/"), token, body)
        shown = {f"/v2/images/{image['id']}": image for image in self.images}.get(f"/v2{path.partition('/v2')[2]}")
        return (self._check(token) or (200, shown, {})) if shown else super()._reply(request, body)

    def _describe_login(self, path: str) -> dict[str, Any]:
        if path == "/v3/auth/tokens":
            return self._issued()
        if path == "/v3/auth/projects":
            time.sleep(self.list_seconds)
            return {"projects": [{"id": i, "name": n} for i, n in self.projects.items()], **self.page}
        catalog = self._issued()["token"]["catalog"]
        for endpoint in catalog[0]["endpoints"]:
            endpoint["url"] = self.moved.get(endpoint["region"], endpoint["url"])
        return {"catalog": catalog}

    def _check(self, token: str) -> Answer | None:
        is_known = token in self._issued_at and token not in self.refused
        is_old = is_known and time.monotonic() - self._issued_at[token] > self.token_seconds
        return None if is_known and not is_old else (401, {"error": {"code": 401, "message": "no"}}, {})

    def _rescope(self, auth: Any) -> Answer:
        project_id = auth["scope"]["project"]["id"]
        self.rescoped.append(project_id)
        first = auth["identity"]["token"]["id"]
        if project_id not in self.projects or project_id in self.closed:
            return 401, {"error": {"code": 401, "message": "no"}}, {}
        if self._check(first):
            return 404, {"error": {"code": 404, "message": "no such token"}}, {}
        if not self.allows_rescoping:
            return NO
        token = f"{first}-{project_id}-{len(self.rescoped)}"
        self._project_of_token[token] = project_id
        # As in Keystone, the new token expires with the first one.
        self._issued_at[token] = self._issued_at[first]
        document = self._issued()["token"] | {"project": {"id": project_id, "name": self.projects[project_id]}}
        return 201, {"token": document}, {"X-Subject-Token": token}

    def _decide(self, parts: list[str], token: str, body: Any) -> Answer:
        image_id, project_id = parts[-3], parts[-1]
        if refused := self._check(token):
            return refused
        if self.distrusted & {parts[1], self._project_of_token.get(token, MEMBER)}:
            return 401, {"message": "no"}, {}
        if self._project_of_token.get(token, MEMBER) != project_id or project_id in self.unshared:
            return 404, {"message": "no"}, {}
        if parts[1] in self.busy:
            return 429, {"message": "busy"}, {}
        time.sleep(self.seconds)
        status = body["status"] if body else "pending"
        if body:
            if not self.decided:
                self.on_first_decision()
            self.places.add(parts[1])
            self.decided.append((image_id, project_id, status))
        times = {"updated_at": datetime.now(UTC).isoformat()} if self.is_new else {}
        return 200, build_member(status, image_id=image_id, member_id=project_id, **times), {}


def pick(run: Run, *keys: str) -> list[tuple[Any, ...]]:
    """Pick some fields of each outcome of a run, sorted."""
    lines = [json.loads(line) for line in run.out.splitlines()]
    return sorted((tuple(line.get(key) for key in keys) for line in lines), key=str)
