"""The command that a hint says to run instead of the refused one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.fake_cloud import write_clouds, write_config
from tests.support.fake_keystone import PASSWORD, FakeKeystone, build_login_response, build_token_document
from tests.support.fake_service import IMAGE, MEMBER, build_response

if TYPE_CHECKING:
    from tests.support.fake_service import StartService
    from tests.support.run import RunImgshare

# A login in this process: openstacksdk warns of its own next version, which no user is shown.
pytestmark = pytest.mark.filterwarnings("ignore::openstack.warnings.RemovedInSDK60Warning")


def test_it_is_for_the_same_user_and_service(
    imgshare: RunImgshare, serve: StartService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has every option of the refused command, in the order of its help."""
    no = build_response(404, {"message": "no"})
    service = serve(no, no, build_response(200, {"images": []}), build_response(200, {"id": IMAGE}))
    write_config('[profiles.work]\ntoken_store = "file"\n')
    options = ["--profile", "work", "--cloud", "one", "--endpoint", service.endpoint, "--cacert", "ca.pem"]
    options += ["--insecure-http"]

    with FakeKeystone(build_login_response(build_token_document(service.endpoint))) as keystone:
        auth = {"auth_url": keystone.auth_url, "username": "me", "password": PASSWORD, "project_name": "mine"}
        domains = {"user_domain_name": "Default", "project_domain_name": "Default"}
        write_clouds(monkeypatch, one={"auth": {**auth, **domains}})
        run = imgshare("accept", IMAGE.upper(), MEMBER, *options, "--json")

    assert f"run `imgshare accept {IMAGE} {MEMBER} --json {' '.join(options)}`" == run.error()["hint"]
