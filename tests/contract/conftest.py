"""The users and the image that each test of the contract starts with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.share import Share, share_new_image

if TYPE_CHECKING:
    import httpx

    from tests.support.users import Users


@pytest.fixture
def http(users: Users) -> httpx.Client:
    """A client of the service, for those who have no name."""
    return users.owner.http


@pytest.fixture
def share(users: Users) -> Share:
    """A new image, shared with the member and the neighbour."""
    share = share_new_image(users, "debian")
    share.add_member(users.neighbour.project_id)
    return share
