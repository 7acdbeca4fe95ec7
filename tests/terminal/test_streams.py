"""stdout, stderr and the terminal: who gets what, and what happens when they go away."""

from __future__ import annotations

import json
import os
import re
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.fake_service import IMAGE, MEMBER, REQUEST_ID, TOKEN, build_member, build_response
from tests.support.run import TOOL, Run, run_tool
from tests.support.terminal import run_at_terminal

if TYPE_CHECKING:
    from tests.support.fake_service import StartService
    from tests.support.run import RunImgshare

EVIL = "[red]\x1b]0;owned\x07\x9b2J\u202e:warning: [link=https://evil]镜像\x00"
EVIL_SHOWN = "[red]\\u001b]0;owned\\u0007\\u009b2J\\u202e:warning: [link=https://evil]镜像\\u0000"
KEPT = "; what the command has changed stays changed"
PLAIN = f"""\
image_id\t{IMAGE}
member_id\t{MEMBER}
status\t%s
created_at\t2016-09-01T02:05:14Z
updated_at\t2016-09-01T02:37:11Z
"""


@pytest.mark.parametrize("columns", [80, 200])
def test_a_table_on_a_terminal(serve: StartService, columns: int) -> None:
    """A terminal gets a table with colour, and no ID is cut."""
    serve(build_response(201, build_member()))

    _, lines, raw = run_at_terminal(columns, "show", IMAGE, MEMBER)

    assert [f"image    {IMAGE}", "status   accepted", f"member   {MEMBER}"] == lines[:3]
    assert ["shared", "changed", "note"] == [line.split()[0] for line in lines[3:]]
    assert "\x1b[32maccepted" in raw


def test_a_narrow_terminal_folds(serve: StartService) -> None:
    """At 40 columns an ID is folded, not cut."""
    serve(build_response(200, build_member()))

    _, lines, _ = run_at_terminal(40, "show", IMAGE, MEMBER)

    assert IMAGE == lines[0].split()[1] + lines[1].strip()


@pytest.mark.parametrize(
    ("environ", "coloured"),
    [
        ({}, True),
        ({"NO_COLOR": "1"}, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ({"NO_COLOR": ""}, True),
        ({"TERM": "dumb"}, False),
        ({"GITHUB_ACTIONS": "true", "NO_COLOR": "1"}, False),
    ],
    ids=str,
)
def test_colour_on_a_terminal(serve: StartService, environ: dict[str, str], coloured: bool) -> None:  # noqa: FBT001
    """NO_COLOR and TERM=dumb take the colour from a terminal, bold included."""
    serve(build_response(200, build_member()))

    _, lines, raw = run_at_terminal(80, "show", IMAGE, MEMBER, **environ)

    assert "accepted" == lines[1].split()[1]
    assert coloured == ("\x1b[" in raw)


@pytest.mark.parametrize(
    ("environ", "status"),
    [
        ({}, "accepted"),
        ({"FORCE_COLOR": "0"}, "accepted"),
        ({"GITHUB_ACTIONS": "true"}, "accepted"),
        ({"COLUMNS": "20"}, "accepted"),
        ({"FORCE_COLOR": "1"}, "\x1b[32maccepted\x1b[0m"),
        ({"CLICOLOR_FORCE": "1"}, "\x1b[32maccepted\x1b[0m"),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, "accepted"),
    ],
    ids=str,
)
def test_a_pipe_gets_plain_text(serve: StartService, environ: dict[str, str], status: str) -> None:
    """A pipe gets tab-separated text; only FORCE_COLOR or CLICOLOR_FORCE colours it."""
    serve(build_response(200, build_member()))

    assert Run(0, PLAIN % status) == run_tool("accept", IMAGE, MEMBER, environ=environ)


@pytest.mark.parametrize("environ", [{}, {"FORCE_COLOR": "1"}, {"GITHUB_ACTIONS": "1"}, {"COLUMNS": "40"}], ids=str)
def test_json_is_json_everywhere(serve: StartService, environ: dict[str, str]) -> None:
    """--json is the same on a pipe and, indented, on a terminal, whatever the environment says of colour."""
    serve(build_response(200, build_member()))

    piped = run_tool("accept", IMAGE, MEMBER, "--json", environ=environ)
    *_, raw = run_at_terminal(300, "show", IMAGE, MEMBER, "--json", **environ)

    assert f"{json.dumps(build_member(), indent=2)}\n".replace("\n", "\r\n") == raw
    assert f"{json.dumps(build_member())}\n" == piped.out
    assert build_member() == piped.json()


def test_text_from_the_service_is_data(serve: StartService) -> None:
    """Markup, escapes, bidi overrides and emoji codes of the service act on no terminal."""
    serve(build_response(409, {"message": EVIL}))
    said = (
        f'imgshare: cannot show image {IMAGE} for project {MEMBER}: refused (409 Conflict): "{EVIL_SHOWN}"\n'
        f"request ID: {REQUEST_ID}\n"
    )

    assert Run(7, "", said) == run_tool("show", IMAGE, MEMBER)
    *_, raw = run_at_terminal(300, "show", IMAGE, MEMBER)
    assert said.replace("\n", "\r\n") == raw
    image = {"id": IMAGE, "name": EVIL, "owner": MEMBER, "visibility": "shared", "status": "active"}
    serve(build_response(200, build_member()), build_response(200, image), build_response(200, {"images": []}))
    *_, raw = run_at_terminal(300, "show", IMAGE, MEMBER, NO_COLOR="1")
    assert re.search(rf"^name +{re.escape(EVIL_SHOWN)}\r$", raw, re.MULTILINE), raw


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "cp1252"])
def test_any_encoding(serve: StartService, encoding: str) -> None:
    """A stream that cannot write a character gets its escape, and the run goes on."""
    serve(build_response(200, build_member(created_at="镜像")))
    done = subprocess.run(
        [TOOL, "show", IMAGE, MEMBER],
        env={**os.environ, "PYTHONIOENCODING": encoding},
        capture_output=True,
        check=True,
    )

    shown = "镜像".encode(encoding, errors="backslashreplace").decode(encoding)
    assert f"created_at\t{shown}\n" in done.stdout.decode(encoding)


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    "command", [f"accept {IMAGE} {MEMBER}", f"accept {IMAGE} {MEMBER} --json", "--help", "config path"]
)
def test_a_reader_that_goes_away(serve: StartService, command: str, unbuffered: str) -> None:
    """`| true` and `| head -1` end quietly with the exit code that the work earned."""
    serve(build_response(200, build_member()))
    for reader in ("true", "head -1"):
        shell = f"{{ {TOOL} {command}; echo code $? >&2; }} | {reader} > /dev/null"

        done = subprocess.run(
            ["/bin/bash", "-c", shell],
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ("", "code 0\n") == (done.stdout, done.stderr)


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("command", [f"accept {IMAGE} {MEMBER} --json", "--help"])
def test_a_full_disk(serve: StartService, command: str, unbuffered: str) -> None:
    """An answer that cannot be written is an error, not a traceback."""
    serve(build_response(200, build_member()))
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [TOOL, *command.split()],
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    message = "cannot write the output: No space left on device"
    hint = "free some space there, or write the output elsewhere" + KEPT
    said = f"imgshare: {message}\nhint: {hint}\n"
    if "--json" in command:
        error = {"code": "machine", "reason": None, "message": message, "hint": hint}
        said = json.dumps({"error": {**error, "http_status": None, "request_id": None}}) + "\n"
    assert (1, said) == (done.returncode, done.stderr)


@pytest.mark.parametrize("argv", [[], ["--json"]], ids=["human", "json"])
def test_a_connection_that_breaks(serve: StartService, argv: list[str]) -> None:
    """A connection as standard output, as of inetd, that its other end resets is no bug of the tool."""
    serve(build_response(200, build_member()))
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()) as output:
        other, _ = listener.accept()
        other.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        other.close()
        done = subprocess.run(
            [TOOL, "accept", IMAGE, MEMBER, *argv],
            stdout=output.fileno(),
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    said = ("cannot write the output: Connection reset by peer", f"write the output elsewhere{KEPT}")
    if argv:
        error = json.loads(done.stderr)["error"]
        assert (1, "machine", *said) == (done.returncode, error["code"], error["message"], error["hint"])
    else:
        assert (1, f"imgshare: {said[0]}\nhint: {said[1]}\n") == (done.returncode, done.stderr)


@pytest.mark.parametrize(("streams", "code"), [(">&-", 1), ("2>&-", 0), ("<&-", 0), (">&- 2>&- <&-", 1)])
def test_closed_streams(serve: StartService, streams: str, code: int) -> None:
    """A caller may have closed any of the three streams; an answer with nowhere to go is exit 1."""
    service = serve(build_response(200, build_member()))

    done = subprocess.run(
        ["/bin/sh", "-c", f"{TOOL} accept {IMAGE} {MEMBER} {streams}"], capture_output=True, text=True, check=False
    )

    closed = "standard output is closed: redirect it to a file or to /dev/null"
    said = f"imgshare: cannot write the output: Bad file descriptor\nhint: {closed}{KEPT}\n" if streams == ">&-" else ""
    assert (code, said, 1) == (done.returncode, done.stderr, len(service.requests))


@pytest.mark.parametrize("argv", [[], ["--json"]], ids=["human", "json"])
def test_interrupt(serve: StartService, argv: list[str]) -> None:
    """Ctrl-C while the service is slow is exit 130 with a line, without a traceback."""
    service = serve(lambda connection: connection.recv(1))
    child = subprocess.Popen(
        [TOOL, "accept", IMAGE, MEMBER, *argv], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    while not service.requests:
        time.sleep(0.01)
    child.send_signal(2)
    out, err = child.communicate(timeout=20)

    nothing = '"hint": null, "http_status": null, "request_id": null'
    as_json = f'{{"error": {{"code": "interrupted", "reason": null, "message": "interrupted", {nothing}}}}}\n'
    said = as_json if argv else "imgshare: interrupted\n"
    assert (130, "", said) == (child.returncode, out, err)


def test_interrupt_while_python_starts() -> None:
    """Ctrl-C before the tool is even imported is as quiet."""
    probe = (
        "import sys, types\n"
        "class Late:\n"
        "    def find_spec(self, name, *rest):\n"
        "        if name == 'imgshare_cli.cli.app': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Late())\n"
        "from imgshare_cli.__main__ import run\nrun()\n"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=False)

    assert (130, "", "imgshare: interrupted\n") == (done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize(
    ("argv", "message", "hint"),
    [
        (["accept"], "missing argument 'IMAGE'", "`imgshare accept --help` shows its usage"),
        (["accept", "--json=1"], "--json does not take a value", "`imgshare accept --help` shows its usage"),
        (["list", "--limit"], "--limit needs a value", "`imgshare list --help` shows its usage"),
    ],
)
def test_wrong_arguments(imgshare: RunImgshare, argv: list[str], message: str, hint: str) -> None:
    """Wrong arguments are exit 2, with the help to read; as JSON with --json."""
    assert Run(2, "", f"imgshare: {message}\nhint: {hint}\n") == imgshare(*argv)
    error: dict[str, Any] = imgshare(argv[0], "--json", *argv[1:]).error()
    assert ("usage", message, hint) == (error["code"], error["message"], error["hint"])


def test_talk_does_not_end_the_work(serve: StartService) -> None:
    """A stderr that nobody reads any more keeps no share from being accepted."""
    service = serve(build_response(200, build_member()))
    reader, writer = os.pipe()
    os.close(reader)

    done = subprocess.run(
        [TOOL, "accept", IMAGE, MEMBER, "--debug"], stdout=subprocess.PIPE, stderr=writer, text=True, check=False
    )
    os.close(writer)

    assert (0, PLAIN % "accepted", 1) == (done.returncode, done.stdout, len(service.requests))


def test_help(imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch) -> None:
    """-h and --help are the same, go to stdout, show no secret and do not mind a broken config file."""
    monkeypatch.setenv("IMGSHARE_TOKEN", TOKEN)
    monkeypatch.setenv("IMGSHARE_CONFIG", "/dev/zero/x")
    run = imgshare("accept", "--help")
    assert TOKEN not in run.out

    assert (0, "") == (run.code, run.err)
    assert run == imgshare("accept", "-h")
    assert imgshare("--help") == imgshare()
    assert imgshare("config", "-h") == imgshare("config")
    assert imgshare("--version").out.startswith("imgshare 0.")
