"""Projects of a fleet that need a login of their own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.support.fake_cloud import keep, write_clouds, write_config
from tests.support.fake_service import IMAGE
from tests.support.fleet_cloud import FleetCloud, build_project_id, pick
from tests.support.run import run_tool

if TYPE_CHECKING:
    import pytest

ONE, TWO = build_project_id(1), build_project_id(2)


def test_a_login_of_its_own(cloud: FleetCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Keystone forbids rescoping, the stored login of a project is used; others say what to set up."""
    cloud.allows_rescoping = False
    write_clouds(monkeypatch, prod=cloud.entry())
    write_config('[profiles.first]\ntoken_store = "file"\n')
    login = {"secret": cloud.issue(ONE), "endpoint": cloud.endpoint(), "auth_url": cloud.auth_url, "project_id": ONE}
    keep(login, "first")

    run = run_tool("accept", IMAGE, "--all-projects", "--json", environ={"OS_CLOUD": "prod"})

    assert [("mine", "done"), ("tenant-1", "done"), ("tenant-2", "failed")] == pick(run, "project_name", "result")
    error = next(json.loads(line)["error"] for line in run.out.splitlines() if "tenant-2" in line)
    log_in = f"a login of its own is used where there is one: `imgshare login --profile NAME --project {TWO}`"
    assert (
        "forbidden",
        "cannot enter project tenant-2: the identity service allows no change of the project with this login",
        f"{log_in}; or give each project an entry in clouds.yaml, and pass --clouds",
    ) == (error["code"], error["message"], error["hint"])


def test_a_login_for_another_cloud(cloud: FleetCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """The login of a profile for another image service is not used: its token must not travel."""
    cloud.allows_rescoping = False
    write_clouds(monkeypatch, prod=cloud.entry())
    write_config('[profiles.first]\ntoken_store = "file"\n')
    keep({"secret": cloud.issue(ONE), "endpoint": "http://127.0.0.1:9", "project_id": ONE}, "first")

    run = run_tool("accept", IMAGE, "--all-projects", "--json", environ={"OS_CLOUD": "prod"})

    assert [("mine", "done"), ("tenant-1", "failed"), ("tenant-2", "failed")] == pick(run, "project_name", "result")


def test_an_own_login_that_has_expired(cloud: FleetCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stored login that has expired is as good as none: its project fails, and the others are done."""
    cloud.allows_rescoping = False
    write_clouds(monkeypatch, prod=cloud.entry())
    write_config('[profiles.first]\ntoken_store = "file"\n[profiles.second]\ntoken_store = "file"\n')
    login = {"endpoint": cloud.endpoint(), "auth_url": cloud.auth_url}
    expired = {"secret": cloud.issue(ONE), "project_id": ONE, "expires_at": "2020-01-01T00:00:00+00:00"}
    keep({**login, **expired}, "first")
    keep({**login, "secret": cloud.issue(TWO), "project_id": TWO}, "second")

    run = run_tool("accept", IMAGE, "--all-projects", "--jobs", "1", "--json", environ={"OS_CLOUD": "prod"})

    assert [("mine", "done"), ("tenant-1", "failed"), ("tenant-2", "done")] == pick(run, "project_name", "result")
    assert (9, True) == (run.code, '"code": "forbidden"' in run.out)


def test_own_logins_in_regions(cloud: FleetCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stored login is used in the region that it is for; its token is not sent to another one."""
    cloud.allows_rescoping = False
    write_clouds(monkeypatch, prod=cloud.entry())
    write_config("".join(f'[profiles.{name}]\ntoken_store = "file"\n' for name in ("first", "second")))
    for name, project_id, region in (("first", ONE, "one"), ("second", TWO, "two")):
        login = {"secret": cloud.issue(project_id), "project_id": project_id, "endpoint": cloud.endpoint(region)}
        keep({**login, "auth_url": cloud.auth_url}, name)

    arguments = ("accept", IMAGE, "--projects", "tenant-*", "--regions", "*", "--json")
    run = run_tool(*arguments, environ={"OS_CLOUD": "prod"})

    assert [
        ("tenant-1", "one", "done"),
        ("tenant-1", "two", "failed"),
        ("tenant-2", "one", "failed"),
        ("tenant-2", "two", "done"),
    ] == pick(run, "project_name", "region", "result")


def test_an_own_login_that_leads_elsewhere(cloud: FleetCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """A profile that logs in again, and gets a token for another image service, is not used."""
    cloud.allows_rescoping = False
    with FleetCloud() as other:
        write_clouds(monkeypatch, prod=cloud.entry(), moved=other.entry())
        write_config('[profiles.first]\ncloud = "moved"\ntoken_store = "file"\n')
        login = {"secret": "an-old-token", "project_id": ONE, "endpoint": cloud.endpoint(), "auth_url": cloud.auth_url}
        keep(login, "first%40moved")
        other.project_id = ONE

        run = run_tool("accept", IMAGE, "--projects", "tenant-1", "--json", environ={"OS_CLOUD": "prod"})

        assert "forbidden" == json.loads(run.out)["error"]["code"]
        assert [1, []] == [len(other.logins), cloud.decided]
