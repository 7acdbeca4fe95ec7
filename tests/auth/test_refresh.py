"""A credential that is rejected is renewed once, however many workers were rejected with it."""

from __future__ import annotations

import json
import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imgshare_cli.api.authentication import TokenAuth
from imgshare_cli.api.connections import Connections
from imgshare_cli.api.image_client import ImageClient
from imgshare_cli.api.models import Status
from imgshare_cli.auth.provider import CredentialProvider
from imgshare_cli.cli.credential_refresh import refresh_credential
from imgshare_cli.config.settings import Settings
from imgshare_cli.errors import AuthError, ImgshareError
from tests.support.cloud_user import create_cloud_user, get_port
from tests.support.fake_cloud import FakeCloud, write_clouds
from tests.support.fake_service import IMAGE, MEMBER, TOKEN
from tests.support.tcp_proxy import TcpProxy

if TYPE_CHECKING:
    import pytest

    from imgshare_cli.api.credential import Credential
    from tests.support.openstack import Cloud
    from tests.support.run import RunImgshare


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


class _Run:
    """Workers that decide with one provider of credentials, as a batch does.

    Attributes:
        codes: how each decision ended: `ok`, or the code of its error.
        errors: the errors.
    """

    def __init__(
        self,
        endpoint: str,
        monkeypatch: pytest.MonkeyPatch,
        entry: dict[str, Any],
        share: tuple[str, str],
        **settings: Any,
    ) -> None:
        write_clouds(monkeypatch, one=entry)
        self._settings = Settings(profile="default", cloud="one", token_store="file", **settings)
        self._share = share
        self.provider = CredentialProvider(self._settings, os.environ, debug=_ignore, note=_ignore, hide_secret=_ignore)
        self._endpoint = endpoint
        self.codes: list[str] = []
        self.errors: list[ImgshareError] = []

    def decide(self, workers: int, seconds: float) -> None:
        """Decide for some seconds, and at least once, with each of so many workers."""
        end = time.monotonic() + seconds
        connections = Connections(self._settings, os.environ, debug=_ignore, hide_secret=_ignore)

        def refresh(rejected: str) -> Credential | None:
            return refresh_credential(self.provider, connections, os.environ, rejected)

        def work() -> None:
            auth = TokenAuth(self.provider.credential, refresh, self.provider.confirm)
            client = ImageClient(connections.connect(self._endpoint, auth), auth)
            is_first = True
            while is_first or time.monotonic() < end:
                is_first = False
                try:
                    client.set_status(*self._share, Status.ACCEPTED)
                except ImgshareError as exc:
                    self.codes.append(exc.code)
                    self.errors.append(exc)
                else:
                    self.codes.append("ok")
                time.sleep(0.01)

        threads = [threading.Thread(target=work) for _ in range(workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        connections.close()


def _start(cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch, **settings: Any) -> _Run:
    return _Run(cloud.endpoint(), monkeypatch, cloud.entry(), (IMAGE, MEMBER), **settings)


def test_tokens_of_ten_seconds(expiring_cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a real cloud whose tokens live for ten seconds, each expiry costs one login, and no decision fails."""
    with TcpProxy(get_port(expiring_cloud.auth_url)) as keystone_proxy:
        member = create_cloud_user(expiring_cloud, keystone_proxy, "member")
        share = (member.image, member.user.project_id)
        run = _Run(expiring_cloud.endpoint, monkeypatch, member.entry(), share)
        assert run.provider.credential
        once = keystone_proxy.count

        run.decide(workers=4, seconds=25)

        assert {"ok"} == set(run.codes)
        assert 3 * once <= keystone_proxy.count <= 4 * once


def test_as_many_renewals_as_expiries(cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token that expires is renewed once for all workers, and so is the next one, and no decision fails."""
    run = _start(cloud, monkeypatch)
    assert run.provider.credential  # the first login imports much
    cloud.token_seconds = 1.0

    run.decide(workers=8, seconds=5.5)

    assert {"ok"} == set(run.codes)
    assert 3 <= len(cloud.logins) <= 7


def test_an_identity_service_that_stops_and_starts(cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """A renewal that fails because the identity service is down is tried again, and no decision fails."""
    run = _start(cloud, monkeypatch)
    assert run.provider.credential  # the first login imports much
    cloud.token_seconds = 1.0
    timers = [
        threading.Timer(seconds, setattr, (cloud, "is_down", down)) for seconds, down in ((0.5, True), (3, False))
    ]
    for timer in timers:
        timer.start()

    run.decide(workers=8, seconds=5)

    assert {"ok"} == set(run.codes)
    assert len(cloud.logins) >= 2


def test_an_identity_service_that_stays_down(cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """A renewal gets --timeout, all workers that wait for it fail with it, and it is tried again afterwards."""
    run = _start(cloud, monkeypatch, timeout=1.0)
    assert run.provider.credential
    cloud.is_down = True
    started = time.monotonic()

    run.decide(workers=8, seconds=0.1)

    assert ["unavailable"] * 8 == run.codes
    assert time.monotonic() - started < 7.5  # and not a second for each, one after the other
    cloud.is_down = False
    run.codes.clear()
    run.decide(workers=8, seconds=0.1)
    assert {"ok"} == set(run.codes)


def test_a_refused_login_is_remembered(cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the identity service refuses the login, it is not asked again, and every decision says so."""
    run = _start(cloud, monkeypatch)
    assert run.provider.credential
    cloud.refused.add("token-1")
    cloud.refuses_logins = True

    run.decide(workers=8, seconds=1)

    assert {"auth"} == set(run.codes)
    assert 2 == len(cloud.logins)
    assert len(set(map(id, run.errors))) == len(run.errors)


def test_a_token_that_cannot_be_renewed_outlives_an_outage(
    cloud: FakeCloud, imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A 401 while the identity service is down says nothing about the token, which is used again when it is up."""
    monkeypatch.setenv("IMGSHARE_TOKEN", TOKEN)
    monkeypatch.setenv("IMGSHARE_ENDPOINT", cloud.endpoint())
    monkeypatch.setenv("OS_AUTH_URL", cloud.auth_url)
    cloud.is_down = True
    timer = threading.Timer(1, setattr, (cloud, "is_down", False))
    timer.start()

    assert 0 == imgshare("accept", IMAGE, MEMBER, "--retries", "1000", "--timeout", "20").code
    assert [TOKEN, TOKEN] == cloud.tokens
    timer.join()
