"""Work over many items by several threads; it knows nothing of images."""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Item = TypeVar("Item")
Result = TypeVar("Result")
Tool = TypeVar("Tool")

WORKERS = 8
# How far the threads may be ahead of whoever takes the results, so that endless work takes bounded memory.
_AHEAD = 4 * WORKERS


class WorkerPool(Generic[Tool]):
    """Some threads, each with a tool of its own, such as a connection.

    Where the system gives fewer threads, or none, whoever takes the results does what they have not begun.

    Args:
        tool: makes one; called in the thread that will use it.
    """

    def __init__(self, tool: Callable[[], Tool]) -> None:
        self._tool = tool
        self._own = threading.local()

    def map_in_order(self, work: Callable[[Tool, Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Do the work for each item; yield the results in the order of the items, and raise what the work raises."""
        waiting: deque[_Job[Result]] = deque()
        pool = _Pool()
        try:
            for item in items:
                job = _Job(partial(self._do, work, item))
                waiting.append(job)
                pool.submit(job)
                if len(waiting) >= _AHEAD or not pool.has_threads:
                    yield waiting.popleft().result(help_out=pool.is_short)
            while waiting:
                yield waiting.popleft().result(help_out=pool.is_short)
        finally:
            pool.close()

    def _do(self, work: Callable[[Tool, Item], Result], item: Item) -> Result:
        if not hasattr(self._own, "tool"):
            self._own.tool = self._tool()
        return work(self._own.tool, item)


class _Job(Generic[Result]):
    """Work that is done once, by whoever claims it first."""

    def __init__(self, work: Callable[[], Result]) -> None:
        self._work = work
        self._claim = threading.Lock()
        self._done: Future[Result] = Future()

    def __call__(self) -> None:
        """Do it, unless somebody else does."""
        if not self._claim.acquire(blocking=False):
            return
        try:
            self._done.set_result(self._work())
        except BaseException as exc:  # noqa: BLE001  (as in concurrent.futures: whoever takes the result meets it)
            self._done.set_exception(exc)

    def result(self, *, help_out: bool) -> Result:
        """What came of it, or what it raised."""
        if help_out:
            self()
        return self._done.result()


class _Pool:
    """Threads as far as the system gives them.

    Attributes:
        has_threads: whether there is one, as far as we know.
        is_short: whether the system refused one.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(WORKERS)
        self._submitted = 0
        self.has_threads = True
        self.is_short = False

    def submit(self, job: _Job[Result]) -> None:
        """Let a thread do it; where no thread could be started, none may ever do."""
        if not self.has_threads:
            return
        try:
            self._threads.submit(job)
            self._submitted += 1
        except RuntimeError:  # "can't start new thread"; the threads that there are may do the job nevertheless
            self.is_short = True
            self.has_threads = self._submitted > 0

    def close(self) -> None:
        """Cancel what has not started, after an error or when nobody reads the results."""
        self._threads.shutdown(wait=False, cancel_futures=True)
