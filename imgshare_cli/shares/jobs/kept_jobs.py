"""The jobs that have been submitted and whose end nobody has seen: kept in the state folder, for the next run."""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

from imgshare_cli.api.jobs import is_job_id
from imgshare_cli.api.models import Status
from imgshare_cli.config.state_dir import limit_state_files, read_state, update_state

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

_FOLDER = "jobs"
_MAX_FILES = 50
_MAX_ENTRIES = 200  # a run has at most eight jobs at a time
_SECONDS = 86_400
_LOCK_SECONDS = 2.0


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


class Claim(NamedTuple):
    """What is to be done about images.

    Attributes:
        own: the job to submit, with the images that are in no other; it may have none.
        others: the jobs that have the rest already.
    """

    own: KeptJob
    others: list[KeptJob]


class KeptJobs:
    """The kept jobs of one image service; threads and processes may share them. Losing them does no harm.

    Args:
        endpoint: the image service.
        environ: the environment, which tells where files go.
    """

    def __init__(self, endpoint: str, environ: Mapping[str, str]) -> None:
        self._endpoint = endpoint
        self._environ = environ
        self._lock = threading.Lock()
        self._numbers = count()

    def claim(self, group: JobGroup, images: Collection[str], ended_keys: Collection[str] = ()) -> Claim:
        """Find the kept jobs that have some of the images, and note that a job with the others is about to begin.

        Args:
            group: what the images have in common.
            images: the images, in small letters.
            ended_keys: the kept jobs that have ended, whatever the file says, as on a full disk.
        """
        key = f"{os.getpid()}-{time.time_ns()}-{next(self._numbers)}"
        own = KeptJob(key, frozenset(images), None, time.time(), os.getpid())
        others: list[KeptJob] = []

        def change(entries: _Entries) -> None:
            nonlocal own
            known = [job for kept, job in entries if kept == group and job.key not in ended_keys]
            others[:] = [job for job in known if not job.images.isdisjoint(images)]
            own = replace(own, images=frozenset(images).difference(*(job.images for job in others)))
            if own.images:
                entries.append((group, own))

        change(self._read(group.project_id))  # what is known counts also where nothing can be written
        if own.images:
            self._update(group.project_id, change)
            limit_state_files(_FOLDER, _MAX_FILES, self._environ, kept_seconds=_SECONDS)
        return Claim(own, others)

    def find(self, group: JobGroup, key: str) -> KeptJob | None:
        """Find an entry as it is now."""
        return next((job for _, job in self._read(group.project_id) if job.key == key), None)

    def keep_id(self, group: JobGroup, key: str, job_id: str, images: Collection[str]) -> None:
        """Keep the ID of a job that was submitted."""
        job = KeptJob(key, frozenset(images), job_id, time.time(), os.getpid())

        def change(entries: _Entries) -> None:
            entries[:] = [entry for entry in entries if entry[1].key != key]
            entries.append((group, job))

        self._update(group.project_id, change)

    def abandon(self, group: JobGroup, key: str) -> None:
        """Note that nobody knows whether a job began: the next run looks at the shares."""

        def change(entries: _Entries) -> None:
            entries[:] = [(kept, replace(job, process=0) if job.key == key else job) for kept, job in entries]

        self._update(group.project_id, change)

    def release(self, group: JobGroup, key: str, images: Collection[str] | None = None) -> None:
        """Forget a job, or some of its images: their outcome is known."""

        def change(entries: _Entries) -> None:
            other = [entry for entry in entries if entry[1].key != key]
            own = [] if images is None else [entry for entry in entries if entry[1].key == key]
            left = [(kept, replace(job, images=job.images.difference(images or ()))) for kept, job in own]
            entries[:] = [*other, *(entry for entry in left if entry[1].images)]

        self._update(group.project_id, change)

    def _read(self, project_id: str) -> _Entries:
        return _parse(read_state(self._get_file(project_id), self._environ))

    def _update(self, project_id: str, change: Callable[[_Entries], None]) -> None:
        def rewrite(text: str | None) -> str:
            entries = _parse(text)
            change(entries)
            return json.dumps([_to_json(*entry) for entry in entries[-_MAX_ENTRIES:]])

        with self._lock:
            update_state(self._get_file(project_id), rewrite, self._environ, seconds=_LOCK_SECONDS)

    def _get_file(self, project_id: str) -> str:
        key = hashlib.sha256(json.dumps([self._endpoint, project_id]).encode()).hexdigest()
        return f"{_FOLDER}/{key[:32]}.json"


_Entries = list[tuple[JobGroup, KeptJob]]


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


def _parse(text: str | None) -> _Entries:
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
            if not now - _SECONDS < at <= now:  # compared as it is: a float may be too small for it
                return None
            return JobGroup(project, Status(status), vault), KeptJob(key, frozenset(images), job, at, process)
    return None
