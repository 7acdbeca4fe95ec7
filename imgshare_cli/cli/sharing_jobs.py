"""Finds what shares one image at a time by jobs of IMS, for `share` and `unshare`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imgshare_cli.cli.session import Session
    from imgshare_cli.shares.single_sharing import SingleSharing


def find_sharing_jobs(session: Session, endpoint: str, *, is_call_gone: bool = False) -> SingleSharing | None:
    """Find what shares by jobs, where the settings say so or the service has no other way; see `FindSharingJobs`.

    Args:
        session: the run.
        endpoint: the address of the service.
        is_call_gone: whether the service has just said that it does not have the API's own call.
    """
    if not (is_call_gone or session.may_decide_by_jobs()):
        return None
    runs = session.job_runs
    is_used = runs.endpoints.are_jobs_used(endpoint, is_call_gone=is_call_gone)
    return runs.create_single_sharing(session.member_id) if is_used else None
