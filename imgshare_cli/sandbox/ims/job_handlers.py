"""The calls of IMS that answer with a job: members of many images at once."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from imgshare_cli.sandbox.handlers import build_json_response
from imgshare_cli.sandbox.ims import parameters
from imgshare_cli.sandbox.ims.errors import ImsError
from imgshare_cli.sandbox.ims.image_handlers import check_project
from imgshare_cli.sandbox.ims.jobs import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imgshare_cli.sandbox.http_messages import Request, Response
    from imgshare_cli.sandbox.ims.jobs import JobStore
    from imgshare_cli.sandbox.ims.members import MemberService
    from imgshare_cli.sandbox.tokens import Caller

_MEMBER_TYPES = {"projects": "project", "domains": "domain", "organizations": "organization"}
_MAX_ROWS = 10_000


class JobHandlers:
    """One method for each API call."""

    def __init__(self, jobs: JobStore, members: MemberService) -> None:
        self._jobs = jobs
        self._members = members

    def update_members(self, caller: Caller, request: Request) -> Response:
        """Handle `PUT /v1/cloudimages/members`."""
        body = parameters.read_object(request)
        check_project(caller, body.get("project_id"))
        member_id = caller.project_id
        set_status = partial(self._members.set_status, caller)
        arguments = member_id, parameters.read_status(body), body.get("vault_id")
        rows = [Row(image_id, member_id, partial(set_status, image_id, *arguments)) for image_id in _read_images(body)]
        return self._submit(caller, "imsUpdateImageMembersJob", rows)

    def add_members(self, caller: Caller, request: Request) -> Response:
        """Handle `POST /v1/cloudimages/members`."""
        rows = [
            Row(image_id, member_id, partial(self._members.add, caller, image_id, member_id, member_type))
            for image_id, member_id, member_type in _read_pairs(parameters.read_object(request))
        ]
        return self._submit(caller, "imsAddImageMembersJob", rows)

    def remove_members(self, caller: Caller, request: Request) -> Response:
        """Handle `DELETE /v1/cloudimages/members`, which has a body."""
        rows = [
            Row(image_id, member_id, partial(self._members.remove, caller, image_id, member_id))
            for image_id, member_id, _ in _read_pairs(parameters.read_object(request))
        ]
        return self._submit(caller, "imsDeleteImageMembersJob", rows)

    def get_project_job(self, caller: Caller, request: Request, project_id: str, job_id: str) -> Response:
        """Handle `GET /v1/{project_id}/jobs/{job_id}`."""
        check_project(caller, project_id)
        return self.get_job(caller, request, job_id)

    def get_job(self, caller: Caller, _request: Request, job_id: str) -> Response:
        """Handle `GET /v1/cloudimages/job/{job_id}`."""
        return build_json_response(self._jobs.find(caller.project_id, job_id).to_json())

    def _submit(self, caller: Caller, kind: str, rows: list[Row]) -> Response:
        return build_json_response({"job_id": self._jobs.submit(kind, caller.project_id, rows).id})


def _read_images(body: dict[str, Any]) -> list[str]:
    image_ids = parameters.read_ids(body, "images")
    if not image_ids:
        raise ImsError("IMG.0001", "The parameter images is invalid.")
    return image_ids


def _read_pairs(body: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    image_ids = _read_images(body)
    members = [(item, kind) for name, kind in _MEMBER_TYPES.items() for item in parameters.read_ids(body, name)]
    if not members or len(image_ids) * len(members) > _MAX_ROWS:
        raise ImsError("IMG.0001", "The parameter projects is invalid.")
    return ((image_id, member_id, kind) for image_id in image_ids for member_id, kind in members)
