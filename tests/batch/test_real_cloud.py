"""Batches against a real Keystone and Glance: a thousand images, tokens that expire, and a Keystone that is away."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.cloud_user import CloudUser, create_cloud_user, get_port
from tests.support.large_inbox import share_copies
from tests.support.run import Run, run_tool
from tests.support.tcp_proxy import TcpProxy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.large_inbox import LargeInbox
    from tests.support.openstack import Cloud

COUNT = 300
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


def _write_ids(path: Path, images: list[str], count: int) -> str:
    """Write the same images again and again: the call is idempotent, and each item has its outcome."""
    path.write_text("".join(f"{images[number % len(images)]}\n" for number in range(count)))
    return str(path)


def test_tokens_that_expire(user: CloudUser, tmp_path: Path) -> None:
    """A run that outlives its token logs in once for each expiry, however many are in progress."""
    path = _write_ids(tmp_path / "ids", [user.image], COUNT)
    assert 0 == run_tool("show", user.image, "--cloud", "otc").code
    connections_of_a_login = user.keystone_proxy.count
    started = time.monotonic()

    run = run_tool("accept", "--from", path, "--cloud", "otc", "--json", "--jobs", "8", seconds=280)

    seconds = time.monotonic() - started
    _read_done(run, [user.image] * COUNT)
    assert seconds > LIFETIME  # else nothing was tested
    logins = user.keystone_proxy.count / connections_of_a_login - 1
    assert 2 <= logins <= 2 + seconds / LIFETIME


def test_a_keystone_that_is_away(user: CloudUser, tmp_path: Path) -> None:
    """While Keystone is restarted, a run waits for its new token, and loses nothing."""
    path = _write_ids(tmp_path / "ids", [user.image], COUNT)
    proxy = user.keystone_proxy

    def take_down() -> None:
        time.sleep(LIFETIME * 0.6)
        proxy.is_down = True
        time.sleep(LIFETIME)
        proxy.is_down = False

    outage = threading.Thread(target=take_down)
    outage.start()
    run = run_tool("accept", "--from", path, "--cloud", "otc", "--json", "--jobs", "8", seconds=280)
    outage.join()

    _read_done(run, [user.image] * COUNT)
