"""`audit` finds members that no longer exist, where the identity service says so."""

from __future__ import annotations

import json
import re
import uuid
from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.support.fake_cloud import FakeCloud, write_clouds
from tests.support.fake_service import MEMBER, build_member
from tests.support.large_inbox import create_model
from tests.support.run import run_tool
from tests.support.scripted_images import build_image
from tests.support.terminal import run_at_terminal
from tests.support.users import create_user

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.server import BaseHTTPRequestHandler

    from tests.support.openstack import Cloud, Credentials
    from tests.support.run import RunImgshare

ALIVE, GONE = "a" * 32, "d" * 32
NO_PROJECT = {"error": {"code": 404, "message": "Could not find project.", "title": "Not Found"}}
FORBIDDEN = {"error": {"code": 403, "message": "You are not authorized.", "title": "Forbidden"}}


class _AuditedCloud(FakeCloud):
    """A cloud with 40 images of one project, each with the same members.

    Attributes:
        members: the members of each image.
        project_reply: what the identity service answers when it is asked for a project.
        asked: how often it was asked for each.
    """

    def __init__(self) -> None:
        super().__init__()
        self.members = [ALIVE, GONE, "a-typo"]
        self.project_reply: Any = lambda project: (
            (200, {"project": {"id": project, "name": "p"}}) if project in {ALIVE, MEMBER} else (404, NO_PROJECT)
        )
        self.asked: Counter[str] = Counter()

    def _reply(self, request: BaseHTTPRequestHandler, body: Any) -> tuple[int, Any, dict[str, str]]:
        if found := re.fullmatch(r"/v3/projects/([^/]+)", urlsplit(request.path).path):
            with self._lock:
                self.asked[found[1]] += 1
            return *self.project_reply(found[1]), {}
        return super()._reply(request, body)

    def _image_answer(self, path: str, query: dict[str, str], body: Any) -> Any:
        if path == "/v2/images":
            rows = [build_image(number, owner=MEMBER) for number in range(40)]
            return {"images": rows if query["os_hidden"] == "false" else []}
        if path.endswith("/members"):
            return {"members": [build_member(image_id=path.split("/")[3], member_id=one) for one in self.members]}
        return super()._image_answer(path, query, body)


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[_AuditedCloud]:
    """The cloud, and a login to it."""
    with _AuditedCloud() as cloud:
        write_clouds(monkeypatch, otc=cloud.entry())
        monkeypatch.setenv("OS_CLOUD", "otc")
        yield cloud


def _read_findings(run: Any) -> dict[str, list[str]]:
    """The findings about each member, which are the same for all images."""
    assert 0 == run.code, run
    rows = json.loads(run.out)
    assert 40 * 3 == len(rows)
    return {row["member_id"]: row["findings"] for row in rows}


def test_each_project_is_asked_for_once(cloud: _AuditedCloud, imgshare: RunImgshare) -> None:
    """What the identity service does not know is dead, whatever its form; each project is asked for once, ours too."""
    assert {ALIVE: [], GONE: ["dead"], "a-typo": ["dead"]} == _read_findings(imgshare("audit", "--json"))
    assert {ALIVE: 1, GONE: 1, "a-typo": 1, MEMBER: 1} == cloud.asked


@pytest.mark.parametrize(
    "reply",
    [
        (403, FORBIDDEN),
        (401, FORBIDDEN),
        (404, b"<html>no such page</html>"),
        (404, []),
        (404, {}),
        (200, {}),
        (200, {"project": {"id": MEMBER}}),
        (200, b"<html>"),
        (500, {}),
    ],
    ids=str,
)
def test_nobody_says(cloud: _AuditedCloud, imgshare: RunImgshare, reply: tuple[int, Any]) -> None:
    """An identity service that refuses, fails or answers something else kills no project, and is not asked again."""
    cloud.project_reply = lambda _project: reply

    run = imgshare("audit", "--retries", "0", "--json")

    assert {ALIVE: [], GONE: [], "a-typo": ["unrecognised_id"]} == _read_findings(run)
    # As many as may ask before the first answer: one for each thread.
    assert 3 >= cloud.asked.total() > 0


@pytest.mark.parametrize("own_reply", [(404, NO_PROJECT), (403, FORBIDDEN), (500, {}), (200, {})], ids=str)
def test_nobody_is_known(cloud: _AuditedCloud, imgshare: RunImgshare, own_reply: tuple[int, Any]) -> None:
    """An identity service that does not even know the project of the token kills none, whatever it says of others."""
    cloud.project_reply = lambda project: own_reply if project == MEMBER else (404, NO_PROJECT)

    run = imgshare("audit", "--retries", "0", "--json")

    assert {ALIVE: [], GONE: [], "a-typo": ["unrecognised_id"]} == _read_findings(run)
    assert 1 == cloud.asked[MEMBER]


def test_an_id_that_only_the_identity_service_knows(cloud: _AuditedCloud, imgshare: RunImgshare) -> None:
    """An ID of an unusual form is recognised where the identity service knows it."""
    cloud.project_reply = lambda project: (200, {"project": {"id": project, "name": "p"}})

    assert {ALIVE: [], GONE: [], "a-typo": []} == _read_findings(imgshare("audit", "--json"))


def test_the_dead_at_a_terminal(cloud: _AuditedCloud) -> None:
    """People are told how to unshare what is dead."""
    cloud.members = [GONE]

    shown = run_at_terminal(200, "audit", "--finding", "dead")

    assert [
        "Shares of 40 images with such findings: 40 dead.",
        "Pipe `imgshare audit --finding dead --json` into `imgshare unshare --from -` to unshare the dead.",
    ] == shown.lines[-2:]


@pytest.fixture
def owner(caching_cloud: Cloud) -> Iterator[dict[str, Any]]:
    """A project on a real cloud, with a share for every finding."""
    with httpx.Client(base_url=caching_cloud.endpoint, timeout=60, trust_env=False) as http:
        owner, member = (create_user(caching_cloud, http, name) for name in ("owner", "member"))
        images = {name: owner.make_image(name, visibility="shared") for name in ("plain", "refused", "full")}
        for name in ("plain", "refused"):
            owner.share(images[name], member.project_id)
        member.decide(images["refused"], member.project_id, "rejected")
        owner.share(images["plain"], GONE)
        owner.share(images["plain"], "my-project")
        for number in range(116):
            owner.share(images["full"], f"{number:032x}")
        headers = {"X-Auth-Token": owner.token}
        with httpx.Client(base_url=f"{caching_cloud.endpoint}/v2", headers=headers, timeout=60, trust_env=False) as own:
            images["off"] = create_model(own, "off", member.project_id)
        actions = f"/v2/images/{images['off']}/actions"
        assert 204 == owner.send("POST", f"{actions}/deactivate").status_code
        yield {"owner": owner.project_id, "member": member.project_id, **images}


def _build_login(cloud: Cloud, user: Credentials) -> dict[str, str]:
    return {
        "IMGSHARE_ENDPOINT": cloud.endpoint,
        "OS_AUTH_URL": cloud.auth_url,
        "OS_USERNAME": user.username,
        "OS_PASSWORD": user.password,
        "OS_PROJECT_ID": user.project_id,
        "OS_USER_DOMAIN_ID": "default",
        "IMGSHARE_CONFIG": f"/nowhere/{uuid.uuid4()}",
    }


@pytest.mark.parametrize("role", ["member", "reader", "admin"])
def test_every_finding(caching_cloud: Cloud, owner: dict[str, str], role: str) -> None:
    """On a real Keystone and Glance every finding is there; only an administrator is told which projects are dead."""
    user = caching_cloud.user(owner["owner"], role)

    run = run_tool("audit", "--older-than", "0s", "--json", environ=_build_login(caching_cloud, user))

    rows = json.loads(run.out)
    found = {(row["image_id"], row["member_id"]): row["findings"] for row in rows}
    is_told = role == "admin"
    crowd = {(owner["full"], f"{n:032x}"): ["stale", *(["dead"] if is_told else []), "crowded"] for n in range(116)}
    member = owner["member"]
    assert (
        crowd
        | {
            (owner["plain"], member): ["stale"],
            (owner["plain"], GONE): ["stale", "dead"] if is_told else ["stale"],
            (owner["plain"], "my-project"): ["stale", "dead" if is_told else "unrecognised_id"],
            (owner["refused"], member): ["rejected"],
            (owner["off"], member): ["stale", "deactivated"],
        }
        == found
    )
    assert (0, len(found)) == (run.code, len(rows))
