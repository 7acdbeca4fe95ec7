"""`imgshare sandbox --env-file` in shells: who reads the file reaches the sandbox, and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.background_sandbox import end_sandbox, start_sandbox, wait_for_file
from tests.support.run import TOOL

if TYPE_CHECKING:
    from pathlib import Path

GOLDEN = "c26a7205-6924-55d2-a1a9-c6d6caeb44f2"
SOME = {
    "OS_CLOUD": "real",
    "OS_USERNAME": "me",
    "IMGSHARE_PROFILE": "missing",
    "IMGSHARE_TIMEOUT": "soon",
    "IMGSHARE_RULES": "x",
}
REAL = {"auth_url": "http://127.0.0.1:9/v3", "username": "me", "password": "secret", "project_name": "p"}


@pytest.mark.parametrize("shell", ["sh", "bash", "zsh"])
def test_a_shell_that_reads_it_reaches_only_the_sandbox(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shell: str
) -> None:
    """No variable, config file or clouds.yaml of the reader leads a command elsewhere, and none is changed."""
    clouds = tmp_path / "home/.config/openstack/clouds.yaml"
    clouds.parent.mkdir(parents=True)
    clouds.write_text(f"clouds: {{real: {{auth: {json.dumps(REAL)}}}}}")
    config = tmp_path / "xdg_config_home/imgshare/config.toml"
    config.parent.mkdir()
    config.write_text('default_profile = "p"\n[profiles.p]\ncloud = "real"\nvault_id = "v"\ntoken_store = "file"\n')
    tokens = [tmp_path / "xdg_state_home/imgshare/tokens" / name for name in ("p", "default")]
    for token in tokens:
        token.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        token.write_text("{}")
    path = tmp_path / "sandbox.env"
    monkeypatch.setenv("OS_SEEN_BY_THE_SANDBOX", "yes")
    started = start_sandbox(path)
    wait_for_file(path)
    # The variables are set after the sandbox was started.
    script = f"""
        . {path} || exit 99
        {TOOL} status --json || echo failed
        {TOOL} accept {GOLDEN} --json || echo failed
        {TOOL} logout --json 2>/dev/null; {TOOL} config set timeout 9
        {TOOL} list --cloud real 2>/dev/null; echo $? $OS_SEEN_BY_THE_SANDBOX $IMGSHARE_RULES
    """
    environ = {**os.environ, **SOME, "OS_AUTH_URL": REAL["auth_url"], "OS_CACERT": "/nowhere", "OS_TOKEN": "x"}
    done = subprocess.run([shell, "-c", script], env=environ, capture_output=True, text=True, check=False)
    endpoint = next(line for line in path.read_text().splitlines() if line.startswith("export IMGSHARE_ENDPOINT"))
    end_sandbox(started)

    status, accepted, logged_out, last = done.stdout.splitlines()
    known = json.loads(status)
    assert ("imgshare-sandbox", "ok") == (known["profile"], known["service"])
    assert f"export IMGSHARE_ENDPOINT={known['endpoint']}" == endpoint
    assert "accepted" == json.loads(accepted)["status"]
    assert {"profile": "imgshare-sandbox", "result": "nothing_stored", "revoked": False} == json.loads(logged_out)
    assert "3 " == f"{last} "
    assert "timeout" not in config.read_text()
    assert [True, True] == [token.exists() for token in tokens]


def test_in_the_background_of_a_script(tmp_path: Path) -> None:
    """Where a shell starts it in the background, which Ctrl-C does not reach, the shell can end it."""
    script = f"""
        {TOOL} sandbox --env-file s.env 2>/dev/null &
        until [ -s s.env ]; do sleep 0.05; done
        kill -INT $!; . ./s.env; {TOOL} show {GOLDEN} --json >/dev/null && kill $!
        wait $!; echo $?; ls
    """
    done = subprocess.run(
        ["sh", "-c", script], cwd=tmp_path / "home", capture_output=True, text=True, timeout=60, check=False
    )

    assert ("143\n", "") == (done.stdout, done.stderr)
