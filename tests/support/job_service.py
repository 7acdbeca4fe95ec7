"""An image service that decides by jobs, as IMS does: it knows many shares, and fails as the test says."""

from __future__ import annotations

import json
import threading
import time
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any

from tests.support.json_server import JsonServer, Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_TIME = "2016-09-01T02:05:14Z"
GONE = (404, {"error_msg": "The API does not exist or has not been published", "error_code": "APIGW.0101"})


def build_rows(body: dict[str, Any]) -> list[dict[str, Any]]:
    """Build the rows of a job in which everything worked: one for each image, or for each share."""
    images, projects = body["images"], body.get("projects")
    if projects is None:
        return [{"image_id": image, "status": "success"} for image in images]
    pairs = [(image, project) for image in images for project in projects]
    return [{"image_id": image, "project_id": project, "status": "success"} for image, project in pairs]


class JobService(JsonServer):
    """Listens on loopback; a share that nobody decided about is pending.

    Args:
        seconds: how long a job takes.
        is_native_gone: whether the API's own calls that change a share are gone.

    Attributes:
        statuses: the status of each share that was decided, by image and project.
        members: the members of each image, by which its list is made.
        submitted: what each job was submitted with.
        answer: answers a request instead of the service, where it returns something: a status and a body, or None to
            hang up without an answer.
        after: the same, after the service has done what was asked for.
        rows: makes the rows of a job that has ended, from what it was submitted with.
        end: the status, the error code and the reason of jobs that have ended.
    """

    def __init__(self, seconds: float = 0.0, *, is_native_gone: bool = False) -> None:
        self.seconds = seconds
        self.is_native_gone = is_native_gone
        self.statuses: dict[tuple[str, str], str] = {}
        self.members: dict[str, list[dict[str, Any]]] = {}
        self.submitted: list[dict[str, Any]] = []
        self.requests: list[str] = []
        self.bodies: list[dict[str, Any]] = []
        self.answer: Callable[[str, str], Any] = lambda _method, _path: False
        self.after: Callable[[str, str], Any] = lambda _method, _path: False
        self.rows: Callable[[dict[str, Any]], Any] = build_rows
        self.end: tuple[str, str | None, str | None] = ("SUCCESS", None, None)
        self.headers: dict[str, str] = {}
        self.running = self.most_running = 0
        self._jobs: dict[str, tuple[float, dict[str, Any]]] = {}
        self._numbers = count(1)
        self._lock = threading.Lock()
        super().__init__()

    def count(self, beginning: str) -> int:
        """Count the requests that begin so, such as `PUT /v1`."""
        return sum(one.startswith(beginning) for one in self.requests)

    def respond(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply | None:  # noqa: ARG002
        """Answer a request; None hangs up."""
        answer = self.reply(method, target, json.loads(body or b"{}"))
        if answer is None:
            return None
        return Reply(answer[0], answer[1], {**self.headers, "X-Request-Id": "0c0ffee0", **dict(answer[2:])})

    def reply(self, method: str, path: str, body: dict[str, Any]) -> Any:
        """Give the status, the body and further headers of an answer."""
        with self._lock:
            self.requests.append(f"{method} {path}")
            self.bodies.append(body)
        answer = self.answer(method, path)
        if answer is False:
            with self._lock:
                answer = self._route(method, path, body)
            instead = self.after(method, path)
            answer = answer if instead is False else instead
        return answer

    def _route(self, method: str, path: str, body: dict[str, Any]) -> Any:
        parts = path.strip("/").split("/")
        if path == "/v1/cloudimages/members":
            return self._submit(method, body)
        if parts[0] == "v1" and "job" in parts[-2]:
            return self._show_job(parts[-1])
        if parts[0] == "v2" and self.is_native_gone and method != "GET":
            return GONE
        if parts[0] == "v2" and parts[-1] == "members":
            return 200, {"members": self.members.get(parts[2], []), "schema": "/v2/schemas/members"}
        if parts[0] == "v2" and parts[-2] == "members":
            return self._member(method, parts[2], parts[4], body)
        return 404, {"error": {"message": "no such path", "code": "IMG.0144"}}

    def _submit(self, method: str, body: dict[str, Any]) -> Any:
        job_id = f"{next(self._numbers):032x}"
        self.submitted.append({"method": method, **body})
        self._jobs[job_id] = (time.monotonic(), {"method": method, **body})
        self._finish()
        self.most_running = max(self.most_running, self.running)
        return 200, {"job_id": job_id}

    def _finish(self) -> None:
        """Carry out what the jobs do that have ended."""
        now = time.monotonic()
        self.running = sum(now - at < self.seconds for at, _ in self._jobs.values())
        for at, body in self._jobs.values():
            if now - at >= self.seconds and not body.get("done"):
                body["done"] = True
                for row in self.rows(body) or []:
                    if isinstance(row, dict) and str(row.get("status")).lower() == "success":
                        self._carry_out(body, row)

    def _carry_out(self, body: dict[str, Any], row: dict[str, Any]) -> None:
        image, project = row.get("image_id", ""), row.get("project_id")
        if "status" in body:
            self.statuses[image, body["project_id"]] = body["status"]
        elif project:
            others = [member for member in self.members.get(image, []) if member["member_id"] != project]
            now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
            shared = self._build_member(image, project, now)
            self.members[image] = others if body["method"] == "DELETE" else [*others, shared]

    def _show_job(self, job_id: str) -> Any:
        self._finish()
        if job_id not in self._jobs:
            return 404, {"error": {"message": "no such job", "code": "IMG.0008"}}
        at, body = self._jobs[job_id]
        if time.monotonic() - at < self.seconds:
            state = "INIT" if time.monotonic() - at < self.seconds / 2 else "RUNNING"
            return 200, {"status": state, "job_id": job_id, "entities": {}}
        status, code, reason = self.end
        entities = {"results": self.rows(body)}
        return 200, {
            "status": status,
            "job_id": job_id,
            "job_type": "imsUpdateImageMembersJob",
            "error_code": code,
            "fail_reason": reason,
            "entities": entities,
        }

    def _member(self, method: str, image: str, member: str, body: dict[str, Any]) -> Any:
        if method == "PUT":
            self.statuses[image, member] = body["status"]
        return 200, self._build_member(image, member, _TIME)

    def _build_member(self, image: str, member: str, at: str) -> dict[str, Any]:
        return {
            "image_id": image,
            "member_id": member,
            "status": self.statuses.get((image, member), "pending"),
            "created_at": at,
            "updated_at": at,
            "schema": "/v2/schemas/member",
        }
