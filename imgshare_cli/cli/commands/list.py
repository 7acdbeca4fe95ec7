"""`list`: the images that are shared with a project."""

from __future__ import annotations

from contextlib import nullcontext
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from imgshare_cli.api.models import Status
from imgshare_cli.cli.batches.fleet_options import FleetFlags, with_fleet
from imgshare_cli.cli.column_options import ColumnsOption, choose_columns, parse_columns
from imgshare_cli.cli.filter_options import (
    NameOption,
    NewerThanOption,
    OlderThanOption,
    OwnerOption,
    StatusChoice,
    StatusOption,
    build_share_filter,
)
from imgshare_cli.cli.options import common_options, text_option, with_session
from imgshare_cli.cli.session import Session
from imgshare_cli.errors import UsageError
from imgshare_cli.shares.sorting import NEWEST_FIRST, SORT_KEYS, parse_sort_order
from imgshare_cli.terminal.columns import SHARED_COLUMN, build_share_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from imgshare_cli.api.images import Share
    from imgshare_cli.shares.share_filter import ShareFilter
    from imgshare_cli.shares.sorting import SortOrder
    from imgshare_cli.terminal.columns import Column

SortOption = Annotated[
    str | None,
    text_option(
        "--sort",
        "KEY",
        f"Sort by {', '.join(SORT_KEYS)}; add `:desc` to reverse. [default: newest first; hidden ones last in a pipe]",
        completes="sort_orders",
    ),
]
LimitOption = Annotated[
    int | None,
    typer.Option(
        "--limit", metavar="N", min=1, max=1_000_000, help="Show at most N images. [default: all]", show_default=False
    ),
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Print only the IDs.")]
LongOption = Annotated[
    bool,
    typer.Option("--long", help="Show whole IDs and all columns, also when each was shared (one more request each)."),
]


@with_session(common_options)
@with_fleet
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
    columns: ColumnsOption = None,
    *,
    fleet: FleetFlags,
) -> None:
    """List the images that other projects share with yours.

    Lists pending images, unless --status asks for others. Hidden images are included, your own are not. The age of a
    share is the time since the image was shared, or since your project last decided about it. AGE is that age where it
    is known (with --long, an age or `--sort shared`), and else the age of the image.
    """
    _check_combination(session, quiet=quiet, long=long, with_columns=columns is not None)
    chosen = parse_columns(columns)
    is_table = session.output.is_at_terminal() and not (quiet or session.output.as_json)
    order = NEWEST_FIRST if is_table and not (sort or limit) else parse_sort_order(sort)
    share_filter = build_share_filter(
        session,
        status,
        owner=owner,
        name=name,
        older_than=older_than,
        newer_than=newer_than,
        with_member=long or order.needs_member or SHARED_COLUMN in chosen,
        limit=None if sort else limit,
    )
    names = chosen or choose_columns(
        at_terminal=session.output.is_at_terminal(),
        long=long,
        with_member=share_filter.needs_member,
        all_statuses=status is StatusChoice.ALL,
    )
    if fleet.is_fleet:
        _list_fleet(
            session,
            fleet,
            share_filter,
            order,
            limit,
            [] if quiet else _build_columns(session, names, fleet, long=long),
        )
        return
    shares = _read_shares(session, share_filter, order, limit)
    count = _print_shares(
        session, shares, [] if quiet else _build_columns(session, names, fleet, long=long), uncut=long
    )
    if is_table:
        from imgshare_cli.cli.list_footer import ListFooter

        options = {"--owner": owner, "--name": name, "--older-than": older_than, "--newer-than": newer_than}
        ListFooter(session, status, options, share_filter.owner).print_lines(count, is_cut=count == limit)


def _check_combination(session: Session, *, quiet: bool, long: bool, with_columns: bool) -> None:
    for other, is_given in (("--json", session.output.as_json), ("--long", long)):
        if quiet and is_given:
            raise UsageError(f"--quiet and {other} cannot be used together", hint="omit one of them")
    if with_columns and (quiet or session.output.as_json):
        other = "--quiet" if quiet else "--json"
        raise UsageError(f"--columns cannot be combined with {other}", hint=f"omit --columns or {other}")


def _read_shares(session: Session, share_filter: ShareFilter, order: SortOrder, limit: int | None) -> Iterator[Share]:
    """Read the shares in their order, and remember them for TAB and for the beginnings of IDs."""
    from imgshare_cli.cli.id_prefixes import get_last_list

    shares = session.inbox.read_shares(share_filter)
    if not session.output.as_json:
        shares = (share.copy_without_raw() for share in shares)
    return get_last_list(session).remember_images(
        islice(order.sort_shares(shares), limit),
        is_whole=not share_filter.is_narrowed and limit is None and Status.PENDING in share_filter.statuses,
        is_shown=session.output.is_at_terminal(),
    )


def _list_fleet(  # noqa: PLR0913, PLR0917
    session: Session,
    fleet: FleetFlags,
    share_filter: ShareFilter,
    order: SortOrder,
    limit: int | None,
    columns: Sequence[Column[Share]],
) -> None:
    """List the shares of many projects; what could not be read is an error at the end."""
    from imgshare_cli.cli.batches.fleet_list import PROJECT_COLUMN, FleetShares

    shares = FleetShares(session, fleet, share_filter)
    columns = [*columns, PROJECT_COLUMN] if columns else columns
    _print_shares(session, islice(order.sort_shares(iter(shares)), limit), columns)
    shares.check()


def _print_shares(
    session: Session, shares: Iterable[Share], columns: Sequence[Column[Share]], *, uncut: bool = False
) -> int:
    """Print the shares as they come, or their IDs where no columns are shown; return how many there were."""
    counted = _CountedShares(shares)
    if session.output.as_json:
        session.output.print_array(share.to_json() for share in counted)
    elif columns:
        with session.output.show_progress("reading the list") if session.output.is_at_terminal() else nullcontext():
            session.output.print_table(columns, counted, uncut=uncut)
    else:
        for share in counted:
            session.output.print_line(share.image.id)
    return counted.count


def _build_columns(session: Session, names: Sequence[str], fleet: FleetFlags, *, long: bool) -> list[Column[Share]]:
    from imgshare_cli.cli.owner_names import get_owner_names
    from imgshare_cli.terminal.owners import name_owner, name_owner_with_id

    owners = session.file.owners if fleet.is_fleet else get_owner_names(session)
    show_owner = name_owner_with_id if long else name_owner
    return build_share_columns(names, lambda owner_id: show_owner(owner_id, owners))


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
