"""Shows the share of one image with each project of a fleet."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING

from imgshare_cli.batch.decide import DecisionTask
from imgshare_cli.cli.batches.fleet import Fleet
from imgshare_cli.cli.batches.fleet_source import open_image_source, with_projects
from imgshare_cli.cli.batches.options import DEFAULT_JOBS
from imgshare_cli.cli.batches.run import Batch, run_batch
from imgshare_cli.cli.id_prefixes import build_id_shortener
from imgshare_cli.cli.owner_names import describe_owner
from imgshare_cli.terminal.batch_output import Verb
from imgshare_cli.terminal.owners import name_image

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.batch.outcome import Outcome
    from imgshare_cli.cli.batches.fleet_options import FleetFlags
    from imgshare_cli.cli.session import Session

_SHOW = Verb("show", "reading", "shown")


def show_in_projects(session: Session, flags: FleetFlags, image: str) -> None:
    """Show the share of an image with each project.

    Args:
        session: the run.
        flags: the projects.
        image: the image.

    Raises:
        ImgshareError: what `run_batch` raises.
    """
    fleet = Fleet(session, flags)
    stop = threading.Event()
    task = DecisionTask(
        open_tool=session.open_worker_client,
        status=None,
        member_id=None,
        describe_owner=partial(describe_owner, session, in_fleet=True),
        pause_for=stop.wait,
    )
    source = open_image_source(session, fleet, image, DEFAULT_JOBS)
    batch = Batch(
        source, task, _SHOW, _build_describe(session), fleet.get_rate, fleet.stop_pace, DEFAULT_JOBS, fail_fast=False
    )
    run_batch(session, with_projects(batch, task, fleet), stop)


def _build_describe(session: Session) -> Callable[[Outcome], str]:
    shorten = build_id_shortener(session)

    def describe(outcome: Outcome) -> str:
        project = outcome.item.access.project if outcome.item.access else outcome.member_id
        image_id = outcome.image_id or ""
        return f"{project}: {name_image(outcome.image, image_id, shorten(image_id))} is {outcome.status}"

    return describe
