"""The options that choose or check shares, for every command that takes them."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from imgshare_cli.api.models import Status
from imgshare_cli.cli.options import text_option
from imgshare_cli.errors import UsageError

if TYPE_CHECKING:
    from datetime import timedelta

    from imgshare_cli.cli.session import Session
    from imgshare_cli.shares.image_checks import ImageCheck
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
    text_option("--owner", "PROJECT", "Filter by owner: a project ID, or a name in [owners].", completes="owners"),
]
NameOption = Annotated[str | None, text_option("--name", "GLOB", "Filter by name; `*`, `?` and `[…]` are wildcards.")]
OlderThanOption = Annotated[
    str | None, text_option("--older-than", "AGE", "Only images shared longer ago, such as 12h, 7d or 2w.")
]
NewerThanOption = Annotated[str | None, text_option("--newer-than", "AGE", "Only images shared more recently.")]


def build_share_filter(  # noqa: PLR0913  (one for each option)
    session: Session,
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
        UsageError: a value is empty, an age is not a duration, an owner is not known, or nothing can match.
    """
    from imgshare_cli.cli import durations
    from imgshare_cli.cli.project_arguments import resolve_owner
    from imgshare_cli.shares.share_filter import ShareFilter

    if name is not None and not name:
        raise UsageError("--name is empty", hint="omit it to list images of any name")
    oldest = None if newer_than is None else durations.parse_duration(newer_than, "--newer-than")
    newest = None if older_than is None else durations.parse_duration(older_than, "--older-than")
    _check_ages(newest, oldest)
    return ShareFilter(
        statuses=status.statuses,
        owner=resolve_owner(session, owner),
        name=name,
        older_than=newest,
        newer_than=oldest,
        with_member=with_member,
        limit=limit,
    )


def _check_ages(older_than: timedelta | None, newer_than: timedelta | None) -> None:
    if older_than is not None and newer_than is not None and older_than >= newer_than:
        raise UsageError(
            "no image can match both --older-than and --newer-than: the first age is not below the second",
            hint="--older-than 1d --newer-than 7d matches what was shared between 7 days and 1 day ago",
        )


def read_image_check(session: Session, owner: str | None, hash_: str | None) -> ImageCheck | None:
    """Read --owner and --hash of `accept`; None where neither is given.

    Raises:
        UsageError: one of them is not valid.
    """
    if owner is None and hash_ is None:
        return None
    from imgshare_cli.cli.project_arguments import resolve_owner
    from imgshare_cli.shares.image_checks import parse_image_check

    return parse_image_check(resolve_owner(session, owner), hash_)
