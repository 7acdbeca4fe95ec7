"""Accepts and rejects what a plan says, as a batch."""

from __future__ import annotations

import threading
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from imgshare_cli.api.models import Status
from imgshare_cli.api.pace import Pace
from imgshare_cli.batch.apply import ApplyTask, confirm_unchanged
from imgshare_cli.batch.decide import DecisionTask
from imgshare_cli.batch.fleet_task import FleetWorker
from imgshare_cli.cli.batches.decisions import build_describe
from imgshare_cli.cli.batches.fleet_source import with_projects
from imgshare_cli.cli.batches.jobs import prepare_decisions
from imgshare_cli.cli.batches.run import Batch, run_batch
from imgshare_cli.cli.batches.vaults import BatchVaults
from imgshare_cli.cli.owner_names import describe_owner
from imgshare_cli.terminal.batch_output import Verb

if TYPE_CHECKING:
    from imgshare_cli.cli.batches.fleet import Fleet
    from imgshare_cli.cli.batches.source import Source
    from imgshare_cli.cli.session import Session

_VERB = Verb("decide about", "deciding", "decided", sets_several=True)


def run_plan(session: Session, source: Source, fleet: Fleet | None, *, jobs: int, vault: str | None) -> None:
    """Accept and reject, and print an outcome for each item.

    Args:
        session: the run.
        source: the items, each with what a plan says.
        fleet: the projects, in a run over many.
        jobs: how many items are worked on at once.
        vault: the value of --vault.

    Raises:
        ImgshareError: what `run_batch` raises.
    """
    stop, pace = threading.Event(), Pace()
    worker, connect = FleetWorker() if fleet else None, partial(session.open_worker_client, pace)
    late_jobs = prepare_decisions(session, worker, connect, jobs, looks_first=False)
    vaults = BatchVaults(session, late_jobs.find)
    vaults.open(vault, source.client, is_fleet=fleet is not None, is_dry_run=False)
    rejecting = DecisionTask(
        open_tool=(lambda: only) if (only := source.client) else connect,
        status=Status.REJECTED,
        member_id=None if fleet else session.member_id,
        describe_owner=partial(describe_owner, session, in_fleet=fleet is not None),
        pause_for=stop.wait,
        find_jobs=late_jobs.find,
    )
    accepting = replace(rejecting, status=Status.ACCEPTED, vaults=vaults.decisions, confirm=confirm_unchanged)
    task = ApplyTask(accepting, rejecting)
    batch = Batch(
        source,
        task,
        _VERB,
        build_describe(session),
        lambda: pace.rate,
        pace.stop,
        jobs,
        fail_fast=False,
        end_input=late_jobs.end_input,
        is_decision=True,
    )
    try:
        run_batch(session, with_projects(batch, task, fleet, worker) if fleet else batch, stop)
    finally:
        vaults.print_notes()
