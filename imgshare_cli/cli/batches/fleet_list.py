"""The shares of a fleet's projects, as one list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.batch.fleet_inbox import read_inboxes
from imgshare_cli.cli.batches.fleet import Fleet
from imgshare_cli.errors import PartialError
from imgshare_cli.shares.worker_pool import WORKERS
from imgshare_cli.terminal.columns import Column

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imgshare_cli.api.images import Share
    from imgshare_cli.batch.fleet import FleetProject
    from imgshare_cli.batch.fleet_inbox import InboxEntry
    from imgshare_cli.cli.batches.fleet_options import FleetFlags
    from imgshare_cli.cli.session import Session
    from imgshare_cli.errors import ImgshareError
    from imgshare_cli.shares.share_filter import ShareFilter

PROJECT_COLUMN: Column[Share] = Column(
    "PROJECT", lambda share: str(getattr(share, "project", "-")), width=16, wraps=True
)


class FleetShares:
    """The shares of each project, in the order of the projects; a project that cannot be read is passed over.

    Args:
        session: the run.
        flags: the projects.
        share_filter: what the shares must match.
        readers: how many projects are read at once; see `read_inboxes`.
    """

    def __init__(self, session: Session, flags: FleetFlags, share_filter: ShareFilter, readers: int = WORKERS) -> None:
        self._session = session
        self._readers = readers
        self._fleet = Fleet(session, flags, in_order=True)
        self._filter = share_filter
        self._failures: list[tuple[FleetProject, ImgshareError]] = []

    @property
    def fleet(self) -> Fleet:
        """The projects."""
        return self._fleet

    def __iter__(self) -> Iterator[Share]:
        """Yield each share while the next projects are read."""
        for entry in self.read_entries(with_raw=self._session.output.as_json):
            if entry.share:
                yield entry.share

    def read_entries(self, *, with_raw: bool) -> Iterator[InboxEntry]:
        """Yield each share, or why a project's other shares cannot be read.

        Args:
            with_raw: whether the API's objects are needed.
        """
        for entry in read_inboxes(self._fleet, self._filter, readers=self._readers, with_raw=with_raw):
            if entry.error:
                self._failures.append((entry.access.project, entry.error))
            yield entry

    def check(self) -> None:
        """Check that all projects could be read.

        Raises:
            PartialError: some could not; the errors have been printed.
        """
        for project, error in self._failures:
            named = error.failure.startswith(f"cannot enter project {project}")
            self._session.output.print_error(error if named else error.replace(failure=f"{project}: {error.failure}"))
        if self._failures:
            raise PartialError(
                f"{len(self._failures)} of {self._fleet.count} projects could not be read",
                hint="the images of the others are listed",
            )
