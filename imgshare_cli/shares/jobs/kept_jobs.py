"""The jobs that have been submitted and whose end nobody has seen: kept in the state folder, for the next run."""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from imgshare_cli.config.state_dir import limit_state_files, read_state, update_state
from imgshare_cli.shares.jobs.kept_entries import KEPT_SECONDS, KeptJob, format_entries, parse_entries

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from imgshare_cli.shares.jobs.kept_entries import Entries, JobGroup

_FOLDER = "jobs"
_MAX_FILES = 50
_LOCK_SECONDS = 2.0


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

        def change(entries: Entries) -> None:
            nonlocal own
            known = [job for kept, job in entries if kept == group and job.key not in ended_keys]
            others[:] = [job for job in known if not job.images.isdisjoint(images)]
            own = replace(own, images=frozenset(images).difference(*(job.images for job in others)))
            if own.images:
                entries.append((group, own))

        change(self._read(group.project_id))  # what is known counts also where nothing can be written
        if own.images:
            self._update(group.project_id, change)
            limit_state_files(_FOLDER, _MAX_FILES, self._environ, kept_seconds=KEPT_SECONDS)
        return Claim(own, others)

    def find(self, group: JobGroup, key: str) -> KeptJob | None:
        """Find an entry as it is now."""
        return next((job for _, job in self._read(group.project_id) if job.key == key), None)

    def keep_id(self, group: JobGroup, key: str, job_id: str, images: Collection[str]) -> None:
        """Keep the ID of a job that was submitted."""
        job = KeptJob(key, frozenset(images), job_id, time.time(), os.getpid())

        def change(entries: Entries) -> None:
            entries[:] = [entry for entry in entries if entry[1].key != key]
            entries.append((group, job))

        self._update(group.project_id, change)

    def abandon(self, group: JobGroup, key: str) -> None:
        """Note that nobody knows whether a job began: the next run looks at the shares."""

        def change(entries: Entries) -> None:
            entries[:] = [(kept, replace(job, process=0) if job.key == key else job) for kept, job in entries]

        self._update(group.project_id, change)

    def release(self, group: JobGroup, key: str, images: Collection[str] | None = None) -> None:
        """Forget a job, or some of its images: their outcome is known."""

        def change(entries: Entries) -> None:
            other = [entry for entry in entries if entry[1].key != key]
            own = [] if images is None else [entry for entry in entries if entry[1].key == key]
            left = [(kept, replace(job, images=job.images.difference(images or ()))) for kept, job in own]
            entries[:] = [*other, *(entry for entry in left if entry[1].images)]

        self._update(group.project_id, change)

    def _read(self, project_id: str) -> Entries:
        return parse_entries(read_state(self._get_file(project_id), self._environ))

    def _update(self, project_id: str, change: Callable[[Entries], None]) -> None:
        def rewrite(text: str | None) -> str:
            entries = parse_entries(text)
            change(entries)
            return format_entries(entries)

        with self._lock:
            update_state(self._get_file(project_id), rewrite, self._environ, seconds=_LOCK_SECONDS)

    def _get_file(self, project_id: str) -> str:
        key = hashlib.sha256(json.dumps([self._endpoint, project_id]).encode()).hexdigest()
        return f"{_FOLDER}/{key[:32]}.json"
