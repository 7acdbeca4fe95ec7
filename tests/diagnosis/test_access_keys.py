"""What a refusal of a signed request turns out to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.fake_service import IMAGE, MEMBER
from tests.support.key_cloud import OTHER_PROJECT, KeyCloud
from tests.support.run import find_commands

if TYPE_CHECKING:
    import pytest

    from tests.support.run import RunImgshare


def test_another_project(imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch) -> None:
    """An image that is shared with another project of the user is found there, and --project signs for it."""
    with KeyCloud() as keys:
        keys.enter(monkeypatch)
        keys.projects[OTHER_PROJECT] = "eu-de_test"
        keys.images = [{"id": IMAGE, "name": "golden", "owner": "1" * 32, "visibility": "shared", "status": "active"}]
        keys.shared_with = {OTHER_PROJECT}

        error = imgshare("accept", IMAGE, "--json").error()

        assert ("not_found", "wrong_project") == (error["code"], error["reason"])
        assert (
            f"cannot accept image {IMAGE} for project {MEMBER}: "
            f"it is shared with another of your projects, eu-de_test ({OTHER_PROJECT})"
        ) == error["message"]
        (command,) = find_commands(error["hint"])
        assert f"imgshare accept {IMAGE} {OTHER_PROJECT} --json --project {OTHER_PROJECT}" == command
        assert OTHER_PROJECT == imgshare(*command.split()[1:]).json()["member_id"]
        assert 0 == keys.rejected
