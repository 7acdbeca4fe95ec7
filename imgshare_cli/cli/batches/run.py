"""Runs a batch at the command line: an outcome for each item, progress, Ctrl-C, and a summary."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from imgshare_cli.batch.outcome import Result
from imgshare_cli.batch.runner import BatchRun
from imgshare_cli.batch.tally import Tally
from imgshare_cli.cli.batches.summary import create_batch_error, describe_tally
from imgshare_cli.errors import AuthError, ImgshareError
from imgshare_cli.terminal.batch_output import BatchOutput
from imgshare_cli.terminal.progress_line import ProgressLine

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator

    from imgshare_cli.batch.outcome import Outcome
    from imgshare_cli.batch.runner import Task
    from imgshare_cli.cli.batches.source import Source
    from imgshare_cli.cli.session import Session
    from imgshare_cli.terminal.batch_output import Verb


class Batch(NamedTuple):
    """What a batch consists of.

    Attributes:
        source: its items.
        task: what is done with each.
        verb: what that is called.
        describe: describes what was done with an item, for people.
        get_rate: returns how many requests a second the service allows now; None where it has set no limit.
        jobs: how many items are worked on at once.
        fail_fast: whether the first failure ends it.
        is_login_lost: whether an outcome means that the login was rejected, so that the other items would fail as well.
        is_fleet: whether it works in the projects that its options name.
    """

    source: Source
    task: Task[Any]
    verb: Verb
    describe: Callable[[Outcome], str]
    get_rate: Callable[[], float | None]
    jobs: int
    fail_fast: bool
    is_login_lost: Callable[[Outcome], bool] = lambda outcome: isinstance(outcome.error, AuthError)
    is_fleet: bool = False


def run_batch(session: Session, batch: Batch, stop: threading.Event) -> None:
    """Run a batch, and print an outcome for each item.

    Args:
        session: the run.
        batch: the batch.
        stop: is set when no more items are to be begun.

    Raises:
        PartialError: some items failed or were not tried.
        AuthError: the credential was rejected, and there is no other.
        InterruptedByUserError: Ctrl-C was pressed.
        ImgshareError: the items could not be read to their end.
    """
    source, verb = batch.source, batch.verb
    tally = Tally()
    line = ProgressLine(sys.stderr, session.environ, verb.doing)
    own_project_id = None if batch.is_fleet else session.member_id
    printer = BatchOutput(session.output, line, verb, own_project_id, batch.describe)

    def report(outcome: Outcome) -> None:
        tally.add(outcome)
        printer.print_outcome(outcome)

    def tick() -> None:
        line.draw(tally.count, tally.results[Result.FAILED], source.measure(), batch.get_rate())

    def is_hopeless(outcome: Outcome) -> bool:
        return batch.is_login_lost(outcome) or (batch.fail_fast and outcome.result is Result.FAILED)

    jobs = max(batch.jobs - source.connections, 1)
    run: BatchRun[Any] = BatchRun(
        source.items, task=batch.task, report=report, is_hopeless=is_hopeless, stop=stop, jobs=jobs
    )
    try:
        with _stop_on_interrupt(stop):
            run.run(tick)
    except BrokenPipeError:
        raise typer.Exit(130) from None  # the reader has gone, and wants to hear no more
    except ImgshareError as exc:
        raise exc.replace(note=describe_tally(tally, verb)) from exc
    finally:
        line.erase()
    hopeless = run.hopeless.error if run.hopeless and not batch.fail_fast else None
    error = create_batch_error(
        session, tally, verb, hopeless=hopeless, is_interrupted=stop.is_set(), is_fleet=batch.is_fleet
    )
    if error:
        raise error
    if not session.output.as_json:
        session.output.print_note(describe_tally(tally, verb))


@contextlib.contextmanager
def _stop_on_interrupt(stop: threading.Event) -> Iterator[None]:
    """Let the first Ctrl-C stop the batch, and the second one end the process."""

    def interrupt(_number: int, _frame: object) -> None:
        if stop.is_set():
            os._exit(130)
        stop.set()

    # Also where it is ignored, as for a script's command with `&`: somebody who sends it means this batch.
    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
