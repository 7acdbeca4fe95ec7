"""Identity services that repeat what a login sends: no message shows a secret of clouds.yaml or of an earlier login."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.fake_cloud import FakeCloud, keep, write_clouds, write_config
from tests.support.fake_keystone import FakeKeystone, build_discovery
from tests.support.fake_service import build_response
from tests.support.hostile_responses import build_reply
from tests.support.run import run_tool

pytestmark = pytest.mark.hostile

SECRET = "Clouds-yaml-secret-that-nobody-may-see"
METHODS = {
    "password": {"username": "me", "password": SECRET, "project_name": "mine", "user_domain_name": "Default"},
    "v3applicationcredential": {"application_credential_id": "id", "application_credential_secret": SECRET},
    "v3token": {"token": SECRET, "project_id": "a" * 32},
    "v3totp": {"username": "me", "user_domain_name": "Default", "passcode": SECRET},
}


def _answer(keystone: FakeKeystone, method: str, status: int) -> None:
    keystone.answers.clear()
    if method == "password":  # the others know the version of the API
        keystone.answers.append(build_discovery(keystone.auth_url))
    keystone.answers.append(_build_echo(status))


def _build_echo(status: int) -> bytes:
    words = f"wrong: {SECRET}"
    if status == 302:
        return build_reply(b"", status=302, Location=f"http://127.0.0.1:1/{SECRET}")
    return build_response(status, {"error": {"code": status, "message": words, "title": words}})


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404])
@pytest.mark.parametrize("method", METHODS)
def test_a_login_with_a_cloud(monkeypatch: pytest.MonkeyPatch, method: str, status: int) -> None:
    """Whatever the login method and the status are, the secret in clouds.yaml is hidden."""
    with FakeKeystone() as keystone:
        auth: dict[str, Any] = {"auth_url": keystone.auth_url, **METHODS[method]}
        write_clouds(monkeypatch, otc={"auth_type": method, "auth": auth})
        for argv in (["login"], ["list", "--debug"], ["list", "--json"]):
            _answer(keystone, method, status)
            run = run_tool(*argv, "--cloud", "otc")

            assert 0 != run.code
            assert SECRET in json.dumps([request.body.decode() for request in keystone.requests])
            assert SECRET[:12] not in run.out + run.err
            assert status == 404 or "(hidden)" in run.err, run


def test_a_renewal() -> None:
    """The stored secret of an application credential is hidden where it renews a login."""
    write_config('[profiles.default]\ntoken_store = "file"\n')
    with FakeCloud() as cloud, FakeKeystone() as keystone:
        renewal = {"auth_url": keystone.auth_url, "application_credential_id": "id"}
        keep(
            {
                "secret": "old-token",
                "endpoint": cloud.endpoint(),
                "auth_url": keystone.auth_url,
                "expires_at": "2020-01-01T00:00:00+00:00",
                "renewal": {**renewal, "application_credential_secret": SECRET},
            }
        )
        _answer(keystone, "v3applicationcredential", 400)
        run = run_tool("list")

    assert (3, True, False) == (run.code, "(hidden)" in run.err, SECRET[:12] in run.err), run
