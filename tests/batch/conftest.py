"""A cloud for the tests of fleets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.fake_cloud import write_clouds
from tests.support.fleet_cloud import FleetCloud

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def cloud() -> Iterator[FleetCloud]:
    """A cloud with three projects and two regions."""
    with FleetCloud() as cloud:
        yield cloud


@pytest.fixture
def login(cloud: FleetCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """A clouds.yaml that logs in to one of the cloud's projects."""
    write_clouds(monkeypatch, prod=cloud.entry())
    monkeypatch.setenv("OS_CLOUD", "prod")
