"""What docs/fleets.md shows: the manifest is valid, and the shards of each scheduler do everything once."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.support.fake_service import TOKEN
from tests.support.readme import read_blocks
from tests.support.run import TOOL
from tests.support.schemas import check_manifest, check_workflow
from tests.support.share_service import ShareService

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = Path(__file__).parents[2] / "docs" / "fleets.md"
PROJECT = "edc89b490d7d4392898e19b2deb34797"
IMAGES = [f"{number:08x}-abcd-4000-8000-00000000abcd" for number in range(40)]


def _find_block(text: str) -> str:
    [block] = [block.text for block in read_blocks(PAGE) if text in block.text]
    return block


def _read_job() -> Any:
    return yaml.safe_load(_find_block("kind: Job"))


def test_the_manifest_is_valid() -> None:
    """The Job has what Kubernetes requires, and nothing that it does not know."""
    job = _read_job()

    assert "" == check_manifest(_find_block("kind: Job"))
    spec = job["spec"]
    [container] = spec["template"]["spec"]["containers"]
    assert f'/{spec["completions"]}"' in container["args"][0]
    # What Kubernetes checks beyond the schema.
    assert {"volumeMounts": {mount["name"] for mount in container["volumeMounts"]}} == {
        "volumeMounts": {volume["name"] for volume in spec["template"]["spec"]["volumes"]}
    }
    assert {container["name"]} == {rule["onExitCodes"]["containerName"] for rule in spec["podFailurePolicy"]["rules"]}
    assert "Never" == spec["template"]["spec"]["restartPolicy"]


@pytest.mark.parametrize(
    "change",
    [
        {"apiVersion": "batch/v2"},
        {"spec": {}},
        {"spec": {"template": {"spec": {"containers": [{"image": "x"}]}}}},
        {"spec": {"template": {"spec": {"containers": [], "restartpolicy": "Never"}}}},
        {"spec": {"completions": "4", "template": {"spec": {"containers": []}}}},
    ],
)
def test_the_check_can_fail(change: dict[str, Any]) -> None:
    """The check finds what a server would refuse."""
    assert "" != check_manifest(yaml.safe_dump({**_read_job(), **change}))


def test_the_workflow_is_valid() -> None:
    """The matrix has what GitHub requires, and nothing that it does not know."""
    assert "" == check_workflow(_find_block("strategy:"))


def _build_job_command(_index: int) -> str:
    return str(_read_job()["spec"]["template"]["spec"]["containers"][0]["args"][0])


def _build_matrix_command(index: int) -> str:
    job = yaml.safe_load(_find_block("strategy:"))["jobs"]["accept"]
    assert index in job["strategy"]["matrix"]["shard"]
    return str(job["steps"][-1]["run"]).replace("${{ matrix.shard }}", str(index))


def _build_parallel_command(index: int) -> str:
    command, _, indexes = _find_block("parallel --jobs").partition(" ::: ")
    assert str(index) in indexes.split()
    # GNU parallel quotes nothing that its command line has: `'>'` redirects.
    shell = command.removeprefix("parallel --jobs 4 ").replace("'>'", ">").replace("{}", str(index))
    return f"{shell}; cat outcomes.{index}"


def _build_slurm_command(_index: int) -> str:
    return _find_block("#SBATCH")


@pytest.mark.parametrize(
    "build_command", [_build_job_command, _build_matrix_command, _build_parallel_command, _build_slurm_command]
)
def test_four_shards(build_command: Callable[[int], str], tmp_path: Path) -> None:
    """The four runs that a scheduler starts do every image, and none twice."""
    (tmp_path / "images").write_text("".join(f"{image}\n" for image in IMAGES))
    done: list[str] = []
    with ShareService() as service:
        for index in range(4):
            environ = {
                "PATH": f"{Path(TOOL).parent}:/usr/bin:/bin",
                "HOME": str(tmp_path),
                "IMGSHARE_ENDPOINT": service.endpoint,
                "IMGSHARE_TOKEN": TOKEN,
                "IMGSHARE_PROJECT_ID": PROJECT,
                "JOB_COMPLETION_INDEX": str(index),
                "SLURM_ARRAY_TASK_ID": str(index),
            }
            command = build_command(index).replace("/input/images", "images")
            run = subprocess.run(["/bin/sh", "-c", command], cwd=tmp_path, env=environ, capture_output=True, check=True)
            outcomes = [json.loads(line) for line in run.stdout.splitlines()]
            done += [one["image_id"] for one in outcomes if one["result"] == "done"]

        assert sorted(IMAGES) == sorted(done)
        assert len(IMAGES) == len(service.statuses)
