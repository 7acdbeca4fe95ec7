"""Services that answer a fleet run with what cannot be used, and what is done all the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.fake_cloud import PASSWORD
from tests.support.fake_service import IMAGE, MEMBER
from tests.support.fleet_cloud import FleetCloud, build_project_id
from tests.support.run import Run, run_tool
from tests.support.terminal import run_at_terminal

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("login")

ONE, TWO = build_project_id(1), build_project_id(2)


def _read(run: Run) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in run.out.splitlines()]
    return sorted(lines, key=lambda line: (line.get("region") or "", line["project_id"] or ""))


_OPERATOR = "the operator of the cloud can correct the catalog"


@pytest.mark.parametrize(
    ("address", "reason", "hint"),
    [
        ("", "the endpoint '' is not an http or https URL", _OPERATOR),
        ("javascript:1", "the endpoint 'javascript:1' is not an http or https URL", _OPERATOR),
        ("file:///etc/passwd", "the endpoint 'file:///etc/passwd' is not an http or https URL", _OPERATOR),
        ("http://[::1", "the endpoint 'http://[::1' is not an http or https URL", _OPERATOR),
        ("https://me:secret@h/", "the endpoint must not contain a user, a query or a fragment", _OPERATOR),
        (
            "http://10.255.255.1/",
            "the endpoint http://10.255.255.1 uses plain http: others on the network could read the token",
            "use https, or pass --insecure-http if you trust the network",
        ),
    ],
)
def test_an_unusable_region(cloud: FleetCloud, address: str, reason: str, hint: str) -> None:
    """A region whose address in the catalog cannot be used is a failed outcome; the other region is done."""
    cloud.moved["two"] = address

    run = run_tool("accept", IMAGE, "--regions", "*", "--json")

    own = {"image_id": IMAGE, "member_id": MEMBER, "project_id": MEMBER, "project_name": "mine"}
    failed = {
        "code": "config",
        "reason": None,
        "message": f"the catalog's address of the image service in region two cannot be used: {reason}",
        "hint": hint,
        "http_status": None,
        "request_id": None,
    }
    assert [
        {**own, "result": "done", "region": "one", "status": "accepted"},
        {**own, "result": "failed", "region": "two", "error": failed},
    ] == _read(run)
    assert (9, [(IMAGE, MEMBER, "accepted")], {"one-public"}) == (run.code, cloud.decided, cloud.places)


def test_an_unusable_region_of_a_list(cloud: FleetCloud) -> None:
    """`list` shows the images of the other region."""
    cloud.images = [{"id": IMAGE, "name": "golden", "owner": TWO, "visibility": "shared"}]
    cloud.moved["one"] = ""

    run = run_tool("list", "--regions", "*", "--quiet")

    assert (9, f"{IMAGE}\n") == (run.code, run.out)
    assert "imgshare: mine (one): the catalog's address of the image service in region one cannot be used: " in run.err


def test_a_list_of_projects_that_is_not_complete(cloud: FleetCloud, tmp_path: Path) -> None:
    """Where the identity service lists only some projects nothing is done, except in those that a file names by ID."""
    cloud.page = {"truncated": True, "links": {"next": f"{cloud.auth_url}/next"}}
    ids, names = tmp_path / "ids", tmp_path / "names"
    ids.write_text(f"{ONE}\n{TWO}\n")
    names.write_text(f"{ONE}\ntenant-2\n")

    refused = Run(
        8,
        "",
        "imgshare: the identity service lists only a part of the projects\n"
        "hint: --projects-file FILE takes the IDs of projects that are not listed\n",
    )
    assert refused == run_tool("accept", IMAGE, "--all-projects")
    assert refused == run_tool("accept", IMAGE, "--projects", "tenant-*")
    assert refused == run_tool("accept", IMAGE, "--projects-file", str(names))
    assert [] == cloud.decided
    assert 0 == run_tool("accept", IMAGE, "--projects-file", str(ids)).code
    assert [(IMAGE, ONE, "accepted"), (IMAGE, TWO, "accepted")] == sorted(cloud.decided)


def test_a_list_of_projects_with_a_next_page(cloud: FleetCloud) -> None:
    """A link to a next page means the same, and is not followed."""
    cloud.page = {"links": {"next": f"{cloud.address}/v2/images"}}

    assert 8 == run_tool("list", "--all-projects").code
    assert [] == cloud.requests


def test_a_secret_in_a_name(cloud: FleetCloud) -> None:
    """The name of a project into which the service puts a secret is shown without it."""
    cloud.images = [{"id": IMAGE, "name": "golden", "owner": TWO, "visibility": "shared"}]
    cloud.projects = {MEMBER: "mine", ONE: f"tok {PASSWORD}", PASSWORD: "tenant-2"}
    cloud.project_name = f"own {PASSWORD}"

    as_json = run_tool("accept", IMAGE, "--all-projects", "--json")
    plain = run_tool("accept", IMAGE, "--projects", "tok*")
    own = run_tool("accept", IMAGE, "--regions", "two")
    terminal = run_at_terminal(200, "accept", IMAGE, "--all-projects", NO_COLOR="1")
    listed = [run_tool("list", "--all-projects", *options) for options in ((), ("--json",))]

    unusable, one, _ = _read(as_json)
    assert (ONE, "tok (hidden)") == (one["project_id"], one["project_name"])
    assert (None, "tenant-2", "unavailable") == (
        unusable["project_id"],
        unusable["project_name"],
        unusable["error"]["code"],
    )
    assert f"{IMAGE}\t{ONE}\tdone\taccepted\ttok (hidden)\n" == plain.out
    assert f"{IMAGE}\t{MEMBER}\tdone\taccepted\town (hidden)\ttwo\n" == own.out
    assert "for project tok (hidden)" in " ".join(terminal.lines)
    assert ["mine", "tok (hidden)"] == [line.split("\t")[-1] for line in listed[0].out.splitlines()]
    assert ["mine", "tok (hidden)"] == [share["project_name"] for share in json.loads(listed[1].out)]
    shown = [*(run.out + run.err for run in (as_json, plain, own, *listed)), *terminal.lines]
    assert PASSWORD not in "".join(shown)


@pytest.mark.parametrize("project_id", ["\ud800", "../v2", " ", "a\nb", "x" * 256])
def test_an_unusable_project_id(cloud: FleetCloud, project_id: str) -> None:
    """A project whose ID cannot be part of a request is a failed outcome; the others are done."""
    cloud.projects[project_id] = "odd"

    run = run_tool("accept", IMAGE, "--all-projects", "--json")

    odd, *done = _read(run)
    error = odd.pop("error")
    assert {
        "image_id": IMAGE,
        "member_id": None,
        "result": "failed",
        "project_id": None,
        "project_name": "odd",
    } == odd
    assert ("unavailable", "the identity service returned an unusable ID for project 'odd'") == (
        error["code"],
        error["message"],
    )
    assert ["mine", "tenant-1", "tenant-2"] == sorted(one["project_name"] for one in done)
    assert {"done"} == {one["result"] for one in done}
    assert (9, [ONE, TWO]) == (run.code, sorted(cloud.rescoped))


def test_a_renewed_token_that_is_rejected(cloud: FleetCloud) -> None:
    """Where the token of the second login is rejected as well, that is no missing role; the rest is not tried."""

    def end() -> None:
        cloud.refused = {f"token-{number}" for number in range(1, 9)}

    cloud.on_first_decision = end
    run = run_tool("accept", IMAGE, "--all-projects", "--jobs", "1", "--json")

    one, two, mine = _read(run)
    assert ["failed", "not_tried", "done"] == [one["result"], two["result"], mine["result"]]
    assert ("auth", "token", "the identity service does not accept the token any more") == (
        one["error"]["code"],
        one["error"]["reason"],
        one["error"]["message"],
    )
    assert (4, 2) == (run.code, len(cloud.logins))
