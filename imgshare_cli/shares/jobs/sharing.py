"""Shares images by jobs of IMS, or stops that: each pair of an image and a member has an end of its own."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from imgshare_cli.api.image_paths import build_member_path
from imgshare_cli.api.jobs import MEMBER_KEYS, JobFailure
from imgshare_cli.errors import ImgshareError, InterruptedByUserError, NotFoundError, Reason, UnavailableError
from imgshare_cli.shares.changes import ChangeEnd
from imgshare_cli.shares.decisions import was_decided_before
from imgshare_cli.shares.jobs.ends import name_image
from imgshare_cli.shares.jobs.rows import UNSAID, create_row_error, find_row
from imgshare_cli.shares.jobs.submission import LOST_PAUSE, halve_refused, submit_once_more
from imgshare_cli.shares.share_lists import ShareLists

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.api.jobs import Job
    from imgshare_cli.shares.changes import Change
    from imgshare_cli.shares.jobs.poll import JobPoll


@dataclass(frozen=True)
class JobSharing:
    """Shares by jobs, or stops that.

    Attributes:
        poll: how a job is waited for.
        project_id: the project that shares, where it is known.
    """

    poll: JobPoll
    project_id: str | None

    def make(self, client: ImageClient, changes: Sequence[Change]) -> dict[Change, ChangeEnd]:
        """Make changes that have one image or one member in common; every one has an end.

        What is not shared is not unshared: that ends with NotFoundError, without a job.

        Args:
            client: the image service.
            changes: all of them share, or all of them stop that.

        Raises:
            InterruptedByUserError: Ctrl-C was pressed.
        """
        run = _Run(self, client, changes[0].is_unshare, ShareLists(client))
        run.make([run.check(change) for change in {change.share: change for change in changes}.values()])
        return {change: run.ends[change.share] for change in changes}


@dataclass
class _Run:
    """The changes of one call, and what became of them so far."""

    sharing: JobSharing
    client: ImageClient
    is_unshare: bool
    lists: ShareLists
    ends: dict[tuple[str, str], ChangeEnd] = field(default_factory=dict)
    may_have_begun: bool = False
    started: float = field(default_factory=time.monotonic)

    def check(self, change: Change) -> Change:
        """Check that a change can be made, and find out what kind of member loses an image."""
        try:
            build_member_path(change.image_id, change.member_id)
            if not self.is_unshare or not self.lists.is_known(change.image_id):
                return change
            if member := self.lists.find(change):
                return change._replace(kind=change.kind or member.kind)
            reason = Reason.NOT_A_MEMBER
            raise NotFoundError(f"cannot {change.action}", explanation="it is not shared with it", reason=reason)
        except ImgshareError as exc:
            self.ends[change.share] = ChangeEnd(exc)
            return change

    def make(self, changes: Sequence[Change]) -> None:
        """Submit a job for the changes that have no end, and wait for it."""
        if not (changes := self._list_rest(changes)):
            return
        try:
            job_id, changes = submit_once_more(changes, self._begin, self._look_again)
        except ImgshareError as exc:
            rest = self._list_rest(changes)
            halves = halve_refused(exc, rest)
            for half in halves:
                self.make(half)
            if not halves:
                self._fail(rest, exc)
            return
        if job_id is not None:
            self._wait(job_id, changes)

    def _look_again(self, changes: Sequence[Change]) -> Sequence[Change]:
        """Look at the shares where a job may have begun; return the changes that are not there."""
        self.may_have_begun = True
        self.sharing.poll.pause(LOST_PAUSE)
        self.lists.forget()
        self._look(changes, is_new=True)
        return self._list_rest(changes)

    def _begin(self, changes: Sequence[Change]) -> str:
        images = list(dict.fromkeys(change.image_id for change in changes))
        members: dict[str, dict[str, None]] = {}
        for change in changes:
            key = MEMBER_KEYS.get(change.kind or "", MEMBER_KEYS["project"])
            members.setdefault(key, {})[change.member_id] = None
        by_kind = {key: list(ids) for key, ids in members.items()}
        return self.client.jobs.submit_sharing(images, by_kind, changes[0].action, is_unshare=self.is_unshare)

    def _wait(self, job_id: str, changes: Sequence[Change]) -> None:
        try:
            job = self.sharing.poll.wait(self.client.jobs, self.sharing.project_id, job_id)
        except NotFoundError as exc:
            self.lists.forget()
            self._look(changes, is_new=True)
            lost = UnavailableError(
                f"the service does not know job {job_id}", http_status=exc.http_status, request_id=exc.request_id
            )
            self._fail(self._list_rest(changes), lost)
        except InterruptedByUserError:
            raise
        except ImgshareError as exc:
            self._fail(changes, exc)
        else:
            self._read(job, changes)

    def _read(self, job: Job, changes: Sequence[Change]) -> None:
        """Read what a job did: a row decides; where there is none, or it failed, the share is looked at."""
        rows = {change: find_row(job, change, changes) for change in changes}
        done = [change for change in changes if rows[change] is None]
        self.lists.forget()
        if not self.is_unshare:
            self.lists.wait_for(done)
            self._look([change for change in changes if rows[change] in {None, UNSAID}], is_new=True)
        # What the service does not show is as the job says.
        self.ends.update({change.share: ChangeEnd() for change in self._list_rest(done)})
        # What failed may nevertheless be as it should: it was so before, or a lost job has done it.
        self._look(self._list_rest(changes), is_new=self.is_unshare or self.may_have_begun)
        for change in self._list_rest(changes):
            failure = rows[change] or JobFailure()
            is_unknown = failure is UNSAID and not self.lists.is_known(change.image_id)
            error = None if is_unknown else create_row_error(change, job, failure, len(changes))
            self.ends[change.share] = ChangeEnd(error)

    def _look(self, changes: Iterable[Change], *, is_new: bool) -> None:
        """Look at the shares: what is as it should be has its end."""
        for change in changes:
            member = self.lists.find(change)
            if self.lists.is_known(change.image_id) and self.is_unshare is (member is None):
                is_old = member is not None and was_decided_before(member, time.monotonic() - self.started)
                self.ends[change.share] = ChangeEnd(None, member, is_new and not is_old)

    def _list_rest(self, changes: Iterable[Change]) -> list[Change]:
        return [change for change in changes if change.share not in self.ends]

    def _fail(self, changes: Iterable[Change], error: ImgshareError) -> None:
        self.ends.update({change.share: ChangeEnd(name_image(error, change.action)) for change in changes})
