"""An Image Management Service (IMS), and what it and the gateway in front of it respond."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.support.fake_service import MEMBER, build_member
from tests.support.json_server import JsonServer, Reply
from tests.support.scripted_images import OWNER, build_image_id

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

REQUEST_ID = "0c0ffee0000040008000000000000000"


def build_ims_response(status: int, body: object, **headers: str) -> bytes:
    """One whole HTTP answer, with the headers of a Huawei-style cloud."""
    content = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return _build_response(status, content, {"X-Request-Id": REQUEST_ID, **headers})


def build_ims_error(status: int, code: str, message: str, **headers: str) -> bytes:
    """An error in the words of IMS."""
    return build_ims_response(status, {"error": {"message": message, "code": code}}, **headers)


def build_gateway_error(status: int, code: str, message: str, request_id: object) -> bytes:
    """An error of the gateway, which gives its request no header."""
    body = {"error_msg": message, "error_code": code, "request_id": request_id}
    return _build_response(status, json.dumps(body).encode(), {})


def _build_response(status: int, content: bytes, headers: dict[str, str]) -> bytes:
    lines = [
        f"HTTP/1.1 {status} Whatever",
        "Content-Type: application/json",
        f"Content-Length: {len(content)}",
        *[f"{name.replace('_', '-')}: {value}" for name, value in headers.items()],
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


@dataclass
class ImsService(JsonServer):
    """An image service that speaks IMS as far as lists and shares go, to the letter of its documentation.

    Attributes:
        images: its images, newest first.
        statuses: what MEMBER decided about those that are shared with it.
        page_size: the most images on a page, whatever `limit` says.
        says_next: whether a page says that there are more.
        is_strict: whether parameters that it does not know are refused, instead of ignored.
        reply_to: answers a request before the service does, where it returns a status and a body.
        requests: each request as method, path and query.
        versions: the `X-Api-Version` of each request.
    """

    images: list[dict[str, Any]] = field(default_factory=list)
    statuses: dict[str, str] = field(default_factory=dict)
    page_size: int = 100
    says_next: bool = False
    is_strict: bool = True
    reply_to: Callable[[str, str, dict[str, str]], tuple[int, Any] | None] = lambda _method, _path, _query: None
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    versions: list[str | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Listen on loopback."""
        super().__init__()

    def add(self, number: int, status: str | None = "pending", **other: Any) -> str:
        """Add an image; None as the status is an image of MEMBER's own."""
        image = build_ims_image(number, **{"owner": MEMBER} if status is None else {}, **other)
        self.images.append(image)
        if status is not None:
            self.statuses[image["id"]] = status
        return str(image["id"])

    @property
    def paths(self) -> list[str]:
        """The method and the path of each request, without the address of the images."""
        return [f"{method} {path.removeprefix('/v2/images')}" for method, path, _ in self.requests]

    @property
    def queries(self) -> list[dict[str, str]]:
        """The queries of the lists that were asked for."""
        return [query for _, path, query in self.requests if path == "/v2/images"]

    def respond(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Answer a request."""
        url, sent = urlsplit(target), json.loads(body or "null")
        version = headers.get("x-api-version")
        status, answer = self.reply(method, unquote(url.path), dict(parse_qsl(url.query)), sent, version)
        return Reply(status, answer, {"X-Request-Id": REQUEST_ID})

    def reply(self, method: str, path: str, query: dict[str, str], body: Any, version: str | None) -> tuple[int, Any]:
        """The status and the body of an answer."""
        self.requests.append((method, path, query))
        self.versions.append(version)
        if own := self.reply_to(method, path, query):
            return own
        if path == "/v2/images":
            return self._list(query, version)
        found = re.fullmatch(r"/v2/images/([^/]+)(?:/members(?:/([^/]+))?)?", path)
        images = [image for image in self.images if found and image["id"] == found[1] and self._is_visible(image)]
        if not found or not images:
            return _refuse("IMG.0027", "The image ID in the request does not exist.")
        if found[2]:
            return self._answer_member(method, found[1], found[2], body)
        if path.endswith("/members"):
            rows = [self._build_member(found[1])] if found[1] in self.statuses else []
            return 200, {"members": rows, "schema": "/v2/schemas/members"}
        return 200, images[0]

    def _answer_member(self, method: str, image_id: str, member_id: str, body: Any) -> tuple[int, Any]:
        if member_id != MEMBER or image_id not in self.statuses:
            return _refuse("IMG.0067", "The project ID is incorrect.")
        if method == "PUT":
            if body["status"] == "pending":
                return _refuse("IMG.0001", "The request message format is invalid.")
            self.statuses[image_id] = body["status"]
        return 200, self._build_member(image_id)

    def _is_visible(self, image: dict[str, Any]) -> bool:
        return image["owner"] == MEMBER or image["id"] in self.statuses or image["visibility"] == "public"

    def _build_member(self, image_id: str) -> dict[str, Any]:
        return build_member(self.statuses[image_id], image_id=image_id)

    def _list(self, query: dict[str, str], version: str | None) -> tuple[int, Any]:
        known = {"visibility", "member_status", "__imagetype", "name", "id", "owner", "limit", "marker", "created_at"}
        status = query.get("member_status", "accepted")
        if self.is_strict and (query.keys() - known or status not in {"pending", "accepted", "rejected"}):
            return _refuse("IMG.0001", "The request message format is invalid.")
        rows = [image for image in self.images if self._is_listed(image, query, status, version)]
        start = 0
        if marker := query.get("marker"):
            start = next((number for number, row in enumerate(rows, 1) if row["id"] == marker), 0)
            if not start:
                return _refuse("IMG.0027", "The image ID in the request does not exist.")
        size = min(self.page_size, int(query.get("limit", 25)))
        more = len(rows) > start + size and self.says_next
        page = {"images": rows[start : start + size], "schema": "/v2/schemas/images"}
        return 200, page | ({"next": f"/v2/images?marker={rows[start + size - 1]['id']}"} if more else {})

    def _is_listed(self, image: dict[str, Any], query: dict[str, str], status: str, version: str | None) -> bool:
        if any(query.get(name, image[name]) != image[name] for name in ("name", "id", "owner")):
            return False
        ours, shared = image["owner"] == MEMBER, self.statuses.get(image["id"])
        if query.get("visibility") != "shared":
            return ours or shared == "accepted" or image["visibility"] == "public"
        # The API of Mitaka knows no such visibility; without `__imagetype` nothing is found.
        if not version or version <= "M" or query.get("__imagetype") != "shared":
            return False
        return (ours and image["__imagetype"] == "shared") or shared == status


def build_ims_image(number: int = 1, **other: Any) -> dict[str, Any]:
    """An image as IMS describes it: a shared one may be called private, and its size is a text beside a zero."""
    return {
        "id": build_image_id(number),
        "name": f"image-{number}",
        "owner": OWNER,
        "status": "active",
        "visibility": "private",
        "size": 0,
        "created_at": "2024-11-06T07:24:22.925Z",
        "__imagetype": "shared",
        "__image_size": "2097152",
        "__isregistered": "true",
        "__os_type": "Linux",
        "__platform": "CentOS",
        "__os_version": "CentOS 7.3 64bit",
        "__os_bit": "64",
        **other,
    }


def _refuse(code: str, message: str) -> tuple[int, Any]:
    return 400, {"error": {"message": message, "code": code}}
