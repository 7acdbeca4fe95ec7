"""`list` when there is much: it streams, it takes bounded memory, and it bears what happens meanwhile."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import httpx
import pytest

from imgshare_cli.sandbox import Sandbox
from tests.run import TOOL

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MANY = 2500
PROBE = """
import resource, sys
from imgshare_cli.cli.app import main
code = main(sys.argv[1:])
print(code, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
"""


def _environ(sandbox: Sandbox, **other: str) -> dict[str, str]:
    own = {
        "IMGSHARE_ENDPOINT": sandbox.endpoint,
        "IMGSHARE_TOKEN": sandbox.you.token,
        "IMGSHARE_PROJECT_ID": sandbox.you.project_id,
    }
    return {**os.environ, **own, **other}


@pytest.fixture
def crowded() -> Iterator[Sandbox]:
    """A service where three pages of images wait."""
    with Sandbox(images=MANY) as sandbox:
        yield sandbox


@pytest.fixture
def owner(crowded: Sandbox) -> Iterator[httpx.Client]:
    """The owner of those images."""
    [platform] = [one for one in crowded.owners if one.name == "platform"]
    with httpx.Client(base_url=crowded.endpoint, headers={"X-Auth-Token": platform.token}, trust_env=False) as http:
        yield http


def _pending(sandbox: Sandbox) -> set[str]:
    return {share.image_id for share in sandbox.shares if share.status == "pending"}


@pytest.mark.parametrize("how", ["unshared", "deleted"])
def test_a_marker_that_vanishes(crowded: Sandbox, owner: httpx.Client, tmp_path: Path, how: str) -> None:
    """The first row is there before the second page is asked for; what vanishes meanwhile costs nothing else."""
    query = {"visibility": "shared", "member_status": "pending", "limit": "1000"}
    listed = httpx.get(
        f"{crowded.endpoint}/v2/images", params=query, headers={"X-Auth-Token": crowded.you.token}
    ).json()["images"]
    read = {image["id"] for image in listed}
    marker, before = listed[-1]["id"], listed[-2]["id"]
    later = min(_pending(crowded) - read)
    talk = tmp_path / "talk"
    with (
        talk.open("w") as stderr,
        subprocess.Popen(
            [TOOL, "list", "--json", "--debug"],
            env=_environ(crowded),
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        ) as child,
    ):
        assert child.stdout
        first = child.stdout.readline()
        # The rest of the first page does not fit into the pipe, so the tool waits for us.
        assert listed[0]["id"] == json.loads(first.strip("[,\n"))["id"]
        assert "marker" not in talk.read_text()
        for image in (marker, before, later):
            path = f"/v2/images/{image}" + (f"/members/{crowded.you.project_id}" if how == "unshared" else "")
            owner.delete(path).raise_for_status()
        out = first + child.stdout.read()

    assert 0 == child.returncode
    ids = [image["id"] for image in json.loads(out)]
    assert len(ids) == len(set(ids))
    # What stood on the first page had been read by then.
    assert set(ids) == _pending(crowded) | {marker, before}
    assert later not in ids
    assert f"&marker={marker}: 40" in talk.read_text()


@pytest.mark.parametrize("option", ["--quiet", "--json"])
def test_memory(option: str) -> None:
    """Ten pages take no more memory than two, but for what Python does not give back."""
    peaks = []
    for images in (2000, 10_000):
        with Sandbox(images=images) as sandbox:
            done = subprocess.run(
                [sys.executable, "-c", PROBE, "list", option],
                env=_environ(sandbox),
                capture_output=True,
                text=True,
                check=True,
            )
        code, peak = map(int, done.stderr.split())
        assert code == 0
        assert images + 6 == done.stdout.count("\n")
        peaks.append(peak * (1 if sys.platform == "darwin" else 1024))

    assert peaks[1] - peaks[0] < 8 << 20, peaks


def test_a_reader_that_has_enough(crowded: Sandbox) -> None:
    """`| head -1` ends the reading, quietly."""
    done = subprocess.run(
        ["/bin/bash", "-c", f"{TOOL} list --json --debug | head -1 | wc -l; echo ${{PIPESTATUS[0]}}"],
        env=_environ(crowded),
        capture_output=True,
        text=True,
        check=True,
    )

    assert ["1", "0"] == done.stdout.split()
    assert 1 == done.stderr.count("limit=1000")
