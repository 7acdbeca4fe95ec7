"""Plans on a real Keystone and Glance: a large inbox, and whose projects are `mine`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import httpx

from tests.support.rules import build_rule, write_rules
from tests.support.run import run_tool
from tests.support.users import create_user

if TYPE_CHECKING:
    from tests.support.large_inbox import LargeInbox
    from tests.support.openstack import Cloud, Credentials


def _build_environ(cloud: Cloud, user: Credentials) -> dict[str, str]:
    return {
        "OS_AUTH_URL": cloud.auth_url,
        "OS_USERNAME": user.username,
        "OS_PASSWORD": user.password,
        "OS_PROJECT_ID": user.project_id,
        "OS_USER_DOMAIN_ID": "default",
        "IMGSHARE_ENDPOINT": cloud.endpoint,
    }


def test_a_large_inbox(large_inbox: LargeInbox) -> None:
    """Each of 1,200 pending shares is planned once, by three requests for lists, as `list` sends them."""
    first, second, third = large_inbox.owners
    write_rules(
        build_rule("accept", "first", owner=f'"{first}"')
        + build_rule("ask", "second", owner=f'"{second}"')
        + build_rule("accept", "ours", owner='"mine"')
    )
    environ = _build_environ(large_inbox.cloud, large_inbox.member)

    run = run_tool("plan", "--json", "--debug", environ=environ)
    listed = run_tool("list", "--json", "--debug", environ=environ)

    planned = {one["image_id"]: (one["owner"], one["decision"], one["rule"]) for one in json.loads(run.out)}
    assert large_inbox.pending == set(planned)
    assert {
        (first, "accept", "first"),
        (second, "ask", "second"),
        (third, "none", None),
    } == set(planned.values())
    assert [one["id"] for one in json.loads(listed.out)] == [one["image_id"] for one in json.loads(run.out)]
    assert run.err.count("/v2/images") == listed.err.count("/v2/images")


def test_mine(caching_cloud: Cloud) -> None:
    """`mine` are the projects in which Keystone lists a role of the user, and no others."""
    user = caching_cloud.user(caching_cloud.create_project("one"), "member")
    with httpx.Client(base_url=caching_cloud.endpoint, timeout=60, trust_env=False) as http:
        own, other = (create_user(caching_cloud, http, name) for name in ("two", "three"))
        caching_cloud.join(user, own.project_id, "member")
        for owner in (own, other):
            owner.share(owner.make_image("golden", visibility="shared"), user.project_id)
    write_rules(build_rule(owner='"mine"'))

    run = run_tool("plan", "--json", environ=_build_environ(caching_cloud, user))

    assert {
        own.project_id: ("accept", "owner mine"),
        other.project_id: ("none", "golden: owner is not one of your projects"),
    } == {one["owner"]: (one["decision"], one["reason"]) for one in json.loads(run.out)}
    assert "" == run.err
