"""Batches against a real Keystone and Glance: a thousand images, tokens that expire, and a Keystone that is away."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.cloud_user import CloudUser, create_cloud_user, get_port
from tests.support.large_inbox import share_copies
from tests.support.run import TOOL, Run, run_tool
from tests.support.tcp_proxy import TcpProxy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.large_inbox import LargeInbox
    from tests.support.openstack import Cloud

AT_ONCE = 32
LIFETIME = 10  # of the tokens of `expiring_cloud`, in seconds


def _read_done(run: Run, images: list[str]) -> None:
    outcomes: list[dict[str, Any]] = [json.loads(line) for line in run.out.splitlines()]
    failures = [one for one in outcomes if one["result"] != "done"]
    assert (0, []) == (run.code, failures), run.err
    assert sorted(images) == sorted(one["image_id"] for one in outcomes)


def test_a_thousand_images(large_inbox: LargeInbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand pending images of one owner are accepted in one run, each once."""
    cloud = large_inbox.cloud
    user = cloud.user(cloud.create_project("batch"), "member")
    images = share_copies(cloud, user.project_id, 1000)
    monkeypatch.setenv("IMGSHARE_ENDPOINT", cloud.endpoint)
    monkeypatch.setenv("IMGSHARE_TOKEN", cloud.issue_token(user.project_id, "member"))
    monkeypatch.setenv("IMGSHARE_PROJECT_ID", user.project_id)

    run = run_tool("accept", "--all", "--any-owner", "--yes", "--json", seconds=280)

    _read_done(run, images)
    left, accepted = (json.loads(run_tool("list", "--status", one, "--json").out) for one in ("pending", "accepted"))
    assert (0, 1000) == (len(left), len(accepted))


@pytest.fixture
def user(expiring_cloud: Cloud) -> Iterator[CloudUser]:
    """Somebody who logs in with a password at the Keystone whose tokens do not last."""
    with TcpProxy(get_port(expiring_cloud.auth_url)) as proxy:
        user = create_cloud_user(expiring_cloud, proxy, "member")
        user.write(otc=user.entry())
        yield user


def _accept_for(seconds: float, image: str) -> tuple[Run, int]:
    """Accept the same image again and again for some time, whatever the speed; return how many times, too.

    The call is idempotent, and each item has its outcome. The next items are given when the last ones have theirs.
    """
    started, count, lines = time.monotonic(), 0, list[str]()
    argv = [TOOL, "accept", "--from", "-", "--cloud", "otc", "--json", "--jobs", "8"]
    with subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        assert run.stdin
        assert run.stdout
        assert run.stderr
        while time.monotonic() - started < seconds and run.poll() is None:
            run.stdin.write(f"{image}\n" * AT_ONCE)
            run.stdin.flush()
            count += AT_ONCE
            lines += [run.stdout.readline() for _ in range(AT_ONCE)]
        run.stdin.close()
        return Run(run.wait(60), "".join(lines), run.stderr.read()), count


def test_tokens_that_expire(user: CloudUser) -> None:
    """A run that outlives its token logs in once for each expiry, however many are in progress."""
    assert 0 == run_tool("show", user.image, "--cloud", "otc").code
    connections_of_a_login = user.keystone_proxy.count
    started = time.monotonic()

    run, count = _accept_for(LIFETIME * 2.5, user.image)

    seconds = time.monotonic() - started
    _read_done(run, [user.image] * count)
    logins = user.keystone_proxy.count / connections_of_a_login - 1
    assert 2 <= logins <= 2 + seconds / LIFETIME


def test_a_keystone_that_is_away(user: CloudUser) -> None:
    """While Keystone is restarted, a run waits for its new token, and loses nothing."""
    proxy = user.keystone_proxy

    def take_down() -> None:
        time.sleep(LIFETIME * 0.6)
        proxy.is_down = True
        time.sleep(LIFETIME)
        proxy.is_down = False

    outage = threading.Thread(target=take_down)
    outage.start()
    run, count = _accept_for(LIFETIME * 2, user.image)
    outage.join()

    _read_done(run, [user.image] * count)
