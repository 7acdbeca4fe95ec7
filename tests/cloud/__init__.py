"""A real Keystone and Glance on loopback, for the tests to stand on."""

from __future__ import annotations

from tests.cloud.cloud import Cloud, running_cloud
from tests.cloud.errors import CloudError
from tests.cloud.identity import Credentials

__all__ = ["Cloud", "CloudError", "Credentials", "running_cloud"]
