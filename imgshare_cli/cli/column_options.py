"""The option that chooses the columns of a list, and the columns that a list has without it."""

from __future__ import annotations

from typing import Annotated

from imgshare_cli.cli.name_lists import parse_names
from imgshare_cli.cli.options import text_option
from imgshare_cli.terminal.columns import DEFAULT_COLUMNS, LONG_COLUMNS, PLAIN_COLUMNS, SHARED_COLUMN

ColumnsOption = Annotated[
    str | None, text_option("--columns", "NAMES", f"Show these columns: {','.join(LONG_COLUMNS)}.", completes="columns")
]


def parse_columns(text: str | None) -> tuple[str, ...]:
    """Parse names of columns between commas, in any case; none where the option was not given.

    Raises:
        UsageError: one is not known, or there is none.
    """
    return () if text is None else parse_names(text, LONG_COLUMNS, option="--columns", noun="column")


def choose_columns(*, at_terminal: bool, long: bool, with_member: bool, all_statuses: bool) -> tuple[str, ...]:
    """Choose the columns of a list by what was asked for, and never by what is in it.

    Args:
        at_terminal: whether people read it; programs depend on the columns that they get.
        long: whether everything was asked for.
        with_member: whether the time of each share is known.
        all_statuses: whether the shares can have different statuses.
    """
    if not at_terminal:
        return (*PLAIN_COLUMNS, SHARED_COLUMN) if with_member else PLAIN_COLUMNS
    if long:
        return LONG_COLUMNS
    return (*DEFAULT_COLUMNS, "STATUS") if all_statuses else DEFAULT_COLUMNS
