"""A grant that is refused is renewed once, however many workers were refused with it."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imgshare_cli.auth.provider import CredentialProvider
from imgshare_cli.config.settings import Settings
from imgshare_cli.errors import AuthError, ImgshareError
from tests.support.cloud_user import create_cloud_user, get_port
from tests.support.tcp_proxy import TcpProxy

if TYPE_CHECKING:
    import pytest

    from tests.support.openstack import Cloud


def _ignore(_text: str) -> None:
    """Drop what is said."""


def _run_workers(access: CredentialProvider, rejected: str, count: int = 8) -> list[Any]:
    outcomes: list[Any] = []

    def work() -> None:
        try:
            outcomes.append(access.refresh(rejected))
        except ImgshareError as exc:
            outcomes.append(type(exc))

    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_many_workers_share_one_renewal(strict_cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight workers that are refused with one token cause one login, and all get what it got; a second is not made."""
    with TcpProxy(get_port(strict_cloud.auth_url)) as keystone_proxy:
        member = create_cloud_user(strict_cloud, keystone_proxy, "member")
        member.write(otc=member.entry())
        monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(Path(os.environ["XDG_CONFIG_HOME"], "openstack/clouds.yaml")))
        settings = Settings(profile="default", cloud="otc", token_store="file")
        access = CredentialProvider(settings, os.environ, debug=_ignore, note=_ignore, hide_secret=_ignore)
        first = access.credential
        once = keystone_proxy.count

        outcomes = _run_workers(access, first.secret)

        assert 1 == len({credential.secret for credential in outcomes})
        assert outcomes[0].secret != first.secret
        assert 2 * once == keystone_proxy.count
        assert [None] * 8 == _run_workers(access, outcomes[0].secret)
        assert 2 * once == keystone_proxy.count


def test_a_renewal_that_fails_is_not_tried_by_every_worker(
    strict_cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the one login fails, all workers are told so, and the account is not locked by repetition."""
    with TcpProxy(get_port(strict_cloud.auth_url)) as keystone_proxy:
        member = create_cloud_user(strict_cloud, keystone_proxy, "member")
        path = member.write(otc=member.entry())
        monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(path))
        settings = Settings(profile="default", cloud="otc", token_store="file")
        access = CredentialProvider(settings, os.environ, debug=_ignore, note=_ignore, hide_secret=_ignore)
        first = access.credential
        once = keystone_proxy.count
        entry = member.entry()
        entry["auth"]["password"] = "changed"
        path.write_text(json.dumps({"clouds": {"otc": entry}}))

        assert [AuthError] * 8 == _run_workers(access, first.secret)
        assert keystone_proxy.count <= 2 * once
