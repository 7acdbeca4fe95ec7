"""What `login` leaves in the profile: the next command uses the service that the login has named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.fake_cloud import FakeCloud, write_clouds, write_config
from tests.support.run import Run, run_tool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROFILE = '[profiles.default]\ntoken_store = "file"\n'


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeCloud]:
    """A cloud to log in to, in clouds.yaml as `otc` and `dev`."""
    with FakeCloud() as cloud:
        write_clouds(monkeypatch, otc=cloud.entry(), dev=cloud.entry())
        yield cloud


@pytest.fixture
def other() -> Iterator[FakeCloud]:
    """A service that is not the cloud's."""
    with FakeCloud() as other:
        yield other


@pytest.fixture
def config() -> Path:
    """The config file: tokens are stored in files."""
    return write_config(PROFILE)


def test_a_cloud_after_a_token(cloud: FakeCloud, other: FakeCloud, config: Path) -> None:
    """The endpoint of a login with a token does not get the tokens of the cloud that is logged in with next."""
    assert 0 == run_tool("login", "--endpoint", other.endpoint(), stdin=b"pasted").code
    assert ["pasted"] == other.tokens

    assert f"\nimage service: {cloud.endpoint()}\n" in run_tool("login", "--cloud", "otc").err
    assert f'{PROFILE}cloud = "otc"\n' == config.read_text()
    assert 0 == run_tool("list").code
    assert {"token-1"} == set(cloud.tokens)
    assert ["pasted"] == other.tokens


@pytest.mark.parametrize(("argv", "is_kept"), [(["--cloud", "otc"], True), (["--cloud", "dev"], False)])
def test_an_endpoint_beside_a_cloud(
    cloud: FakeCloud, other: FakeCloud, config: Path, argv: list[str], *, is_kept: bool
) -> None:
    """An endpoint that belongs to the profile's cloud stays with it, and goes with another cloud."""
    config.write_text(f'{PROFILE}cloud = "otc"\nendpoint = "{other.endpoint()}"\n')
    service = other if is_kept else cloud

    assert f"\nimage service: {service.endpoint()}\n" in run_tool("login", *argv).err
    assert is_kept == ("endpoint" in config.read_text())
    assert 0 == run_tool("list").code
    assert (is_kept, not is_kept) == (bool(other.tokens), bool(cloud.tokens))


def test_an_endpoint_with_a_cloud(cloud: FakeCloud, other: FakeCloud, config: Path) -> None:
    """An endpoint that is given with --cloud replaces the profile's."""
    assert 0 == run_tool("login", "--endpoint", cloud.endpoint("two"), stdin=b"pasted").code
    assert 0 == run_tool("login", "--cloud", "otc", "--endpoint", other.endpoint()).code

    assert Run(0, f"{other.endpoint()}\n") == run_tool("config", "get", "endpoint")
    assert 0 == run_tool("list").code
    assert {"token-1"} == set(other.tokens)
    assert config.read_text().startswith(PROFILE)


def test_a_token_for_a_profile_with_a_cloud(cloud: FakeCloud, other: FakeCloud, config: Path) -> None:
    """Where the profile names a cloud, a piped token is not used, which a note says."""
    config.write_text(f'{PROFILE}cloud = "otc"\n')

    note = "note: logging in with cloud 'otc', so no token is asked for or read\n"
    run = run_tool("login", "--endpoint", other.endpoint(), stdin=b"pasted")
    assert (0, True) == (run.code, run.err.startswith(f"{note}logged in as me in project mine "))
    assert 1 == len(cloud.logins)
    assert "note: " not in run_tool("login", "--cloud", "otc", "--endpoint", other.endpoint()).err
    assert "note: " not in run_tool("login").err
