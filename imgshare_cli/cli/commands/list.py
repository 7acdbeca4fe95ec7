"""`list`: the images that are shared with a project."""

from __future__ import annotations

from contextlib import nullcontext
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from imgshare_cli import hints
from imgshare_cli.cli.filter_options import (
    NameOption,
    NewerThanOption,
    OlderThanOption,
    OwnerOption,
    StatusChoice,
    StatusOption,
    build_share_filter,
)
from imgshare_cli.cli.options import common_options, complete, with_session
from imgshare_cli.cli.session import Session
from imgshare_cli.shares.sorting import SORT_KEYS, parse_sort_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from imgshare_cli.api.images import Share
    from imgshare_cli.terminal.columns import Column

_NEXT_COMMANDS = {
    StatusChoice.PENDING: f"{hints.build_command('accept', 'ID')}, or {hints.build_command('review')}",
    StatusChoice.ACCEPTED: f"{hints.build_command('reject', 'ID')} removes one from the image list",
    StatusChoice.REJECTED: f"{hints.build_command('accept', 'ID')} accepts one",
    StatusChoice.ALL: f"{hints.build_command('show', 'ID')} shows one",
}
SortOption = Annotated[
    str | None,
    typer.Option(
        "--sort",
        metavar="KEY",
        help=f"Sort by {', '.join(SORT_KEYS)}; add `:desc` to reverse. [default: newest first]",
        show_default=False,
        autocompletion=complete("sort_orders"),
    ),
]
LimitOption = Annotated[
    int | None,
    typer.Option(
        "--limit", metavar="N", min=1, max=1_000_000, help="Show at most N images. [default: all]", show_default=False
    ),
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Print only the IDs.")]
LongOption = Annotated[bool, typer.Option("--long", help="Show when each was shared (one more request each).")]


@with_session(common_options)
def list_(  # noqa: PLR0913, PLR0917
    session: Session,
    status: StatusOption = StatusChoice.PENDING,
    owner: OwnerOption = None,
    name: NameOption = None,
    older_than: OlderThanOption = None,
    newer_than: NewerThanOption = None,
    sort: SortOption = None,
    limit: LimitOption = None,
    quiet: QuietOption = False,  # noqa: FBT002
    long: LongOption = False,  # noqa: FBT002
) -> None:
    """List the images that other projects share with yours.

    Lists pending images, unless --status asks for others. Hidden images are included, your own are not. The age of a
    share is the time since the image was shared, or since your project last decided about it.
    """
    from imgshare_cli.cli.completion_cache import remember_images
    from imgshare_cli.terminal import columns

    order = parse_sort_order(sort)
    long = long or order.needs_member
    share_filter = build_share_filter(
        status,
        owner=owner,
        name=name,
        older_than=older_than,
        newer_than=newer_than,
        with_member=long,
        limit=None if sort else limit,
    )
    shares = session.inbox.read_shares(share_filter)
    if not session.output.as_json:
        shares = (share.copy_without_raw() for share in shares)
    first = islice(order.sort_shares(shares), limit)
    shown = columns.build_share_columns(
        with_time=long or share_filter.has_age, many_statuses=status is StatusChoice.ALL
    )
    whole = not share_filter.is_narrowed and limit is None and status in {StatusChoice.PENDING, StatusChoice.ALL}
    remembered = remember_images(first, session.environ, all_of_them=whole)
    count = _print_shares(session, remembered, [] if quiet else shown)
    if session.output.is_at_terminal() and not (quiet or session.output.as_json):
        _note_next_command(session, count, status, "matching " if share_filter.is_narrowed else "", cut=count == limit)


def _print_shares(session: Session, shares: Iterable[Share], shown: list[Column[Share]]) -> int:
    """Print the shares as they come, or their IDs where no columns are shown; return how many there were."""
    counted = _CountedShares(shares)
    if session.output.as_json:
        session.output.print_array(share.to_json() for share in counted)
    elif shown:
        with session.output.show_progress("reading the list") if session.output.is_at_terminal() else nullcontext():
            session.output.print_table(shown, counted)
    else:
        for share in counted:
            session.output.print_line(share.image.id)
    return counted.count


class _CountedShares:
    """Shares that are counted as they are read."""

    def __init__(self, shares: Iterable[Share]) -> None:
        self._shares = shares
        self.count = 0

    def __iter__(self) -> Iterator[Share]:
        """Yield each share and count it."""
        for share in self._shares:
            self.count += 1
            yield share


def _note_next_command(session: Session, count: int, status: StatusChoice, matching: str, *, cut: bool) -> None:
    kind = "shared with you" if status is StatusChoice.ALL else status.value
    if cut:
        first = f"showing only the first {count} that are" if count > 1 else "showing only the first one that is"
        session.output.print_note(f"{first} {kind}: {_NEXT_COMMANDS[status]}")
    elif count:
        images = "image is" if count == 1 else "images are"
        session.output.print_note(f"{count} {matching}{images} {kind}: {_NEXT_COMMANDS[status]}")
    else:
        more = (
            "" if status is StatusChoice.ALL else f"; {hints.build_command('list', '--status', 'all')} shows the rest"
        )
        session.output.print_note(f"no {matching}images are {kind}{more}")
