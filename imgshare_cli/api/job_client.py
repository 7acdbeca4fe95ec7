"""The batch API of IMS (`/v1/cloudimages/members`): calls that begin a job, and the call that looks at one."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple

from imgshare_cli.api.image_paths import quote_segment
from imgshare_cli.api.jobs import is_job_id, read_job, read_job_id
from imgshare_cli.api.retries import read_retry_after
from imgshare_cli.api.status_errors import create_status_error
from imgshare_cli.errors import NotFoundError, Reason, RefusedError
from imgshare_cli.hints import build_command

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imgshare_cli.api.authentication import CredentialAuth
    from imgshare_cli.api.jobs import Job
    from imgshare_cli.api.models import Status
    from imgshare_cli.api.response import Response
    from imgshare_cli.api.transport import HttpTransport

MAX_IMAGES = 100  # of one job; no document names a limit, and the console takes as many
_PATH = "/v1/cloudimages/members"
# The first is Glance's, which takes `/v1` for a version that it does not have.
_NO_SUCH_CALL = {HTTPStatus.MULTIPLE_CHOICES, HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.GONE}
_BUSY = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}


class Busy(NamedTuple):
    """The service takes no requests now.

    Attributes:
        seconds: how long it asks to wait.
    """

    seconds: float


class NoJobsError(RefusedError):
    """The service does not have the batch API."""


class JobClient:
    """The calls of IMS that are done as jobs, over the connection of an image client; they raise what its calls raise.

    Args:
        transport: the connection to the service.
        auth: authenticates its requests.
    """

    def __init__(self, transport: HttpTransport, auth: CredentialAuth) -> None:
        self._transport = transport
        self._auth = auth
        self._is_path_gone = False

    def submit_decision(self, project_id: str, status: Status, images: Sequence[str], vault_id: str | None) -> str:
        """Begin a job that decides about images for one project; return its ID.

        Where no response says whether it began, it is not sent again: the error says that it may have arrived.

        Args:
            project_id: the project that decides.
            status: the decision.
            images: the images, at most `MAX_IMAGES`.
            vault_id: the backup vault for full-server images.
        """
        quote_segment("project", project_id)
        subject = f"image {images[0]}" if len(images) == 1 else f"{len(images)} images"
        body = {"images": list(images), "project_id": project_id, "status": status.value}
        body |= {"vault_id": vault_id} if vault_id else {}
        return self._submit("PUT", body, f"{status.verb} {subject} for project {project_id}")

    def submit_sharing(
        self, images: Sequence[str], members: Mapping[str, Sequence[str]], action: str, *, is_unshare: bool = False
    ) -> str:
        """Begin a job that shares each image with each member, or stops that; return its ID.

        Args:
            images: the images.
            members: the IDs of the members by their kind: `projects`, `domains` or `organizations`.
            action: what that is, in words that follow "cannot".
            is_unshare: whether sharing is stopped.
        """
        return self._submit("DELETE" if is_unshare else "POST", {"images": list(images), **members}, action)

    def get_job(self, project_id: str | None, job_id: str) -> Job | Busy:
        """Look at a job.

        Args:
            project_id: the project in which it was begun, where it is known.
            job_id: the job.
        """
        action = f"look at job {job_id}"
        if not is_job_id(job_id):
            raise NotFoundError(f"cannot {action[:200]}", explanation="it is not the ID of a job")
        if project_id and not self._is_path_gone:
            response = self._send("GET", f"/v1/{quote_segment('project', project_id)}/jobs/{job_id}")
            if response.status != HTTPStatus.NOT_FOUND:
                return self._read(response, job_id, action)
        # Newer documents of Huawei Cloud name only this one.
        newer = self._send("GET", f"/v1/cloudimages/job/{job_id}")
        if newer.status != HTTPStatus.NOT_FOUND:
            self._is_path_gone = newer.is_success
            return self._read(newer, job_id, action)
        raise create_status_error(newer, action, self._auth.credential, {})

    def _read(self, response: Response, job_id: str, action: str) -> Job | Busy:
        if response.is_success:
            return read_job(response, job_id)
        if response.status in _BUSY and (seconds := read_retry_after(response)):
            return Busy(seconds)
        raise create_status_error(response, action, self._auth.credential, {})

    def _submit(self, method: str, body: object, action: str) -> str:
        response = self._send(method, _PATH, body, is_repeatable=False)
        if response.is_success:
            return read_job_id(response)
        error = create_status_error(response, action, self._auth.credential, {})
        if response.status in _NO_SUCH_CALL and not (error.service_code or "").startswith("IMG."):
            is_address_wrong = error.reason is Reason.NO_SUCH_API  # by the gateway, which knows no such call at all
            other = f"omit --jobs-api, or run {build_command('config', 'unset', 'decide_by')}"
            raise NoJobsError(
                f"cannot {action}",
                explanation=f"the service has no batch API, as only IMS has ({response.status_line})",
                hint=error.hint if is_address_wrong else other,
                reason=error.reason if is_address_wrong else None,
                http_status=response.status,
                request_id=response.request_id,
                service_code=error.service_code,
            )
        raise error

    def _send(self, method: str, path: str, body: object = None, *, is_repeatable: bool = True) -> Response:
        return self._transport.send(method, path, body, is_repeatable=is_repeatable)
