"""Runs that find no login: the hint names what is there, and what it names works."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.fake_cloud import write_config, write_own_clouds
from tests.support.fake_service import IMAGE, MEMBER, build_response
from tests.support.run import Run, find_commands, run_command, run_tool

if TYPE_CHECKING:
    from tests.support.fake_cloud import FakeCloud
    from tests.support.fake_service import StartService
    from tests.support.run import RunImgshare

NOTHING = "not logged in: no cloud, image service or token is set"
NOT_STORED = "not logged in: IMGSHARE_TOKEN is not set, and no token is stored for profile 'default'"
NO_CLOUD = "not logged in: IMGSHARE_TOKEN is not set, and no cloud is chosen"
NO_KEYRING = (
    "not logged in: IMGSHARE_TOKEN is not set, and no usable keyring found (backend keyring.backends.fail)\n"
    "hint: run `imgshare config set token_store file` to store tokens in a file that only you can read, or set "
    "IMGSHARE_TOKEN\n"
)


@pytest.mark.parametrize(
    ("environ", "config", "code", "sentence"),
    [
        ({}, "", 3, NOTHING),
        ({"IMGSHARE_ENDPOINT": "http://127.0.0.1:1"}, "", 4, NO_CLOUD),
        ({}, '[profiles.default]\ntoken_store = "file"\n', 4, NOT_STORED),
        ({}, "[profiles.default]\ntimeout = 60\n", 4, NO_CLOUD),
    ],
)
def test_a_cloud_is_named(cloud: FakeCloud, environ: dict[str, str], config: str, code: int, sentence: str) -> None:
    """With a clouds.yaml, the hint is the command that was typed with a cloud of it; pasted, it works."""
    write_config(config)
    path = write_own_clouds({"otc": cloud.entry()})

    run = run_tool("list", "--status", "all", environ=environ)

    hint = f"run `imgshare list --status all --cloud otc`, or `imgshare login` to stay logged in; {path} has otc"
    assert Run(code, "", f"imgshare: {sentence}\nhint: {hint}\n") == run
    assert "keyring" not in run.err
    assert 0 == run_command(find_commands(run.err)[0])
    assert 1 == len(cloud.logins)


def test_at_most_three_clouds_are_named(imgshare: RunImgshare) -> None:
    """Of many clouds the first three are named."""
    path = write_own_clouds({name: {} for name in ("dev", "生产", "c", "d", "e")})

    hint = (
        f"run `imgshare list --cloud dev`, or `imgshare login` to stay logged in; {path} has dev, '生产', c and 2 more"
    )
    assert f"imgshare: {NOTHING}\nhint: {hint}\n" == imgshare("list").err


@pytest.mark.parametrize(
    ("argv", "commands"),
    [
        (["accept", IMAGE, MEMBER], [f"imgshare accept {IMAGE} {MEMBER} --cloud otc", "imgshare login"]),
        (["list", "--long", "--name", "a*"], ["imgshare list --name 'a*' --long --cloud otc", "imgshare login"]),
        (["show", "my image"], ["imgshare show IMAGE --cloud otc", "imgshare login"]),
        (["show", "$(ls)"], ["imgshare show IMAGE --cloud otc", "imgshare login"]),
        (["accept", "--", "-x"], ["imgshare accept IMAGE --cloud otc", "imgshare login"]),
    ],
)
def test_the_words_that_were_typed(imgshare: RunImgshare, argv: list[str], commands: list[str]) -> None:
    """The words are kept; those that a shell could give a meaning to are told beside the command."""
    write_own_clouds({"otc": {}})

    assert commands == find_commands(imgshare(*argv).err)


@pytest.mark.parametrize(
    ("name", "command", "shown"),
    [
        ("a b", "imgshare list --cloud CLOUD", "(where CLOUD is 'a b')"),
        ("$(touch PWNED)", "imgshare list --cloud CLOUD", "(where CLOUD is '$(touch PWNED)')"),
        ("--default", "imgshare list --cloud CLOUD", "(where CLOUD is '--default')"),
        ("\x1b[31m", "imgshare list --cloud CLOUD", "(where CLOUD is '\\x1b[31m')"),
    ],
)
def test_a_name_that_acts(imgshare: RunImgshare, name: str, command: str, shown: str) -> None:
    """The name of a cloud is text from outside: what is not plain is quoted beside the command."""
    write_own_clouds({name: {}})

    run = imgshare("list")

    assert command == find_commands(run.err)[0]
    assert shown in run.err
    assert "\x1b" not in run.err


@pytest.mark.parametrize(
    "content",
    [
        "clouds: [",
        "clouds: [secret]",
        "clouds:\n  password: secret",
        "clouds: {otc: [secret]}",
        "[" * 100_000,
        "x" * (300 << 10),
        "clouds: {%s: {}}" % ("a" * 200),
        "\x00",
        "",
    ],
    ids=["syntax", "list", "text", "list of one", "deep", "large", "long name", "control", "empty"],
)
def test_a_clouds_yaml_that_tells_nothing(imgshare: RunImgshare, content: str) -> None:
    """A file that cannot be read, or whose names may be anything, is as none, at once."""
    write_own_clouds(content)

    hint = "run `imgshare login`, or set OS_CLOUD, or IMGSHARE_ENDPOINT and IMGSHARE_TOKEN"
    assert Run(3, "", f"imgshare: {NOTHING}\nhint: {hint}\n") == imgshare("list")


@pytest.mark.parametrize("kind", ["fifo", "folder", "device"])
def test_a_clouds_yaml_that_is_no_file(imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """A pipe, a folder or a device is not waited for."""
    path = Path(os.environ["HOME"], "x")
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", "/dev/zero" if kind == "device" else str(path))

    assert 3 == imgshare("list").code


def test_without_clouds(imgshare: RunImgshare) -> None:
    """Without a clouds.yaml and a keyring, the file is named; once it is chosen, the keyring is not mentioned."""
    write_config('[profiles.default]\nendpoint = "http://127.0.0.1:1"\n')

    run = imgshare("list")
    assert Run(4, "", f"imgshare: {NO_KEYRING}") == run
    assert 0 == run_command(find_commands(run.err)[0])
    hint = "run `imgshare login`, or set OS_CLOUD, or IMGSHARE_TOKEN"
    assert Run(4, "", f"imgshare: {NOT_STORED}\nhint: {hint}\n") == imgshare("list")


def test_the_profile_and_the_endpoint_are_kept(imgshare: RunImgshare) -> None:
    """The hint's login is for the profile and the image service of the command."""
    write_config('[profiles.work]\ntoken_store = "file"\n')

    run = imgshare("list", "--profile", "work", "--endpoint", "http://127.0.0.1:1")

    assert ["imgshare login --profile work --endpoint http://127.0.0.1:1"] == find_commands(run.err)


def test_no_keyring_in_another_profile(imgshare: RunImgshare) -> None:
    """The command that chooses the file is for the profile of the run, and works."""
    write_config('[profiles.work]\nendpoint = "http://127.0.0.1:1"\n')

    run = imgshare("list", "--profile", "work")

    assert ["imgshare config set token_store file --profile work"] == find_commands(run.err)
    assert 0 == run_command(find_commands(run.err)[0])
    assert "file\n" == imgshare("config", "get", "profiles.work.token_store").out


def test_a_login_that_is_not_stored(cloud: FakeCloud) -> None:
    """`login --cloud` without a keyring names the file, and what it names keeps the next login."""
    write_own_clouds({"otc": cloud.entry()})

    run = run_tool("login", "--cloud", "otc")
    assert 0 == run.code
    assert "keyring" not in run.err
    note = (
        "note: the token is not stored, so every run logs in again; `imgshare config set token_store file` stores it "
    )
    assert f"{note}in a file that only you can read" == run.err.splitlines()[0]
    assert 0 == run_command(find_commands(run.err)[0])
    for _ in range(2):
        assert 0 == run_tool("list").code
    assert 2 == len(cloud.logins)


def test_status_without_a_login(imgshare: RunImgshare) -> None:
    """`status` shows the profile, and the error says the rest."""
    write_config('[profiles.default]\ntoken_store = "file"\n')
    hint = "run `imgshare login`, or set OS_CLOUD, or IMGSHARE_ENDPOINT and IMGSHARE_TOKEN"

    assert Run(4, "profile\tdefault\ntoken_source\tnone\n", f"imgshare: {NOT_STORED}\nhint: {hint}\n") == imgshare(
        "status"
    )


def test_status_without_a_project(imgshare: RunImgshare, serve: StartService, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the token does not tell the project, `status` says so, and its hint sets it."""
    service = serve(build_response(200, {"name": "member", "properties": {"status": {}, "member_id": {}}}))
    monkeypatch.delenv("IMGSHARE_PROJECT_ID", raising=False)

    run = imgshare("status")
    note = "note: the token does not tell your project; --project ID or `imgshare config set project_id ID` names it\n"
    known = (
        f"profile\tdefault\nendpoint\t{service.endpoint}\ntoken_source\tIMGSHARE_TOKEN\nservice\tok\n"
        "service_kind\tglance\nlatency_ms"
    )
    assert (0, note, known) == (run.code, run.err, run.out.rpartition("\t")[0])
    assert "" == imgshare("status", "--project", MEMBER).err
