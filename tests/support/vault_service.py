"""An image service (IMS) whose full-server images need a backup vault, and the backup service (CBR) beside it."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.support.fake_service import IMAGE, MEMBER, TOKEN, build_member

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

VAULT = "a335f9e1-1628-4c64-a7be-38656e5ec19c"
OTHER_VAULT = "b335f9e1-1628-4c64-a7be-38656e5ec19c"
PLAIN_IMAGE = "11111111-1111-4111-8111-111111111111"
GB = 1 << 30
Answer = tuple[int, Any]


def build_vault(vault_id: str = VAULT, name: Any = "vault-8538", size: Any = 100, used: Any = 0, **other: Any) -> Any:
    """The API's vault object, as in its documentation; `other` has fields of it or of its `billing`."""
    billing = {
        "allocated": 0,
        "cloud_type": "public",
        "charging_mode": "post_paid",
        "protect_type": "backup",
        "object_type": "server",
        "spec_code": "vault.backup.server.normal",
        "status": "available",
        "size": size,
        "used": used,
    }
    billing |= {key: other.pop(key) for key in list(other) if key in billing}
    return {"id": vault_id, "name": name, "resources": [], "auto_expand": False, "billing": billing, "tags": []} | other


def build_full_server(image_id: str = IMAGE, **other: Any) -> dict[str, Any]:
    """An image that is a whole server, as IMS shows it."""
    image = {"id": image_id, "name": "full-server", "owner": "f" * 32, "status": "active", "visibility": "private"}
    return {**image, "__whole_image": "true", **other}


def build_error(code: str, message: str = "Failed to obtain the vault.") -> dict[str, Any]:
    """The body of an error of IMS."""
    return {"error": {"message": message, "code": code}}


class Request(NamedTuple):
    """One request; its path is decoded, and its host is there where the tool takes this for a proxy."""

    method: str
    path: str
    query: dict[str, str]
    token: str
    body: Any
    host: str


class VaultService:
    """Listens on loopback.

    Attributes:
        images: what the image service knows.
        vaults: what the backup service lists.
        missing_code: the code of a refusal where a vault is missing.
        refusal: the answer to each accept with a vault, if it is no success.
        list_vaults: answers a list of vaults; by default with a page of `vaults`.
        request_id: the name of the header that has it, which tells what the service is.
        requests: what both services were asked.
    """

    def __init__(self) -> None:
        self.images: dict[str, Any] = {IMAGE: build_full_server(), PLAIN_IMAGE: {"id": PLAIN_IMAGE, "name": "plain"}}
        self.vaults: list[Any] = [build_vault()]
        self.missing_code = "IMG.0184"
        self.refusal: Answer | None = None
        self.list_vaults: Callable[[Request], Answer] = self._list_page
        self.request_id = "X-Request-Id"
        self.requests: list[Request] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = -1

            def _answer(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or "null")
                url, token = urlsplit(self.path), self.headers.get("X-Auth-Token", "")
                request = Request(self.command, unquote(url.path), dict(parse_qsl(url.query)), token, body, url.netloc)
                service.requests.append(request)
                status, answer = service.answer(request)
                content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "text/html" if isinstance(answer, bytes) else "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.send_header(service.request_id, "req-1")
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815  (the names of http.server)

            def log_message(self, *_arguments: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"
        self.vault_endpoint = f"{self.endpoint}/backup"

    def __enter__(self) -> Self:
        """Start to serve."""
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        """Stop the server."""
        self._server.shutdown()
        self._thread.join(10)
        self._server.server_close()

    def enter(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Point the tool at both services."""
        monkeypatch.setenv("IMGSHARE_ENDPOINT", self.endpoint)
        monkeypatch.setenv("IMGSHARE_VAULT_ENDPOINT", self.vault_endpoint)
        monkeypatch.setenv("IMGSHARE_TOKEN", TOKEN)
        monkeypatch.setenv("IMGSHARE_PROJECT_ID", MEMBER)

    @property
    def calls(self) -> list[tuple[str, str]]:
        """What was asked, in short: IMAGE is the image, `vaults` the list of vaults, and a PUT names its vault."""
        return [(request.method, self._shorten(request)) for request in self.requests]

    def _shorten(self, request: Request) -> str:
        if request.path.startswith("/backup"):
            return "vaults"
        return str(request.body.get("vault_id", "-")) if request.body else request.path.replace(IMAGE, "IMAGE")

    def answer(self, request: Request) -> Answer:
        """Answer a request to either service."""
        if request.path.endswith("/vaults"):
            return self.list_vaults(request)
        parts = request.path.split("/")
        image = self.images.get(parts[3] if len(parts) > 3 else "")
        if image is None:
            return 404, build_error("IMG.0027", "The image does not exist.")
        if len(parts) < 6:
            is_image = len(parts) == 4
            return 200, image if is_image else {"members": [build_member("pending", image_id=parts[3])]}
        return self._decide(image, request.body, parts[5])

    def _decide(self, image: Any, body: Any, member_id: str) -> Answer:
        if body and body["status"] == "accepted":
            if "vault_id" in body and self.refusal:
                return self.refusal
            if "vault_id" not in body and "__" in json.dumps(image):
                return 400, build_error(self.missing_code)
        return 200, build_member(body["status"] if body else "pending", image_id=image["id"], member_id=member_id)

    def _list_page(self, request: Request) -> Answer:
        start, limit = int(request.query["offset"]), int(request.query["limit"])
        return 200, {"vaults": self.vaults[start : start + limit], "count": len(self.vaults)}
