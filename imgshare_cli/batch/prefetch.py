"""Reads elements ahead of their use, so that the threads of a batch do not wait while a page is read."""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Self

Source = TypeVar("Source")
Element = TypeVar("Element")


class _End:
    """The end of what one thread reads, and what ended it."""

    def __init__(self, failure: BaseException | None = None) -> None:
        self.failure = failure


def prefetch(elements: Iterable[Element], ahead: int) -> Iterator[Element]:
    """Return the elements of an iterable, which a thread begins at once to read, up to so many ahead.

    What the iterable raises is raised after the elements before it.

    Args:
        elements: the iterable.
        ahead: how many; with 0 each is read when it is asked for, without a thread.
    """
    if ahead:
        ready: queue.Queue[Element | _End] = queue.Queue(ahead)
        if _start_reader(elements, ready):
            return _take(ready, 1)
    return iter(elements)


def map_as_completed(work: Callable[[Source], Element], sources: Iterable[Source], threads: int) -> Iterator[Element]:
    """Return the result of some work for each source, in the order in which the threads complete them.

    Args:
        work: the work.
        sources: what it is done for.
        threads: how many threads begin at once to do it; as many results may wait to be taken.
    """
    ready: queue.Queue[Element | _End] = queue.Queue(threads)
    shared = _SharedIterator(sources)
    readers = sum(_start_reader(map(work, shared), ready) for _ in range(threads))
    return _take(ready, readers) if readers else map(work, shared)


class _SharedIterator(Generic[Source]):
    """An iterator that several threads may use."""

    def __init__(self, elements: Iterable[Source]) -> None:
        self._elements = iter(elements)
        self._lock = threading.Lock()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Source:
        with self._lock:
            return next(self._elements)


def _start_reader(elements: Iterable[Element], ready: queue.Queue[Element | _End]) -> bool:
    """Start a thread that reads elements; False if the system allows none."""

    def read() -> None:
        end = _End()
        try:
            for element in elements:
                ready.put(element)
        except BaseException as exc:  # noqa: BLE001  (raised where the elements are used)
            end = _End(exc)
        ready.put(end)

    try:
        threading.Thread(target=read, daemon=True).start()
    except RuntimeError:
        return False
    return True


def _take(ready: queue.Queue[Element | _End], readers: int) -> Iterator[Element]:
    while readers:
        element = ready.get()
        if not isinstance(element, _End):
            yield element
        elif element.failure:
            raise element.failure
        else:
            readers -= 1
