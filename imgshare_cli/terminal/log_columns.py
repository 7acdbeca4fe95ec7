"""The columns of the decision log: all that tells a decision for programs, and what fits a screen for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.terminal.columns import Column, build_id_column, build_name_column, build_owner_column
from imgshare_cli.terminal.format import shorten_ids

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imgshare_cli.log.entry import LogEntry


def build_log_columns(show_owner: Callable[[str | None], str]) -> list[Column[LogEntry]]:
    """Build the columns of the decision log for programs.

    Args:
        show_owner: what people are shown for the ID of an owner.
    """
    return [
        *_build_common_columns(show_owner),
        Column("COMMAND", lambda entry: entry.command or "-"),
        Column("MEMBER", lambda entry: entry.member_id),
        Column("USER", lambda entry: entry.user or "-"),
        Column("RULE", lambda entry: entry.rule or "-"),
    ]


def build_screen_columns(
    show_owner: Callable[[str | None], str], entries: Sequence[LogEntry]
) -> list[Column[LogEntry]]:
    """Build the columns of the decision log for people: members only where they differ, users where one is known."""
    columns = _build_common_columns(show_owner)
    # A rule says more than the command that applied it.
    columns.append(Column("BY", lambda entry: entry.rule or entry.command or "-", width=24, wraps=True))
    if len({entry.member_id for entry in entries}) > 1:
        columns.append(Column("MEMBER", lambda entry: entry.member_id, shorten=shorten_ids, width=32))
    if any(entry.user for entry in entries):
        columns.append(Column("USER", lambda entry: entry.user or "-", width=12, wraps=True))
    return columns


def _build_common_columns(show_owner: Callable[[str | None], str]) -> list[Column[LogEntry]]:
    return [
        Column(
            "TIME (UTC)",
            lambda entry: entry.time,
            lambda entry: entry.time[:16].replace("T", " "),
            width=16,
        ),
        build_id_column(lambda entry: entry.image_id),
        build_name_column(lambda entry: entry.name),
        build_owner_column(lambda entry: entry.owner, show_owner),
        Column("STATUS", lambda entry: entry.new_status, width=8),
    ]
