"""Runs work for many items in several threads; it knows nothing of images."""

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
# How far the threads may be ahead of the results that are taken, so that endless work takes bounded memory.
_AHEAD = 4  # items for each thread


class WorkerPool(Generic[Tool]):
    """Some threads, each with a tool of its own, such as a connection.

    Where the system allows fewer threads, or none, the thread that takes the results does the work they have not begun.

    Args:
        create_tool: creates one; called in the thread that will use it.
        workers: how many threads there are.
    """

    def __init__(self, create_tool: Callable[[], Tool], workers: int = WORKERS) -> None:
        self._create_tool = create_tool
        self._workers = workers
        self._local = threading.local()

    def map_in_order(self, work: Callable[[Tool, Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Do the work for each item; yield the results in the order of the items, and raise what the work raises."""
        waiting: deque[_Job[Result]] = deque()
        pool = _Pool(self._workers)
        try:
            for item in items:
                job = _Job(partial(self._run, work, item))
                waiting.append(job)
                pool.submit(job)
                if len(waiting) >= _AHEAD * self._workers or not pool.has_threads:
                    yield waiting.popleft().result(help_out=pool.is_short)
            while waiting:
                yield waiting.popleft().result(help_out=pool.is_short)
        finally:
            pool.close()

    def _run(self, work: Callable[[Tool, Item], Result], item: Item) -> Result:
        if not hasattr(self._local, "tool"):
            self._local.tool = self._create_tool()
        return work(self._local.tool, item)


class _Job(Generic[Result]):
    """Work that is done once, by the thread that claims it first."""

    def __init__(self, work: Callable[[], Result]) -> None:
        self._work = work
        self._claim = threading.Lock()
        self._done: Future[Result] = Future()

    def __call__(self) -> None:
        """Do the work, unless another thread does."""
        if not self._claim.acquire(blocking=False):
            return
        try:
            self._done.set_result(self._work())
        except BaseException as exc:  # noqa: BLE001  (as in concurrent.futures: it is raised where the result is taken)
            self._done.set_exception(exc)

    def result(self, *, help_out: bool) -> Result:
        """Wait for the result and return it, or raise what the work raised."""
        if help_out:
            self()
        return self._done.result()


class _Pool:
    """Threads, as many as the system allows.

    Attributes:
        has_threads: whether there is at least one, as far as is known.
        is_short: whether the system refused one.
    """

    def __init__(self, workers: int) -> None:
        self._threads = ThreadPoolExecutor(workers)
        self._submitted = 0
        self.has_threads = True
        self.is_short = False

    def submit(self, job: _Job[Result]) -> None:
        """Give a job to the threads; where none could be started, it may never be done there."""
        if not self.has_threads:
            return
        try:
            self._threads.submit(job)
            self._submitted += 1
        except RuntimeError:  # "can't start new thread"; the threads that there are may do the job nevertheless
            self.is_short = True
            self.has_threads = self._submitted > 0

    def close(self) -> None:
        """Cancel the jobs that have not started, after an error or when nobody reads the results."""
        self._threads.shutdown(wait=False, cancel_futures=True)
