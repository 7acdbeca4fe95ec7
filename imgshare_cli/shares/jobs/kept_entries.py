"""The entries of the files of kept jobs: what a file may hold is checked when it is read."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any, NamedTuple

from imgshare_cli.api.jobs import is_job_id
from imgshare_cli.api.models import Status

_MAX_ENTRIES = 200  # a run has at most eight jobs at a time
KEPT_SECONDS = 86_400


class JobGroup(NamedTuple):
    """What the images of a job have in common.

    Attributes:
        project_id: the project that decides.
        status: the decision.
        vault_id: the backup vault for full-server images.
    """

    project_id: str
    status: Status
    vault_id: str | None = None


@dataclass(frozen=True)
class KeptJob:
    """A job that was submitted, or is about to be.

    Attributes:
        key: names the entry.
        images: its images, in small letters.
        id: the job; None where no response has said it yet.
        time: when it was submitted, in seconds since 1970.
        process: the process that submits it; 0 where it has given up.
    """

    key: str
    images: frozenset[str]
    id: str | None
    time: float
    process: int


Entries = list[tuple[JobGroup, KeptJob]]


def format_entries(entries: Entries) -> str:
    """Return the text of a file with the newest entries."""
    return json.dumps([_to_json(*entry) for entry in entries[-_MAX_ENTRIES:]])


def _to_json(group: JobGroup, job: KeptJob) -> dict[str, object]:
    return {
        "project": group.project_id,
        "status": group.status.value,
        "vault": group.vault_id,
        "key": job.key,
        "job": job.id,
        "images": sorted(job.images),
        "time": job.time,
        "process": job.process,
    }


def parse_entries(text: str | None) -> Entries:
    """Read the entries; what nobody of us has written, or is too old, is left out."""
    try:
        rows = json.loads(text or "[]")
    except (ValueError, RecursionError):
        return []
    newest = rows[-_MAX_ENTRIES:] if isinstance(rows, list) else []
    return [entry for row in newest if (entry := _parse_entry(row))]


def _parse_entry(row: Any) -> tuple[JobGroup, KeptJob] | None:
    match row:
        case {
            "project": str(project),
            "status": "accepted" | "rejected" as status,
            "vault": None | str() as vault,
            "key": str(key),
            "job": job,
            "images": list(images),
            "time": int() | float() as at,
            "process": int(process),
        } if (job is None or is_job_id(job)) and {str} >= set(map(type, images)):  # which are only compared
            now = time.time()
            if not now - KEPT_SECONDS < at <= now:  # compared as it is: a float may be too small for it
                return None
            return JobGroup(project, Status(status), vault), KeptJob(key, frozenset(images), job, at, process)
    return None
