"""The vaults beside an IMS, as CBR lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.expectations import Text

if TYPE_CHECKING:
    from tests.support.users import User

ALL = ["server-backups", "server-backups-full", "server-backups-locked", "disk-backups", "server-replicas"]


def test_vault(you: User) -> None:
    """A vault says what it is for and how full it is: its size is in GB, what is used is in MB."""
    page = you.ask("GET", f"/v3/{you.project_id}/vaults?name=server-backups")[1]

    assert (1, 1000, 0) == (page["count"], page["limit"], page["offset"])
    assert [
        {
            "id": Text("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
            "name": "server-backups",
            "description": "",
            "project_id": you.project_id,
            "provider_id": Text("[0-9a-f-]{36}"),
            "user_id": Text("[0-9a-f]{32}"),
            "enterprise_project_id": "0",
            "created_at": "2026-01-05T09:30:00.000+00:00",
            "resources": [],
            "tags": [],
            "auto_bind": False,
            "bind_rules": {},
            "auto_expand": False,
            "locked": False,
            "billing": {
                "allocated": 0,
                "charging_mode": "post_paid",
                "cloud_type": "public",
                "consistent_level": "crash_consistent",
                "object_type": "server",
                "protect_type": "backup",
                "spec_code": "vault.backup.server.normal",
                "size": 500,
                "used": 102_400,
                "status": "available",
            },
        }
    ] == page["vaults"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ALL),
        ("object_type=server&protect_type=backup", ALL[:3]),
        ("object_type=server&protect_type=backup&status=available", ALL[:2]),
        ("status=lock", ALL[2:3]),
        ("limit=2", ALL[:2]),
        ("limit=2&offset=3", ALL[3:]),
        ("offset=5", []),
        ("id=a", []),
    ],
)
def test_filters_and_pages(you: User, query: str, names: list[str]) -> None:
    """Vaults are chosen by what they are, and listed in pages."""
    page = you.ask("GET", f"/v3/{you.project_id}/vaults?{query}")[1]

    assert names == [vault["name"] for vault in page["vaults"]]


def test_refusals(you: User, platform: User) -> None:
    """The vaults of a project are for those who ask in it; pages have bounds."""
    assert 403 == platform.ask("GET", f"/v3/{you.project_id}/vaults")[0]
    for query in ("limit=0", "limit=1001", "limit=a", "offset=-1", "offset=" + "9" * 5000):
        assert 400 == you.ask("GET", f"/v3/{you.project_id}/vaults?{query}")[0]
