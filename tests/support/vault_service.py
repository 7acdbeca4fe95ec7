"""An image service (IMS) whose full-server images need a backup vault, and the backup service (CBR) beside it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.support.fake_service import IMAGE, MEMBER, TOKEN, build_member
from tests.support.json_server import JsonServer, Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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


class VaultService(JsonServer):
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
        super().__init__()
        self.vault_endpoint = f"{self.endpoint}/backup"

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

    def respond(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Answer a request."""
        url, query = urlsplit(target), dict(parse_qsl(urlsplit(target).query))
        token, sent = headers.get("x-auth-token", ""), json.loads(body or "null")
        request = Request(method, unquote(url.path), query, token, sent, url.netloc)
        self.requests.append(request)
        status, answer = self.answer(request)
        page = {"Content-Type": "text/html"} if isinstance(answer, bytes) else {}
        return Reply(status, answer, {**page, self.request_id: "req-1"})

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
