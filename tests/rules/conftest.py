"""Inboxes for the tests of rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.changing_inbox import ChangingInbox
from tests.support.rules import RuledInbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def ruled(monkeypatch: pytest.MonkeyPatch) -> Iterator[RuledInbox]:
    """An inbox with nothing in it, and names for two owners."""
    with RuledInbox() as ruled:
        ruled.enter(monkeypatch)
        yield ruled


@pytest.fixture
def changing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ChangingInbox]:
    """An inbox with an image for each decision, rules, and a folder for plans."""
    monkeypatch.chdir(tmp_path)
    with ChangingInbox() as changing:
        changing.enter(monkeypatch)
        yield changing
