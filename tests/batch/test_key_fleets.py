"""Fleets with an access key: it is signed for each project, and no token is requested."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.fake_service import IMAGE, MEMBER
from tests.support.fleet_cloud import pick
from tests.support.key_cloud import OTHER_PROJECT, SECRET, KeyCloud
from tests.support.run import Run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.run import RunImgshare

ELSEWHERE = "0" * 31 + "3"
OWN, TEST = (MEMBER, "eu-de"), (OTHER_PROJECT, "eu-de_test")


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> Iterator[KeyCloud]:
    """A cloud with two projects in our region, and one in another."""
    with KeyCloud() as cloud:
        cloud.enter(monkeypatch)
        cloud.projects = dict([OWN, TEST, (ELSEWHERE, "eu-nl")])
        yield cloud


@pytest.mark.parametrize("lists_own", [True, False], ids=["auth/projects", "projects"])
def test_all_projects(imgshare: RunImgshare, keys: KeyCloud, lists_own: bool) -> None:  # noqa: FBT001
    """Each project of the region is signed for; where one list is not offered, the other is asked for."""
    keys.lists_own_projects = lists_own

    run = imgshare("accept", IMAGE, "--all-projects", "--json")

    assert (0, "") == (run.code, run.err)
    fields = ("project_id", "project_name", "member_id", "status")
    assert [(i, n, i, "accepted") for i, n in sorted([OWN, TEST])] == pick(run, *fields)
    assert sorted((IMAGE, i, "accepted") for i, _ in (OWN, TEST)) == sorted(keys.decided)
    lists = ["GET /v3/auth/projects"] if lists_own else ["GET /v3/auth/projects", "GET /v3/projects"]
    assert ["GET /v3/projects?name=eu-de", *lists] == keys.targets[:-2]
    assert {None, MEMBER, OTHER_PROJECT} == {request.project_id for request in keys.requests}
    assert 0 == keys.rejected


def test_no_identity_service(imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing tells whom to ask for the projects of a key, the error names what does."""
    monkeypatch.setenv("IMGSHARE_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("IMGSHARE_ACCESS_KEY", "AKIDEXAMPLE0000000AB")
    monkeypatch.setenv("IMGSHARE_SECRET_KEY", SECRET)
    monkeypatch.setenv("IMGSHARE_PROJECT_ID", MEMBER)

    assert Run(
        3,
        "",
        "imgshare: many projects need the identity service of the access key, whose address is not known\n"
        "hint: set OS_AUTH_URL to its address, or OS_REGION_NAME to a region such as eu-de\n",
    ) == imgshare("accept", IMAGE, "--all-projects")


def test_chosen_projects(imgshare: RunImgshare, keys: KeyCloud, tmp_path: Path) -> None:
    """A pattern selects by name; a file may name projects of other regions, which the service refuses by itself."""
    keys.closed = {ELSEWHERE}
    names = tmp_path / "projects"
    names.write_text(f"eu-de_test\n{ELSEWHERE}\n")

    matching = imgshare("accept", IMAGE, "--projects", "*_test", "--json")
    named = imgshare("accept", IMAGE, "--projects-file", str(names), "--json")

    assert [(OTHER_PROJECT, "done")] == pick(matching, "project_id", "result")
    assert [(OTHER_PROJECT, "done"), (ELSEWHERE, "failed")] == pick(named, "project_id", "result")
    assert 9 == named.code


def test_one_closed_project(imgshare: RunImgshare, keys: KeyCloud) -> None:
    """A project that refuses the user does not end the run."""
    keys.closed = {OTHER_PROJECT}

    run = imgshare("accept", IMAGE, "--all-projects", "--json")

    assert [(OTHER_PROJECT, "failed"), (MEMBER, "done")] == pick(run, "project_id", "result")
    assert 9 == run.code


def test_a_key_that_is_rejected(imgshare: RunImgshare, keys: KeyCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that the identity service rejects ends the run before anything is decided, and is not renewed."""
    monkeypatch.setenv("IMGSHARE_PROJECT_ID", MEMBER)
    keys.secrets = dict.fromkeys(keys.secrets, "another")

    error = imgshare("accept", IMAGE, "--all-projects", "--json").error()

    assert ("auth", "token") == (error["code"], error["reason"])
    assert error["message"].startswith(
        "cannot ask the identity service: the access key from IMGSHARE_ACCESS_KEY was rejected: "
    )
    assert (1, [], False) == (keys.rejected, keys.decided, SECRET in json.dumps(error))


def test_regions_of_an_unknown_cloud(imgshare: RunImgshare, keys: KeyCloud) -> None:
    """The regions are those of the cloud that the endpoint belongs to; of this one none is known."""
    assert Run(
        2,
        "",
        "imgshare: no region has a name like 'eu-*'\nhint: the regions with an image service are none\n",
    ) == imgshare("accept", IMAGE, "--regions", "eu-*")
    assert [] == keys.decided


def test_list_in_all_projects(imgshare: RunImgshare, keys: KeyCloud) -> None:
    """`list` reads the inbox of each project with the same key."""
    row = {"id": IMAGE, "name": "golden", "owner": "1" * 32, "visibility": "shared", "status": "active"}
    keys.images = [row]

    run = imgshare("list", "--all-projects", "--json")

    assert (0, "") == (run.code, run.err), run
    assert [(IMAGE, i) for i in sorted([MEMBER, OTHER_PROJECT])] == sorted(
        (row["id"], row["project_id"]) for row in json.loads(run.out)
    )
