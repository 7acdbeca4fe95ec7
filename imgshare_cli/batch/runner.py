"""Runs a batch: several threads take items and report outcomes, until the items end or the batch is stopped."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from imgshare_cli.batch.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from imgshare_cli.batch.items import Item
    from imgshare_cli.batch.outcome import Later

Tool = TypeVar("Tool")
_TICK_SECONDS = 0.1


class Task(Protocol[Tool]):
    """What is done with each item; several threads call it at once."""

    def open_tool(self) -> Tool:
        """Create what one thread needs, such as a connection."""

    def attempt(self, tool: Tool, item: Item) -> Outcome | Later | None:
        """Do an item, or take it to be done with others; None where it is not ours."""

    def leave_out(self, item: Item) -> Outcome | None:
        """Return the outcome of an item that is not tried; None where it is not ours."""


class BatchRun(Generic[Tool]):
    """One run over many items. Nothing is kept of an item after its outcome was reported.

    Args:
        items: the items; one thread at a time reads them, and no further than it must.
        task: what is done with each.
        report: called with each outcome, by one thread at a time.
        is_hopeless: whether an outcome means that the others would fail as well, so that they are left out.
        stop: set by anyone, it means that no more items are taken; those in progress are finished.
        jobs: how many threads there are.
        end_input: called when no more items will be taken.

    Attributes:
        hopeless: the outcome that made the others hopeless, if one did.
        is_complete: whether all items have been taken.
        in_flight: how many items are in progress.
    """

    def __init__(  # noqa: PLR0913  (each by name)
        self,
        items: Iterator[Item],
        *,
        task: Task[Tool],
        report: Callable[[Outcome], None],
        is_hopeless: Callable[[Outcome], bool],
        stop: threading.Event,
        jobs: int,
        end_input: Callable[[], None] = lambda: None,
    ) -> None:
        self._items = items
        self._task = task
        self._report = report
        self._is_hopeless = is_hopeless
        self._stop = stop
        self._jobs = jobs
        self._end_input = end_input
        self._input_lock = threading.Lock()
        self._output_lock = threading.Lock()
        self._state_lock = threading.Lock()
        self._ended = threading.Event()
        self._threads = self.in_flight = 0
        self._is_closed = False
        self._failure: BaseException | None = None
        self.hopeless: Outcome | None = None
        self.is_complete = False

    def run(self, tick: Callable[[], None]) -> None:
        """Do all items; return when each that was taken has its outcome.

        Args:
            tick: called by this thread, some times a second, never while an outcome is reported.

        Raises:
            Exception: reading the items or reporting an outcome failed.
        """
        self._start_threads()
        while not self._ended.wait(_TICK_SECONDS):
            with self._output_lock:
                tick()
            with self._state_lock:
                self._is_closed = self._is_closed or self._stop.is_set()
                if self._is_closed and not self.in_flight:
                    break  # a thread that waits for input is not waited for
        if self._failure:
            raise self._failure

    def _start_threads(self) -> None:
        for _ in range(self._jobs):
            with self._state_lock:
                self._threads += 1
            try:
                threading.Thread(target=self._work_off, daemon=True).start()
            except RuntimeError:  # the system allows no more
                if self._threads == 1:
                    self._work_off()
                else:
                    self._leave()
                return

    def _leave(self) -> None:
        with self._state_lock:
            self._threads -= 1
            has_ended = not self._threads
        if has_ended:
            self._end_input()
            self._set_ended()

    def _work_off(self) -> None:
        """Do one item after the other."""
        tool: Tool | None = None
        try:
            while (item := self._take()) is not None:
                outcome: Outcome | Later | None
                try:
                    if self.hopeless:
                        outcome = self._task.leave_out(item)
                    else:
                        tool = tool or self._task.open_tool()
                        outcome = self._task.attempt(tool, item)
                    if not (outcome is None or isinstance(outcome, Outcome)):
                        outcome.start(self._finish, self._is_over)
                        continue
                except BaseException:
                    self._end_item()
                    raise
                self._finish(outcome)
        except BaseException as exc:  # noqa: BLE001  (raised by the thread that waits for this one)
            self._fail(exc)
        finally:
            self._leave()

    def _finish(self, outcome: Outcome | BaseException | None) -> None:
        """Report the outcome of an item, also later and from another thread; nothing is in progress of it any more."""
        try:
            if isinstance(outcome, BaseException):
                self._fail(outcome)
            else:
                self._give(outcome)
        except BaseException as exc:  # noqa: BLE001  (raised by the thread that waits for this one)
            self._fail(exc)
        finally:
            self._end_item()

    def _fail(self, failure: BaseException) -> None:
        self._failure = self._failure or failure
        self._stop.set()

    def _is_over(self) -> bool:
        return self._stop.is_set() or self.hopeless is not None

    def _end_item(self) -> None:
        with self._state_lock:
            self.in_flight -= 1
        self._set_ended()

    def _set_ended(self) -> None:
        with self._state_lock:
            if not self._threads and not self.in_flight:
                self._ended.set()

    def _take(self) -> Item | None:
        with self._input_lock:
            if self._is_closed or self._stop.is_set():
                return None
            item = next(self._items, None)
            self.is_complete = item is None
        with self._state_lock:
            if item is None or self._is_closed or self._stop.is_set():  # it may have come long after we asked
                return None
            self.in_flight += 1
        return item

    def _give(self, outcome: Outcome | None) -> None:
        if outcome is None:
            return
        with self._output_lock:
            self._report(outcome)
            if self.hopeless is None and self._is_hopeless(outcome):
                self.hopeless = outcome
