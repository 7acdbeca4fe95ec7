"""A proxy that writes down what it is asked, and does what a test says."""

from __future__ import annotations

from tests.support.fake_service import FakeService, build_response


class RefusingProxy(FakeService):
    """Refuses every connection, after it was asked for it."""

    def __init__(self) -> None:
        super().__init__(build_response(403, "no", "text/plain"))

    @property
    def wanted(self) -> list[str]:
        """The hosts that it was asked to connect to, or the addresses it was asked to fetch."""
        return [request.path for request in self.requests]
