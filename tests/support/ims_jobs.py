"""Jobs of an IMS, as a user submits them and waits for them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from tests.support.expectations import Text

if TYPE_CHECKING:
    from tests.support.users import User


def submit_job(user: User, method: str, **body: Any) -> str:
    """Submit a change of many members, and return the ID of its job."""
    status, answer = user.ask(method, "/v1/cloudimages/members", body)
    assert (200, {"job_id": Text("[0-9a-f]{32}")}) == (status, answer)
    job_id: str = answer["job_id"]
    return job_id


def wait_for_job(user: User, job_id: str) -> Any:
    """Wait until a job has ended, and return it."""
    while True:
        status, job = user.ask("GET", f"/v1/{user.project_id}/jobs/{job_id}")
        assert status == 200
        if job["status"] not in {"INIT", "RUNNING"}:
            return job
        time.sleep(0.01)
