"""Submits jobs: once more where nobody knows whether one began, and in halves where one item of it may be refused."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar

from imgshare_cli.api.job_client import NoJobsError
from imgshare_cli.errors import ImgshareError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Entry = TypeVar("Entry")

LOST_PAUSE = 1.0  # before the shares are looked at, where a job may have begun
# One item may be the reason why a job is refused: the others have another one.
_OF_SOME_ITEM = {
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.CONFLICT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
}


def submit_once_more(
    entries: Sequence[Entry],
    submit: Callable[[Sequence[Entry]], str],
    look: Callable[[Sequence[Entry]], Sequence[Entry]],
) -> tuple[str | None, Sequence[Entry]]:
    """Submit a job; return its ID and what is in it.

    Where it is not known whether it began, there is a look at the shares before it is submitted again; what a job has
    set, the next one sets again, which changes nothing. The ID is None where nothing is left to do.

    Args:
        entries: what the job is to do.
        submit: submits it.
        look: looks at the shares, and returns what is left to do.
    """
    try:
        return submit(entries), entries
    except ImgshareError as exc:
        if not exc.may_have_arrived:
            raise
        rest = look(entries)
        return submit(rest) if rest else None, rest


def halve_refused(error: ImgshareError, entries: Sequence[Entry]) -> list[Sequence[Entry]]:
    """Return the halves of a job that was refused, perhaps because of one entry; none where that cannot be so."""
    is_of_some = error.http_status in _OF_SOME_ITEM and not isinstance(error, NoJobsError)
    middle = len(entries) // 2
    return [entries[:middle], entries[middle:]] if is_of_some and middle else []
