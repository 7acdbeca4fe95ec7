"""Reads the shares of a run, each with what the rules say about it."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from imgshare_cli.api.models import Status
from imgshare_cli.cli.filter_options import build_share_filter
from imgshare_cli.cli.rule_files import find_own_projects, open_rules
from imgshare_cli.shares.worker_pool import WORKERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from imgshare_cli.api.images import Share
    from imgshare_cli.batch.fleet import FleetProject
    from imgshare_cli.batch.planned_share import PlannedShare
    from imgshare_cli.cli.batches.fleet import Fleet
    from imgshare_cli.cli.batches.fleet_list import FleetShares
    from imgshare_cli.cli.plan_options import PlanFlags
    from imgshare_cli.cli.session import Session
    from imgshare_cli.shares.share_filter import ShareFilter
    from imgshare_cli.terminal.columns import Column


class PlannedShares:
    """The shares that the options choose, each with what the rules say.

    Args:
        session: the run.
        flags: the options.
        jobs: how many connections there may be, with those of what is done meanwhile; None is as many as usual.

    Attributes:
        rule_set: the rules.

    Raises:
        ConfigError: the rules are not valid, or there are none.
        UsageError: an option is not valid.
    """

    def __init__(self, session: Session, flags: PlanFlags, jobs: int | None = None) -> None:
        self._session = session
        self._flags = flags
        self._jobs = jobs
        self.rule_set = open_rules(session, flags.rules)
        self._filter = build_share_filter(
            session,
            flags.status,
            owner=flags.owner,
            name=flags.name,
            older_than=flags.older_than,
            newer_than=flags.newer_than,
            with_member=self.rule_set.needs_age,
        )
        self._now = datetime.now(UTC)

    def __iter__(self) -> Iterator[PlannedShare]:
        """Yield each share as it is read, its image without the API's object."""
        return self._read_fleet(self._fleet_shares) if self._fleet_shares else self._read_own()

    def check(self) -> None:
        """Check, after all have been read, that every project could be.

        Raises:
            PartialError: some could not; the errors have been printed.
        """
        if self._fleet_shares:
            self._fleet_shares.check()

    @property
    def connections(self) -> int:
        """How many connections reading the shares takes."""
        return self._readers if self._flags.fleet.is_fleet else 1 + self._readers

    @property
    def _readers(self) -> int:
        """How many connections read at once, in a run about one project besides that of the list."""
        if self._jobs is None:
            return WORKERS
        if self._flags.fleet.is_fleet:
            return min(WORKERS, self._jobs // 2)
        return min(WORKERS, (self._jobs - 1) // 2) if self._filter.needs_member else 0

    @property
    def fleet(self) -> Fleet | None:
        """The projects, in a run over many."""
        return self._fleet_shares.fleet if self._fleet_shares else None

    @cached_property
    def _fleet_shares(self) -> FleetShares | None:
        if not self._flags.fleet.is_fleet:
            return None
        from imgshare_cli.cli.batches.fleet_list import FleetShares

        return FleetShares(self._session, self._flags.fleet, self._filter, self._readers)

    def _read_own(self) -> Iterator[PlannedShare]:
        from imgshare_cli.batch.planned_share import plan_share

        for share in _remember_shares(self._session, self._filter, self._readers):
            yield plan_share(share, self.rule_set.judge(share, self._now, self._own_projects))

    def _read_fleet(self, shares: FleetShares) -> Iterator[PlannedShare]:
        from imgshare_cli.batch.planned_share import plan_share

        find_own = self._choose_own_projects()
        for access, share, _ in shares.read_entries(with_raw=True):
            if share:
                yield plan_share(share, self.rule_set.judge(share, self._now, find_own(access.project)), access)

    def _choose_own_projects(self) -> Callable[[FleetProject], frozenset[str]]:
        """Choose whose projects `mine` are: of the one login, or in a run over several clouds of that of each."""
        if self._flags.fleet.clouds is None or not self.rule_set.uses_mine:
            return lambda _: self._own_projects
        from imgshare_cli.cli.batches.cloud_projects import CloudProjects

        return CloudProjects(self._session).find

    @cached_property
    def _own_projects(self) -> frozenset[str]:
        # Asked when the first share has been read: a token that has expired is renewed by then.
        return find_own_projects(self._session, self.rule_set)


def build_columns(session: Session, *, is_fleet: bool) -> list[Column[PlannedShare]]:
    """Build the columns of a plan."""
    from imgshare_cli.cli.owner_names import get_owner_names
    from imgshare_cli.terminal.columns import Column
    from imgshare_cli.terminal.plan_columns import build_plan_columns

    owners = session.file.owners if is_fleet else get_owner_names(session)
    columns = build_plan_columns(owners, at_terminal=session.output.is_at_terminal())
    if is_fleet:
        columns.append(Column("PROJECT", lambda planned: str(planned.project), width=16, wraps=True))
    return columns


def _remember_shares(session: Session, share_filter: ShareFilter, workers: int) -> Iterator[Share]:
    """Read the shares of the session's project, and remember them for TAB and for the beginnings of IDs."""
    from imgshare_cli.cli.id_prefixes import get_last_list
    from imgshare_cli.shares.inbox import Inbox

    open_client = session.open_worker_client if workers else None
    inbox = Inbox(session.client, open_client, session.credential, session.settings.project_id, workers)
    return get_last_list(session).remember_images(
        inbox.read_shares(share_filter),
        is_whole=not share_filter.is_narrowed and Status.PENDING in share_filter.statuses,
        is_shown=session.output.is_at_terminal(),
    )
