"""Fixtures that every test may use."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.grounds import Ground

CI = os.environ.get("CI") == "true"


@pytest.fixture(scope="session")
def sandbox_ground() -> Iterator[Ground]:
    """The embedded image service."""
    from imgshare_cli.sandbox import Sandbox

    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def glance_ground() -> Iterator[Ground]:
    """A real Glance and Keystone."""
    from tests.cloud import running_cloud

    with running_cloud() as cloud:
        yield cloud


@pytest.fixture(params=["sandbox", "glance"])
def ground(request: pytest.FixtureRequest) -> Ground:
    """Each image service in turn: where the two differ, the embedded one is wrong."""
    ground: Ground = request.getfixturevalue(f"{request.param}_ground")
    return ground
