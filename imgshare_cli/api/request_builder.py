"""Requests to one address, built without parsing the address each time, which takes longer than sending them."""

from __future__ import annotations

import json
import re
from functools import cached_property
from typing import TYPE_CHECKING, Any

import httpcore
import httpx

from imgshare_cli import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEADERS = {
    "Accept": "application/json",  # exactly this: anything else gets Glance's errors in HTML
    "Accept-Encoding": "identity",
    "Connection": "keep-alive",
    "User-Agent": f"imgshare/{__version__}",
}
# What httpx would send as it is, but for dot segments.
_PLAIN_PATH = re.compile(r"(?:/(?!\.)[A-Za-z0-9_.~%-]*)*(?:\?[A-Za-z0-9_.~%&=+-]*)?")


class PreparedRequest(httpx.Request):
    """A request whose address is parsed when an authentication looks at it, and not before.

    Args:
        method: the HTTP method.
        address: the whole address.
        headers: the headers.
        content: the body.
    """

    def __init__(self, method: str, address: str, headers: httpx.Headers, content: bytes) -> None:
        self.method = method
        self.headers = headers
        self.extensions = {}
        self.stream = httpx.ByteStream(content)
        self._address = address
        self._content = content

    @cached_property
    def url(self) -> httpx.URL:  # type: ignore[override]
        """The address."""
        return httpx.URL(self._address)


class RequestBuilder:
    """Builds the requests to one address.

    Args:
        address: the address, normalized.

    Raises:
        httpx.InvalidURL: it is none.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        url = httpx.URL(address)
        self._scheme, self._host, self._port = url.raw_scheme, url.raw_host, url.port
        self._path = url.raw_path.rstrip(b"/")
        self._headers = httpx.Headers({"Host": url.netloc.decode("ascii"), **_HEADERS})

    def build(self, method: str, path: str, body: object, headers: Mapping[str, str] | None) -> PreparedRequest:
        """Build a request with a body of JSON, or with none."""
        merged = httpx.Headers(self._headers)
        content = b""
        if body is not None:
            content = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
            merged["Content-Type"] = "application/json"
        if content or method in {"POST", "PUT"}:
            merged["Content-Length"] = str(len(content))
        if headers:
            merged.update(headers)
        return PreparedRequest(method, self._address + path, merged, content)

    def build_from_parts(self, method: str, path: str, **parts: Any) -> httpx.Request:
        """Build a request with httpx's own `content` and `headers`."""
        headers = httpx.Headers(self._headers)
        headers.update(parts.pop("headers", None))
        return httpx.Request(method, self._address + path, headers=headers, **parts)

    def build_url(self, path: str) -> httpcore.URL:
        """Build the address of a path.

        Raises:
            httpx.InvalidURL: it is none.
        """
        if _PLAIN_PATH.fullmatch(path):
            target = self._path + path.encode("ascii") or b"/"
        else:
            target = httpx.URL(self._address + path).raw_path
        return httpcore.URL(scheme=self._scheme, host=self._host, port=self._port, target=target)
