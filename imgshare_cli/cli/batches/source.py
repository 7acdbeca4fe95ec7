"""Where the items of a batch come from: a file, stdin, or the list of shares."""

from __future__ import annotations

import os
import stat
import sys
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

from imgshare_cli import hints
from imgshare_cli.api.models import Status
from imgshare_cli.batch.input_buffer import InputBuffer
from imgshare_cli.batch.item_reader import read_items
from imgshare_cli.batch.items import Item
from imgshare_cli.batch.prefetch import prefetch
from imgshare_cli.cli.batches.all_question import confirm
from imgshare_cli.cli.batches.options import DEFAULT_JOBS
from imgshare_cli.cli.filter_options import StatusChoice, build_share_filter
from imgshare_cli.errors import UsageError
from imgshare_cli.shares.inbox import Inbox
from imgshare_cli.shares.worker_pool import WORKERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.api.pace import Pace
    from imgshare_cli.cli.batches.options import BatchFlags
    from imgshare_cli.cli.session import Session
    from imgshare_cli.shares.share_filter import ShareFilter

# How far the list of shares may be ahead of the decisions: two pages.
AHEAD = 2000


@dataclass(frozen=True)
class Source:
    """The items of a batch.

    Attributes:
        items: the items, read while they are done.
        measure: returns which part of the input has been read, where that is known.
        connections: how many connections reading the items takes.
        client: the connection that reads them, where it is the only one that there may be.
    """

    items: Iterator[Item]
    measure: Callable[[], float | None] = lambda: None
    connections: int = 0
    client: ImageClient | None = None


def open_source(  # noqa: PLR0913  (each by name)
    session: Session, status: Status, flags: BatchFlags, pace: Pace, *, owner: str | None, yes: bool
) -> Source:
    """Open the source that the options name, after a question where all shares are meant.

    Args:
        session: the run.
        status: the decision.
        flags: the options of the batch.
        pace: the pace of the run.
        owner: the value of --owner.
        yes: whether nobody is asked.

    Raises:
        UsageError: the options contradict each other, the file cannot be read, or nobody may be asked.
        InterruptedByUserError: the person says no.
    """
    if flags.from_ is not None:
        check_file_options(status, flags, owner)
        source = open_file(session, flags.from_, lambda text: text == status.value)
        return replace(source, items=(_check_service(session, item) for item in source.items))
    share_filter = check_all_options(session, status, flags, owner)
    if not (yes or flags.dry_run):
        confirm(session, status, share_filter)
    return _open_list(session, share_filter, flags.jobs or DEFAULT_JOBS, pace)


def _check_service(session: Session, item: Item) -> Item:
    """Refuse a line of the decision log that is about another service: the same ID is another image there."""
    endpoint = item.scope.endpoint
    if item.error or endpoint in {None, session.endpoint}:
        return item
    error = UsageError(
        f"image {item.image} was decided about at {hints.quote_text(endpoint or '')}, which is another image service",
        hint=f"this run asks {session.endpoint}; use the profile, cloud or endpoint of the other one",
    )
    return replace(item, error=error)


def _open_list(session: Session, share_filter: ShareFilter, jobs: int, pace: Pace) -> Source:
    """Open the list of shares; it and the decisions have as many connections together as there are jobs."""
    client, open_client = session.open_worker_client(pace), partial(session.open_worker_client, pace)
    workers = min(WORKERS, (jobs - 1) // 2) if share_filter.needs_member else 0
    inbox = Inbox(client, open_client if workers else None, session.credential, session.settings.project_id, workers)
    shares = enumerate(inbox.read_shares(share_filter), 1)
    items = (Item.from_share(number, share.copy_without_raw()) for number, share in shares)
    return Source(items, client=client) if jobs == 1 else Source(prefetch(items, AHEAD), connections=1 + workers)


def check_all_options(session: Session, status: Status, flags: BatchFlags, owner: str | None) -> ShareFilter:
    """Check the options of --all, and build the filter that they mean.

    Raises:
        UsageError: the options contradict each other, or it is not said whose images are accepted.
    """
    if status is Status.ACCEPTED and (owner is None) != flags.any_owner:
        raise UsageError(
            "--owner and --any-owner cannot be used together"
            if owner
            else "accept --all needs --owner: anyone can share an image with any name",
            hint="--owner PROJECT takes the images of one project, --any-owner those of all",
        )
    return _build_filter(session, status, flags, owner)


def check_file_options(status: Status, flags: BatchFlags, owner: str | None) -> None:
    """Check that no option was given that only --all has.

    Raises:
        UsageError: there is one.
    """
    filters = {
        "--any-owner": flags.any_owner,
        "--status": flags.status,
        "--name": flags.name,
        "--older-than": flags.older_than,
        "--newer-than": flags.newer_than,
        "--owner": owner if status is not Status.ACCEPTED else None,  # accept checks each image
    }
    for option, value in filters.items():
        if value:
            raise UsageError(f"{option} filters --all, and does not work with --from", hint=f"omit {option}")


def open_file(session: Session, path: str, is_wanted: Callable[[str | None], bool]) -> Source:
    """Open a file, a pipe or stdin that names images.

    Args:
        session: the run.
        path: the value of --from.
        is_wanted: whether a status is what the command would set.

    Raises:
        UsageError: it cannot be read.
    """
    if path == "-":
        if sys.stdin is None:
            raise UsageError("--from -: stdin is closed", hint="pass the images through a pipe, or in a file")
        if session.is_at_terminal:
            session.output.print_note("reading images from the terminal, one ID a line; Ctrl-D ends the list")
        stream = sys.stdin.buffer
    else:
        try:
            stream = open(path, "rb")  # noqa: SIM115, PTH123  (it is read while the batch runs, and ends with it)
        except (OSError, ValueError) as exc:
            reason = getattr(exc, "strerror", None) or "no such file"
            raise UsageError(
                f"cannot read {hints.quote_text(path)}: {reason.lower()}", hint="check the path after --from"
            ) from exc
    buffer = InputBuffer(stream)
    return Source(_read_buffer(buffer, is_wanted), _create_measure(stream, buffer))


def _read_buffer(buffer: InputBuffer, is_wanted: Callable[[str | None], bool]) -> Iterator[Item]:
    try:
        yield from read_items(buffer, is_wanted)
    except OSError as exc:
        raise UsageError(f"cannot read the images: {(exc.strerror or 'read error').lower()}") from exc


def _create_measure(stream: BinaryIO, buffer: InputBuffer) -> Callable[[], float | None]:
    """Create the function that returns which part of a regular file has been used."""
    try:
        file_stat = os.fstat(stream.fileno())
        size = file_stat.st_size - stream.tell()
    except (OSError, ValueError):
        return lambda: None
    if not stat.S_ISREG(file_stat.st_mode) or size <= 0:
        return lambda: None
    return lambda: min(buffer.used / size, 1.0)


def _build_filter(session: Session, status: Status, flags: BatchFlags, owner: str | None) -> ShareFilter:
    share_filter = build_share_filter(
        session,
        flags.status or StatusChoice.PENDING,
        owner=owner,
        name=flags.name,
        older_than=flags.older_than,
        newer_than=flags.newer_than,
    )
    if status is Status.PENDING and flags.status is None:
        return replace(share_filter, statuses=(Status.ACCEPTED, Status.REJECTED))
    return share_filter
