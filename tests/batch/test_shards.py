"""`--shard`: several runs over one input do each item exactly once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.fake_cloud import write_clouds
from tests.support.fake_service import MEMBER
from tests.support.fleet_cloud import FleetCloud
from tests.support.run import Run, run_tool
from tests.support.users import create_user

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.small_inbox import SmallInbox

COUNT = 4


def _run_shards(*arguments: str, stdin: bytes = b"") -> list[Run]:
    return [run_tool(*arguments, "--shard", f"{index}/{COUNT}", "--json", stdin=stdin) for index in range(COUNT)]


def _read(run: Run) -> list[tuple[str | None, str | None, str]]:
    outcomes = [json.loads(line) for line in run.out.splitlines()]
    return [(one["image_id"], one["member_id"], one["result"]) for one in outcomes]


def test_union(inbox: SmallInbox) -> None:
    """Four shards of one input do each image once; a malformed line falls to the first."""
    owner = create_user(inbox.backend, inbox.http, "shards")
    images = sorted(inbox.offer(f"shard-{number}", owner) for number in range(12))
    lines = "".join(f"{image}\n" for image in images) + "no id\n"

    runs = _run_shards("accept", "--from", "-", stdin=lines.encode())

    done = [(image, inbox.member.project_id, "done") for image in images]
    assert sorted([*done, (None, inbox.member.project_id, "failed")], key=str) == sorted(
        (one for run in runs for one in _read(run)), key=str
    )
    assert (None, inbox.member.project_id, "failed") in _read(runs[0])
    assert [9, 0, 0, 0] == [run.code for run in runs]
    assert {"accepted"} == {inbox.status(image) for image in images}
    assert sum(bool(run.out) for run in runs) > 1


def test_names_are_looked_up(inbox: SmallInbox) -> None:
    """A name falls to the same shard as the ID of its image; one that no image has is reported by one shard."""
    owner = create_user(inbox.backend, inbox.http, "named shards")
    images = {inbox.offer(f"by name {number}", owner) for number in range(5)}
    lines = "".join(f'"by name {number}"\n' for number in range(5))

    by_name = _run_shards("accept", "--from", "-", stdin=f'{lines}"no such name"\n'.encode())
    by_id = _run_shards("accept", "--from", "-", stdin="\n".join(images).encode())

    for named, given in zip(by_name, by_id, strict=True):
        assert sorted(_read(given)) == sorted(one for one in _read(named) if one[2] == "done")
    assert 1 == [one for run in by_name for one in _read(run)].count((None, inbox.member.project_id, "failed"))


def test_sharing(inbox: SmallInbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`share` and `unshare` have shards, too: of each image and project."""
    owner = create_user(inbox.backend, inbox.http, "sharing shards")
    images = [owner.make_image(f"shared-{number}", visibility="shared") for number in range(3)]
    projects = [f"{number:032x}" for number in range(3)]
    (tmp_path / "images").write_text("\n".join(images))
    (tmp_path / "projects").write_text("\n".join(projects))
    monkeypatch.setenv("IMGSHARE_TOKEN", owner.token)
    monkeypatch.delenv("IMGSHARE_PROJECT_ID")

    for command in ("share", "unshare"):
        runs = _run_shards(command, "--from", str(tmp_path / "images"), "--projects-file", str(tmp_path / "projects"))

        assert sorted((image, project, "done") for image in images for project in projects) == sorted(
            one for run in runs for one in _read(run)
        )


def test_fleet(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shards of a fleet have all projects, and a token is requested only where a shard has something to do."""
    with FleetCloud(20) as cloud:
        write_clouds(monkeypatch, prod=cloud.entry())
        monkeypatch.setenv("OS_CLOUD", "prod")
        image = "d164b5df-1bc3-4c3f-893e-3e471fd16e64"

        runs = _run_shards("accept", image, "--all-projects")

        assert sorted((image, project, "done") for project in cloud.projects) == sorted(
            one for run in runs for one in _read(run)
        )
        assert sorted(set(cloud.projects) - {MEMBER}) == sorted(cloud.rescoped)


@pytest.mark.usefixtures("inbox")
def test_member_must_be_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """An item without MEMBER is an error where the project of the token is not known: no shard may guess."""
    monkeypatch.delenv("IMGSHARE_PROJECT_ID")
    image = "d164b5df-1bc3-4c3f-893e-3e471fd16e64"

    for run in _run_shards("accept", "--from", "-", stdin=image.encode()):
        assert (2, "") == (run.code, run.out)
        error = json.loads(run.err)["error"]
        assert error["message"].startswith("--shard needs MEMBER: the project of the token is not known")


@pytest.mark.usefixtures("inbox")
def test_impossible_shards() -> None:
    """A shard that is not I/N, or that there is not, is exit 2."""
    assert Run(
        2,
        "",
        "imgshare: --shard 4/4: there is no shard 4 of 4\nhint: shards count from 0: the last one is 3/4\n",
    ) == run_tool("accept", "--from", "-", "--shard", "4/4")
    assert 2 == run_tool("share", "--from", "-", "--to", MEMBER, "--shard", "x").code
