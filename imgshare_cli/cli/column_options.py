"""The option that chooses the columns of a list, and the columns that a list has without it."""

from __future__ import annotations

from typing import Annotated

from imgshare_cli.cli.options import text_option
from imgshare_cli.errors import UsageError
from imgshare_cli.spelling import find_close
from imgshare_cli.terminal.columns import DEFAULT_COLUMNS, LONG_COLUMNS, PLAIN_COLUMNS, SHARED_COLUMN
from imgshare_cli.truncation import truncate_text

_MAX_SHOWN = 40
ColumnsOption = Annotated[
    str | None, text_option("--columns", "NAMES", f"Show these columns: {','.join(LONG_COLUMNS)}.", completes="columns")
]


def parse_columns(text: str | None) -> tuple[str, ...]:
    """Parse names of columns between commas, in any case; none where the option was not given.

    Raises:
        UsageError: one is not known, or there is none.
    """
    if text is None:
        return ()
    names = tuple(name.strip().upper() for name in text.split(","))
    unknown = next((name for name in names if name not in LONG_COLUMNS), None)
    if unknown is not None:
        close = find_close(unknown, LONG_COLUMNS, count=1) if unknown else []
        meant = ",".join(close[0] if name == unknown else name for name in names) if close else None
        raise UsageError(
            f"--columns has the unknown column {truncate_text(unknown, _MAX_SHOWN)!r}"
            if unknown
            else "--columns has an empty name",
            hint=f"known columns: {', '.join(LONG_COLUMNS)}",
            correction={"--columns": meant} if meant else None,
        )
    return names


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
