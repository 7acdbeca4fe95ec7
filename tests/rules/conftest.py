"""An inbox for the tests of rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.rules import RuledInbox

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def ruled(monkeypatch: pytest.MonkeyPatch) -> Iterator[RuledInbox]:
    """An inbox with nothing in it, and names for two owners."""
    with RuledInbox() as ruled:
        ruled.enter(monkeypatch)
        yield ruled
