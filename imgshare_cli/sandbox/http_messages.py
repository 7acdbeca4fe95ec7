"""HTTP requests and responses, parsed."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Request:
    """A complete request. Header names are lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def base_url(self) -> str:
        """The address of the service, as the client wrote it."""
        return f"http://{self.headers.get('host', '127.0.0.1')}"


@dataclass(frozen=True, slots=True)
class Response:
    """A complete response, except for the headers that the connection adds."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
