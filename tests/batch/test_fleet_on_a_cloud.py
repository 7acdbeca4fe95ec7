"""Many projects on a real Keystone and Glance: rescoped tokens, tokens that expire, and administrators."""

from __future__ import annotations

import json
import subprocess
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.support.run import TOOL, run_tool
from tests.support.users import User, create_user

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.backend import Backend
    from tests.support.openstack import Cloud, Credentials
    from tests.support.users import Users


class _Fleet:
    """A user of some projects, and an owner who shares an image with them.

    Attributes:
        projects: the projects, of which the first is the user's own.
    """

    def __init__(self, cloud: Cloud, http: httpx.Client, count: int) -> None:
        self.projects = [cloud.create_project(f"tenant-{number}") for number in range(count)]
        self.user = cloud.user(self.projects[0], "member")
        for project in self.projects[1:]:
            cloud.join(self.user, project, "member")
        self.owner = create_user(cloud, http, "owner")

    def offer(self) -> str:
        """Share a new image with every project."""
        image = self.owner.make_image("golden", visibility="shared")
        for project in self.projects:
            self.owner.share(image, project)
        return image

    def read_statuses(self, image: str) -> set[str]:
        """What the service itself says about the shares of an image."""
        _, members = self.owner.ask("GET", f"/v2/images/{image}/members")
        assert len(self.projects) == len(members["members"])
        return {member["status"] for member in members["members"]}


def _set_login(monkeypatch: pytest.MonkeyPatch, cloud: Cloud, user: Credentials) -> None:
    settings = {
        "AUTH_URL": cloud.auth_url,
        "USERNAME": user.username,
        "PASSWORD": user.password,
        "USER_DOMAIN_ID": "default",
        "PROJECT_ID": user.project_id,
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"OS_{name}", value)


@pytest.fixture
def http(request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    """A client of Glance."""
    cloud = request.getfixturevalue("caching_cloud")
    with httpx.Client(base_url=cloud.endpoint, timeout=60, trust_env=False) as client:
        yield client


def test_one_image_in_all_projects(caching_cloud: Cloud, http: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """One user accepts an image in each of 100 projects, sees it in each, and a second run changes nothing."""
    fleet = _Fleet(caching_cloud, http, 100)
    image = fleet.offer()
    _set_login(monkeypatch, caching_cloud, fleet.user)

    listed = run_tool("list", "--all-projects", "--json")
    run = run_tool("accept", image, "--all-projects", "--json")

    assert [(image, project) for project in sorted(fleet.projects)] == sorted(
        (one["id"], one["project_id"]) for one in json.loads(listed.out)
    )
    outcomes = [json.loads(line) for line in run.out.splitlines()]
    assert (0, 100) == (run.code, len(outcomes))
    assert {(project, "done", "accepted") for project in fleet.projects} == {
        (one["project_id"], one["result"], one["status"]) for one in outcomes
    }
    assert {"accepted"} == fleet.read_statuses(image)


def test_a_token_that_expires(expiring_cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """An image that comes after the tokens have expired is accepted in every project with new ones."""
    with httpx.Client(base_url=expiring_cloud.endpoint, timeout=60, trust_env=False) as http:
        fleet = _Fleet(expiring_cloud, http, 3)
        early, late = fleet.offer(), fleet.offer()
        _set_login(monkeypatch, expiring_cloud, fleet.user)
        command = [TOOL, "accept", "--from", "-", "--all-projects", "--jobs", "2", "--json"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
            assert run.stdin
            assert run.stdout
            run.stdin.write(f"{early}\n")
            run.stdin.flush()
            first = json.loads(run.stdout.readline())
            time.sleep(11)
            run.stdin.write(f"{late}\n")
            run.stdin.close()
            outcomes = [first, *map(json.loads, run.stdout.read().splitlines())]

        assert 0 == run.returncode
        assert sorted((image, project, "done") for image in (early, late) for project in fleet.projects) == sorted(
            (one["image_id"], one["project_id"], one["result"]) for one in outcomes
        )


def test_an_administrator(backend: Backend, users: Users, monkeypatch: pytest.MonkeyPatch) -> None:
    """An administrator needs no token for each project: what `members --json` prints goes into `accept --from -`."""
    image = users.owner.make_image("golden", visibility="shared")
    members: list[User] = [users.member, users.neighbour, users.stranger]
    for member in members:
        users.owner.share(image, member.project_id)
    users.neighbour.decide(image, users.neighbour.project_id, "rejected")
    monkeypatch.setenv("IMGSHARE_ENDPOINT", backend.endpoint)
    monkeypatch.setenv("IMGSHARE_TOKEN", users.admin.token)

    listed = run_tool("members", image, "--status", "pending", "--json")
    run = run_tool("accept", "--from", "-", "--json", stdin=listed.out.encode())

    assert (0, "") == (run.code, run.err)
    outcomes: list[dict[str, Any]] = [json.loads(line) for line in run.out.splitlines()]
    assert {users.member.project_id: "done", users.stranger.project_id: "done"} == {
        one["member_id"]: one["result"] for one in outcomes
    }
    _, shown = users.owner.ask("GET", f"/v2/images/{image}/members")
    assert {
        users.member.project_id: "accepted",
        users.neighbour.project_id: "rejected",
        users.stranger.project_id: "accepted",
    } == {member["member_id"]: member["status"] for member in shown["members"]}
