"""An IMS for each test, and who is on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from imgshare_cli.sandbox import Sandbox
from tests.support.users import User

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """An IMS as new, with quick jobs."""
    with Sandbox(flavor="ims", job_seconds=0.05) as sandbox:
        yield sandbox


@pytest.fixture
def http(sandbox: Sandbox) -> Iterator[httpx.Client]:
    """A connection to it."""
    with httpx.Client(base_url=sandbox.endpoint, timeout=60, trust_env=False) as http:
        yield http


@pytest.fixture
def you(sandbox: Sandbox, http: httpx.Client) -> User:
    """The project that its images are shared with."""
    return User(http, sandbox.you.project_id, sandbox.you.token)


@pytest.fixture
def platform(sandbox: Sandbox, http: httpx.Client) -> User:
    """An owner of images."""
    return User(http, sandbox.owners[0].project_id, sandbox.owners[0].token)
