"""`login`, `logout`, `status` and the token's way through a real keyring."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pexpect
import pytest

from imgshare_cli.auth.keyring_store import KeyringStore
from tests.support.fake_service import IMAGE, MEMBER, TOKEN, build_member, build_response
from tests.support.keyring_backends import CHANGING
from tests.support.keyring_daemon import BACKEND, run_dbus, run_gnome_keyring
from tests.support.run import TOOL, Run, run_tool

if TYPE_CHECKING:
    from tests.support.fake_service import StartService
    from tests.support.run import RunImgshare

SCHEMA = build_response(200, {"name": "member", "properties": {}})
WITHOUT_KEYRING = (
    "run `imgshare config set token_store file` to store tokens in a file that only you can read, or set IMGSHARE_TOKEN"
)
NO_BACKEND = "no usable keyring found (backend keyring.backends.fail)"


@pytest.mark.usefixtures("keyring")
def test_log_in_and_use_it(serve: StartService, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token read from stdin is checked, kept, used by the next run without an endpoint, and forgotten by logout."""
    service = serve(SCHEMA)
    monkeypatch.delenv("IMGSHARE_TOKEN")
    monkeypatch.delenv("IMGSHARE_ENDPOINT")

    said = f"stored a token for {service.endpoint} in the keyring, profile 'default'\n"
    assert Run(0, "", said) == run_tool("login", "--endpoint", service.endpoint, stdin=f" Bearer {TOKEN}\n".encode())
    assert ("/v2/schemas/member", TOKEN) == (service.requests[0].path, service.requests[0].headers["x-auth-token"])

    source = "keyring, profile 'default'"
    status = run_tool("status", "--json").json()
    assert isinstance(status.pop("latency_ms"), int)
    assert {
        "profile": "default",
        "cloud": None,
        "user": None,
        "project_name": None,
        "project_id": None,
        "roles": [],
        "endpoint": service.endpoint,
        "service_kind": "glance",
        "credentials": "a token",
        "token_source": source,
        "expires_at": None,
        "service": "ok",
    } == status

    service.answers[0] = build_response(200, build_member())
    assert build_member() == run_tool("accept", IMAGE, MEMBER, "--json").json()
    assert TOKEN == service.requests[-1].headers["x-auth-token"]

    forgotten = "note: it was only removed here, and stays valid until it expires: its identity service is not known\n"
    assert Run(0, "", f"removed the token of profile 'default'\n{forgotten}") == run_tool("logout")
    assert Run(0, "", "no token is stored for profile 'default'\n") == run_tool("logout")
    assert Run(
        4,
        f"profile\tdefault\nendpoint\t{service.endpoint}\ntoken_source\tnone\n",
        "imgshare: not logged in: IMGSHARE_TOKEN is not set, and no token is stored for profile 'default'\n"
        "hint: run `imgshare login`, or set OS_CLOUD, or IMGSHARE_TOKEN\n",
    ) == run_tool("status")


@pytest.mark.usefixtures("keyring")
def test_profiles_are_kept_apart(serve: StartService, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each profile has a token and an endpoint of its own."""
    one, two = serve(SCHEMA), serve(SCHEMA)
    monkeypatch.delenv("IMGSHARE_TOKEN")
    monkeypatch.delenv("IMGSHARE_ENDPOINT")

    for name, service in {"one": one, "two": two}.items():
        assert (
            0
            == run_tool("login", "--profile", name, "--endpoint", service.endpoint, stdin=f"token-{name}".encode()).code
        )
    for name, service in {"one": one, "two": two}.items():
        service.answers[0] = build_response(200, build_member())
        assert 0 == run_tool("accept", IMAGE, MEMBER, "--profile", name).code
        assert f"token-{name}" == service.requests[-1].headers["x-auth-token"]


@pytest.mark.usefixtures("keyring")
def test_a_stored_token_stays_with_its_endpoint(serve: StartService, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token is not sent to another endpoint than the one it was stored for."""
    service, other = serve(SCHEMA), serve(SCHEMA)
    monkeypatch.delenv("IMGSHARE_TOKEN")
    assert 0 == run_tool("login", "--endpoint", service.endpoint, stdin=TOKEN.encode()).code

    assert Run(
        4,
        "",
        f"imgshare: the token of profile 'default' is for {service.endpoint}, not {other.endpoint}\n"
        f"hint: run `imgshare login --profile default --endpoint {other.endpoint}`, or set IMGSHARE_TOKEN\n",
    ) == run_tool("accept", IMAGE, MEMBER)
    assert [] == other.requests


@pytest.mark.usefixtures("keyring")
def test_a_refused_token_is_not_stored(serve: StartService, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the service does not take is not kept."""
    serve(build_response(401, {"message": "This server could not verify"}))
    monkeypatch.delenv("IMGSHARE_TOKEN")

    run = run_tool("login", stdin=TOKEN.encode())

    assert (4, "") == (run.code, run.out)
    assert run.err.startswith("imgshare: cannot check the token: the token from your input was rejected")
    assert "not logged in: IMGSHARE_TOKEN is not set" in run_tool("status").err


@pytest.mark.usefixtures("keyring")
def test_the_environment_wins(serve: StartService) -> None:
    """A login under a set IMGSHARE_TOKEN says that the variable goes on to win."""
    serve(SCHEMA)

    assert run_tool("login", stdin=b"another-token").err.endswith(
        "note: IMGSHARE_TOKEN is set, and overrides the stored token\n"
    )
    assert "IMGSHARE_TOKEN" == run_tool("status", "--json").json()["token_source"]


@pytest.mark.usefixtures("keyring")
def test_the_backend_is_remembered(serve: StartService, monkeypatch: pytest.MonkeyPatch) -> None:
    """A login remembers which backend it used; if that one is gone, the login looks for one again."""
    serve(SCHEMA)
    monkeypatch.delenv("IMGSHARE_TOKEN")
    assert 0 == run_tool("login", stdin=TOKEN.encode()).code
    remembered = Path(os.environ["XDG_STATE_HOME"], "imgshare", "keyring-backend")

    assert BACKEND == remembered.read_text()
    for name in ("no.such.Backend", "nonsense", "os.path", "keyring.backends.macOS.Keyring"):
        remembered.write_text(name)
        assert 0 == run_tool("status").code, name


@pytest.mark.usefixtures("keyring")
def test_the_settings_of_the_keyring_library(serve: StartService, monkeypatch: pytest.MonkeyPatch) -> None:
    """What KEYRING_PROPERTY_* says of the entries holds when they are read, too."""
    serve(SCHEMA)
    monkeypatch.delenv("IMGSHARE_TOKEN")
    monkeypatch.setenv("KEYRING_PROPERTY_SCHEME", "KeePassXC")

    assert 0 == run_tool("login", stdin=TOKEN.encode()).code
    assert "keyring, profile 'default'" == run_tool("status", "--json").json()["token_source"]


@pytest.mark.hostile
@pytest.mark.usefixtures("keyring")
def test_logins_at_once(serve: StartService, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of several logins to one profile at once, each ends well, and one of them is what is kept, whole."""
    service = serve(SCHEMA)
    monkeypatch.delenv("IMGSHARE_TOKEN")
    tokens = {f"{number}" * 3000 for number in range(5)}
    children = [
        subprocess.Popen([TOOL, "login"], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in tokens
    ]
    for child, token in zip(children, tokens, strict=True):
        assert child.stdin
        child.stdin.write(token)
        child.stdin.close()
    said = f"stored a token for {service.endpoint} in the keyring, profile 'default'\n"
    for child in children:
        assert child.stderr
        # On a busy machine a login takes so long that it says what it waits for.
        told = child.stderr.read().removeprefix("waiting for your keyring to be unlocked…\n")
        assert (said, 0) == (told, child.wait(60))
        child.stderr.close()

    assert 0 == run_tool("status").code
    assert service.requests[-1].headers["x-auth-token"] in tokens


@pytest.fixture
def changing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a keyring that another program seems to change."""
    folder = tmp_path / "keyring"
    folder.mkdir()
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", CHANGING)
    monkeypatch.setenv("TEST_KEYRING", str(folder))
    return folder


def test_an_entry_that_changes_while_it_is_read(
    serve: StartService, monkeypatch: pytest.MonkeyPatch, changing: Path
) -> None:
    """A read that another program's change breaks is done again, a few times; then the error says why."""
    serve(SCHEMA)
    monkeypatch.delenv("IMGSHARE_TOKEN")
    assert 0 == run_tool("login", stdin=TOKEN.encode()).code

    (changing / "changes").write_text("4")
    assert "keyring, profile 'default'" == run_tool("status", "--json").json()["token_source"]
    (changing / "changes").write_text("5")
    assert Run(
        4,
        "",
        "imgshare: not logged in: IMGSHARE_TOKEN is not set, and another program keeps changing the entry in the "
        "keyring\n"
        "hint: try again\n",
    ) == run_tool("accept", IMAGE, MEMBER)


def test_parts_of_two_entries_are_not_mixed(changing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry of several parts that is replaced after its first part was read is read as the new one alone."""
    old, new = "o" * 30, "n" * 30
    keyring = KeyringStore("parts", seconds=10, waiting=None, part=10)
    keyring.write(old)
    assert old == keyring.read()
    (changing / "next").mkdir()
    with monkeypatch.context() as other:
        other.setenv("TEST_KEYRING", str(changing / "next"))
        keyring.write(new)
    assert new == keyring.read()

    assert keyring.delete()
    assert [changing / "next"] == list(changing.iterdir())


@pytest.mark.parametrize("length", [300, 4095, 5000, 20_000])
@pytest.mark.usefixtures("keyring")
def test_a_token_of_any_length_at_the_prompt(serve: StartService, monkeypatch: pytest.MonkeyPatch, length: int) -> None:
    """A pasted token arrives whole however long it is, is not shown, and the terminal is as before."""
    service = serve(SCHEMA)
    monkeypatch.delenv("IMGSHARE_TOKEN")
    token = "".join(chr(33 + n % 90) for n in range(length))
    terminal = pexpect.spawn(TOOL, ["login"], encoding="utf-8", timeout=30)
    terminal.expect_exact(f"Token for {service.endpoint} (hidden): ")

    for start in range(0, length, 1000):  # a terminal's buffer takes 4096 at once
        terminal.send(token[start : start + 1000])
    terminal.send("\r")
    terminal.expect(pexpect.EOF)
    terminal.close()

    assert (0, token) == (terminal.exitstatus, service.requests[0].headers["x-auth-token"])
    assert f"\r\nstored a token for {service.endpoint} in the keyring, profile 'default'\r\n" == terminal.before


@pytest.mark.usefixtures("keyring")
def test_interrupt_at_the_prompt(serve: StartService) -> None:
    """Ctrl-C at the prompt is exit 130, and the terminal echoes again."""
    serve(SCHEMA)
    terminal = pexpect.spawn(
        "/bin/sh", ["-c", f"trap : INT; {TOOL} login; echo code $?; stty -a"], encoding="utf-8", timeout=30
    )
    terminal.expect_exact("(hidden): ")
    terminal.sendintr()
    terminal.expect(pexpect.EOF)

    assert "imgshare: interrupted\r\ncode 130\r\n" in terminal.before
    assert re.search(r"[ ;]echo\b", terminal.before)
    assert re.search(r"[ ;]icanon\b", terminal.before)
    terminal.close()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "the token from your input is empty"),
        (
            b"se cret",
            "the token from your input contains characters that are not valid in a token (7 characters in total)",
        ),
        (
            b"secret\nsecret",
            "the token from your input contains characters that are not valid in a token (13 characters in total)",
        ),
        (
            "gehéim".encode(),
            "the token from your input contains characters that are not valid in a token (6 characters in total)",
        ),
    ],
)
@pytest.mark.usefixtures("keyring")
def test_what_is_no_token(serve: StartService, text: bytes, words: str) -> None:
    """What cannot be a token is exit 4, never sent, never quoted."""
    service = serve(SCHEMA)

    run = run_tool("login", stdin=text)

    assert (4, "", f"imgshare: {words}") == (run.code, run.out, run.err.splitlines()[0])
    assert "cret" not in run.err
    assert [] == service.requests


@pytest.mark.parametrize("text", ["line\nbreak", "höchst", "\x1b[31m", "a b"])
def test_a_bad_token_in_the_environment(
    imgshare: RunImgshare, serve: StartService, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    """A broken IMGSHARE_TOKEN is exit 4, is not quoted and reaches no library that would quote it."""
    service = serve(SCHEMA)
    monkeypatch.setenv("IMGSHARE_TOKEN", text)

    assert Run(
        4,
        "",
        "imgshare: the token from IMGSHARE_TOKEN contains characters that are not valid in a token "
        f"({len(text)} characters in total)\nhint: copy it again, without line breaks\n",
    ) == imgshare("accept", IMAGE, MEMBER, "--debug")
    assert [] == service.requests


@pytest.mark.parametrize(
    ("backend", "said"),
    [
        ("keyring.backends.fail.Keyring", NO_BACKEND),
        ("keyring.backends.null.Keyring", "no usable keyring found (backend keyring.backends.null)"),
        ("no.such.Backend", "the keyring cannot be used (ModuleNotFoundError)"),
        (BACKEND, "the keyring cannot be used (RuntimeError)"),
    ],
    ids=["fail", "null", "absent", "no bus"],
)
def test_no_usable_keyring(serve: StartService, monkeypatch: pytest.MonkeyPatch, backend: str, said: str) -> None:
    """Where no keyring can be used, every command that needs it says so at once and names the file instead."""
    serve(SCHEMA)
    monkeypatch.delenv("IMGSHARE_TOKEN")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", backend)
    hint = f"hint: {WITHOUT_KEYRING}\n"

    assert Run(4, "", f"imgshare: {said}\n{hint}") == run_tool("login", stdin=TOKEN.encode())
    assert Run(4, "", f"imgshare: not logged in: IMGSHARE_TOKEN is not set, and {said}\n{hint}") == run_tool(
        "accept", IMAGE, MEMBER
    )


@pytest.mark.parametrize("kind", ["locked", "hanging"])
def test_a_keyring_that_does_not_open(
    serve: StartService, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str
) -> None:
    """A locked or hanging keyring costs a read at most five seconds, and the way out is named."""
    serve(SCHEMA)
    monkeypatch.delenv("IMGSHARE_TOKEN")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", BACKEND)
    place = tmp_path / "keyring"
    daemon = run_gnome_keyring(place, unlocked=False) if kind == "locked" else run_dbus(place, service="/bin/sleep 90")
    with daemon as environ:
        started = time.monotonic()
        run = run_tool("accept", IMAGE, MEMBER, environ=environ)
        took = time.monotonic() - started

    assert (4, "") == (run.code, run.out)
    assert run.err.startswith("imgshare: not logged in: IMGSHARE_TOKEN is not set, and the keyring ")
    assert run.err.endswith(f"\nhint: unlock the keyring and try again; or {WITHOUT_KEYRING}\n")
    assert took < 9  # five, and the start of a busy machine


def test_a_keyring_is_not_touched_without_need(serve: StartService, tmp_path: Path) -> None:
    """With a token in the environment, a keyring that hangs is not noticed."""
    serve(build_response(200, build_member()))
    with run_dbus(tmp_path / "keyring", service="/bin/sleep 90") as environ:
        started = time.monotonic()
        for argv in (["accept", IMAGE, MEMBER], ["config", "list"], ["--help"], ["show", IMAGE, MEMBER, "--json"]):
            assert 0 == run_tool(*argv, environ={**environ, "PYTHON_KEYRING_BACKEND": BACKEND}).code
        assert time.monotonic() - started < 5


def test_login_says_what_it_waits_for(serve: StartService, tmp_path: Path) -> None:
    """While the keyring is being unlocked, login says so."""
    serve(SCHEMA)
    with run_dbus(tmp_path / "keyring", service="/bin/sleep 90") as environ:
        child = subprocess.Popen(
            [TOOL, "login"],
            env={**os.environ, **environ, "PYTHON_KEYRING_BACKEND": BACKEND},
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert child.stdin
        assert child.stderr
        child.stdin.write(TOKEN)
        child.stdin.close()
        assert "waiting for your keyring to be unlocked…\n" == child.stderr.readline()
        child.kill()
        child.wait()
        child.stderr.close()


def test_no_secret_anywhere(serve: StartService, monkeypatch: pytest.MonkeyPatch) -> None:
    """With --debug and a bug inside, the traceback has the token blacked out."""
    service = serve(build_response(200, build_member()))
    probe = (
        "import sys, imgshare_cli.shares.decisions as s\n"
        "def decide_share(client, *rest, **more): raise RuntimeError(client.credential.secret)\n"
        "s.decide_share = decide_share\n"
        "from imgshare_cli.cli.app import main\nsys.exit(main(sys.argv[1:]))\n"
    )
    monkeypatch.setenv("IMGSHARE_TOKEN", TOKEN)
    monkeypatch.setenv("OS_PASSWORD", TOKEN[:6])  # a secret that is a part of another
    command = [sys.executable, "-c", probe, "accept", IMAGE, MEMBER]

    quiet = subprocess.run(command, capture_output=True, text=True, check=False)
    loud = subprocess.run([*command, "--debug"], capture_output=True, text=True, check=False)

    assert (1, "") == (quiet.returncode, quiet.stdout)
    assert (
        "imgshare: this is a bug in imgshare: RuntimeError at <string>:2\n"
        "hint: please report it, with the output of --debug\n"
    ) == quiet.stderr
    assert "RuntimeError: (hidden)\n" in loud.stderr
    assert TOKEN not in loud.stderr
    assert [] == service.requests
