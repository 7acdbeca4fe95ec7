"""Fixtures that every test may use."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any

import keyring.core
import pytest

from imgshare_cli.cli.app import main
from tests.support.fake_service import FakeService, use_service
from tests.support.run import Run
from tests.support.small_inbox import create_small_inbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.backend import Backend
    from tests.support.fake_service import StartService
    from tests.support.run import RunImgshare
    from tests.support.share import Share
    from tests.support.small_inbox import SmallInbox
    from tests.support.users import Users

pytest_plugins = ["tests.support.backend_fixtures", "tests.support.scheduling"]

# A shell that starts a job in the background has it ignore Ctrl-C, and so would all that the tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)

_FOREIGN = ("IMGSHARE_", "OS_", "SSL_CERT_", "KEYRING_", "_IMGSHARE_")
_OTHER = {
    "NO_COLOR",
    "FORCE_COLOR",
    "CLICOLOR_FORCE",
    "GITHUB_ACTIONS",
    "COLUMNS",
    "CI",
    "PYTHON_KEYRING_BACKEND",
    "LC_ALL",
}
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
def imgshare(capfd: pytest.CaptureFixture[str]) -> RunImgshare:
    """Run the tool's front door in this process."""

    def run(*argv: str) -> Run:
        capfd.readouterr()
        code = main(argv)
        return Run(code, *capfd.readouterr())

    return run


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[StartService]:
    """Start a service with the given answers, and point the tool at it."""
    started: list[FakeService] = []

    def start(*answers: Any, **settings: Any) -> FakeService:
        service = FakeService(*answers, **settings).__enter__()
        started.append(service)
        use_service(monkeypatch, service.endpoint)
        return service

    yield start
    for service in started:
        service.__exit__(None, None, None)


@pytest.fixture(scope="module")
def inboxes() -> Iterator[dict[str, SmallInbox]]:
    """The inboxes of a module's tests, by the address of their backend: people are slow to make."""
    inboxes: dict[str, SmallInbox] = {}
    yield inboxes
    for inbox in inboxes.values():
        inbox.http.close()


@pytest.fixture
def inbox(backend: Backend, inboxes: dict[str, SmallInbox], monkeypatch: pytest.MonkeyPatch) -> SmallInbox:
    """An inbox, and the tool in the hands of the project's member."""
    if backend.endpoint not in inboxes:
        inboxes[backend.endpoint] = create_small_inbox(backend)
    inboxes[backend.endpoint].enter(monkeypatch)
    return inboxes[backend.endpoint]


@pytest.fixture(scope="session")
def created_users() -> Iterator[dict[str, Users]]:
    """The users of each backend, by its address: they take long to create, and no test changes them."""
    created: dict[str, Users] = {}
    yield created
    for users in created.values():
        users.owner.http.close()


@pytest.fixture
def users(backend: Backend, created_users: dict[str, Users]) -> Users:
    """Everyone, on this backend."""
    import httpx

    from tests.support.users import create_users

    if backend.endpoint not in created_users:
        http = httpx.Client(base_url=backend.endpoint, timeout=60, trust_env=False)
        created_users[backend.endpoint] = create_users(backend, http)
    return created_users[backend.endpoint]


@pytest.fixture
def share(backend: Backend, users: Users, monkeypatch: pytest.MonkeyPatch) -> Share:
    """A new image, shared with the member and pending, and the tool pointed at the service."""
    from tests.support.share import share_new_image

    monkeypatch.setenv("IMGSHARE_ENDPOINT", backend.endpoint)
    monkeypatch.setenv("IMGSHARE_TOKEN", users.member.token)
    return share_new_image(users)
