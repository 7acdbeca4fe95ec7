"""An identity service and an image service at one address, for logins without a real cloud."""

from __future__ import annotations

import json
import math
import os
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.support.fake_service import MEMBER, build_member

if TYPE_CHECKING:
    import pytest

USER = "me"
PASSWORD = "the-password-that-nobody-may-see"


class Request(NamedTuple):
    """One request to the image service.

    Attributes:
        place: the region and the interface whose address was used.
        token: the token that it carried.
    """

    method: str
    path: str
    place: str
    token: str
    body: Any


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_arguments: object) -> None:
        """Say nothing of connections that the tool closed."""


class FakeCloud:
    """Listens on loopback; the first login gets `token-1`, the next `token-2`.

    Attributes:
        logins: what each login sent.
        revoked: the tokens that were revoked.
        requests: what the image service was asked.
        refused: the tokens that the image service does not take.
        refused_for_members: those that it takes for lists of images alone.
        expires_at: until when the next tokens are valid.
        project_id: the project that a login is for.
        project_name: the name of that project.
        roles: the names of the roles that a login gives.
        images: the rows of every list of pending images.
        login_seconds: how long a login takes.
        token_seconds: for how long the image service takes a token.
        is_down: whether the identity service hangs up on everyone, and the image service takes no token meanwhile.
        refuses_logins: whether further logins are rejected.
        unavailable: how many requests with another token than the first are answered with 503 and `Retry-After: 2`.
    """

    def __init__(self) -> None:
        self.logins: list[Any] = []
        self.revoked: list[str] = []
        self.requests: list[Request] = []
        self.refused: set[str] = set()
        self.refused_for_members: set[str] = set()
        self.expires_at = "2099-01-01T00:00:00.000000Z"
        self.project_id = MEMBER
        self.project_name = "mine"
        self.roles = ("member",)
        self.images: list[dict[str, Any]] = []
        self.login_seconds = 0.0
        self.token_seconds = math.inf
        self.is_down = False
        self.refuses_logins = False
        self.unavailable = 0
        self._issued_at: dict[str, float] = {}
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self.auth_url = f"{self.address}/v3"

    def __enter__(self) -> Self:
        """Start to serve."""
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        """Stop the server."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    def endpoint(self, region: str = "one", interface: str = "public") -> str:
        """The image service's address in a region."""
        return f"{self.address}/{region}-{interface}"

    def entry(self, **other: Any) -> dict[str, Any]:
        """An entry of clouds.yaml that logs in here."""
        auth = {"auth_url": self.auth_url, "username": USER, "password": PASSWORD, "project_name": "mine"}
        domains = {"user_domain_name": "Default", "project_domain_name": "Default"}
        return {"auth": {**auth, **domains}, "region_name": "one", **other}

    @property
    def tokens(self) -> list[str]:
        """The tokens that the image service was shown, in order."""
        return [request.token for request in self.requests]

    def _handler(cloud) -> type[BaseHTTPRequestHandler]:  # noqa: N805  (`self` is the request's below)
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = -1

            def _answer(self) -> None:
                if cloud.is_down and self.path.startswith("/v3"):
                    self.close_connection = True
                    return
                sent = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or "null")
                status, body, headers = cloud._reply(self, sent)
                content = b"" if body is None else json.dumps(body).encode()
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", **headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                with suppress(OSError):  # the tool may have hung up
                    self.wfile.write(content)
                    self.wfile.flush()

            do_GET = do_PUT = do_POST = do_DELETE = _answer  # noqa: N815  (the names of http.server)

            def log_message(self, *_arguments: object) -> None:
                """Say nothing."""

        return Handler

    def _reply(self, request: BaseHTTPRequestHandler, body: Any) -> tuple[int, Any, dict[str, str]]:
        url = urlsplit(request.path)
        if url.path.rstrip("/") == "/v3":
            links = [{"rel": "self", "href": self.auth_url}]
            return 200, {"version": {"id": "v3.14", "status": "stable", "links": links, "media-types": []}}, {}
        if url.path == "/v3/auth/tokens" and request.command == "DELETE":
            self.revoked.append(request.headers.get("X-Subject-Token", ""))
            return 204, None, {}
        if url.path == "/v3/auth/tokens":
            return self._log_in(body)
        _, place, path = unquote(url.path).split("/", 2)
        token = request.headers.get("X-Auth-Token", "")
        with self._lock:
            self.requests.append(Request(request.command, f"/{path}", place, token, body))
        if self._rejects(token, path):
            return 401, {"message": "no"}, {}
        if self.unavailable and token != "token-1":
            self.unavailable -= 1
            return 503, {"message": "busy"}, {"Retry-After": "2"}
        return 200, self._image_answer(f"/{path}", dict(parse_qsl(url.query)), body), {}

    def _log_in(self, body: Any) -> tuple[int, Any, dict[str, str]]:
        time.sleep(self.login_seconds)
        with self._lock:
            self.logins.append(body)
            if self.refuses_logins:
                return 401, {"error": {"code": 401, "message": "no"}}, {}
            token = f"token-{len(self.logins)}"
            self._issued_at[token] = time.monotonic()
            return 201, self._issued(), {"X-Subject-Token": token}

    def _rejects(self, token: str, path: str) -> bool:
        is_old = time.monotonic() - self._issued_at.get(token, math.inf) > self.token_seconds
        for_members = "/members/" in path and token in self.refused_for_members
        return self.is_down or is_old or token in self.refused or for_members

    def _image_answer(self, path: str, query: dict[str, str], body: Any) -> Any:
        if path == "/v2/schemas/member":
            return {"name": "member", "properties": {}}
        if path == "/v2/images":
            is_first = query.get("member_status") == "pending" and query.get("os_hidden") == "false"
            return {"images": self.images if is_first and "id" not in query else []}
        parts = path.split("/")
        status = body["status"] if body else "pending"
        return build_member(status, image_id=parts[3], member_id=parts[5])

    def _issued(self) -> dict[str, Any]:
        domain = {"id": "default", "name": "Default"}
        endpoints = [
            {"id": "p", "interface": interface, "region": region, "region_id": region, "url": url}
            for region in ("one", "two")
            for interface in ("public", "internal")
            for url in [self.endpoint(region, interface)]
        ]
        return {
            "token": {
                "methods": ["password"],
                "user": {"id": "u", "name": USER, "domain": domain},
                "project": {"id": self.project_id, "name": self.project_name, "domain": domain},
                "roles": [{"id": role, "name": role} for role in self.roles],
                "catalog": [{"type": "image", "name": "glance", "id": "i", "endpoints": endpoints}],
                "expires_at": self.expires_at,
                "issued_at": "2026-01-01T00:00:00.000000Z",
                "audit_ids": ["a"],
            }
        }


def write_clouds(monkeypatch: pytest.MonkeyPatch, **clouds: dict[str, Any]) -> Path:
    """Write a clouds.yaml (JSON is YAML)."""
    path = Path(os.environ["HOME"], "clouds.yaml")
    path.write_text(json.dumps({"clouds": clouds}))
    # In this process, openstacksdk looks for the usual places once.
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(path))
    return path


def write_own_clouds(content: Any) -> Path:
    """Write the user's own clouds.yaml: entries by their names, or the text of the file."""
    path = Path(os.environ["XDG_CONFIG_HOME"], "openstack", "clouds.yaml")
    path.parent.mkdir()
    path.write_text(content if isinstance(content, str) else json.dumps({"clouds": content}))
    return path


def write_config(text: str) -> Path:
    """Write the config file, readable by its owner alone."""
    path = Path(os.environ["XDG_CONFIG_HOME"], "imgshare", "config.toml")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o600)
    return path


def token_file(name: str = "default") -> Path:
    """Where `token_store = "file"` keeps the credential of a profile."""
    return Path(os.environ["XDG_STATE_HOME"], "imgshare", "tokens", name)


def keep(credential: dict[str, Any], name: str = "default") -> Path:
    """Keep a credential in a file, as an earlier run would have."""
    path = token_file(name)
    for folder in (path.parent.parent, path.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_text(json.dumps(credential))
    path.chmod(0o600)
    return path
