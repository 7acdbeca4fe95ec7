"""`imgshare sandbox`: what script authors test against."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.run import TOOL, Run, run_tool

if TYPE_CHECKING:
    from collections.abc import Iterator

GOLDEN = "c26a7205-6924-55d2-a1a9-c6d6caeb44f2"
FULL_SERVER = "5d3a8463-a4b3-5b71-b1c7-133669f3d5d3"
YOU = "7554eb872fc85cd48edb777cd123c21e"
PATH = f"/v2/images/{GOLDEN}/members/{YOU}"


class _Serving(subprocess.Popen[str]):
    def __init__(self, *argv: str) -> None:
        super().__init__([TOOL, "sandbox", *argv], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def finish(self, number: int) -> Run:
        self.send_signal(number)
        out, err = self.communicate(timeout=20)
        return Run(self.returncode, out, err)

    def answer(self) -> Any:
        assert self.stdout
        return json.loads(self.stdout.readline())


@pytest.fixture
def settings() -> Iterator[Any]:
    """A sandbox that serves while the test runs, as --json describes it."""
    serving = _Serving("--json", "--images", "2")
    yield serving.answer()
    serving.finish(signal.SIGTERM)


def test_alone_it_prints_what_to_eval() -> None:
    """The export lines make the next command work; Ctrl-C ends the service with 130 and a line."""
    serving = _Serving()
    assert serving.stdout
    lines = [serving.stdout.readline() for _ in range(3)]
    shell = "".join(lines) + f"{TOOL} show {GOLDEN} | cut -f2"

    shown = subprocess.run(["/bin/sh", "-c", shell], capture_output=True, text=True, check=True).stdout.splitlines()

    assert [GOLDEN, YOU, "pending"] == shown[:3]
    endpoint = re.search(r"http://127\.0\.0\.1:\d+", lines[0])
    assert endpoint
    run = serving.finish(signal.SIGINT)
    assert (130, "") == (run.code, run.out)
    images = run.err.splitlines()
    assert f"{GOLDEN}  pending  golden-debian-12" in images
    assert "c9f38594-55f1-56c7-8cb5-835c2c578065  pending  [red] hat enterprise linux 9" in images
    assert [f"serving on {endpoint[0]} until Ctrl-C", "imgshare: interrupted"] == images[-2:]


def test_json_describes_the_sandbox(settings: Any) -> None:
    """--json prints one object: where, who you are, who the owners are, what waits."""
    assert {"endpoint", "token", "project_id", "owners", "images"} == set(settings)
    assert ["platform", "vendor"] == [owner["name"] for owner in settings["owners"]]
    statuses = [image["status"] for image in settings["images"]]
    assert {"pending", "accepted", "rejected"} == set(statuses)
    environ = {"IMGSHARE_ENDPOINT": settings["endpoint"], "IMGSHARE_TOKEN": settings["token"]}
    for image in settings["images"]:
        shown = run_tool("show", image["image_id"], "--json", environ=environ).json()
        assert (settings["project_id"], image["status"]) == (shown["member_id"], shown["status"])


def test_an_ims(monkeypatch: pytest.MonkeyPatch) -> None:
    """--flavor ims is an IMS: its settings have keys and the address of vaults, and replace the user's own."""
    monkeypatch.setenv("HUAWEICLOUD_SDK_AK", "a")
    monkeypatch.setenv("HUAWEICLOUD_SDK_REGION", "b")
    script = f"env; {TOOL} accept {GOLDEN} --json; {TOOL} accept {FULL_SERVER} --json"

    run = run_tool("sandbox", "--flavor", "ims", "--", "/bin/sh", "-c", script)

    *lines, accepted = run.out.splitlines()
    names = ("IMGSHARE_", "OS_", "HUAWEICLOUD_")
    environ = dict(line.split("=", 1) for line in lines if line.startswith(names))
    assert {
        "IMGSHARE_ACCESS_KEY",
        "IMGSHARE_CONFIG",
        "IMGSHARE_DECISION_LOG",
        "IMGSHARE_ENDPOINT",
        "IMGSHARE_PROFILE",
        "IMGSHARE_PROJECT_ID",
        "IMGSHARE_SECRET_KEY",
        "IMGSHARE_TOKEN",
        "IMGSHARE_VAULT_ENDPOINT",
        "OS_CLIENT_CONFIG_FILE",
    } == set(environ)
    assert environ["IMGSHARE_ENDPOINT"] == environ["IMGSHARE_VAULT_ENDPOINT"]
    assert "project" == json.loads(accepted)["member_type"]
    assert (7, 400) == (run.code, json.loads(run.err)["error"]["http_status"])


def test_an_ims_in_json() -> None:
    """--json also has the key, the vaults, and where they are."""
    serving = _Serving("--json", "--flavor", "ims")
    settings = serving.answer()
    serving.finish(signal.SIGTERM)

    more = {"access_key", "secret_key", "vault_endpoint", "vaults"}
    assert {"endpoint", "token", "project_id", "owners", "images"} | more == set(settings)
    assert {"id", "name", "status"} == set(settings["vaults"][0])
    assert ["available", "available", "lock", "available", "available"] == [
        vault["status"] for vault in settings["vaults"]
    ]


def test_an_ims_that_only_has_jobs() -> None:
    """--native-gone takes away the calls that change a single share; a Glance has no others."""
    program = (
        "import os, httpx; headers = {'X-Auth-Token': os.environ['IMGSHARE_TOKEN']};"
        f"print(httpx.put(os.environ['IMGSHARE_ENDPOINT'] + '{PATH}', headers=headers).json()['error_code'])"
    )

    run = run_tool("sandbox", "--flavor", "ims", "--native-gone", "--", sys.executable, "-c", program)

    assert Run(0, "APIGW.0101\n") == run
    assert Run(
        2, "", "imgshare: --native-gone is only possible with --flavor ims\nhint: pass --flavor ims, or omit it\n"
    ) == run_tool("sandbox", "--native-gone", "--", "true")


def test_around_a_command() -> None:
    """After --, the command has the settings, and its exit code is the sandbox's."""
    script = f"{TOOL} accept {GOLDEN} --json && {TOOL} show {GOLDEN} --json; exit 7"

    run = run_tool("sandbox", "--", "/bin/sh", "-c", script)

    accepted, shown = map(json.loads, run.out.splitlines())
    assert (7, "", "accepted") == (run.code, run.err, accepted["status"])
    assert accepted == shown


def test_a_sandbox_is_the_same_for_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command does not see the settings of the user who runs it, and cannot change or log out of what is theirs."""
    monkeypatch.setenv("IMGSHARE_PROFILE", "zz")
    monkeypatch.setenv("IMGSHARE_VAULT_ID", "v")
    monkeypatch.setenv("IMGSHARE_RULES", "/nowhere")
    monkeypatch.setenv("OS_CACERT", "/nowhere")

    assert 0 == run_tool("sandbox", "--", TOOL, "config", "set", "timeout", "5").code
    run = run_tool("sandbox", "--", "env")

    lines = [line.split("=", 1) for line in run.out.splitlines() if line.startswith(("IMGSHARE_", "OS_"))]
    ours = dict(lines)
    assert {
        "IMGSHARE_CONFIG",
        "IMGSHARE_DECISION_LOG",
        "IMGSHARE_ENDPOINT",
        "IMGSHARE_PROFILE",
        "IMGSHARE_PROJECT_ID",
        "IMGSHARE_TOKEN",
        "OS_CLIENT_CONFIG_FILE",
    } == set(ours)
    assert ("imgshare-sandbox", "/dev/null") == (ours["IMGSHARE_PROFILE"], ours["OS_CLIENT_CONFIG_FILE"])


def test_a_log_of_its_own() -> None:
    """What is decided in a sandbox is in its own log, and not in the user's."""
    run = run_tool("sandbox", "--", "/bin/sh", "-c", f"{TOOL} accept {GOLDEN} --json >&2; {TOOL} log --json")

    assert (0, GOLDEN) == (run.code, json.loads(run.out)["image_id"])
    assert "" == run_tool("log", "--json").out


def test_the_commands_own_options_are_its_own() -> None:
    """Everything after -- belongs to the command, --json and --help too."""
    run = run_tool("sandbox", "--", sys.executable, "-c", "import sys; print(sys.argv[1:])", "--json", "--help", "-h")

    assert Run(0, "['--json', '--help', '-h']\n") == run


def test_a_command_that_dies() -> None:
    """A command ended by a signal makes 128 and the signal's number, as in a shell."""
    assert 143 == run_tool("sandbox", "--", "/bin/sh", "-c", "kill -TERM $$").code


@pytest.mark.parametrize("name", ["no-such-program", "echo one | cat", "", "./missing", "no/folder"])
def test_a_command_that_is_not_there(name: str) -> None:
    """A command that does not exist is exit 127, as in a shell, with its name."""
    assert Run(
        127,
        "",
        f"imgshare: cannot run '{name}': there is no such command\n"
        "hint: check its spelling and PATH; what only a shell knows needs sh -c\n",
    ) == run_tool("sandbox", "--", name)


def test_a_command_that_cannot_be_run(tmp_path: Path) -> None:
    """A file that is no program is exit 126, as in a shell, and says why."""
    orphan, binary = tmp_path / "orphan", tmp_path / "binary"
    orphan.write_text("#!/no/such/interpreter\n")
    binary.write_bytes(b"\0\0")
    for path in (orphan, binary):
        path.chmod(0o755)
    for path, why in (
        (Path("/etc/passwd"), "Permission denied"),
        (tmp_path, "Permission denied"),
        (Path("/etc/passwd/x"), "Not a directory"),
        (orphan, "the program that its first line names does not exist"),
        (binary, "Exec format error"),
    ):
        assert Run(126, "", f"imgshare: cannot run '{path}': {why}\n") == run_tool("sandbox", "--", str(path))
    run = run_tool("sandbox", "--json", "--", str(tmp_path))
    assert (126, "command_not_executable") == (run.code, run.error()["code"])


@pytest.mark.parametrize("number", [signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM, signal.SIGVTALRM])
def test_rare_signals_are_handed_on(number: signal.Signals) -> None:
    """What else ends a process reaches the command, which is not left behind."""
    child = subprocess.Popen(
        [TOOL, "sandbox", "--", "/bin/sh", "-c", "echo $$; exec sleep 60"], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout
    process = int(child.stdout.readline())
    child.send_signal(number)

    assert "" == child.communicate(timeout=20)[0]
    assert 128 + number == child.returncode
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_interrupt_reaches_the_command() -> None:
    """Ctrl-C goes to the command, which may finish its work, and whose exit code counts."""
    script = "trap 'echo tidied; exit 5' INT; echo ready; while :; do sleep 0.05; done"
    child = subprocess.Popen(
        [TOOL, "sandbox", "--", "/bin/sh", "-c", script], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert child.stdout
    assert "ready\n" == child.stdout.readline()
    os.killpg(child.pid, signal.SIGINT)

    assert "tidied\n" == child.communicate(timeout=20)[0]
    assert 5 == child.returncode


def test_termination_is_handed_on() -> None:
    """SIGTERM to the sandbox ends the command too: nothing is left behind."""
    script = "trap 'echo ended; exit 6' TERM; echo ready; while :; do sleep 0.05; done"
    child = subprocess.Popen([TOOL, "sandbox", "--", "/bin/sh", "-c", script], stdout=subprocess.PIPE, text=True)
    assert child.stdout
    assert "ready\n" == child.stdout.readline()
    child.terminate()

    assert "ended\n" == child.communicate(timeout=20)[0]
    assert 6 == child.returncode


def test_a_port_of_ones_own() -> None:
    """--port listens there; a port in use is exit 3."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert Run(
            3, "", f"imgshare: cannot listen on port {port}: Address already in use\nhint: omit --port\n"
        ) == run_tool("sandbox", "--port", str(port), "--", "true")
    run = run_tool("sandbox", "--port", str(port), "--", "/bin/sh", "-c", "echo $IMGSHARE_ENDPOINT")
    assert Run(0, f"http://127.0.0.1:{port}\n") == run
