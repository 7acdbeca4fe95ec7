"""The columns of the tables of shares and of members: full values for programs, short ones for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from imgshare_cli.api.timestamps import format_timestamp
from imgshare_cli.terminal.format import (
    format_age,
    format_name,
    format_short_age,
    format_size,
    shorten_ids,
    shorten_owners,
)
from imgshare_cli.terminal.owners import name_owner_with_id

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imgshare_cli.api.images import Share
    from imgshare_cli.api.models import Member
    from imgshare_cli.config.owners import OwnerNames

Row = TypeVar("Row")

DEFAULT_COLUMNS = ("ID", "NAME", "OWNER", "SIZE", "AGE")
LONG_COLUMNS = (*DEFAULT_COLUMNS, "STATUS", "SHARED", "CREATED", "STATE", "HIDDEN")
PLAIN_COLUMNS = ("ID", "NAME", "OWNER", "STATUS", "SIZE")
_WIDEST_PREFIX = 13  # two groups of digits
SHARED_COLUMN = "SHARED"  # the one that needs the share itself


@dataclass(frozen=True)
class Column(Generic[Row]):
    """A column of a table.

    Attributes:
        name: its heading.
        value: the full value of a row, for programs.
        shown: a value for people, where it is another.
        shorten: makes the cells of a whole column shorter, for a terminal on which the table does not fit.
        width: the room that it is given while it is decided whether the table fits, whatever is in it.
        wraps: whether its cells continue on the next line, as a name does.
        is_text: whether such a cell is made of words, which break at spaces alone.
        widest: the most room that its short cells may take from the others; a longer one has a line of its own.
    """

    name: str
    value: Callable[[Row], str]
    shown: Callable[[Row], str] | None = None
    shorten: Callable[[Sequence[str]], list[str]] | None = None
    width: int = 0
    wraps: bool = False
    is_text: bool = False
    widest: int | None = None


def build_id_column(get_id: Callable[[Row], str]) -> Column[Row]:
    """Build the column of images' IDs."""
    return Column("ID", get_id, shorten=shorten_ids, width=36, widest=_WIDEST_PREFIX)


def build_name_column(get_name: Callable[[Row], str | None]) -> Column[Row]:
    """Build the column of images' names."""
    return Column(
        "NAME", lambda row: get_name(row) or "-", lambda row: format_name(get_name(row)), width=24, wraps=True
    )


def build_owner_column(
    get_id: Callable[[Row], str | None], show_owner: Callable[[str | None], str], heading: str = "OWNER"
) -> Column[Row]:
    """Build a column of projects.

    Args:
        get_id: returns the ID of a row's project.
        show_owner: what people are shown for it.
        heading: the heading of the column.
    """
    return Column(
        heading, lambda row: get_id(row) or "-", lambda row: show_owner(get_id(row)), shorten_owners, width=32
    )


def build_findings_column(get_findings: Callable[[Row], Sequence[str]]) -> Column[Row]:
    """Build the column of what was found out."""
    return Column(
        "FINDINGS",
        lambda row: ",".join(get_findings(row)) or "-",
        lambda row: ", ".join(get_findings(row)) or "-",
        width=15,
        wraps=True,
        is_text=True,
    )


def build_share_columns(names: Sequence[str], show_owner: Callable[[str | None], str]) -> list[Column[Share]]:
    """Build columns of the inbox.

    Args:
        names: their names, which are among `LONG_COLUMNS`.
        show_owner: what people are shown for the ID of an owner.
    """
    columns: list[Column[Share]] = [
        build_id_column(lambda share: share.image.id),
        build_name_column(lambda share: share.image.name),
        build_owner_column(lambda share: share.image.owner, show_owner),
        Column("SIZE", _get_size, lambda share: format_size(share.image.size), width=10),
        Column(
            "AGE",
            lambda share: format_timestamp(_get_time(share)) or "-",
            lambda share: format_short_age(_get_time(share)),
            width=4,
        ),
        Column("STATUS", lambda share: share.status.value, width=8),
        Column(
            "SHARED",
            lambda share: format_timestamp(share.member.updated_at if share.member else None) or "-",
            width=20,
        ),
        Column("CREATED", lambda share: format_timestamp(share.image.created_at) or "-", width=20),
        Column("STATE", lambda share: share.image.status or "-", width=11),
        Column("HIDDEN", lambda share: "yes" if share.image.os_hidden else "no", width=6),
    ]
    known = {column.name: column for column in columns}
    return [known[name] for name in names]


def build_member_columns(owners: OwnerNames, *, with_kind: bool = False) -> list[Column[Member]]:
    """Build the columns of an image's members.

    Args:
        owners: the names of projects.
        with_kind: whether to say what each is, a project, an account or an organization.
    """
    kinds: list[Column[Member]] = [Column("TYPE", lambda member: member.kind)] if with_kind else []
    return [
        Column(
            "MEMBER",
            lambda member: member.member_id,
            lambda member: name_owner_with_id(member.member_id, owners),
            wraps=True,
        ),
        Column("STATUS", lambda member: member.status.value),
        Column(
            "SINCE",
            lambda member: format_timestamp(member.updated_at) or "-",
            lambda member: format_age(member.updated_at),
        ),
        *kinds,
    ]


def describe_member(member: Member) -> list[tuple[str, str]]:
    """Return the names and the values of a share's fields."""
    return [
        ("image_id", member.image_id),
        ("member_id", member.member_id),
        ("status", member.status.value),
        ("created_at", format_timestamp(member.created_at) or "-"),
        ("updated_at", format_timestamp(member.updated_at) or "-"),
    ]


def _get_size(share: Share) -> str:
    return "-" if share.image.size is None else str(share.image.size)


def _get_time(share: Share) -> str | None:
    """Return when the image was shared, or last decided about, or else when it was made."""
    return (share.member and share.member.updated_at) or share.image.created_at
