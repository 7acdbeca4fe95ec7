"""The images that names stand for, looked up once for many items, with bounded memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from imgshare_cli.errors import ImgshareError, NotFoundError, NotYetError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.api.images import Image

_MAX_NAMES = 1000


class NameCache:
    """Remembers the newest answers, and refusals that would come again; several threads may use it."""

    def __init__(self) -> None:
        self._answers: OrderedDict[str, Image | ImgshareError] = OrderedDict()
        self._lock = threading.Lock()

    def find_image(self, name: str, look_up: Callable[[], Image], *, may_come: bool = False) -> Image:
        """Return the image that has a name.

        Args:
            name: the name.
            look_up: asks the service for it; two threads may do so at once.
            may_come: whether a share that is not there may still come, so that the next call asks again.

        Raises:
            ImgshareError: what `look_up` raises, or raised before.
        """
        with self._lock:
            answer = self._answers.get(name)
        if answer is None:
            try:
                answer = look_up().copy_without_raw()
            except UnavailableError:
                raise  # the next time it may be there
            except ImgshareError as exc:
                if may_come and isinstance(exc, NotFoundError | NotYetError):
                    raise
                answer = exc.replace()  # without its traceback, which holds all that was there
            self._remember(name, answer)
        if isinstance(answer, ImgshareError):
            raise answer.replace()  # a copy, because each thread adds its traceback to what it raises
        return answer

    def _remember(self, name: str, answer: Image | ImgshareError) -> None:
        with self._lock:
            self._answers[name] = answer
            if len(self._answers) > _MAX_NAMES:
                self._answers.popitem(last=False)
