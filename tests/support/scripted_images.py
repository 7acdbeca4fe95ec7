"""An image service that answers lists as it likes."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.support.fake_service import MEMBER, TOKEN, build_member
from tests.support.json_server import JsonServer, Reply
from tests.support.known_owners import know_owners

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pytest

Query = dict[str, str]
OWNER = "5bd2a8f1d4e34f0c9a7a63a1c1f0e7b2"


def build_image_id(number: int) -> str:
    """The ID of an image, with letters, so that its case can differ."""
    return f"{number:08x}-abcd-4000-8000-00000000abcd"


def build_image(number: int = 1, **other: Any) -> dict[str, Any]:
    """An image of a list, as a well-behaved service describes it, but for what is given."""
    return {
        "id": build_image_id(number),
        "name": "golden",
        "owner": OWNER,
        "status": "active",
        "visibility": "shared",
        "size": 1024,
        "created_at": "2026-01-01T00:00:00Z",
        "os_hidden": False,
        **other,
    }


@dataclass
class Page:
    """A page of a list, and whether the service claims that there are more."""

    rows: list[Any] = field(default_factory=list)
    more: bool = False


def _page(_query: Query) -> Page:
    return Page()


def _shared_with_us(image: str) -> list[Any]:
    return [build_member("pending", image_id=image)]


class ScriptedImageService(JsonServer):
    """Listens on loopback, and answers what the test's functions say; every image is shared with MEMBER, and pending.

    Attributes:
        list_page: gives the page for a list's query, or the status that refuses it.
        admin_page: gives the same for `id=`, with which the tool finds out whether it is an administrator's token.
        members: gives the rows of an image's members.
        image: gives the description of one image.
        status: the status of a share that is asked for alone.
        requests: each request as method, path and query.
    """

    def __init__(self) -> None:
        self.list_page: Callable[[Query], Page | int] = _page
        self.admin_page: Callable[[Query], Page | int] = _page
        self.members: Callable[[str], list[Any]] = _shared_with_us
        self.image: Callable[[str], Any] = lambda image: build_image(id=image)
        self.status = "pending"
        self.requests: list[tuple[str, str, Query]] = []
        super().__init__()

    def enter(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Point the tool at it, with a bare token of project MEMBER, which has accepted images of OWNER before."""
        know_owners(OWNER)
        monkeypatch.setenv("IMGSHARE_ENDPOINT", self.endpoint)
        monkeypatch.setenv("IMGSHARE_TOKEN", TOKEN)
        monkeypatch.setenv("IMGSHARE_PROJECT_ID", MEMBER)

    @property
    def lists(self) -> list[Query]:
        """The queries of the lists that were asked for."""
        return [query for _, path, query in self.requests if path == "/v2/images" and "id" not in query]

    @property
    def decided(self) -> list[str]:
        """The images that were decided about."""
        return [path.split("/")[3] for method, path, _ in self.requests if method == "PUT"]

    def respond(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:  # noqa: ARG002
        """Answer a request."""
        url = urlsplit(target)
        return Reply(*self.reply(method, unquote(url.path), dict(parse_qsl(url.query)), json.loads(body or "null")))

    def reply(self, method: str, path: str, query: Query, body: Any) -> tuple[int, Any]:
        """The status and the body of an answer."""
        self.requests.append((method, path, query))
        if path == "/v2/images":
            page = self.admin_page(query) if "id" in query else self.list_page(query)
            if isinstance(page, int):
                return page, {"message": "no"}
            return 200, {"images": page.rows} | ({"next": "/v2/images?marker=x"} if page.more else {})
        found = re.fullmatch(r"/v2/images/([^/]+)(?:/members(?:/([^/]+))?)?", path)
        if not found:
            return 404, {"message": "no"}
        if found[2]:
            status = body["status"] if method == "PUT" else self.status
            return 200, build_member(status, image_id=found[1], member_id=found[2])
        return 200, {"members": self.members(found[1])} if path.endswith("/members") else self.image(found[1])
