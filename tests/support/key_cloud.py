"""A Huawei-style cloud at one address, which takes signed requests alone and checks each signature by itself."""

from __future__ import annotations

import calendar
import hashlib
import hmac
import json
import re
import time
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from tests.support.fake_service import MEMBER, build_member
from tests.support.json_server import JsonServer, Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

KEY = "AKIDEXAMPLE0000000AB"
SECRET = "the-secret-key-that-nobody-may-see"
SECURITY_TOKEN = "the-security-token-that-nobody-may-see-either"
OTHER_PROJECT = "0" * 31 + "2"
_AUTHORIZATION = re.compile(
    r"SDK-HMAC-SHA256 (Access|Credential)=([^,]+), SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})"
)
Answer = tuple[int, Any]


class SignedRequest(NamedTuple):
    """One request whose signature is right."""

    method: str
    target: str
    form: str
    project_id: str | None


class KeyCloud(JsonServer):
    """Listens on loopback.

    Attributes:
        secrets: the secret of each access key.
        security_token: what the key needs besides, where it is temporary.
        projects: the names of the user's projects, by their IDs.
        form: the form of signatures that the cloud takes: `Access` or `Credential`.
        lists_own_projects: whether `GET /v3/auth/projects` takes signed requests.
        closed: the projects that refuse the user.
        shared_with: the projects that the images are shared with; None is all.
        images: the rows of the lists of each project.
        requests: the requests, in order, whose signatures were right.
        rejected: how many were not.
        signatures: that of each request.
        decided: each decision, as image, project and status.
        busy: how many decisions are answered with 503 before the next one is taken.
    """

    def __init__(self) -> None:
        self.secrets = {KEY: SECRET}
        self.security_token: str | None = None
        self.projects = {MEMBER: "eu-de"}
        self.form = "Access"
        self.lists_own_projects = True
        self.closed: set[str] = set()
        self.shared_with: set[str] | None = None
        self.images: list[dict[str, Any]] = []
        self.requests: list[SignedRequest] = []
        self.rejected = 0
        self.signatures: list[str] = []
        self.busy = 0
        self.decided: list[tuple[str, str, str]] = []
        super().__init__()

    def enter(self, monkeypatch: pytest.MonkeyPatch, **other: str) -> None:
        """Give the tool the key and the address of the cloud."""
        values = {
            "IMGSHARE_ACCESS_KEY": KEY,
            "IMGSHARE_SECRET_KEY": SECRET,
            "IMGSHARE_ENDPOINT": self.endpoint,
            "OS_AUTH_URL": f"{self.endpoint}/v3",
            "OS_REGION_NAME": "eu-de",
            **other,
        }
        for name, value in values.items():
            monkeypatch.setenv(name, value)

    @property
    def targets(self) -> list[str]:
        """What was asked for, in order."""
        return [f"{request.method} {request.target}" for request in self.requests]

    def respond(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Answer a request."""
        status, answer = self._answer(method, target, headers, body)
        return Reply(status, answer, {"X-Request-Id": "0c0ffee0", **({"Retry-After": "1"} if status == 503 else {})})

    def _answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        form = self._check_signature(method, target, headers, body)
        if not isinstance(form, str):
            self.rejected += 1
            return form
        project_id = headers.get("x-project-id")
        self.signatures.append(headers["authorization"])
        self.requests.append(SignedRequest(method, target, form, project_id))
        path, query = unquote(urlsplit(target).path), dict(parse_qsl(urlsplit(target).query))
        if path.startswith("/v3/"):
            return self._list_projects(path, query)
        if self.busy and method == "PUT":
            self.busy -= 1
            return 503, {"error": {"message": "busy", "code": "IMG.0060"}}
        if project_id not in self.projects or project_id in self.closed:
            return 403, {"error": {"message": "no such project", "code": "IMG.0030"}}
        if path == "/v2/images":
            is_other_page = "marker" in query or query.get("os_hidden") == "true"
            return 200, {"images": [] if is_other_page else self.images}
        return self._answer_about_images(method, path, project_id, json.loads(body or "null"))

    def _list_projects(self, path: str, query: Mapping[str, str]) -> Answer:
        if path not in {"/v3/projects", "/v3/auth/projects"}:
            return 404, {"error_msg": "no such API", "error_code": "APIGW.0101"}
        if path == "/v3/auth/projects" and not self.lists_own_projects:
            return 403, {"error": {"code": 403, "message": "no", "title": "Forbidden"}}
        projects = [{"id": i, "name": n} for i, n in self.projects.items() if query.get("name", n) == n]
        return 200, {"projects": projects, "links": {"next": None}}

    def _answer_about_images(self, method: str, path: str, project_id: str, body: Any) -> Answer:
        if path == "/v2/schemas/member":
            return 200, {"name": "member", "properties": {}}
        parts = path.split("/")
        if self.shared_with is not None and project_id not in self.shared_with:
            return 404, {"error": {"message": "no such image", "code": "IMG.0027"}}
        if parts[-2:-1] != ["members"]:
            rows = [image for image in self.images if image["id"] == parts[-1]]
            return (200, rows[0]) if rows else (404, {"error": {"message": "no such image", "code": "IMG.0027"}})
        if parts[-1] != project_id:
            return 403, {"error": {"message": "project ID and token do not match", "code": "IMG.0030"}}
        status = body["status"] if method == "PUT" else "pending"
        if method == "PUT":
            self.decided.append((parts[3], project_id, status))
        return 200, build_member(status, image_id=parts[3], member_id=project_id)

    def _check_signature(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> str | Answer:
        """Return the form of a signature that is right, or else what the gateway answers."""
        match = _AUTHORIZATION.fullmatch(headers.get("authorization", ""))
        if match is None or match[1] != self.form:
            return self._reject("authorization header format error")
        form, key, names, signature = match.groups()
        date = headers["x-sdk-date"]
        if why := self._find_fault(form, names.split(";"), headers):
            return self._reject(why)
        canonical = _canonicalize(method, target, headers, names, body)
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        key, _, scope = key.partition("/")
        secret = self.secrets.get(key, "").encode()
        text = f"SDK-HMAC-SHA256\n{date}\n{digest}"
        if form == "Credential":
            secret = b"SDK" + secret
            for part in scope.split("/"):
                secret = hmac.new(secret, part.encode(), hashlib.sha256).digest()
            text = f"SDK-HMAC-SHA256\n{date}\n{scope}\n{digest}"
        if key in self.secrets and hmac.new(secret, text.encode(), hashlib.sha256).hexdigest() == signature:
            return form
        return self._reject("verify aksk signature fail,canonicalRequest:" + canonical.replace("\n", "|"))

    def _find_fault(self, form: str, names: list[str], headers: Mapping[str, str]) -> str | None:
        behind = time.time() + self.clock - calendar.timegm(time.strptime(headers["x-sdk-date"], "%Y%m%dT%H%M%SZ"))
        if abs(behind) > 900:
            return "signature expired"
        if not {"host", "x-sdk-date"} <= set(names):
            return "a header is not signed"
        if form == "Access" and "x-project-id" in headers and "x-project-id" not in names:
            return "the project is not signed"
        return None if headers.get("x-security-token") == self.security_token else "the security token is wrong"

    @staticmethod
    def _reject(why: str) -> Answer:
        message = f"Incorrect IAM authentication information: {why}"
        return 401, {"error_msg": message, "error_code": "APIGW.0301", "request_id": "0c0ffee0"}


def _canonicalize(method: str, target: str, headers: Mapping[str, str], names: str, body: bytes) -> str:
    url = urlsplit(target)
    path = "/".join(quote(part, safe="~") for part in unquote(url.path).split("/"))
    pairs = sorted(parse_qsl(url.query, keep_blank_values=True))
    query = "&".join("=".join(quote(text, safe="~") for text in pair) for pair in pairs)
    lines = "".join(f"{name}:{headers[name]}\n" for name in names.split(";"))
    hashed = hashlib.sha256(body).hexdigest()
    return "\n".join((method, path if path.endswith("/") else f"{path}/", query, lines, names, hashed))
