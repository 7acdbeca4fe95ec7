"""Reads items ahead of their use, so that the threads of a batch do not wait while a page is read."""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Element = TypeVar("Element")


class _End:
    """The end of the elements, and what ended them."""

    def __init__(self, failure: BaseException | None = None) -> None:
        self.failure = failure


def prefetch(elements: Iterable[Element], ahead: int) -> Iterator[Element]:
    """Yield the elements of an iterable, which a thread reads up to so many ahead.

    What the iterable raises is raised after the elements before it.
    """
    ready: queue.Queue[Element | _End] = queue.Queue(ahead)

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
    except RuntimeError:  # the system allows no thread
        yield from elements
        return
    while not isinstance(element := ready.get(), _End):
        yield element
    if element.failure:
        raise element.failure
