"""What `login` leaves in the profile: the next command uses the service that the login has named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.fake_cloud import FakeCloud, token_file, write_clouds, write_config
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


WAYS = [
    ["--username", "me", "--project", "mine"],
    ["--application-credential-id", "id"],
]


@pytest.mark.parametrize("way", WAYS, ids=["password", "application credential"])
def test_another_login_after_a_token(cloud: FakeCloud, other: FakeCloud, config: Path, way: list[str]) -> None:
    """The endpoint of a login with a token does not get the token of a user or an application credential."""
    assert 0 == run_tool("login", "--endpoint", other.endpoint(), stdin=b"pasted").code

    run = run_tool("login", "--auth-url", cloud.auth_url, *way, stdin=b"pw")

    assert f"\nimage service: {cloud.endpoint()}\n" in run.err
    assert PROFILE == config.read_text()
    assert 0 == run_tool("list").code
    assert {"token-1"} == set(cloud.tokens)
    assert ["pasted"] == other.tokens


@pytest.mark.parametrize("way", WAYS, ids=["password", "application credential"])
def test_another_login_after_a_cloud(cloud: FakeCloud, other: FakeCloud, config: Path, way: list[str]) -> None:
    """The cloud of an earlier login, and its endpoint, do not stay beside that of a user: its token is used."""
    assert 0 == run_tool("login", "--cloud", "otc", "--endpoint", other.endpoint()).code

    assert 0 == run_tool("login", "--auth-url", cloud.auth_url, *way, stdin=b"pw").code

    assert PROFILE == config.read_text()
    assert 0 == run_tool("list").code
    assert ({"token-2"}, []) == (set(cloud.tokens), other.tokens)
    assert 2 == len(cloud.logins)


@pytest.mark.parametrize("way", WAYS, ids=["password", "application credential"])
@pytest.mark.parametrize("by_variable", [False, True])
def test_an_endpoint_with_a_user(  # noqa: PLR0913
    cloud: FakeCloud,
    other: FakeCloud,
    config: Path,
    monkeypatch: pytest.MonkeyPatch,
    way: list[str],
    *,
    by_variable: bool,
) -> None:
    """An endpoint that is named with --auth-url gets the token, and that of another login goes."""
    config.write_text(f'{PROFILE}endpoint = "{cloud.endpoint("two")}"\n')
    named = ["--endpoint", other.endpoint()]
    if by_variable:
        monkeypatch.setenv("IMGSHARE_ENDPOINT", other.endpoint())
        named = []

    assert 0 == run_tool("login", "--auth-url", cloud.auth_url, *way, *named, stdin=b"pw").code

    assert PROFILE == config.read_text()
    assert 0 == run_tool("list").code
    assert ({"token-1"}, []) == (set(other.tokens), cloud.tokens)


def test_the_same_endpoint_again(cloud: FakeCloud, config: Path) -> None:
    """An endpoint in the profile that is that of the login stays where it is."""
    config.write_text(f'{PROFILE}endpoint = "{cloud.endpoint()}/v2/"\n')

    assert 0 == run_tool("login", "--auth-url", cloud.auth_url, *WAYS[0], stdin=b"pw").code

    assert f'{PROFILE}endpoint = "{cloud.endpoint()}/v2/"\n' == config.read_text()
    assert 0 == run_tool("list").code


def test_a_named_endpoint_is_named_again(cloud: FakeCloud, other: FakeCloud, config: Path) -> None:
    """The command that logs in again after a token has expired names the endpoint that was named before."""
    assert PROFILE == config.read_text()
    cloud.expires_at = "2020-01-01T00:00:00.000000Z"
    named = ["--auth-url", cloud.auth_url, "--username", "me", "--project", "mine", "--endpoint", other.endpoint()]
    assert 0 == run_tool("login", *named, stdin=b"pw").code

    assert f"hint: run `imgshare login {' '.join(named)}`\n" in run_tool("list").err


@pytest.mark.parametrize("name", ["o\x01c", "o\tc", "o\nc", "o\x7fc"])
def test_a_cloud_that_no_profile_can_keep(
    monkeypatch: pytest.MonkeyPatch, cloud: FakeCloud, config: Path, name: str
) -> None:
    """A cloud whose name the config file cannot hold is refused before anything is sent or stored."""
    write_clouds(monkeypatch, **{name: cloud.entry()})

    said = f"imgshare: cloud {name!r} cannot be kept in a profile: its name has a control character\n"
    hint = "hint: give it another name in clouds.yaml\n"
    assert Run(3, "", said + hint) == run_tool("login", "--cloud", name)
    assert ([], PROFILE) == (cloud.logins, config.read_text())
    assert not token_file().parent.exists()
    assert 0 == run_tool("list", "--cloud", name).code  # which keeps no name
