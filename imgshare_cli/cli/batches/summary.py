"""The end of a batch: what became of the items, and how to go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.batch.outcome import Result
from imgshare_cli.cli.typed_command import TypedCommand
from imgshare_cli.errors import ImgshareError, InterruptedByUserError, PartialError, UsageError

if TYPE_CHECKING:
    from imgshare_cli.batch.tally import Tally
    from imgshare_cli.cli.session import Session
    from imgshare_cli.terminal.batch_output import Verb
# What selects the items; the outcomes of a run do so for the next one.
_SELECTING = ("--all", "--any-owner", "--status", "--name", "--older-than", "--newer-than", "--yes")
_SELECTING_PROJECTS = ("--to", "--projects", "--projects-file")


def describe_tally(tally: Tally, verb: Verb, *, is_dry_run: bool) -> str:
    """Describe what became of the items, in one line."""
    results = tally.results
    if not tally.count:
        return f"no image to {verb.base}"
    parts = [_describe_done(tally, verb) + (f" ({tally.unchanged:,} unchanged)" if tally.unchanged else "")]
    if is_dry_run:
        parts = [f"would {verb.base} {results[Result.PLANNED]:,}"]
    if skipped := results[Result.SKIPPED]:
        parts.append(f"skipped {skipped:,}")
    if failed := results[Result.FAILED]:
        by_count = sorted(tally.failures.items(), key=lambda pair: (-pair[1], pair[0]))
        codes = ", ".join(f"{count:,} {code}" for code, count in by_count)
        parts.append(f"failed {failed:,} ({codes})")
    if not_tried := results[Result.NOT_TRIED]:
        parts.append(f"not tried {not_tried:,}")
    return ", ".join(parts) + ("" if is_dry_run else f"; {tally.seconds:.1f} s, {tally.rate:,.0f}/s")


def _describe_done(tally: Tally, verb: Verb) -> str:
    if not verb.sets_several:
        return f"{verb.done} {tally.results[Result.DONE]:,}"
    counts = [f"{status.value} {count:,}" for status, count in sorted(tally.statuses.items())]
    return ", ".join(counts) or f"{verb.done} 0"


def create_batch_error(  # noqa: PLR0913  (each by name)
    session: Session,
    tally: Tally,
    verb: Verb,
    *,
    refused: ImgshareError | None,
    is_interrupted: bool,
    is_complete: bool,
    is_dry_run: bool,
    is_fleet: bool,
) -> ImgshareError | None:
    """Create the error that a batch ends with; None where all is done.

    Args:
        session: the run.
        tally: what became of the items.
        verb: what it does.
        refused: the error of the item after which the others were left out.
        is_interrupted: whether the person ended it.
        is_complete: whether all items were taken before.
        is_dry_run: whether nothing was to be changed.
        is_fleet: whether it works in the projects that its options name.
    """
    summary = describe_tally(tally, verb, is_dry_run=is_dry_run)
    if is_interrupted and (tally.left_to_do or not is_complete):
        rest = "" if is_complete else "; the rest was not tried"
        # The outcomes so far do not name the rest.
        return InterruptedByUserError(f"interrupted: {summary}{rest}", hint=_suggest_again(session))
    if refused:
        return refused.replace(note=summary)
    if tally.left_to_do:
        if is_dry_run:
            return PartialError(summary)
        if tally.left_to_do == tally.failures[UsageError.code]:
            return PartialError(
                summary, hint="correct the lines that failed, and run it again; what is done stays as it is"
            )
        return PartialError(summary, hint=_suggest_rest(session, verb, is_fleet=is_fleet))
    return None


def _suggest_rest(session: Session, verb: Verb, *, is_fleet: bool) -> str:
    typed = TypedCommand(session.context)
    if verb.sets_several:  # which outcomes do not tell
        return _suggest_again(session)
    # A project whose list could not be read has an outcome without an image.
    if not session.output.as_json or (is_fleet and "--all" in typed.options):
        return _suggest_again(session)
    # An outcome says which project it is about; a fleet run still needs a token for it.
    selecting = _SELECTING if is_fleet else (*_SELECTING, *_SELECTING_PROJECTS)
    if verb.base != "accept":
        selecting = (*selecting, "--owner")  # which for `accept` is also a check
    changes = {**dict.fromkeys(selecting), "--from": "OUTCOMES"}
    rest = typed.build({"image": None, "members": None}, changes)
    return f"{rest} does what is left, with this output in the file OUTCOMES"


def _suggest_again(session: Session) -> str:
    typed = TypedCommand(session.context)
    if typed.options.get("--from") == "-":
        return "run it again with the same input; what is done stays as it is"
    return f"{typed.build({})} does it again; what is done stays as it is"
