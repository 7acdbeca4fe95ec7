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
from imgshare_cli.cli.batches.records import BatchRecords
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
        stop_pace: lets nothing wait for that rate any longer.
        jobs: how many items are worked on at once.
        fail_fast: whether the first failure ends it.
        is_login_lost: whether an outcome means that the login was rejected, so that the other items would fail as well.
        is_fleet: whether it works in the projects that its options name.
        is_dry_run: whether nothing is changed.
        end_input: is called when no more items will be begun.
        is_decision: whether what it does is a decision, which the log keeps.
    """

    source: Source
    task: Task[Any]
    verb: Verb
    describe: Callable[[Outcome], str]
    get_rate: Callable[[], float | None]
    stop_pace: Callable[[], None]
    jobs: int
    fail_fast: bool
    is_login_lost: Callable[[Outcome], bool] = lambda outcome: isinstance(outcome.error, AuthError)
    is_fleet: bool = False
    is_dry_run: bool = False
    end_input: Callable[[], None] = lambda: None
    is_decision: bool = False


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
    _BatchCommand(session, batch, stop).run()


class _BatchCommand:
    """A batch with all that is printed of it."""

    def __init__(self, session: Session, batch: Batch, stop: threading.Event) -> None:
        self._session = session
        self._batch = batch
        self._stop = stop
        self._tally = Tally()
        self._records = BatchRecords(session) if batch.is_decision else None
        self._line = ProgressLine(sys.stderr, session.environ, batch.verb.doing)
        own_project_id = None if batch.is_fleet else session.member_id
        self._printer = BatchOutput(session.output, self._line, batch.verb, own_project_id, batch.describe)
        self._run: BatchRun[Any] = BatchRun(
            batch.source.items,
            task=batch.task,
            report=self._report,
            is_hopeless=self._is_hopeless,
            stop=stop,
            jobs=max(batch.jobs - batch.source.connections, 1),
            end_input=batch.end_input,
        )

    def run(self) -> None:
        try:
            with _stop_on_interrupt(self._stop, self._line):
                self._run.run(self._tick)
        except BrokenPipeError:
            raise typer.Exit(130) from None  # the reader has gone, and wants to hear no more
        except ImgshareError as exc:
            # Where the list could not be read, it is not known whether there was anything to do.
            raise exc.replace(note=self._describe_tally() if self._tally.count else exc.note) from exc
        finally:
            self._line.erase()
            if self._records:
                self._records.keep_owners()
        self._end()

    def _report(self, outcome: Outcome) -> None:
        if self._records:
            self._records.add(outcome)
        self._tally.add(outcome)
        self._printer.print_outcome(outcome)

    def _tick(self) -> None:
        if self._stop.is_set():
            self._batch.stop_pace()
            self._line.draw_ending(self._run.in_flight)
            return
        done, batch = self._tally.count, self._batch
        # What is in progress has been read, and is not done.
        fraction = (batch.source.measure() or 0) * done / max(done + self._run.in_flight, 1)
        self._line.draw(done, self._tally.results[Result.FAILED], fraction, batch.get_rate())

    def _is_hopeless(self, outcome: Outcome) -> bool:
        return self._batch.is_login_lost(outcome) or (self._batch.fail_fast and outcome.result is Result.FAILED)

    def _end(self) -> None:
        """Print the hints and the summary, or raise what the batch ends with."""
        self._note_encrypted_images()
        last = self._run.hopeless
        refused = last.error if last and self._batch.is_login_lost(last) else None
        if not refused:
            self._printer.print_hints()
        error = create_batch_error(
            self._session,
            self._tally,
            self._batch.verb,
            refused=refused,
            is_interrupted=self._stop.is_set(),
            is_complete=self._run.is_complete,
            is_dry_run=self._batch.is_dry_run,
            is_fleet=self._batch.is_fleet,
        )
        if error is None and not self._session.output.as_json:
            self._session.output.print_note(self._describe_tally())
        self._note_take_back()
        if error:
            raise error

    def _note_take_back(self) -> None:
        """Say how to undo the decisions, unless they are such an undoing."""
        records = self._records
        if records is None or self._batch.verb.base == "reset" or self._session.output.as_json:
            return
        if take_back := records.describe_take_back():
            self._session.output.print_note(f"note: {take_back}")

    def _note_encrypted_images(self) -> None:
        if self._tally.encrypted and self._batch.is_decision and not self._session.output.as_json:
            from imgshare_cli.terminal.encryption import describe_encrypted_images

            self._session.output.print_note(describe_encrypted_images(self._tally.encrypted))

    def _describe_tally(self) -> str:
        return describe_tally(self._tally, self._batch.verb, is_dry_run=self._batch.is_dry_run)


@contextlib.contextmanager
def _stop_on_interrupt(stop: threading.Event, line: ProgressLine) -> Iterator[None]:
    """Let the first Ctrl-C stop the batch, and the second one end the process; others stop it, as a timer's SIGTERM."""

    def interrupt(number: int, _frame: object) -> None:
        if number == signal.SIGINT and stop.is_set():
            line.draw_end()
            os._exit(130)
        stop.set()

    # Ctrl-C also where it is ignored, as for a script's command with `&`: somebody who sends it means this batch.
    others = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    numbers = [signal.SIGINT, *(number for number in others if signal.getsignal(number) is signal.SIG_DFL)]
    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
