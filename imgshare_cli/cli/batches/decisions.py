"""Decides about many shares, as the options of `accept`, `reject` or `reset` say."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from imgshare_cli.api.models import Status
from imgshare_cli.api.pace import Pace
from imgshare_cli.batch.decide import DecisionTask
from imgshare_cli.batch.fleet_task import FleetWorker
from imgshare_cli.batch.shard import parse_shard, select_items
from imgshare_cli.cli.batches.fleet import Fleet
from imgshare_cli.cli.batches.fleet_source import open_fleet_source, with_projects
from imgshare_cli.cli.batches.jobs import prepare_decisions
from imgshare_cli.cli.batches.options import DEFAULT_JOBS
from imgshare_cli.cli.batches.run import Batch, run_batch
from imgshare_cli.cli.batches.source import open_source
from imgshare_cli.cli.batches.vaults import BatchVaults
from imgshare_cli.cli.filter_options import read_image_check
from imgshare_cli.cli.id_prefixes import build_id_shortener
from imgshare_cli.cli.owner_names import describe_owner, get_owner_names
from imgshare_cli.config.owners import OwnerNames
from imgshare_cli.errors import UsageError
from imgshare_cli.terminal.batch_output import Verb
from imgshare_cli.terminal.outcome import describe_decision

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.batch.outcome import Outcome
    from imgshare_cli.cli.batches.options import BatchFlags
    from imgshare_cli.cli.session import Session

_VERBS = {
    Status.ACCEPTED: Verb("accept", "accepting", "accepted"),
    Status.REJECTED: Verb("reject", "rejecting", "rejected"),
    Status.PENDING: Verb("reset", "resetting", "reset"),
}


def run_decisions(  # noqa: PLR0913  (the options of accept)
    session: Session,
    status: Status,
    flags: BatchFlags,
    *,
    image: str | None = None,
    owner: str | None = None,
    hash_: str | None = None,
    wait: str | None = None,
    vault: str | None = None,
    yes: bool = False,
) -> None:
    """Decide about many shares, and print an outcome for each.

    Args:
        session: the run.
        status: the decision.
        flags: the options of the batch.
        image: the only image, where it was given as an argument.
        owner: the project that must own the images.
        hash_: the checksum that they must have.
        wait: how long to wait for shares that are not there yet.
        vault: the value of --vault.
        yes: whether nobody is asked.

    Raises:
        UsageError: the options contradict each other, or nobody may be asked.
        ImgshareError: what `run_batch` raises.
    """
    if wait is not None and flags.all_:
        raise UsageError("--wait waits for images that are named, and does not work with --all", hint="omit --wait")
    stop, pace = threading.Event(), Pace()
    deadline = _parse_deadline(wait)
    image_check = read_image_check(session, owner, hash_) if status is Status.ACCEPTED else None
    fleet = Fleet(session, flags.fleet) if flags.fleet.is_fleet else None
    shard = parse_shard(flags.shard) if flags.shard is not None else None
    if fleet:
        source = open_fleet_source(session, status, flags, fleet, image=image, owner=owner, yes=yes)
    else:
        source = open_source(session, status, flags, pace, owner=owner, yes=yes)
    member_id = None if fleet else session.member_id
    if shard:
        source = replace(source, items=select_items(source.items, shard, member_id))
    worker, connect = FleetWorker() if fleet else None, partial(session.open_worker_client, pace)
    jobs = prepare_decisions(session, worker, connect, flags.jobs or DEFAULT_JOBS, looks_first=wait is not None)
    vaults = BatchVaults(session, jobs.find) if status is Status.ACCEPTED else None
    if vaults:
        vaults.open(vault, source.client, is_fleet=fleet is not None, is_dry_run=flags.dry_run)
    task = DecisionTask(
        open_tool=(lambda: only) if (only := source.client) else connect,
        status=status,
        member_id=member_id,
        describe_owner=partial(describe_owner, session, in_fleet=fleet is not None),
        pause_for=stop.wait,
        image_check=image_check,
        vaults=vaults.decisions if vaults else None,
        deadline=deadline,
        is_dry_run=flags.dry_run,
        shard=shard,
        find_jobs=jobs.find,
    )
    batch = Batch(
        source,
        task,
        _VERBS[status],
        build_describe(session),
        lambda: pace.rate,
        pace.stop,
        flags.jobs or DEFAULT_JOBS,
        flags.fail_fast,
        is_dry_run=flags.dry_run,
        end_input=jobs.end_input,
        is_decision=True,
    )
    try:
        run_batch(session, with_projects(batch, task, fleet, worker) if fleet else batch, stop)
    finally:
        if vaults:
            vaults.print_notes()


def build_describe(session: Session) -> Callable[[Outcome], str]:
    """Build what describes a decision, for people."""
    shorten = build_id_shortener(session)

    def describe(outcome: Outcome) -> str:
        share, access = outcome.member, outcome.item.access
        if share is None:
            return ""
        if access and access.project.id:
            is_own, owners = False, OwnerNames({**session.file.owners.ids, str(access.project): access.project.id})
        else:
            is_own, owners = outcome.member_id == session.member_id, get_owner_names(session)
        shown_id, is_old = shorten(share.image_id), outcome.is_unchanged
        return describe_decision(share, outcome.image, shown_id, owners, is_own=is_own, was_decided_before=is_old)

    return describe


def _parse_deadline(wait: str | None) -> float | None:
    if wait is None:
        return None
    from imgshare_cli.cli import durations

    return time.monotonic() + durations.parse_duration(wait, "--wait").total_seconds()
