"""The columns of the tables of shares and of members: full values for programs, short ones for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from imgshare_cli.api.timestamps import format_timestamp
from imgshare_cli.terminal.format import format_age, format_size

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.api.images import Share
    from imgshare_cli.api.models import Member

Row = TypeVar("Row")


@dataclass(frozen=True)
class Column(Generic[Row]):
    """A column of a table.

    Attributes:
        name: its heading.
        value: the full value of a row, for programs.
        shown: a shorter value for people, where there is one.
        rank: on a narrow terminal, columns of rank 0 stay, and the others in this order while there is room.
    """

    name: str
    value: Callable[[Row], str]
    shown: Callable[[Row], str] | None = None
    rank: int = 0


def build_share_columns(*, with_time: bool, many_statuses: bool = False) -> list[Column[Share]]:
    """Build the columns of the inbox.

    Args:
        with_time: whether the members are known, and so the time of each share or of the last decision.
        many_statuses: whether the shares can have different statuses.
    """
    columns: list[Column[Share]] = [
        Column("ID", lambda share: share.image.id),
        Column("NAME", lambda share: share.image.name or "-"),
        Column("OWNER", lambda share: share.image.owner or "-", rank=2),
        Column("STATUS", lambda share: share.status.value, rank=1 if many_statuses else 5),
        Column("SIZE", _get_size, lambda share: format_size(share.image.size), rank=4),
    ]
    if with_time:
        columns.append(
            Column(
                "SHARED",
                lambda share: format_timestamp(share.member.updated_at if share.member else None) or "-",
                lambda share: format_age(share.member.updated_at if share.member else None),
                rank=1,
            )
        )
    return columns


def build_member_columns() -> list[Column[Member]]:
    """Build the columns of an image's members."""
    return [
        Column("MEMBER", lambda member: member.member_id),
        Column("STATUS", lambda member: member.status.value),
        Column(
            "SINCE",
            lambda member: format_timestamp(member.updated_at) or "-",
            lambda member: format_age(member.updated_at),
        ),
    ]


def _get_size(share: Share) -> str:
    return "-" if share.image.size is None else str(share.image.size)
