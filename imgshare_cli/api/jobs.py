"""The jobs of IMS (OTC API reference, "Image Jobs"): their states, and what they did with each image."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from imgshare_cli.api.ims_errors import find_known_error
from imgshare_cli.api.models import fold_id, is_image_id
from imgshare_cli.api.response import create_mismatch_error, parse_object
from imgshare_cli.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imgshare_cli.api.response import Response
    from imgshare_cli.errors import ImgshareError

_MAX_TEXT = 300
_MAX_STATE = 40
_JOB_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.-]{0,127}", re.ASCII)
_CODE = re.compile(r"[A-Za-z]{1,40}\.[0-9]{1,10}", re.ASCII)
_REASONS = ("fail_reason", "error", "error_msg", "message", "addition_error_msg")
_CODES = ("error_code", "addition_error_code")
MEMBER_KEYS = {"project": "projects", "account": "domains", "organization": "organizations"}
"""The names under which requests list members, by our words for their kinds."""


class JobState(StrEnum):
    """What a job is doing, as far as it matters here."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


# The documents write them in capitals and without, and "FAIL" as well as "failed".
_STATES = {
    "init": JobState.RUNNING,
    "running": JobState.RUNNING,
    "success": JobState.SUCCEEDED,
    "succeeded": JobState.SUCCEEDED,
    "fail": JobState.FAILED,
    "failed": JobState.FAILED,
}


@dataclass(frozen=True, slots=True)
class JobFailure:
    """Why a job failed, or why it failed for one image.

    Attributes:
        reason: the service's words, on one line and not long.
        code: the service's code, such as `IMG.0027`.
    """

    reason: str = ""
    code: str | None = None

    def create_error(self, action: str, job_id: str) -> ImgshareError:
        """Create the error for an image.

        Args:
            action: what the job was to do with it, in words that follow "cannot".
            job_id: the job.
        """
        known = find_known_error(self.code)
        unquoted = known.explanation if known else "no reason is given"
        quote = f'"{self.reason}"' if self.reason else unquoted
        code = f" ({self.code})" if self.code and self.code not in self.reason else ""
        error_class = known.error_class if known else RefusedError
        return error_class(
            f"cannot {action}",
            explanation=f"job {job_id} failed: {quote}{code}",
            hint=known.build_hint() if known else None,
            reason=known.reason if known else None,
            service_code=self.code,
        )


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it is now.

    Attributes:
        id: the job.
        state: its state; None is one that we do not know, which may still change.
        shown_state: the state in the service's words.
        failure: why it failed, if it did.
        results: what it did with images, by their IDs in small letters: None is success.
        shares: the same for shares, by these IDs and those of the projects, as `fold_id` returns them.
    """

    id: str
    state: JobState | None
    shown_state: str = ""
    failure: JobFailure = JobFailure()
    results: Mapping[str, JobFailure | None] = field(default_factory=dict)
    shares: Mapping[tuple[str, str], JobFailure | None] = field(default_factory=dict)

    @property
    def has_ended(self) -> bool:
        """Whether nothing of it changes any more."""
        return self.state in {JobState.SUCCEEDED, JobState.FAILED}

    def find_reason(self, failure: JobFailure) -> JobFailure:
        """Find out why something failed: by its row or, as the documented rows give no reason, by the job."""
        return self.failure if failure == JobFailure() else failure


def is_job_id(value: object) -> bool:
    """Whether something can be the ID of a job: it gets into paths, files and messages."""
    return isinstance(value, str) and _JOB_ID.fullmatch(value) is not None and ".." not in value


def read_job_id(response: Response) -> str:
    """Read the ID of a job that was submitted.

    Raises:
        UnavailableError: there is none that can be one.
    """
    job_id = parse_object(response).get("job_id")
    if not isinstance(job_id, str) or not is_job_id(job_id):
        raise create_mismatch_error(response, "an object without a valid job_id")
    return job_id


def read_job(response: Response, job_id: str) -> Job:
    """Read a job.

    Raises:
        UnavailableError: it is something else.
    """
    body = parse_object(response)
    if body.get("job_id") not in (None, job_id):
        raise create_mismatch_error(response, "another job")
    status = body.get("status")
    if not isinstance(status, str) or not status.strip():
        raise create_mismatch_error(response, "a job without a status")
    found = body.get("entities")
    entities: dict[str, Any] = found if isinstance(found, dict) else {}
    own, inner = _read_failure(body), _read_failure(entities)
    failure = JobFailure(own.reason or inner.reason, own.code or inner.code)
    return Job(job_id, _read_state(status), _clean(status, _MAX_STATE), failure, *_read_results(entities))


def _read_state(status: object) -> JobState | None:
    return _STATES.get(status.strip().lower()) if isinstance(status, str) else None


def _read_results(
    entities: Mapping[str, Any],
) -> tuple[dict[str, JobFailure | None], dict[tuple[str, str], JobFailure | None]]:
    """Read the rows, by image and by share; what has no image or no final state is as if it were not there.

    Of several rows for the same, one that failed counts.
    """
    rows = entities.get("results")
    results, shares = dict[str, JobFailure | None](), dict[tuple[str, str], JobFailure | None]()
    for row in rows if isinstance(rows, list) else []:
        image_id = row.get("image_id") if isinstance(row, dict) else None
        state = _read_state(row.get("status")) if isinstance(row, dict) else None
        if not isinstance(image_id, str) or not is_image_id(image_id) or state in {None, JobState.RUNNING}:
            continue
        failure = _read_failure(row) if state is JobState.FAILED else None
        results[image_id.lower()] = failure or results.get(image_id.lower())
        if isinstance(project_id := row.get("project_id"), str):
            share = image_id.lower(), fold_id(project_id)
            shares[share] = failure or shares.get(share)
    return results, shares


def _read_failure(body: Mapping[str, Any]) -> JobFailure:
    reasons = dict.fromkeys(_clean(body[key], _MAX_TEXT) for key in _REASONS if isinstance(body.get(key), str))
    codes = [body[key] for key in _CODES if isinstance(body.get(key), str) and _CODE.fullmatch(body[key])]
    return JobFailure(_clean("; ".join(filter(None, reasons)), _MAX_TEXT), codes[0] if codes else None)


def _clean(text: str, most: int) -> str:
    from imgshare_cli.truncation import truncate_text

    return truncate_text(" ".join(text[: most * 10].split()), most)
