"""Fixtures of the tests about credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.fake_cloud import FakeCloud
from tests.support.keyring_daemon import run_gnome_keyring

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An unlocked gnome-keyring, for this process and those it starts."""
    with run_gnome_keyring(tmp_path / "keyring") as environ:
        monkeypatch.delenv("PYTHON_KEYRING_BACKEND")
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        yield


@pytest.fixture
def cloud() -> Iterator[FakeCloud]:
    """A cloud to log in to."""
    with FakeCloud() as cloud:
        yield cloud
