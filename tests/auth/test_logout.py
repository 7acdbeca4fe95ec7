"""`logout`: every token of a profile is removed, and revoked where its identity service is known."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.support.fake_cloud import FakeCloud, keep, token_file, write_clouds, write_config
from tests.support.keyring_backends import CHANGING
from tests.support.keyring_daemon import BACKEND
from tests.support.run import Run, find_commands, run_command, run_tool

FORGOTTEN = "note: it was only removed here, and stays valid until it expires: its identity service is not known\n"
REMOVED = "removed the token of profile 'default'"
OTHER = "https://iam.other.example/v3"


def _describe_cloud(name: str, end: str = "`imgshare config unset cloud`") -> str:
    """Build the note about a cloud of `write_clouds` that needs no person to log in again."""
    path = os.environ["OS_CLIENT_CONFIG_FILE"]
    return f"note: the next command logs in again with cloud {name!r} of {path}; {end} ends that\n"


@pytest.mark.usefixtures("files")
def test_what_logs_in_again(cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who logs out is told what the next command would use without a login, and how to end that; JSON stays alone."""
    nothing = "no token is stored for profile 'default'\n"
    write_clouds(monkeypatch, otc=cloud.entry())
    openrc = {f"OS_{name.upper()}": str(value) for name, value in cloud.entry()["auth"].items()}
    again = "note: the next command logs in again with OS_*; unset OS_AUTH_URL ends that\n"
    token = "note: IMGSHARE_TOKEN is set, and the next command uses that token; unset IMGSHARE_TOKEN ends that\n"

    assert Run(0, "", nothing) == run_tool("logout", "--cloud", "otc")
    assert Run(0, "", nothing + again) == run_tool("logout", environ=openrc)
    assert Run(0, "", nothing) == run_tool("logout", environ=openrc | {"OS_PASSWORD": ""})
    assert Run(0, "", nothing + token) == run_tool("logout", environ={"IMGSHARE_TOKEN": "x"})
    assert "" == run_tool("logout", "--json", environ=openrc).err

    path = write_config('[profiles.work]\ntoken_store = "file"\ntoken = "abc"\n')
    forget = "`imgshare config unset token --profile work`"
    said = "no token is stored for profile 'work'\n"
    said += f"note: the next command uses the token in {path}; {forget} ends that\n"
    assert Run(0, "", said) == run_tool("logout", "--profile", "work")


def test_the_note_ends_the_login(cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the command in the note, the next command is not logged in."""
    write_config('[profiles.default]\ntoken_store = "file"\ncloud = "otc"\n')
    write_clouds(monkeypatch, otc=cloud.entry())

    run = run_tool("logout")
    assert 0 == run_tool("list").code
    assert 0 == run_command(*find_commands(run.err))

    assert 4 == run_tool("list").code


@pytest.fixture
def files() -> None:
    """Tokens are stored in files."""
    write_config('[profiles.default]\ntoken_store = "file"\n')


@pytest.mark.parametrize("backend", ["keyring.backends.fail.Keyring", "no.such.Backend", BACKEND])
def test_nothing_is_stored(monkeypatch: pytest.MonkeyPatch, backend: str) -> None:
    """Without a login there is nothing to do, with or without a keyring."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", backend)

    assert Run(0, "", "no token is stored for profile 'default'\n") == run_tool("logout")


def test_an_unknown_profile() -> None:
    """A profile that does not exist is exit 3 with those that do."""
    path = write_config('[profiles.work]\ntoken_store = "file"\n[profiles.home]\n')

    assert Run(
        3,
        "",
        f"imgshare: profile 'wrok' does not exist in {path}\n"
        "hint: did you mean `imgshare logout --profile work`? existing profiles: home, work; "
        "`imgshare login --profile NAME` creates one\n",
    ) == run_tool("logout", "--profile", "wrok")


@pytest.mark.usefixtures("files")
def test_a_profile_that_was_removed(cloud: FakeCloud) -> None:
    """A token that a removed profile left is removed as well."""
    kept = keep({"secret": "old", "endpoint": cloud.endpoint()}, "work")

    assert Run(0, "", f"removed the token of profile 'work'\n{FORGOTTEN}") == run_tool("logout", "--profile", "work")
    assert not kept.exists()


@pytest.mark.usefixtures("files")
def test_a_pasted_token(cloud: FakeCloud) -> None:
    """A pasted token is revoked where OS_AUTH_URL is on the image service's host, else the note says it stays valid."""
    for environ, said, revoked in [
        ({}, FORGOTTEN, []),
        ({"OS_AUTH_URL": OTHER}, FORGOTTEN, []),
        ({"OS_AUTH_URL": cloud.auth_url}, f"revoked it at {cloud.auth_url}\n", ["pasted"]),
    ]:
        assert 0 == run_tool("login", "--endpoint", cloud.endpoint(), stdin=b"pasted").code
        assert Run(0, "", f"{REMOVED}\n{said}") == run_tool("logout", environ=environ)
        assert revoked == cloud.revoked
        assert not token_file().exists()


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    ("auth_url", "endpoint", "is_tried"),
    [
        ("https://iam.eu-de.cloud.invalid/v3", "https://ims.eu-de.cloud.invalid", True),
        ("https://cloud.invalid:5000/v3", "https://cloud.invalid:9292", True),
        ("https://iam.other.invalid/v3", "https://ims.cloud.invalid", False),
        ("https://iam.invalid/v3", "https://ims.invalid", False),
        ("https://evil.co.invalid/v3", "https://glance.co.invalid", False),
        ("https://iam.firm.co.invalid/v3", "https://ims.firm.co.invalid", True),
        ("https://127.0.0.2/v3", "https://127.0.0.1", False),
        ("https://126.0.0.1/v3", "https://127.0.0.1", False),
        ("https://[::1", "https://ims.cloud.invalid", False),
        ("iam.cloud.invalid", "https://ims.cloud.invalid", False),
    ],
)
def test_a_pasted_token_goes_to_no_other_domain(auth_url: str, endpoint: str, *, is_tried: bool) -> None:
    """OS_AUTH_URL may be another cloud's: a pasted token is shown to a server beside the image service alone."""
    keep({"secret": "pasted", "endpoint": endpoint})

    run = run_tool("logout", environ={"OS_AUTH_URL": auth_url}, seconds=60)

    assert (0, REMOVED) == (run.code, run.err.splitlines()[0])
    assert is_tried == ("cannot reach" in run.err)
    assert is_tried != (FORGOTTEN in run.err)


@pytest.mark.usefixtures("files")
def test_every_token_of_the_profile(cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """What logins with a cloud, with OS_* and with a token left goes at once; what they issued is revoked."""
    write_clouds(monkeypatch, otc=cloud.entry())
    assert 0 == run_tool("login", "--cloud", "otc").code
    openrc = {name: value for name, value in cloud.entry()["auth"].items() if isinstance(value, str)}
    assert 0 == run_tool("list", environ={f"OS_{name.upper()}": value for name, value in openrc.items()}).code
    keep({"secret": "pasted", "endpoint": cloud.endpoint()})
    assert 3 == len([path for path in token_file().parent.iterdir() if not path.name.startswith(".")])

    run = run_tool("logout")

    whose = f"{REMOVED} for me in mine\nrevoked it at {cloud.auth_url}\n"
    assert Run(0, "", f"{whose}{REMOVED}\n{FORGOTTEN}{whose}{_describe_cloud('otc')}") == run
    assert ["token-1", "token-2"] == cloud.revoked
    assert [] == [path for path in token_file().parent.iterdir() if not path.name.startswith(".")]


@pytest.mark.hostile
@pytest.mark.usefixtures("files")
def test_another_cloud_that_names_the_image_service(cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pasted token is not shown to an identity service whose catalog has the same image service."""
    with FakeCloud() as other:
        other.endpoint = cloud.endpoint  # type: ignore[method-assign]
        write_clouds(monkeypatch, theirs=other.entry())
        assert 0 == run_tool("login", "--endpoint", cloud.endpoint(), stdin=b"pasted").code
        assert 0 == run_tool("list", environ={"OS_CLOUD": "theirs"}).code
        whose = f"{REMOVED} for me in mine\nrevoked it at {other.auth_url}\n"

        said = f"{whose}{REMOVED}\n{FORGOTTEN}{_describe_cloud('theirs', 'unset OS_CLOUD')}"
        assert Run(0, "", said) == run_tool("logout", environ={"OS_CLOUD": "theirs"})
        assert ["token-1"] == other.revoked


def test_a_token_in_the_other_store(cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A token that an earlier login left in a file, or in the keyring, goes as well."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", CHANGING)
    monkeypatch.setenv("TEST_KEYRING", str(tmp_path))
    for first, second in (("keyring", "file"), ("file", "keyring")):
        for store in (first, second):
            assert 0 == run_tool("config", "set", "token_store", store).code
            assert 0 == run_tool("login", "--endpoint", cloud.endpoint(), stdin=store.encode()).code
        Path(os.environ["XDG_STATE_HOME"], "imgshare", "keyring-backend").write_text(CHANGING)

        assert Run(0, "", f"{REMOVED}\n{FORGOTTEN}" * 2) == run_tool("logout")
        assert not token_file().exists()
        assert [] == [path for path in tmp_path.iterdir() if path.name.startswith("imgshare")]


def test_a_login_again_revokes_nothing(cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another run may work with the token that a new login replaces, so it stays valid."""
    write_config('[profiles.default]\ntoken_store = "file"\n')
    write_clouds(monkeypatch, otc=cloud.entry())
    for _ in range(2):
        assert 0 == run_tool("login", "--cloud", "otc").code

    assert [] == cloud.revoked
    assert "token-2" == json.loads(token_file("default%40otc").read_text())["secret"]


@pytest.mark.usefixtures("files")
def test_a_file_that_others_can_read(cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """The token in a file that no other command uses is revoked, as their hint says."""
    write_clouds(monkeypatch, otc=cloud.entry())
    assert 0 == run_tool("login", "--cloud", "otc").code
    stored = token_file("default%40otc")
    stored.chmod(0o644)

    said = f"{REMOVED} for me in mine\nrevoked it at {cloud.auth_url}\n{_describe_cloud('otc')}"
    assert Run(0, "", said) == run_tool("logout")
    assert ["token-1"] == cloud.revoked
    assert not stored.exists()


@pytest.mark.usefixtures("files")
def test_a_file_that_is_no_login() -> None:
    """What cannot be read is removed, and nobody thinks that it was revoked."""
    keep({}).write_text("no login")

    said = "note: it could not be read, so it is not revoked, and stays valid until it expires\n"
    assert Run(0, "", f"{REMOVED}\n{said}") == run_tool("logout")
    assert not token_file().exists()


@pytest.mark.usefixtures("files")
def test_an_identity_service_that_is_down() -> None:
    """A token that cannot be revoked is removed, and the note says until when it stays valid."""
    kept = {"secret": "s", "auth_url": "http://127.0.0.1:1/v3", "expires_at": "2099-01-01T01:30:00.250000+01:00"}
    keep(kept)
    said = "note: it stays valid until 2099-01-01T00:30:00Z: cannot reach http://127.0.0.1:1/v3: connection refused\n"
    assert Run(0, "", f"{REMOVED}\n{said}") == run_tool("logout")

    keep(kept)
    run = run_tool("logout", "--json")
    assert {"profile": "default", "result": "removed", "revoked": False} == run._replace(err="").json()
    assert said == run.err
