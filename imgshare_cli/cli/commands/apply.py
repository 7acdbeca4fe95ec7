"""`apply`: accept and reject as the rules say, or as a saved plan does."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from imgshare_cli import hints
from imgshare_cli.cli.batches.options import DEFAULT_JOBS, JobsOption, VaultOption
from imgshare_cli.cli.options import YesOption, decision_options, with_session
from imgshare_cli.cli.plan_options import PlanFlags, with_plan
from imgshare_cli.cli.plans import PlannedShares, build_columns
from imgshare_cli.cli.session import Session
from imgshare_cli.cli.typed_command import TypedCommand
from imgshare_cli.errors import PartialError, UsageError
from imgshare_cli.rules.model import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from imgshare_cli.batch.items import Item
    from imgshare_cli.batch.planned_share import PlannedShare
    from imgshare_cli.cli.batches.fleet import Fleet
    from imgshare_cli.cli.batches.source import Source

PlanArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="PLAN",
        help="A plan that `plan --out` has saved. [default: what the rules say now]",
        show_default=False,
    ),
]
# Of `apply` alone: `plan` does not know them.
_OWN_OPTIONS = ("--yes", "--no-input", "--jobs", "--vault", "--jobs-api")


class _Flags(NamedTuple):
    """How it is done: without a question, so many at once, with a backup vault."""

    yes: bool
    jobs: int
    vault: str | None


@with_session(decision_options)
@with_plan
def apply(  # noqa: PLR0913  (the options of apply)
    session: Session,
    plan: PlanArgument = None,
    yes: YesOption = False,  # noqa: FBT002
    jobs: JobsOption = None,
    vault: VaultOption = None,
    *,
    flags: PlanFlags,
) -> None:
    """Accept and reject images as your rules or a saved plan say.

    At a terminal it shows what it will do, and asks once; `plan` only shows it. Each image is looked at just before it
    is accepted, and must be what was planned; if it changed while it was accepted, the share is set pending again.
    Images that a rule says to ask about stay pending.
    """
    # Nobody can agree to a plan that goes into a file.
    if not (yes or (session.is_attended and session.output.is_at_terminal())):
        raise _create_unconfirmed_error(session, plan)
    own_flags = _Flags(yes, jobs or DEFAULT_JOBS, vault)
    if plan is None:
        _apply_rules(session, flags, own_flags)
    else:
        _apply_saved(session, plan, flags, own_flags)


def _apply_rules(session: Session, flags: PlanFlags, own_flags: _Flags) -> None:
    """Do what the rules say now."""
    shares = PlannedShares(session, flags, own_flags.jobs)
    fleet = shares.fleet
    if own_flags.yes:
        planned: Iterable[PlannedShare] = shares
    else:
        with session.output.show_progress("reading the list"):
            planned = list(shares)
        if not _confirm(session, planned, is_fleet=fleet is not None):
            shares.check()
            return
    try:
        _run(session, planned, fleet, own_flags)
    except PartialError:
        with suppress(PartialError):
            shares.check()  # which prints what could not be read
        raise
    shares.check()


def _create_unconfirmed_error(session: Session, plan: str | None) -> UsageError:
    typed = TypedCommand(session.context)
    apply_it = typed.build({}, {"--no-input": None, "--yes": True})
    if plan is not None:
        return UsageError("apply needs a confirmation", hint=f"{apply_it} does what the plan says without asking")
    options = {name: value for name, value in typed.options.items() if name not in _OWN_OPTIONS}
    show = hints.build_command("plan", *hints.build_options(options))
    return UsageError(
        "apply needs a confirmation: it accepts and rejects as your rules say",
        hint=f"{apply_it} does it without asking, and {show} shows what it would do",
    )


def _apply_saved(session: Session, path: str, flags: PlanFlags, own_flags: _Flags) -> None:
    """Do what a saved plan says."""
    from imgshare_cli.cli.batches.fleet import Fleet
    from imgshare_cli.cli.saved_plans import read_saved_plan

    if replace(flags, fleet=PlanFlags().fleet) != PlanFlags():
        raise UsageError(
            "a saved plan says which images are meant, and takes no rules and no filters",
            hint="omit PLAN, or these options",
        )
    is_fleet = flags.fleet.is_fleet
    planned = read_saved_plan(session, path, is_fleet=is_fleet).shares
    if own_flags.yes or _confirm(session, planned, is_fleet=is_fleet):
        _run(session, planned, Fleet(session, flags.fleet) if is_fleet else None, own_flags)


def _confirm(session: Session, planned: Sequence[PlannedShare], *, is_fleet: bool) -> bool:
    """Show a plan and ask about it; return whether there is anything to do.

    Raises:
        InterruptedByUserError: the person says no.
    """
    from imgshare_cli.cli.confirmation import ask_or_end
    from imgshare_cli.shares.sorting import NEWEST_FIRST

    counts = Counter(one.ruling.verdict for one in planned)
    done = [
        f"{verdict.value} {counts[verdict]} {'image' if counts[verdict] == 1 else 'images'}"
        for verdict in (Verdict.ACCEPT, Verdict.REJECT)
        if counts[verdict]
    ]
    if not done:
        session.output.print_note("no images to accept or reject")
        _note_asked(session, counts[Verdict.ASK], is_fleet=is_fleet)
        return False
    shown = [one for one in planned if one.ruling.verdict is not Verdict.NONE]
    rows = NEWEST_FIRST.sort_rows(shown, lambda one: one.share)
    session.output.print_table(build_columns(session, is_fleet=is_fleet), rows)
    ask_or_end(session, f"{' and '.join(done).capitalize()}?")
    return True


def _run(session: Session, planned: Iterable[PlannedShare], fleet: Fleet | None, own_flags: _Flags) -> None:
    from imgshare_cli.batch.planned_items import PlannedItems
    from imgshare_cli.cli.batches.applying import run_plan

    if fleet is None:
        _ = session.client  # it is made before there are threads, of which each would make its own
    items = PlannedItems(planned)
    source = _open_source(session, planned, iter(items), fleet, own_flags.jobs)
    try:
        run_plan(session, source, fleet, jobs=own_flags.jobs, vault=own_flags.vault)
    finally:
        _note_asked(session, items.asked_count, is_fleet=fleet is not None)


def _open_source(
    session: Session, planned: Iterable[PlannedShare], items: Iterator[Item], fleet: Fleet | None, jobs: int
) -> Source:
    """Open the source of the items, which are read while they are done, or have been read."""
    from imgshare_cli.batch.prefetch import prefetch
    from imgshare_cli.cli.batches.fleet_source import pair_images
    from imgshare_cli.cli.batches.source import AHEAD, Source

    if isinstance(planned, PlannedShares):
        if jobs == 1 and fleet is None:
            return Source(items, client=session.client)
        return Source(prefetch(items, AHEAD), connections=planned.connections)
    if fleet and any(one.endpoint for one in planned):
        return Source(pair_images(items, fleet, jobs))
    return Source(items)


def _note_asked(session: Session, count: int, *, is_fleet: bool) -> None:
    """Say how many images are left for a person to decide about."""
    if not count or session.output.as_json:
        return
    one = "image is" if count == 1 else "images are"
    how = "" if is_fleet else f": {TypedCommand(session.context).build_other('review')} goes through what is pending"
    session.output.print_note(f"{count} {one} left for you to decide about{how}")
