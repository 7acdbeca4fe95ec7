"""Fixtures that every test may use."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any

import keyring.core
import pytest

from imgshare_cli.cli import main
from tests.support.cloud_user import Member, member_of, port_of
from tests.support.fake_service import TOKEN, Service
from tests.support.run import Run
from tests.support.small_inbox import made
from tests.support.tcp_proxy import Forwarder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support.backend import Ground
    from tests.support.large_inbox import Crowd
    from tests.support.openstack import Cloud
    from tests.support.shared_image import Stage
    from tests.support.small_inbox import Inbox

# A shell that starts a job in the background has it ignore Ctrl-C, and so would all that the tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)

_FOREIGN = ("IMGSHARE_", "OS_", "SSL_CERT_", "KEYRING_", "_IMGSHARE_")
_OTHER = {"NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "GITHUB_ACTIONS", "COLUMNS", "PYTHON_KEYRING_BACKEND", "LC_ALL"}
_OTHER |= {"REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "HTTPLIB2_CA_CERTS", "NETRC", "REQUEST_METHOD"}


@pytest.fixture(autouse=True)
def sealed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting, proxy, home or keyring of the machine reaches a test."""
    for name in list(os.environ):
        if name.startswith(_FOREIGN) or name in _OTHER or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    for name in (
        "HOME",
        "XDG_CONFIG_HOME",
        "XDG_DATA_HOME",
        "XDG_CACHE_HOME",
        "XDG_STATE_HOME",
        "XDG_RUNTIME_DIR",
        "APPDATA",
    ):
        folder = tmp_path / name.lower()
        folder.mkdir(mode=0o700)
        monkeypatch.setenv(name, str(folder))
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    # The library remembers the keyring that it found for as long as the process lasts.
    monkeypatch.setattr(keyring.core, "_keyring_backend", None)
    monkeypatch.setenv("TERM", "xterm-256color")


@pytest.fixture
def imgshare(capfd: pytest.CaptureFixture[str]) -> Callable[..., Run]:
    """Run the tool's front door in this process."""

    def run(*argv: str) -> Run:
        capfd.readouterr()
        code = main(argv)
        return Run(code, *capfd.readouterr())

    return run


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Service]]:
    """Start a service with the given answers, and point the tool at it."""
    started: list[Service] = []

    def start(*answers: Any, **settings: Any) -> Service:
        service = Service(*answers, **settings).__enter__()
        started.append(service)
        monkeypatch.setenv("IMGSHARE_ENDPOINT", service.endpoint)
        monkeypatch.setenv("IMGSHARE_TOKEN", TOKEN)
        return service

    yield start
    for service in started:
        service.__exit__(None, None, None)


@pytest.fixture(scope="session")
def sandbox_ground() -> Iterator[Ground]:
    """The embedded image service."""
    from imgshare_cli.sandbox import Sandbox

    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def glance_ground() -> Iterator[Ground]:
    """A real Glance and Keystone that look at every token anew."""
    from tests.support.openstack import running_cloud

    with running_cloud() as cloud:
        yield cloud


@pytest.fixture
def door(glance_ground: Cloud) -> Iterator[Forwarder]:
    """The way to Keystone, counted."""
    with Forwarder(port_of(glance_ground.auth_url)) as door:
        yield door


@pytest.fixture
def member(glance_ground: Cloud, door: Forwarder) -> Member:
    """Someone with an image waiting."""
    return member_of(glance_ground, door, "member")


@pytest.fixture(scope="session")
def trusting_glance() -> Iterator[Ground]:
    """A real Glance that remembers for a while which tokens are good, as deployments do: ten times faster."""
    from tests.support.openstack import running_cloud

    with running_cloud(cache_tokens=True, workers=1) as cloud:
        yield cloud


@pytest.fixture(scope="session")
def crowd() -> Iterator[Crowd]:
    """A project with a full inbox, in a real cloud of its own."""
    from tests.support.large_inbox import Crowd
    from tests.support.openstack import running_cloud

    with running_cloud(cache_tokens=True) as cloud:
        yield Crowd.of(cloud)


@pytest.fixture(params=["sandbox_ground", "trusting_glance"], ids=["sandbox", "glance"])
def ground(request: pytest.FixtureRequest) -> Ground:
    """Each image service in turn: where the two differ, the embedded one is wrong."""
    ground: Ground = request.getfixturevalue(request.param)
    return ground


@pytest.fixture(scope="module")
def inboxes() -> Iterator[dict[str, Inbox]]:
    """The inboxes of a module's tests, by the address of their ground: people are slow to make."""
    inboxes: dict[str, Inbox] = {}
    yield inboxes
    for inbox in inboxes.values():
        inbox.http.close()


@pytest.fixture
def inbox(ground: Ground, inboxes: dict[str, Inbox], monkeypatch: pytest.MonkeyPatch) -> Inbox:
    """An inbox, and the tool in the hands of the project's member."""
    if ground.endpoint not in inboxes:
        inboxes[ground.endpoint] = made(ground)
    inboxes[ground.endpoint].enter(monkeypatch)
    return inboxes[ground.endpoint]


@pytest.fixture
def stage(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A fresh image, shared with the member and pending, and the tool pointed at the service."""
    import httpx

    from tests.support.shared_image import staged

    with httpx.Client(base_url=ground.endpoint, trust_env=False, timeout=60) as http:
        stage = staged(ground, http)
        monkeypatch.setenv("IMGSHARE_ENDPOINT", ground.endpoint)
        monkeypatch.setenv("IMGSHARE_TOKEN", stage.cast.tokens["member"])
        yield stage
