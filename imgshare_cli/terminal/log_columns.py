"""The columns of the decision log: all that tells a decision for programs, and what fits a screen for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.terminal.columns import Column
from imgshare_cli.terminal.format import format_name, shorten_ids, shorten_owners

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imgshare_cli.log.entry import LogEntry

_WIDEST_PREFIX = 13  # two groups of digits


def build_log_columns(
    rows: Sequence[LogEntry] | None, show_owner: Callable[[str | None], str]
) -> list[Column[LogEntry]]:
    """Build the columns of the decision log.

    Args:
        rows: the decisions that people will see; None for a program, which gets all columns.
        show_owner: what people are shown for the ID of an owner.
    """
    columns: list[Column[LogEntry]] = [
        Column("TIME", lambda entry: entry.time, width=20),
        Column("ID", lambda entry: entry.image_id, shorten=shorten_ids, width=36, widest=_WIDEST_PREFIX),
        Column("NAME", lambda entry: entry.name or "-", lambda entry: format_name(entry.name), width=24, wraps=True),
        Column(
            "OWNER",
            lambda entry: entry.owner or "-",
            lambda entry: show_owner(entry.owner),
            shorten_owners,
            width=32,
        ),
        Column("STATUS", lambda entry: entry.new_status, width=8),
        Column("COMMAND", lambda entry: entry.command or "-", width=7),
    ]
    if rows is None:
        columns += [
            Column("MEMBER", lambda entry: entry.member_id),
            Column("USER", lambda entry: entry.user or "-"),
        ]
    if rows is None or any(entry.rule for entry in rows):
        columns.append(Column("RULE", lambda entry: entry.rule or "-", wraps=True))
    return columns
