"""The backends: the embedded service and real clouds, each started once for all tests of a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.cloud_user import CloudUser, create_cloud_user, get_port
from tests.support.tcp_proxy import TcpProxy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.backend import Backend
    from tests.support.large_inbox import LargeInbox
    from tests.support.openstack import Cloud


@pytest.fixture(scope="session")
def sandbox_backend() -> Iterator[Backend]:
    """The embedded image service."""
    from imgshare_cli.sandbox import Sandbox

    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def strict_cloud() -> Iterator[Cloud]:
    """A real Glance and Keystone that check every token again."""
    from tests.support.openstack import running_cloud

    with running_cloud() as cloud:
        yield cloud


@pytest.fixture
def keystone_proxy(strict_cloud: Cloud) -> Iterator[TcpProxy]:
    """The way to Keystone, counted."""
    with TcpProxy(get_port(strict_cloud.auth_url)) as keystone_proxy:
        yield keystone_proxy


@pytest.fixture
def member(strict_cloud: Cloud, keystone_proxy: TcpProxy) -> CloudUser:
    """Someone with an image waiting."""
    return create_cloud_user(strict_cloud, keystone_proxy, "member")


@pytest.fixture(scope="session")
def caching_cloud() -> Iterator[Cloud]:
    """A real Glance that remembers for a while which tokens are good, as deployments do: ten times faster."""
    from tests.support.openstack import running_cloud

    with running_cloud(cache_tokens=True, workers=1) as cloud:
        yield cloud


@pytest.fixture(scope="session")
def expiring_cloud(strict_cloud: Cloud) -> Iterator[Cloud]:
    """The strict cloud, with tokens that last ten seconds."""
    with strict_cloud.with_short_tokens(10) as cloud:
        yield cloud


@pytest.fixture(scope="session")
def large_inbox() -> Iterator[LargeInbox]:
    """A project with a full inbox, in a real cloud of its own."""
    from tests.support.large_inbox import LargeInbox
    from tests.support.openstack import running_cloud

    with running_cloud(cache_tokens=True, workers=1) as cloud:
        yield LargeInbox.of(cloud)


@pytest.fixture(params=["sandbox_backend", "caching_cloud"], ids=["sandbox", "glance"])
def backend(request: pytest.FixtureRequest) -> Backend:
    """Each image service in turn: where the two differ, the embedded one is wrong."""
    backend: Backend = request.getfixturevalue(request.param)
    return backend
