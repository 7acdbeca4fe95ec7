"""Decides about one image by a job, and answers with the share, as the API's own call does."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imgshare_cli.api.models import Member, Status
from imgshare_cli.errors import ImgshareError, RefusedError
from imgshare_cli.hints import build_command, quote_word
from imgshare_cli.shares.jobs.kept_entries import JobGroup

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.shares.decisions import Decision
    from imgshare_cli.shares.jobs.runner import JobRunner

# Some services show a new status, or a new share, only after a moment.
SHOW_PAUSES = (0.3, 0.6, 1.2, 2.4)


def check_job_decision(decision: Decision) -> None:
    """Check that jobs can decide so.

    Raises:
        RefusedError: they cannot.
    """
    if decision.status is Status.PENDING:
        image, member = quote_word(decision.image_id, "IMAGE"), quote_word(decision.member_id, "MEMBER")
        raise RefusedError(
            f"cannot reset image {decision.image_id} for project {decision.member_id}",
            explanation="the jobs of the image service only accept or reject",
            hint=f"{build_command('reject', image, member)} hides it instead; or ask the owner to unshare it and share "
            "it again",
        )


def create_member(decision: Decision) -> Member:
    """Create the share that a decision leads to, where the service shows none."""
    raw = {"image_id": decision.image_id, "member_id": decision.member_id, "status": decision.status.value}
    return Member(decision.image_id, decision.member_id, decision.status, None, None, raw)


@dataclass(frozen=True)
class SingleJobs:
    """Decides about one image at a time by jobs.

    Attributes:
        create_runner: creates what decides by jobs at a service, by its address.
        show_progress: shows a text while a job goes on.
    """

    create_runner: Callable[[str], JobRunner]
    show_progress: Callable[[str], AbstractContextManager[None]]

    def decide(self, client: ImageClient, decision: Decision) -> Member:
        """Decide about a share.

        Raises:
            ImgshareError: the job failed, or its end is not known.
        """
        check_job_decision(decision)
        image_id, member_id, status, vault_id = decision
        runner = self.create_runner(client.endpoint)
        with self.show_progress(f"waiting for the job to {status.verb} image {image_id}"):
            error = runner.decide(client, JobGroup(member_id, status, vault_id), [image_id])[image_id]
            if error:
                raise error
            return _get_member(client, decision)


def _get_member(client: ImageClient, decision: Decision) -> Member:
    """Get the share after its job has succeeded; where the service does not show it, the job's word counts."""
    member = None
    with suppress(ImgshareError):
        member = client.get_member(decision.image_id, decision.member_id)
        for pause in SHOW_PAUSES:
            if member.status is decision.status:
                break
            time.sleep(pause)
            member = client.get_member(decision.image_id, decision.member_id)
    if member and member.status is not decision.status:
        raise RefusedError(
            f"cannot {decision.status.verb} image {decision.image_id} for project {decision.member_id}",
            explanation=f"its job succeeded, and the share is still {member.status.value}",
        )
    return member or create_member(decision)
