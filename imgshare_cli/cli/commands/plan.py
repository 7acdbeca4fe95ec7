"""`plan`: what the rules say about the images that wait."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

from imgshare_cli.cli.options import common_options, text_option, with_session
from imgshare_cli.cli.plan_options import PlanFlags, with_plan
from imgshare_cli.cli.plans import PlannedShares, build_columns
from imgshare_cli.cli.session import Session
from imgshare_cli.rules.model import Verdict
from imgshare_cli.shares.sorting import NEWEST_FIRST, SortOrder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from imgshare_cli.batch.planned_share import PlannedShare
    from imgshare_cli.cli.saved_plans import PlanSaver

CHANGES_EXIT_CODE = 10
OutOption = Annotated[str | None, text_option("--out", "PLAN", "Save the plan in a file, for `apply PLAN`.")]
DetailedExitcodeOption = Annotated[
    bool,
    typer.Option("--detailed-exitcode", help=f"End with {CHANGES_EXIT_CODE} where there is something to do, else 0."),
]


@with_session(common_options)
@with_plan
def plan(
    session: Session,
    out: OutOption = None,
    detailed_exitcode: DetailedExitcodeOption = False,  # noqa: FBT002
    *,
    flags: PlanFlags,
) -> None:
    """Show what your rules say about each image, and change nothing.

    The images are those that other projects share with yours. The first rule that matches decides; what matches none
    stays pending, and the reason names the rule that comes nearest and its first condition that is not met.
    """
    saver = _open_saver(session, out, flags) if out is not None else None
    shares = PlannedShares(session, flags)
    counts = _Counts(saver.keep_shares(shares) if saver else shares)
    is_table = session.output.is_at_terminal() and not session.output.as_json
    order = NEWEST_FIRST if is_table else SortOrder()
    _print_plan(session, order.sort_rows(counts, lambda planned: planned.share), flags)
    shares.check()
    if is_table:
        session.output.print_note(counts.describe())
    if saver:
        saver.save()
    if detailed_exitcode and counts.has_changes:
        raise typer.Exit(CHANGES_EXIT_CODE)


def _open_saver(session: Session, path: str, flags: PlanFlags) -> PlanSaver:
    from imgshare_cli.cli.saved_plans import PlanSaver

    return PlanSaver(session, path, is_fleet=flags.fleet.is_fleet)


def _print_plan(session: Session, planned: Iterable[PlannedShare], flags: PlanFlags) -> None:
    if session.output.as_json:
        session.output.print_array(one.to_json() for one in planned)
        return
    at_terminal = session.output.is_at_terminal()
    with session.output.show_progress("reading the list") if at_terminal else nullcontext():
        session.output.print_table(build_columns(session, is_fleet=flags.fleet.is_fleet), planned)


class _Counts:
    """Counts what is planned while it passes.

    Args:
        planned: the shares.
    """

    def __init__(self, planned: Iterable[PlannedShare]) -> None:
        self._planned = planned
        self._counts = dict.fromkeys(Verdict, 0)

    def __iter__(self) -> Iterator[PlannedShare]:
        """Yield each share and count it."""
        for one in self._planned:
            self._counts[one.ruling.verdict] += 1
            yield one

    @property
    def has_changes(self) -> bool:
        """Whether a share is to be accepted or rejected, or to be asked about."""
        return any(count for verdict, count in self._counts.items() if verdict is not Verdict.NONE)

    def describe(self) -> str:
        """Describe what is to be done."""
        if not any(self._counts.values()):
            return "no images match"
        counts = self._counts
        done = [
            f"{counts[verdict]} to {verdict.value}" for verdict in (Verdict.ACCEPT, Verdict.REJECT) if counts[verdict]
        ]
        if counts[Verdict.ASK]:
            done.append(f"{counts[Verdict.ASK]} to ask about")
        if counts[Verdict.NONE]:
            done.append(f"{counts[Verdict.NONE]} left alone")
        return ", ".join(done)
