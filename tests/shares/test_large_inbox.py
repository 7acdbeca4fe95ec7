"""`list` of 1,200 pending shares among 1,500 images on a real Glance: exactly right, in as few pages as there are."""

from __future__ import annotations

import json
import os
import re
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.support.large_inbox import EVERYWHERE, ODD_NAMES
from tests.support.run import TOOL, Run, run_tool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.large_inbox import LargeInbox
    from tests.support.openstack import Credentials


def _build_login_environ(large_inbox: LargeInbox, user: Credentials) -> dict[str, str]:
    return {
        "OS_AUTH_URL": large_inbox.cloud.auth_url,
        "OS_USERNAME": user.username,
        "OS_PASSWORD": user.password,
        "OS_PROJECT_ID": user.project_id,
        "OS_USER_DOMAIN_ID": "default",
    }


def _build_token_environ(large_inbox: LargeInbox, user: Credentials) -> dict[str, str]:
    return {"IMGSHARE_ENDPOINT": large_inbox.cloud.endpoint, "IMGSHARE_TOKEN": large_inbox.cloud.login(user)}


def _read_ids(run: Run) -> list[str]:
    assert 0 == run.code, run
    return run.out.split()


def _list_requests(run: Run) -> list[str]:
    return re.findall(r"GET \S+(/v2/images\S*):", run.err)


def test_exactly_right(large_inbox: LargeInbox) -> None:
    """Two pages of what is visible and one of what is hidden hold all 1,200, each once, and nothing else."""
    run = run_tool("list", "--quiet", "--debug", environ=_build_login_environ(large_inbox, large_inbox.member))

    listed = _read_ids(run)
    assert 1200 == len(listed)
    assert large_inbox.pending == set(listed)
    visible = "/v2/images?visibility=shared&member_status=pending&os_hidden=false&limit=1000"
    first, second, hidden = _list_requests(run)
    assert (visible, visible.replace("=false", "=true")) == (first, hidden)
    assert re.fullmatch(re.escape(visible) + r"&marker=[0-9a-f-]{36}", second)


@pytest.mark.parametrize("status", ["accepted", "rejected", "all"])
def test_other_states(large_inbox: LargeInbox, status: str) -> None:
    """The other states take no request for each image."""
    run = run_tool(
        "list", "--status", status, "--json", "--debug", environ=_build_login_environ(large_inbox, large_inbox.member)
    )

    decided = {"accepted": large_inbox.accepted, "rejected": large_inbox.rejected, "pending": large_inbox.pending}
    expected = decided if status == "all" else {status: decided[status]}
    images = json.loads(run.out)
    assert sum(map(len, expected.values())) == len(images)
    for name, ids in expected.items():
        assert ids == {image["id"] for image in images if image["member_status"] == name}
    # Each list has the project's own 300 in it.
    assert {"accepted": 2, "rejected": 2, "all": 7}[status] == len(_list_requests(run))


@pytest.mark.parametrize("who", ["member", "reader"])
def test_a_bare_token(large_inbox: LargeInbox, who: str) -> None:
    """A token of which nobody knows anything sees the same, for two or three short questions more."""
    run = run_tool("list", "--quiet", "--debug", environ=_build_token_environ(large_inbox, getattr(large_inbox, who)))

    assert large_inbox.pending == set(_read_ids(run))
    asked = _list_requests(run)
    assert 3 == sum("limit=1000" in path for path in asked)
    assert len(asked) <= 6


def test_an_administrator(large_inbox: LargeInbox) -> None:
    """An administrator, who is shown every image of an owner, is listed those that are pending for the project."""
    environ = _build_login_environ(large_inbox, large_inbox.admin)
    owner = large_inbox.owners[1]

    listed = _read_ids(run_tool("list", "--quiet", "--owner", owner, environ=environ))

    expected = {image_id for image_id in large_inbox.pending if large_inbox.images[image_id].owner == owner}
    assert 400 == len(listed)
    assert expected == set(listed)
    assert {owner} == {large_inbox.images[image_id].owner for image_id in large_inbox.elsewhere}  # which are not listed


def test_names(large_inbox: LargeInbox) -> None:
    """Names that repeat are not guessed at, odd ones are found."""
    environ = _build_login_environ(large_inbox, large_inbox.member)
    offers = large_inbox.named(EVERYWHERE) - large_inbox.own

    run = run_tool("show", EVERYWHERE, environ=environ)

    assert (2, "") == (run.code, run.out)
    assert f"imgshare: {len(offers)} images are named '{EVERYWHERE}':" == run.err.splitlines()[0]
    line = r"^  (\S+)  [0-9a-f]{32}  (?:.* ago|just now) +\S.*  (?:pending|accepted|rejected)"
    assert offers == set(re.findall(line, run.err, re.MULTILINE))
    for name in ODD_NAMES.values():
        [image] = large_inbox.named(name)
        assert image == run_tool("show", name, "--json", environ=environ).json()["image_id"]
        assert [image] == _read_ids(
            run_tool("list", "-q", "--status", "all", "--name", name.replace("[", "[[]"), environ=environ)
        )


def test_one_owner_by_age(large_inbox: LargeInbox) -> None:
    """An owner's, by name and age, are asked for no more than they must be."""
    environ = _build_login_environ(large_inbox, large_inbox.member)
    owner = large_inbox.owners[0]
    mine = {image_id for image_id in large_inbox.pending if large_inbox.images[image_id].owner == owner}

    assert mine == set(_read_ids(run_tool("list", "-q", "--owner", owner, environ=environ)))
    [named] = {image_id for image_id in mine if large_inbox.images[image_id].name == ODD_NAMES["web"]}
    run = run_tool("list", "--owner", owner, "--name", "[[]red]", "--older-than", "1d", environ=environ)
    assert named == run.out.split("\t")[0]
    assert [] == _read_ids(
        run_tool("list", "-q", "--owner", owner, "--newer-than", "1d", "--name", "web-*-1*", environ=environ)
    )


def test_unshared_meanwhile(large_inbox: LargeInbox, tmp_path: Path) -> None:
    """The image that the first page ended with is unshared before the second is asked for; nothing else is lost."""
    environ = _build_login_environ(large_inbox, large_inbox.member)
    talk = tmp_path / "talk"
    with (
        _page_that_ends_with_a_share(large_inbox) as marker,
        talk.open("w") as stderr,
        subprocess.Popen(
            [TOOL, "list", "--json", "--debug"],
            env={**os.environ, **environ},
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        ) as child,
    ):
        owner = _connect(large_inbox, large_inbox.cloud.issue_token(large_inbox.images[marker].owner, "member"))
        assert child.stdout
        first = child.stdout.readline()
        owner.delete(f"/v2/images/{marker}/members/{large_inbox.project}").raise_for_status()
        out = first + child.stdout.read()
        owner.post(f"/v2/images/{marker}/members", json={"member": large_inbox.project}).raise_for_status()
        owner.close()

    assert 0 == child.returncode
    listed = [image["id"] for image in json.loads(out)]
    assert 1200 == len(listed)
    assert large_inbox.pending == set(listed)
    assert f"&marker={marker}: 403 Forbidden" in talk.read_text()


@contextmanager
def _page_that_ends_with_a_share(large_inbox: LargeInbox) -> Iterator[str]:
    """The image that the first page ends with, which is made to be no own one: new images push others off the page."""
    query = {"visibility": "shared", "member_status": "pending", "limit": "1000"}
    with _connect(large_inbox, large_inbox.cloud.login(large_inbox.member)) as http:
        order = [image["id"] for image in http.get("/v2/images", params=query).raise_for_status().json()["images"]]
        own = next(number for number, image_id in enumerate(reversed(order)) if image_id in large_inbox.pending)
        added = [
            http.post("/v2/images", json={"visibility": "shared"}).raise_for_status().json()["id"] for _ in range(own)
        ]
        yield order[-1 - own]
        for image_id in added:
            http.delete(f"/v2/images/{image_id}").raise_for_status()


def _connect(large_inbox: LargeInbox, token: str) -> httpx.Client:
    return httpx.Client(
        base_url=large_inbox.cloud.endpoint, headers={"X-Auth-Token": token}, timeout=60, trust_env=False
    )
