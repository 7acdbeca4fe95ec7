"""Does something for each of several members; one refusal does not hide another's success."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from imgshare_cli.errors import (
    ForbiddenError,
    ImgshareError,
    NotFoundError,
    PartialError,
    RefusedError,
    UsageError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Result = TypeVar("Result")


def run_for_each_member(
    members: Sequence[str], work: Callable[[str], Result], report_failure: Callable[[ImgshareError], None]
) -> Iterator[Result]:
    """Do something for each member; where one is refused, report it and go on.

    Args:
        members: the IDs or names of the projects.
        work: what to do for each.
        report_failure: called with each refusal, unless there is only one member.

    Raises:
        PartialError: some were refused.
        ImgshareError: the only one was refused, or it makes no sense to go on; what was not tried is told.
    """
    refused = 0
    for number, member in enumerate(members):
        try:
            yield work(member)
        except (ForbiddenError, NotFoundError, RefusedError, UsageError) as exc:
            if len(members) == 1:
                raise
            report_failure(exc)
            refused += 1
        except ImgshareError as exc:
            if rest := members[number + 1 :]:
                raise exc.replace(note=f"not tried: {', '.join(rest)}") from exc
            raise
    if refused == len(members):
        raise PartialError(f"all {refused} projects failed")
    if refused:
        raise PartialError(f"{refused} of {len(members)} projects failed, the others succeeded")
