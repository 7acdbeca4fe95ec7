"""The play that each test of the contract is performed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from tests.support.users import Cast, Offer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.backend import Ground


@pytest.fixture(scope="session")
def casts() -> Iterator[dict[str, Cast]]:
    """The cast of each ground, by its address: people are slow to make, and no test changes them."""
    casts: dict[str, Cast] = {}
    yield casts
    for cast in casts.values():
        cast.owner.http.close()


@pytest.fixture
def http(ground: Ground, casts: dict[str, Cast]) -> httpx.Client:
    """A client of the ground, for those who have no name."""
    if ground.endpoint not in casts:
        casts[ground.endpoint] = Cast.of(ground, httpx.Client(base_url=ground.endpoint, timeout=60, trust_env=False))
    return casts[ground.endpoint].owner.http


@pytest.fixture
def cast(ground: Ground, casts: dict[str, Cast], http: httpx.Client) -> Cast:
    """Everyone, on this ground."""
    assert not http.is_closed
    return casts[ground.endpoint]


@pytest.fixture
def offer(cast: Cast) -> Offer:
    """A new image, shared with the member and the neighbour."""
    return Offer.by(cast)
