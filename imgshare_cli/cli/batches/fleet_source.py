"""Where the items of a fleet run come from: each image in each project, or the inbox of each project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.api.models import is_image_id
from imgshare_cli.batch.fleet_inbox import read_inboxes
from imgshare_cli.batch.fleet_items import pair_with_projects
from imgshare_cli.batch.fleet_task import FleetTask, FleetWorker
from imgshare_cli.batch.items import Item
from imgshare_cli.cli.batches.all_question import confirm
from imgshare_cli.cli.batches.options import DEFAULT_JOBS
from imgshare_cli.cli.batches.source import Source, check_all_options, check_file_options, open_file
from imgshare_cli.cli.id_prefixes import is_id_prefix, resolve_id_prefix
from imgshare_cli.shares.worker_pool import WORKERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imgshare_cli.api.models import Status
    from imgshare_cli.batch.fleet_task import ProjectTask
    from imgshare_cli.cli.batches.fleet import Fleet
    from imgshare_cli.cli.batches.options import BatchFlags
    from imgshare_cli.cli.batches.run import Batch
    from imgshare_cli.cli.session import Session
    from imgshare_cli.shares.share_filter import ShareFilter


def open_fleet_source(  # noqa: PLR0913  (each by name)
    session: Session,
    status: Status,
    flags: BatchFlags,
    fleet: Fleet,
    *,
    image: str | None,
    owner: str | None,
    yes: bool,
) -> Source:
    """Open the source that the options name, after a question where all shares are meant.

    Args:
        session: the run.
        status: the decision.
        flags: the options of the batch.
        fleet: the projects.
        image: the only image, where it was given as an argument.
        owner: the value of --owner.
        yes: whether nobody is asked.

    Raises:
        UsageError: the options contradict each other, the file cannot be read, or nobody may be asked.
        InterruptedByUserError: the person says no.
    """
    jobs = flags.jobs or DEFAULT_JOBS
    if image is not None:
        return open_image_source(session, fleet, image, jobs)
    if flags.from_ is not None:
        check_file_options(status, flags, owner)
        images = open_file(session, flags.from_, lambda text: text == status.value)
        return Source(pair_images(images.items, fleet, jobs))
    share_filter = check_all_options(session, status, flags, owner)
    if not (yes or flags.dry_run):
        confirm(session, status, share_filter, f" in {fleet.count} projects" if fleet.count else " in all projects")
    readers = min(WORKERS, jobs // 2)
    return Source(_read_items(fleet, share_filter, readers), connections=readers)


def open_image_source(session: Session, fleet: Fleet, image: str, jobs: int) -> Source:
    """Open the source of one image in each project."""
    image_id = None
    if not is_image_id(image) and is_id_prefix(image) and not fleet.has_clouds:
        image_id = resolve_id_prefix(session, image, str(session.context.info_name))
    item = Item(1, image_id or image, is_name=not (image_id or is_image_id(image)))
    taken = 0

    def count() -> Iterator[Item]:
        nonlocal taken
        for taken, paired in enumerate(pair_images(iter([item]), fleet, jobs), 1):  # noqa: B007
            yield paired

    return Source(count(), lambda: None if fleet.has_clouds else taken / max(fleet.count, 1))


def pair_images(images: Iterator[Item], fleet: Fleet, jobs: int) -> Iterator[Item]:
    """Yield an item for each image and project; an image that names its project is done in that one alone."""
    # What is ready must not wait for the login to a cloud that does not answer.
    return pair_with_projects(images, fleet, 1 if fleet.has_clouds else jobs)


def _read_items(fleet: Fleet, share_filter: ShareFilter, readers: int) -> Iterator[Item]:
    entries = read_inboxes(fleet, share_filter, readers=readers)
    for number, (access, share, error) in enumerate(entries, 1):
        if share:
            yield Item.from_share(number, share, access)
        else:
            yield Item(number, None, access.project.id, error=error, access=access)


def with_projects(batch: Batch, task: ProjectTask, fleet: Fleet, worker: FleetWorker | None = None) -> Batch:
    """Return a batch that does each item in its project.

    Args:
        batch: the batch.
        task: what is done with each.
        fleet: the projects.
        worker: opens their services, where something else does so as well.
    """
    fleet_task = FleetTask(task, worker or FleetWorker())
    return batch._replace(
        task=fleet_task,
        get_rate=fleet.get_rate,
        stop_pace=fleet.stop_pace,
        is_login_lost=fleet_task.is_login_lost,
        is_fleet=True,
    )
