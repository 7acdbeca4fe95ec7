"""What docs/automation.md shows: each example is valid by the schema of the program that reads it, and can be run."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from imgshare_cli.sandbox import Sandbox
from tests.support.readme import read_blocks
from tests.support.run import TOOL
from tests.support.schemas import check_manifest, check_pipeline, check_units, check_workflow
from tests.support.watching import wait_until

PAGE = Path(__file__).parents[2] / "docs" / "automation.md"
COMMAND = "imgshare apply --yes --json"
SECRET = "OS_APPLICATION_CREDENTIAL_SECRET"


def _find_block(text: str) -> str:
    [block] = [block.text for block in read_blocks(PAGE) if text in block.text]
    return block


def _read_units() -> dict[str, str]:
    service = _find_block("[Service]").replace("/usr/local/bin/imgshare", TOOL)
    return {"service": service, "timer": _find_block("[Timer]")}


def _read_container() -> Any:
    job = yaml.safe_load(_find_block("kind: CronJob"))["spec"]["jobTemplate"]
    [container] = job["spec"]["template"]["spec"]["containers"]
    return container


def _read_steps() -> Any:
    return yaml.safe_load(_find_block("runs-on:"))["jobs"]["apply"]["steps"]


def _read_gitlab_job() -> Any:
    return yaml.safe_load(_find_block("resource_group:"))["apply"]


def test_the_units() -> None:
    """The service and its timer are units that systemd has nothing to say about."""
    assert "" == check_units(**_read_units())


@pytest.mark.parametrize(("unit", "good", "bad"), [("service", "UMask=", "UMaks="), ("timer", "5min", "5mins!")])
def test_the_check_of_units_can_fail(unit: str, good: str, bad: str) -> None:
    """The check finds a key that systemd does not know, and a value that it cannot read."""
    units = _read_units()
    assert good in units[unit]

    assert "ignoring" in check_units(**{**units, unit: units[unit].replace(good, bad, 1)})


def test_the_manifest() -> None:
    """Kubernetes takes the CronJob, which never runs twice at once, and whose secret is a secret."""
    manifest = yaml.safe_load(_find_block("kind: CronJob"))
    pod = manifest["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    container = _read_container()

    assert "" == check_manifest(_find_block("kind: CronJob"))
    assert "Forbid" == manifest["spec"]["concurrencyPolicy"]
    # What Kubernetes checks beyond the schema.
    assert {mount["name"] for mount in container["volumeMounts"]} == {volume["name"] for volume in pod["volumes"]}
    assert "secretKeyRef" in {one["name"]: one for one in container["env"]}[SECRET]["valueFrom"]


@pytest.mark.parametrize(
    ("good", "bad"), [("concurrencyPolicy:", "concurrency:"), ("schedule:", "shedule:"), ("drop:", "dorp:")]
)
def test_the_check_of_manifests_can_fail(good: str, bad: str) -> None:
    """The check finds what a server would refuse."""
    assert "" != check_manifest(_find_block("kind: CronJob").replace(good, bad, 1))


def test_the_workflow() -> None:
    """GitHub takes the workflow, which never runs twice at once, and whose secret is a secret."""
    workflow = yaml.safe_load(_find_block("runs-on:"))
    [step] = [step for step in _read_steps() if "env" in step]

    assert "" == check_workflow(_find_block("runs-on:"))
    assert "imgshare-apply" == workflow["concurrency"]
    assert f"${{{{ secrets.{SECRET} }}}}" == step["env"][SECRET]
    assert "" != check_workflow(_find_block("runs-on:").replace("steps:", "step:"))


def test_the_pipeline() -> None:
    """GitLab takes the job, of which one runs at a time, and which has no secret in it."""
    assert "" == check_pipeline(_find_block("resource_group:"))
    assert SECRET not in _find_block("resource_group:")
    assert "" != check_pipeline(_find_block("resource_group:").replace("always", "alway"))


def test_all_run_the_same() -> None:
    """Each scheduler runs the same command, and names the config by the same variable."""
    service = _find_block("[Service]")
    container = _read_container()
    [step] = [step for step in _read_steps() if "env" in step]
    job = _read_gitlab_job()

    assert f"\nExecStart=/usr/local/bin/{COMMAND}\n" in service
    assert COMMAND == shlex.join(container["command"])
    assert COMMAND == step["run"]
    assert [COMMAND] == job["script"]
    for names in ({one["name"] for one in container["env"]}, set(step["env"]), {*job["variables"], SECRET}):
        assert names >= {"IMGSHARE_CONFIG", "IMGSHARE_DECISION_LOG", "OS_AUTH_TYPE", "OS_AUTH_URL", SECRET}


def test_the_clouds_yaml() -> None:
    """The entry that the service names is in the clouds.yaml of the page."""
    assert "Environment=OS_CLOUD=images " in _find_block("[Service]")
    assert "v3applicationcredential" == yaml.safe_load(_find_block("clouds:"))["clouds"]["images"]["auth_type"]


def test_telling_people(tmp_path: Path) -> None:
    """The pipeline tells of each image that arrives, as soon as it arrives."""
    notify = tmp_path / "notify-send"
    notify.write_text(f'#!/bin/sh\necho "$1" >> {tmp_path}/notes\n')
    notify.chmod(0o755)
    with Sandbox() as sandbox:
        environ = {
            **os.environ,
            "PATH": f"{tmp_path}:{Path(TOOL).parent}:{os.environ['PATH']}",
            "IMGSHARE_ENDPOINT": sandbox.endpoint,
            "IMGSHARE_TOKEN": sandbox.you.token,
        }
        with subprocess.Popen(
            ["/bin/sh", "-c", _find_block("notify-send")], env=environ, start_new_session=True
        ) as run:
            wait_until((tmp_path / "notes").exists)
            os.killpg(run.pid, 15)

    assert (
        "windows-server-2022 from 8c27b55dadfc52b48ea1a76ed79acb0e" == (tmp_path / "notes").read_text().split("\n")[0]
    )


def test_the_access_rules() -> None:
    """The rules are a list that Keystone reads, and the one for `mine` another of its kind."""
    rules = json.loads(_find_block("/v2/images/*/members"))

    assert {"service", "method", "path"} == set.intersection(*map(set, rules))
    assert set(rules[0]) == set(json.loads(_find_block("/v3/auth/projects")))
