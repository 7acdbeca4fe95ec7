"""What a run may load: start-up time is mostly imports."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.fake_service import IMAGE, MEMBER, build_member, build_response

if TYPE_CHECKING:
    from tests.support.fake_service import StartService

PROBE = """
import json, sys
from imgshare_cli.cli.app import main
code = main(sys.argv[1:])
print(json.dumps([code, sorted(sys.modules)]), file=sys.stderr)
"""
HEAVY = {
    "asyncio",
    "keystoneauth1",
    "openstack",
    "requests",
    "click",
    "importlib.metadata",
    "keyring",
    "pydantic",
    "rich",
    "tomlkit",
    "tomllib",
    "truststore",
    "yaml",
}
OURS = {
    "imgshare_cli",
    "imgshare_cli.api",
    "imgshare_cli.api.authentication",
    "imgshare_cli.api.connections",
    "imgshare_cli.api.credential",
    "imgshare_cli.api.http_connection",
    "imgshare_cli.api.image_client",
    "imgshare_cli.api.image_paths",
    "imgshare_cli.api.image_responses",
    "imgshare_cli.api.models",
    "imgshare_cli.api.network",
    "imgshare_cli.api.network_errors",
    "imgshare_cli.api.proxy",
    "imgshare_cli.api.request_builder",
    "imgshare_cli.api.response",
    "imgshare_cli.api.retries",
    "imgshare_cli.api.service_kind",
    "imgshare_cli.api.timestamps",
    "imgshare_cli.api.transport",
    "imgshare_cli.auth",
    "imgshare_cli.auth.provider",
    "imgshare_cli.auth.store",
    "imgshare_cli.cli",
    "imgshare_cli.cli.app",
    "imgshare_cli.cli.batches",
    "imgshare_cli.cli.batches.fleet_options",
    "imgshare_cli.cli.batches.options",
    "imgshare_cli.cli.commands",
    "imgshare_cli.cli.commands.decide",
    "imgshare_cli.cli.decision_records",
    "imgshare_cli.cli.filter_options",
    "imgshare_cli.cli.invocation",
    "imgshare_cli.cli.options",
    "imgshare_cli.cli.redaction",
    "imgshare_cli.cli.session",
    "imgshare_cli.cli.target",
    "imgshare_cli.config",
    "imgshare_cli.config.config_file",
    "imgshare_cli.config.file_reading",
    "imgshare_cli.config.known_keys",
    "imgshare_cli.config.owners",
    "imgshare_cli.config.precedence",
    "imgshare_cli.config.service_url",
    "imgshare_cli.config.settings",
    "imgshare_cli.errors",
    "imgshare_cli.log",
    "imgshare_cli.log.folder",
    "imgshare_cli.log.writer",
    "imgshare_cli.shares",
    "imgshare_cli.shares.decisions",
    "imgshare_cli.terminal",
    "imgshare_cli.terminal.messages",
    "imgshare_cli.terminal.output",
}
KEYS = {
    "imgshare_cli.config.access_key",
    "imgshare_cli.api.key_authentication",
    "imgshare_cli.api.signing",
    "imgshare_cli.auth.host_match",
    "imgshare_cli.auth.key_login",
    "imgshare_cli.auth.key_place",
    "imgshare_cli.auth.login",
    "imgshare_cli.config.regions",
    "imgshare_cli.hints",
    "imgshare_cli.truncation",
}


@pytest.fixture(autouse=True)
def log_folder() -> None:
    """The folder of the decision log, which the first decision makes."""
    Path(os.environ["XDG_STATE_HOME"], "imgshare/decisions").mkdir(parents=True, mode=0o700)


def _list_loaded_modules(*argv: str) -> tuple[int, set[str]]:
    done = subprocess.run([sys.executable, "-c", PROBE, *argv], capture_output=True, text=True, check=True)
    code, modules = json.loads(done.stderr.splitlines()[-1])
    return code, set(modules)


def test_a_run_with_an_environment_token(serve: StartService) -> None:
    """`accept` loads typer, httpx and two dozen modules of imgshare; no keyring, no rich, nothing of TLS."""
    serve(build_response(200, build_member()))

    code, modules = _list_loaded_modules("accept", IMAGE, MEMBER, "--json")

    assert 0 == code
    assert set() == modules & HEAVY
    assert OURS == {name for name in modules if name.startswith("imgshare_cli")}


def test_a_run_with_access_keys(serve: StartService, monkeypatch: pytest.MonkeyPatch) -> None:
    """A signed run loads little more: what signs, and what knows where; nothing else that is heavy."""
    serve(build_response(200, build_member()))
    monkeypatch.delenv("IMGSHARE_TOKEN")
    for name, value in {"ACCESS_KEY": "AK", "SECRET_KEY": "secret-key", "PROJECT_ID": MEMBER}.items():
        monkeypatch.setenv(f"IMGSHARE_{name}", value)

    code, modules = _list_loaded_modules("accept", IMAGE, MEMBER, "--json")

    assert 0 == code
    assert set() == modules & HEAVY
    assert KEYS == {name for name in modules if name.startswith("imgshare_cli")} - OURS


def test_help_loads_nothing() -> None:
    """--help asks neither the network nor the config file, and loads what neither needs."""
    code, modules = _list_loaded_modules("--help")

    assert 0 == code
    assert set() == modules & (HEAVY | {"httpx"})
