"""What the tests stand on: an image service with projects and tokens to order, embedded or real."""

from __future__ import annotations

from typing import Protocol


class Backend(Protocol):
    """An image service, and the power to make identities in it.

    Both the embedded service and a real Glance with its Keystone offer this; everything else a test
    does, it does over HTTP.
    """

    @property
    def endpoint(self) -> str:
        """The image service's address, without `/v2`."""

    def create_project(self, name: str) -> str:
        """Make a project and return its ID; the name only helps a reader of the logs."""

    def issue_token(self, project_id: str, *roles: str) -> str:
        """Return a token of a new user who has exactly these roles (`member`, `reader`, `admin`, `guest`) there."""
