"""A real Keystone and Glance on loopback, for the tests."""

from __future__ import annotations

from tests.support.openstack.cloud import Cloud, running_cloud
from tests.support.openstack.errors import CloudError
from tests.support.openstack.identity import Credentials

__all__ = ["Cloud", "CloudError", "Credentials", "running_cloud"]
