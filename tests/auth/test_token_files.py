"""`token_store = "file"`: a token in a file that only its owner can read, and that `logout` removes."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from tests.support.fake_cloud import keep, token_file, write_config
from tests.support.fake_service import IMAGE, MEMBER, TOKEN, StartService, build_member, build_response
from tests.support.run import Run, RunImgshare, run_tool

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.fake_service import FakeService

SCHEMA = build_response(200, {"name": "member", "properties": {}})


@pytest.fixture
def service(serve: StartService, monkeypatch: pytest.MonkeyPatch) -> FakeService:
    """A service that takes every token; none is in the environment, and tokens are kept in files."""
    service = serve(SCHEMA)
    monkeypatch.delenv("IMGSHARE_TOKEN")
    write_config(f'[profiles.default]\nendpoint = "{service.endpoint}"\ntoken_store = "file"\n')
    return service


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("service")
def test_logging_in_and_out(service: FakeService) -> None:
    """Login keeps the token in a file of mode 600 in a folder of mode 700; logout removes it, and says so once."""
    path = token_file()

    said = f"stored a token for {service.endpoint} in {path}, profile 'default'\n"
    assert Run(0, "", said) == run_tool("login", stdin=TOKEN.encode())
    assert (0o600, 0o700, 0o700) == (_mode(path), _mode(path.parent), _mode(path.parent.parent))
    assert TOKEN in path.read_text()
    forgotten = "note: it was only removed here, and stays valid until it expires: its identity service is not known\n"
    assert Run(0, "", f"removed the token of profile 'default'\n{forgotten}") == run_tool("logout")
    assert not path.exists()
    assert Run(0, "", "no token is stored for profile 'default'\n") == run_tool("logout")


def test_folders_that_were_open(service: FakeService) -> None:
    """Folders that others could enter are closed before a token is put there."""
    path = token_file()
    path.parent.mkdir(parents=True)
    for folder in (path.parent, path.parent.parent):
        folder.chmod(0o755)

    assert 0 == run_tool("login", stdin=TOKEN.encode()).code
    assert (0o600, 0o700, 0o700) == (_mode(path), _mode(path.parent), _mode(path.parent.parent))
    assert TOKEN == service.requests[0].headers["x-auth-token"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o660])
def test_a_file_that_others_can_read(imgshare: RunImgshare, service: FakeService, mode: int) -> None:
    """A token that the group or everybody can read or change is not used, and the way out is named."""
    path = keep({"secret": TOKEN, "endpoint": service.endpoint})
    path.chmod(mode)

    assert Run(
        3,
        "",
        f"imgshare: other users can read {path}, which contains a token\n"
        "hint: chmod 600 fixes it; `imgshare logout` revokes the token\n",
    ) == imgshare("accept", IMAGE, MEMBER)
    assert [] == service.requests
    path.chmod(0o600)
    service.answers[0] = build_response(200, build_member())
    assert 0 == imgshare("accept", IMAGE, MEMBER).code


@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_a_config_file_that_others_can_read(imgshare: RunImgshare, service: FakeService, mode: int) -> None:
    """A token in a config file that others can read is used with a note."""
    path = write_config(
        f'[profiles.default]\nendpoint = "{service.endpoint}"\ntoken = "{TOKEN}"\ntoken_store = "file"\n'
    )
    path.chmod(mode)
    service.answers[0] = build_response(200, build_member())

    said = f"note: other users can read {path}, which contains a token; chmod 600 fixes it\n"
    assert said == imgshare("accept", IMAGE, MEMBER).err


@pytest.mark.usefixtures("service")
@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\xff\xfe", "it is not text"),
        (b"x" * ((4 << 20) + 1), "it is larger than 4096 KiB"),
    ],
    ids=["bytes", "5 MB"],
)
def test_a_file_that_holds_no_token(imgshare: RunImgshare, content: bytes, why: str) -> None:
    """A file of other bytes, or of more than a token has, is a config error."""
    path = keep({})
    path.write_bytes(content)

    [said, *_] = imgshare("accept", IMAGE, MEMBER).err.splitlines()
    assert f"imgshare: cannot read {path}: {why}" == said


@pytest.mark.usefixtures("service")
@pytest.mark.parametrize("content", ["not JSON", "[]", '{"secret": 1}', "{}"])
def test_a_file_that_somebody_else_wrote(imgshare: RunImgshare, content: str) -> None:
    """What imgshare did not write there is not sent as a token, and logout removes it."""
    path = keep({})
    path.write_text(content)

    said = f"the entry for profile 'default' in {path} was not stored by imgshare"
    hint = "hint: run `imgshare logout`, then `imgshare login`"
    assert Run(4, "", f"imgshare: not logged in: IMGSHARE_TOKEN is not set, and {said}\n{hint}\n") == imgshare(
        "accept", IMAGE, MEMBER
    )
    unread = "note: it could not be read, so it is not revoked, and stays valid until it expires\n"
    assert Run(0, "", f"removed the token of profile 'default'\n{unread}") == imgshare("logout")
    assert not path.exists()


@pytest.mark.parametrize("name", ["../escaped", "a/b", "..", "."])
def test_a_profile_that_is_named_like_a_path(service: FakeService, name: str) -> None:
    """The file of a profile is in the folder of tokens, whatever the profile is called."""
    assert 0 == run_tool("config", "set", "token_store", "file", f"--profile={name}").code

    assert 0 == run_tool("login", f"--profile={name}", "--endpoint", service.endpoint, stdin=TOKEN.encode()).code
    [kept] = [path for path in token_file().parent.parent.parent.rglob("*") if path.is_file() and path.stat().st_size]
    assert (token_file().parent, True) == (kept.parent, TOKEN in kept.read_text())


def test_a_store_that_is_none(imgshare: RunImgshare) -> None:
    """A typing error in `token_store` is a config error, and does not mean the keyring."""
    path = write_config('[profiles.default]\ntoken_store = "fiel"\n')

    assert Run(
        3,
        "",
        f"imgshare: profiles.default.token_store in {path} must be keyring or file\n"
        "hint: `imgshare config unset profiles.default.token_store` removes it\n",
    ) == imgshare("status")


def test_a_config_file_that_is_a_device(imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch) -> None:
    """/dev/null may stand for an empty config file."""
    # That it is not replaced is not tried: where it fails, the machine would be without one.
    monkeypatch.setenv("IMGSHARE_CONFIG", "/dev/null")

    assert Run(0) == imgshare("config", "list")


def test_a_config_file_that_is_large(imgshare: RunImgshare) -> None:
    """A config file of more than 256 KiB is not read."""
    path = write_config("# " + "x" * (256 << 10))

    assert Run(3, "", f"imgshare: cannot read {path}: it is larger than 256 KiB\n") == imgshare("config", "list")


@pytest.mark.usefixtures("service")
@pytest.mark.parametrize(
    "text", [f"Bearer {TOKEN}", f"X-Auth-Token: {TOKEN}", f"x-subject-token:{TOKEN}\n", f" {TOKEN} "]
)
def test_a_token_that_was_pasted_with_its_header(service: FakeService, text: str) -> None:
    """The name of a header and white space around a token are taken off."""
    assert 0 == run_tool("login", stdin=text.encode()).code
    assert TOKEN == service.requests[0].headers["x-auth-token"]


@pytest.mark.usefixtures("service")
def test_a_token_that_is_too_long(service: FakeService) -> None:
    """More than 1 MiB is no token, and is not sent."""
    length = (1 << 20) + 1

    said = (
        f"imgshare: the token from your input contains characters that are not valid in a token ({length} "
        "characters in total)\n"
    )
    assert Run(4, "", f"{said}hint: copy it again, without line breaks\n") == run_tool("login", stdin=b"x" * length)
    assert [] == service.requests


def test_a_token_on_the_command_line(imgshare: RunImgshare) -> None:
    """A token that is typed as an argument of `login` is refused, and not printed."""
    assert Run(
        2,
        "",
        "imgshare: `imgshare login` takes no argument: other users of this machine can read a token on the command "
        "line\n",
    ) == imgshare("login", TOKEN)
