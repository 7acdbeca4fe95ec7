"""Work over many items by several threads; it knows nothing of images."""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Item = TypeVar("Item")
Result = TypeVar("Result")
Tool = TypeVar("Tool")

WORKERS = 8
# How far the threads may be ahead of whoever takes the results, so that endless work takes bounded memory.
_AHEAD = 4 * WORKERS


class Crew(Generic[Tool]):
    """Some threads, each with a tool of its own, such as a connection.

    Args:
        tool: makes one; called in the thread that will use it.
    """

    def __init__(self, tool: Callable[[], Tool]) -> None:
        self._tool = tool
        self._own = threading.local()

    def in_order(self, work: Callable[[Tool, Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Do the work for each item; yield the results in the order of the items, and raise what the work raises."""
        waiting: deque[Future[Result]] = deque()
        pool = ThreadPoolExecutor(WORKERS)
        try:
            for item in items:
                waiting.append(pool.submit(self._do, work, item))
                if len(waiting) >= _AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            # After an error, or when nobody wants more, what has not begun never does.
            pool.shutdown(wait=False, cancel_futures=True)

    def _do(self, work: Callable[[Tool, Item], Result], item: Item) -> Result:
        if not hasattr(self._own, "tool"):
            self._own.tool = self._tool()
        return work(self._own.tool, item)
