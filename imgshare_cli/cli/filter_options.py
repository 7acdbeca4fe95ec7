"""The options that filter shares, for every command that takes them."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from imgshare_cli.api.models import Status
from imgshare_cli.cli.options import complete

if TYPE_CHECKING:
    from imgshare_cli.shares.share_filter import ShareFilter


class StatusChoice(StrEnum):
    """A status of shares, or all of them."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    ALL = "all"

    @property
    def statuses(self) -> tuple[Status, ...]:
        """The statuses that it includes."""
        return tuple(Status) if self is StatusChoice.ALL else (Status(self.value),)


StatusOption = Annotated[
    StatusChoice,
    typer.Option("--status", metavar="STATUS", help="Filter by status: pending, accepted, rejected or all."),
]
OwnerOption = Annotated[
    str | None,
    typer.Option(
        "--owner",
        metavar="PROJECT",
        help="Filter by owner (project ID).",
        show_default=False,
        autocompletion=complete("owners"),
    ),
]
NameOption = Annotated[
    str | None,
    typer.Option(
        "--name", metavar="GLOB", help="Filter by name; `*`, `?` and `[…]` are wildcards.", show_default=False
    ),
]
OlderThanOption = Annotated[
    str | None,
    typer.Option(
        "--older-than", metavar="AGE", help="Only images shared longer ago, such as 12h, 7d or 2w.", show_default=False
    ),
]
NewerThanOption = Annotated[
    str | None,
    typer.Option("--newer-than", metavar="AGE", help="Only images shared more recently.", show_default=False),
]


def build_share_filter(  # noqa: PLR0913  (one for each option)
    status: StatusChoice = StatusChoice.PENDING,
    *,
    owner: str | None = None,
    name: str | None = None,
    older_than: str | None = None,
    newer_than: str | None = None,
    with_member: bool = False,
    limit: int | None = None,
) -> ShareFilter:
    """Build the filter that these options mean.

    Raises:
        UsageError: an age is not a duration.
    """
    from imgshare_cli.cli import durations
    from imgshare_cli.shares.share_filter import ShareFilter

    return ShareFilter(
        statuses=status.statuses,
        owner=owner,
        name=name,
        older_than=durations.parse_duration(older_than, "--older-than") if older_than else None,
        newer_than=durations.parse_duration(newer_than, "--newer-than") if newer_than else None,
        with_member=with_member,
        limit=limit,
    )
