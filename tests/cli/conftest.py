"""Fixtures of the tests of commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from imgshare_cli.cli.sandbox_settings import build_environ
from imgshare_cli.sandbox import Sandbox
from tests.support.known_owners import know_owners
from tests.support.scripted_images import ScriptedImageService

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A new sandbox with the demonstration data, and the tool pointed at it; its owners are known."""
    with Sandbox() as sandbox:
        know_owners(*(owner.project_id for owner in sandbox.owners))
        for name, value in build_environ(sandbox).items():
            monkeypatch.setenv(name, value)
        yield sandbox


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedImageService]:
    """An image service that says what the test wants, and the tool pointed at it."""
    with ScriptedImageService() as service:
        service.enter(monkeypatch)
        yield service
